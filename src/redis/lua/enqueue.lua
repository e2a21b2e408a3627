-- enqueue: write a job's hash and put its id on a queue, in one step.
-- KEYS[1] job hash  KEYS[2] queue (list of ids)  KEYS[3] set of known queues
-- ARGV[1] prefix  ARGV[2] job id  ARGV[3] TTL while waiting, seconds, 0 none  ARGV[4] 1 = push at the front
-- ARGV[5] 1 = refuse an id that exists  ARGV[6...] field, value, ... of the hash
-- Derived keys: the job's dependents and dependencies, which share its TTL.
-- Returns the queue's length, or 0 with nothing written where a unique id exists already.
-- Never leaves an id on the list without its hash, nor a hash that expires while its id waits without a ttl.
--@include job_keys
local queue_type = redis.call('TYPE', KEYS[2]).ok
if queue_type ~= 'none' and queue_type ~= 'list' then
  return redis.error_reply('WRONGTYPE ' .. KEYS[2] .. ' holds a ' .. queue_type .. ', not a list of job ids')
end
if ARGV[5] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 6))
local ttl_sec = tonumber(ARGV[3])
apply_ttl(ARGV[1], ARGV[2], ttl_sec > 0 and ttl_sec or -1)
redis.call('SADD', KEYS[3], KEYS[2])
return redis.call(ARGV[4] == '1' and 'LPUSH' or 'RPUSH', KEYS[2], ARGV[2])
