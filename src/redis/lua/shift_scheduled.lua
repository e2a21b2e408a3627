-- shift_scheduled: let all scheduled jobs of queues be due so much earlier, as if the time had passed. For tests.
-- KEYS[1...] the scheduled jobs of queues
-- ARGV[1] seconds
-- Returns how many jobs there were. Never touches a key that holds something else.
local count = 0
for _, key in ipairs(KEYS) do
  if redis.call('TYPE', key).ok == 'zset' then
    local ids = redis.call('ZRANGE', key, 0, -1)
    for _, id in ipairs(ids) do redis.call('ZINCRBY', key, -tonumber(ARGV[1]), id) end
    count = count + #ids
  end
end
return count
