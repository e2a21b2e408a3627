-- enlist: register further RQ workers of a supervisor that has registered, for executor slots that it adds.
-- KEYS[1] supervisors (zset: id by lease end, epoch ms)  KEYS[2] this supervisor's hash  KEYS[3] set of all workers
-- ARGV[1] prefix  ARGV[2] supervisor id  ARGV[3] TTL of a worker's hash, seconds  ARGV[4] queue names (JSON array)
-- ARGV[5] all its workers from now on (JSON array), for whoever takes over
-- ARGV[6...] per new worker: name, fields (JSON object)
-- Derived keys: the workers' hashes, the workers of each queue.
-- Returns 'enlisted'; 'taken NAME' where a live worker has one of the names, or 'lost' where the supervisor has no
-- record any more, both with nothing written. Never begins nor extends a lease.
--@include new_worker
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local prefix, id = ARGV[1], ARGV[2]
if redis.call('EXISTS', KEYS[2]) == 0 then return 'lost' end
for i = 6, #ARGV, 2 do
  if is_taken(KEYS[1], prefix, id, ARGV[i], now_ms) then return 'taken ' .. ARGV[i] end
end
redis.call('HSET', KEYS[2], 'workers', ARGV[5])
local queues = cjson.decode(ARGV[4])
for i = 6, #ARGV, 2 do write_worker(KEYS[3], prefix, ARGV[i], ARGV[i + 1], ARGV[3], queues) end
return 'enlisted'
