-- resume_queues: let all daemons take jobs of some queues again, or of all.
-- KEYS[1] queues paused for all daemons (set of their keys; '*' is every queue)
-- ARGV[1...] keys of queues; none: everything is resumed
-- Returns how many entries were taken out; -1, with nothing changed, where some are asked for and '*' is there.
if #ARGV == 0 then
  local count = redis.call('SCARD', KEYS[1])
  redis.call('DEL', KEYS[1])
  return count
end
if redis.call('SISMEMBER', KEYS[1], '*') == 1 then return -1 end
return redis.call('SREM', KEYS[1], unpack(ARGV))
