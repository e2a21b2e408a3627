-- Whether a live worker has a name, so that nobody else may. A worker of a supervisor whose lease has run out, or of
-- the very supervisor `id`, is not alive.
local function is_taken(supervisors_key, prefix, id, name, now_ms)
  local worker = prefix .. ':worker:' .. name
  if redis.call('EXISTS', worker) == 0 or redis.call('HEXISTS', worker, 'death') == 1 then return false end
  local owner = redis.call('HGET', worker, 'rqd_supervisor')
  local lease_end = owner and redis.call('ZSCORE', supervisors_key, owner)
  return not owner or (owner ~= id and lease_end and tonumber(lease_end) > now_ms)
end

local function write_hash(key, json)
  redis.call('DEL', key)
  for field, value in pairs(cjson.decode(json)) do redis.call('HSET', key, field, value) end
end

local function write_worker(workers_key, prefix, name, json, ttl_sec, queues)
  local worker = prefix .. ':worker:' .. name
  -- Whoever had the name before may have served other queues.
  for queue in (redis.call('HGET', worker, 'queues') or ''):gmatch('[^,]+') do
    redis.call('SREM', prefix .. ':workers:' .. queue, worker)
  end
  write_hash(worker, json)
  redis.call('EXPIRE', worker, ttl_sec)
  redis.call('SADD', workers_key, worker)
  for _, queue in ipairs(queues) do redis.call('SADD', prefix .. ':workers:' .. queue, worker) end
end
