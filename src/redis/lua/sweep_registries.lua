-- sweep_registries: drop what has run out from a queue's registries, and workers that are gone. As RQ's maintenance.
-- KEYS[1] finished jobs (zset: id by expiry, seconds)  KEYS[2] failed jobs (the same; -1 for ever)
-- KEYS[3] workers of the queue (set of full keys)  KEYS[4] all workers (the same)
-- ARGV[1] prefix  ARGV[2] most entries of each
-- Derived keys: the hashes of the workers.
-- Returns {finished, failed, workers}: how many were dropped of each.
-- Never drops an entry with a score of 0 or less, nor touches a job's hash: that expires by itself.
local now_sec = redis.call('TIME')[1]
local dropped = { 0, 0, 0 }
for i = 1, 2 do
  local over = redis.pcall('ZRANGEBYSCORE', KEYS[i], '(0', now_sec, 'LIMIT', 0, ARGV[2])
  if #over > 0 then dropped[i] = redis.call('ZREM', KEYS[i], unpack(over)) end
end
local worker_prefix = ARGV[1] .. ':worker:'
for i = 3, 4 do
  for _, worker in ipairs(redis.pcall('SRANDMEMBER', KEYS[i], ARGV[2])) do
    if worker:sub(1, #worker_prefix) == worker_prefix and redis.call('EXISTS', worker) == 0 then
      redis.pcall('SREM', KEYS[3], worker)
      redis.pcall('SREM', KEYS[4], worker)
      dropped[3] = dropped[3] + 1
    end
  end
end
return dropped
