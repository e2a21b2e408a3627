-- Let a worker die in the way RQ's workers do.
local function bury_worker(workers_key, prefix, name, now_iso, queues)
  local worker = prefix .. ':worker:' .. name
  redis.call('SREM', workers_key, worker)
  for _, queue in ipairs(queues) do redis.call('SREM', prefix .. ':workers:' .. queue, worker) end
  if redis.call('EXISTS', worker) == 1 then
    redis.call('HSET', worker, 'death', now_iso)
    redis.call('EXPIRE', worker, 60)
  end
  redis.call('DEL', worker .. ':executions')
end
