-- queue_summary: what an operator wants to know of queues at a glance, at a cost that does not grow with their length.
-- KEYS[1...] queues (lists of ids)   ARGV[1] prefix
-- Derived keys: the hash of the first job of each queue.
-- Returns per queue {length, enqueued_at (ISO) of the job at its front or ''}; -1 for a key that is no list.
-- Writes nothing.
local replies = {}
for i, key in ipairs(KEYS) do
  local length = redis.pcall('LLEN', key)
  if type(length) == 'table' then
    replies[i] = { -1, '' }
  else
    local first = length > 0 and redis.call('LINDEX', key, 0)
    local enqueued_at = first and redis.pcall('HGET', ARGV[1] .. ':job:' .. first, 'enqueued_at')
    replies[i] = { length, type(enqueued_at) == 'string' and enqueued_at or '' }
  end
end
return replies
