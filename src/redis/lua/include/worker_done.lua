-- The workers that have ended jobs in this call: each is written once, at the end.
local workers_done = {}

local function worker_done(worker, counter, work_sec)
  local done = workers_done[worker] or { count = {}, work_sec = 0 }
  workers_done[worker] = done
  done.count[counter] = (done.count[counter] or 0) + 1
  done.work_sec = done.work_sec + tonumber(work_sec)
end

-- Count the jobs, add the working time, and show each worker idle that has not been shown at another job by now.
-- HSET before EXPIRE, so that a hash which had expired is not left immortal.
local function write_workers_done(prefix, ttl_sec)
  for worker, done in pairs(workers_done) do
    local key = prefix .. ':worker:' .. worker
    if redis.call('TYPE', key).ok == 'hash' then
      for counter, count in pairs(done.count) do redis.pcall('HINCRBY', key, counter, count) end
      redis.pcall('HINCRBYFLOAT', key, 'total_working_time', string.format('%.6f', done.work_sec))
      local running = redis.pcall('SCARD', key .. ':executions')
      if type(running) ~= 'number' or running == 0 then
        redis.call('HDEL', key, 'current_job')
        redis.call('HSET', key, 'state', 'idle', 'current_job_working_time', '0')
      end
      redis.call('EXPIRE', key, ttl_sec)
    end
  end
end
