-- Append a result to the job's history, as RQ writes it: about ten entries are kept.
-- ttl_sec > 0 expires the history, -1 keeps it, 0 deletes it, '' leaves its TTL as it is.
local function add_result(prefix, id, ttl_sec, fields)
  local key = prefix .. ':results:' .. id
  redis.pcall('XADD', key, 'MAXLEN', '~', 10, '*', unpack(fields))
  if ttl_sec == '' then return end
  if tonumber(ttl_sec) < 0 then redis.call('PERSIST', key) else redis.call('EXPIRE', key, ttl_sec) end
end
