-- retry: put failed jobs that have retries left back: on their queue at once, or among the scheduled jobs for later.
-- KEYS[1] claims of this supervisor (hash)
-- ARGV[1] prefix  ARGV[2] TTL of a worker's hash, seconds  ARGV[3...] per job: execution, id, queue, worker,
-- retries left after this one, delay (seconds; 0 at once), 1 = push at the front, TTL while waiting (seconds; 0 none),
-- ended_at (ISO), working time (float seconds), executors that the job has ended ('' leaves the count)
-- Derived keys: everything that hangs on the job, its worker and its queue; its rate limit.
-- Returns per job 'retried', 'gone' (no hash any more), 'canceled' (while it ran: it is not tried again), 'lost' (claim not held; nothing written) or 'refused' (the
-- queue's key holds something else; nothing written, the claim stands).
--@include job_keys
--@include release
--@include worker_done
--@include rate_limit
local replies = {}
local now_sec = tonumber(redis.call('TIME')[1])
local prefix, worker_ttl_sec = ARGV[1], ARGV[2]
for i = 3, #ARGV, 11 do
  local execution, id, queue, worker, retries_left, delay_sec, at_front, ttl_sec, ended_at, work_sec, deaths =
    unpack(ARGV, i, i + 10)
  local job = job_key(prefix, id)
  local reply = 'retried'
  local delayed = tonumber(delay_sec) > 0
  local target = prefix .. (delayed and ':scheduled:' or ':queue:') .. queue
  if not can_hold(target, delayed and 'zset' or 'list') then
    reply = redis.call('HEXISTS', KEYS[1], execution) == 1 and 'refused' or 'lost'
  elseif not release(KEYS[1], prefix, id, execution, queue, worker) then
    reply = 'lost'
  else
    worker_done(worker, 'failed_job_count', work_sec)
    if not is_job(prefix, id) then
      reply = 'gone'
    elseif redis.call('HGET', job, 'status') == 'canceled' then
      reply = 'canceled'
    else
      redis.call('HSET', job, 'retries_left', retries_left, 'ended_at', ended_at, 'last_heartbeat', ended_at)
      if deaths ~= '' then redis.call('HSET', job, 'rqd_deaths', deaths) end
      if delayed then
        redis.call('HSET', job, 'status', 'scheduled')
        redis.pcall('SADD', prefix .. ':queues', prefix .. ':queue:' .. queue)
        redis.call('ZADD', target, now_sec + tonumber(delay_sec), id)
        -- One that goes back to its queue at once keeps its slot.
        release_slot(prefix, id, redis.call('HGET', job, 'rate_limit_key'))
      else
        push_job(prefix, id, queue, ended_at, tonumber(ttl_sec), at_front == '1')
      end
    end
  end
  replies[#replies + 1] = reply
end
write_workers_done(prefix, worker_ttl_sec)
return replies
