-- cron_release: give back the cron entries that are still ours, so that another scheduler takes over at once, and
-- vanish from RQ's list of cron schedulers.
-- KEYS[1] RQ's cron schedulers (zset: name by last sign of life)
-- ARGV[1] prefix  ARGV[2] our scheduler's name  ARGV[3...] names of entries
-- Derived keys: the entries (hashes).
-- Returns how many were ours. As with RQ, the hash that describes the scheduler is left to expire.
local count = 0
for i = 3, #ARGV do
  local entry = ARGV[1] .. 'd:cron:' .. ARGV[i]
  if redis.pcall('HGET', entry, 'holder') == ARGV[2] then
    redis.call('HDEL', entry, 'holder', 'until')
    count = count + 1
  end
end
redis.pcall('ZREM', KEYS[1], ARGV[2])
return count
