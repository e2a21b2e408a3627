-- register: begin a supervisor's lease and register one RQ worker per executor slot.
-- KEYS[1] supervisors (zset: id by lease end, epoch ms)  KEYS[2] this supervisor's hash  KEYS[3] set of all workers
-- ARGV[1] prefix  ARGV[2] supervisor id  ARGV[3] lease (ms)  ARGV[4] TTL of a worker's hash, seconds
-- ARGV[5] supervisor's fields (JSON object)  ARGV[6] queue names (JSON array)
-- ARGV[7...] per worker: name, fields (JSON object)
-- Derived keys: the workers' hashes, the workers of each queue.
-- Returns 'registered', or 'taken NAME' with nothing written where a live worker has one of the names. A worker
-- of a supervisor whose lease has run out, or of this very supervisor, is not alive.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local prefix, id = ARGV[1], ARGV[2]
for i = 7, #ARGV, 2 do
  local worker = prefix .. ':worker:' .. ARGV[i]
  if redis.call('EXISTS', worker) == 1 and redis.call('HEXISTS', worker, 'death') == 0 then
    local owner = redis.call('HGET', worker, 'rqd_supervisor')
    local lease_end = owner and redis.call('ZSCORE', KEYS[1], owner)
    local alive = not owner or (owner ~= id and lease_end and tonumber(lease_end) > now_ms)
    if alive then return 'taken ' .. ARGV[i] end
  end
end

local function write_hash(key, json)
  redis.call('DEL', key)
  for field, value in pairs(cjson.decode(json)) do redis.call('HSET', key, field, value) end
end
redis.call('ZADD', KEYS[1], now_ms + tonumber(ARGV[3]), id)
write_hash(KEYS[2], ARGV[5])
local queues = cjson.decode(ARGV[6])
for i = 7, #ARGV, 2 do
  local worker = prefix .. ':worker:' .. ARGV[i]
  -- Whoever had the name before may have served other queues.
  for queue in (redis.call('HGET', worker, 'queues') or ''):gmatch('[^,]+') do
    redis.call('SREM', prefix .. ':workers:' .. queue, worker)
  end
  write_hash(worker, ARGV[i + 1])
  redis.call('EXPIRE', worker, ARGV[4])
  redis.call('SADD', KEYS[3], worker)
  for _, queue in ipairs(queues) do redis.call('SADD', prefix .. ':workers:' .. queue, worker) end
end
return 'registered'
