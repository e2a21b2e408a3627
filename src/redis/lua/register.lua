-- register: begin a supervisor's lease and register one RQ worker per executor slot.
-- KEYS[1] supervisors (zset: id by lease end, epoch ms)  KEYS[2] this supervisor's hash  KEYS[3] set of all workers
-- ARGV[1] prefix  ARGV[2] supervisor id  ARGV[3] lease (ms)  ARGV[4] TTL of a worker's hash, seconds
-- ARGV[5] supervisor's fields (JSON object)  ARGV[6] queue names (JSON array)
-- ARGV[7...] per worker: name, fields (JSON object)
-- Derived keys: the workers' hashes, the workers of each queue.
-- Returns 'registered', or 'taken NAME' with nothing written where a live worker has one of the names.
--@include new_worker
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local prefix, id = ARGV[1], ARGV[2]
for i = 7, #ARGV, 2 do
  if is_taken(KEYS[1], prefix, id, ARGV[i], now_ms) then return 'taken ' .. ARGV[i] end
end
redis.call('ZADD', KEYS[1], now_ms + tonumber(ARGV[3]), id)
write_hash(KEYS[2], ARGV[5])
local queues = cjson.decode(ARGV[6])
for i = 7, #ARGV, 2 do write_worker(KEYS[3], prefix, ARGV[i], ARGV[i + 1], ARGV[4], queues) end
return 'registered'
