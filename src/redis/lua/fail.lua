-- fail: record that jobs have failed for good: status, traceback, registry, TTLs, counters and dependents, in one step.
-- KEYS[1] claims of this supervisor (hash)
-- ARGV[1] prefix  ARGV[2] TTL of a worker's hash, seconds  ARGV[3...] per job: execution, id, queue, worker,
-- status ('failed' or 'stopped'), failure TTL (seconds; -1 for ever), TTL of the results ('' leaves it),
-- traceback (base64 of zlib), started_at, ended_at (ISO), started, ended (float epoch seconds), working time (float
-- seconds), death certificate (JSON; '' none), names of fields that cannot be read (comma-joined; '' none)
-- Derived keys: everything that hangs on the job, its worker, its queue and its dependents.
-- Returns per job 'failed', 'gone' (no hash any more), 'repeated' (this very result was stored before) or
-- 'lost' (claim not held: a newer execution owns the job; nothing written).
--@include job_keys
--@include release
--@include worker_done
--@include dependents
--@include result
local replies = {}
local now_sec = tonumber(redis.call('TIME')[1])
local prefix, worker_ttl_sec = ARGV[1], ARGV[2]
for i = 3, #ARGV, 15 do
  local execution, id, queue, worker, status, failure_ttl_sec, results_ttl_sec, traceback, started_at, ended_at,
    started, ended, work_sec, certificate, unreadable = unpack(ARGV, i, i + 14)
  local job = job_key(prefix, id)
  local reply = 'failed'
  if not release(KEYS[1], prefix, id, execution, queue, worker) then
    reply = lost_reason(prefix, id, execution)
  else
    worker_done(prefix, worker, 'failed_job_count', work_sec, worker_ttl_sec)
    if not is_job(prefix, id) then
      reply = 'gone'
    else
      -- Put aside, not lost: RQ's programs quit, or show nothing at all, when they meet such a field.
      for field in unreadable:gmatch('[^,]+') do
        local value = redis.call('HGET', job, field)
        if value then redis.call('HSET', job, 'rqd_unreadable_' .. field, value) end
        redis.call('HDEL', job, field)
      end
      redis.call('HSET', job, 'status', status, 'started_at', started_at, 'ended_at', ended_at,
        'last_heartbeat', ended_at, 'worker_name', worker)
      -- A stopped parent never releases its children, not even lenient ones.
      if status == 'failed' then release_dependents(prefix, id, 'failed', ended_at) end
      local ttl_sec = tonumber(failure_ttl_sec)
      apply_ttl(prefix, id, ttl_sec < 0 and -1 or ttl_sec)
      redis.pcall('ZADD', prefix .. ':failed:' .. queue, ttl_sec < 0 and -1 or now_sec + ttl_sec, id)
      local fields = { 'type', '2', 'exc_string', traceback, 'worker_name', worker, 'execution_id', execution,
        'execution_started_at', started, 'execution_ended_at', ended }
      if certificate ~= '' then
        fields[#fields + 1] = 'rqd_certificate'
        fields[#fields + 1] = certificate
      end
      add_result(prefix, id, results_ttl_sec, fields)
      -- Somebody may have canceled it while it ran.
      redis.pcall('ZREM', prefix .. ':canceled:' .. queue, id)
    end
  end
  replies[#replies + 1] = reply
end
return replies
