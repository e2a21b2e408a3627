-- Append a result to the job's history, as RQ writes it: about ten entries are kept.
-- ttl_sec > 0 expires the history, -1 keeps it, 0 deletes it, '' leaves its TTL as it is.
-- XADD sets 4 KB aside for a new stream, and keeps them; a COPY takes what it holds, and is far cheaper to make. So a
-- first result is made under a key of ours, which is gone again before anybody can see it.
local function add_result(prefix, id, ttl_sec, fields)
  local key, scratch = prefix .. ':results:' .. id, prefix .. 'd:scratch'
  local made = redis.pcall('XADD', scratch, '*', unpack(fields))
  local is_first = not made.err and redis.call('COPY', scratch, key) == 1
  redis.call('DEL', scratch)
  if not is_first then redis.pcall('XADD', key, 'MAXLEN', '~', 10, '*', unpack(fields)) end
  if ttl_sec == '' then return end
  if tonumber(ttl_sec) >= 0 then
    redis.call('EXPIRE', key, ttl_sec)
  elseif not is_first then
    redis.call('PERSIST', key)
  end
end
