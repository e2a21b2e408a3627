-- start: show claimed jobs as running, to RQ's readers of every version.
-- KEYS[1] claims of this supervisor (hash)
-- ARGV[1] prefix  ARGV[2] TTL of a worker's hash, seconds  ARGV[3] 1 = entries among the started jobs are
-- bare ids, as those of RQ 1.13  ARGV[4...] per job: execution, id, queue, worker, started_at (ISO), TTL of the mark as running (seconds)
-- Derived keys: the job's hash, its executions, the worker's hash and executions, the queue's started jobs.
-- Returns one of 'started', 'lost' (claim not held), 'gone' (no hash any more) per job; only the first writes.
-- Never revives a job that was deleted.
--@include job_keys
local replies = {}
local time = redis.call('TIME')
local now_sec, now_float = tonumber(time[1]), string.format('%d.%06d', time[1], time[2])
local prefix, worker_ttl_sec = ARGV[1], ARGV[2]
for i = 4, #ARGV, 6 do
  local execution, id, queue, worker = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local started_at, mark_sec = ARGV[i + 4], tonumber(ARGV[i + 5])
  local job = prefix .. ':job:' .. id
  local reply = 'started'
  if redis.call('HEXISTS', KEYS[1], execution) == 0 then
    reply = 'lost'
  elseif redis.call('TYPE', job).ok ~= 'hash' then
    reply = 'gone'
  else
    local execution_key = prefix .. ':execution:' .. id .. ':' .. execution
    redis.call('HSET', execution_key, 'id', execution, 'job_id', id, 'created_at', now_float,
      'last_heartbeat', now_float, 'worker_name', worker)
    redis.call('EXPIRE', execution_key, mark_sec)
    local executions = prefix .. ':executions:' .. id
    redis.call('ZADD', executions, now_sec + mark_sec + 60, execution)
    redis.call('EXPIRE', executions, mark_sec + 60)
    local entry = id .. ':' .. execution
    if ARGV[3] == '1' then
      entry = id
      -- Whoever takes the mark back may write the other way.
      redis.call('HSET', execution_key, 'rqd_bare', '1')
    end
    redis.call('ZADD', prefix .. ':wip:' .. queue, now_sec + mark_sec, entry)
    local worker_key = prefix .. ':worker:' .. worker
    redis.call('SADD', worker_key .. ':executions', id .. ':' .. execution)
    redis.call('EXPIRE', worker_key .. ':executions', mark_sec + 60)
    redis.call('HSET', worker_key, 'state', 'busy', 'current_job', id, 'current_job_working_time', '0',
      'last_heartbeat', started_at)
    redis.call('EXPIRE', worker_key, worker_ttl_sec)
    redis.call('HSET', job, 'status', 'started', 'started_at', started_at, 'last_heartbeat', started_at,
      'worker_name', worker)
    keep_job(prefix, id)
    -- Canceled between claim and start, or called off again: it runs, and its status is not `canceled` any more.
    redis.pcall('ZREM', prefix .. ':canceled:' .. queue, id)
  end
  replies[#replies + 1] = reply
end
return replies
