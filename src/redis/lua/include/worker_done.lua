-- A worker has ended a job: count it, add its working time, and show the worker idle.
-- HSET before EXPIRE, so that a hash which had expired is not left immortal.
local function worker_done(prefix, worker, counter, work_sec, ttl_sec)
  local key = prefix .. ':worker:' .. worker
  if redis.call('TYPE', key).ok ~= 'hash' then return end
  if counter ~= '' then redis.call('HINCRBY', key, counter, 1) end
  redis.call('HINCRBYFLOAT', key, 'total_working_time', work_sec)
  redis.call('HDEL', key, 'current_job')
  redis.call('HSET', key, 'state', 'idle', 'current_job_working_time', '0')
  redis.call('EXPIRE', key, ttl_sec)
end
