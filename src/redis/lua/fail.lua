-- fail: record that jobs have failed for good: status, traceback, registry, TTLs, counters, dependents and
-- webhooks, in one step.
-- KEYS[1] claims of this supervisor (hash)
-- ARGV[1] prefix  ARGV[2] TTL of a worker's hash, seconds  ARGV[3] records (MessagePack array of texts), per job:
-- execution, id, queue, worker, 1 = it may be marked as running (0: no start was ever sent for it),
-- status ('failed' or 'stopped'), failure TTL (seconds; -1 for ever), TTL of the results ('' leaves it),
-- traceback (base64 of zlib; '' stores nothing but the status), started_at, ended_at (ISO), started, ended (float epoch
-- seconds), working time (float seconds), death certificate (JSON; '' none), names of fields that cannot be read (comma-joined; '' none), last lines
-- of its output (JSON; '' none)
-- Derived keys: everything that hangs on the job, its worker, its queue and its dependents; a scratch key; our
-- outbox of webhooks; its rate limit, whose next job may be queued.
-- Returns per job 'failed', 'gone' (no hash any more), 'repeated' (this very result was stored before) or
-- 'lost' (claim not held: a newer execution owns the job; nothing written).
--@include job_keys
--@include release
--@include claims
--@include worker_done
--@include dependents
--@include result
--@include webhooks
--@include rate_limit
local now_sec = tonumber(redis.call('TIME')[1])
local prefix, worker_ttl_sec, records = ARGV[1], ARGV[2], cmsgpack.unpack(ARGV[3])
local size = 17
local executions, ids = {}, {}
for i = 1, #records, size do
  executions[#executions + 1], ids[#ids + 1] = records[i], records[i + 1]
end
local related = any_related(prefix, ids)

local function fail(position)
  local execution, id, queue, worker, shown, status, failure_ttl_sec, results_ttl_sec, traceback, started_at, ended_at,
    started, ended, work_sec, certificate, unreadable, output = unpack(records, (position - 1) * size + 1, position * size)
  local job = job_key(prefix, id)
  worker_done(worker, 'failed_job_count', work_sec)
  if shown == '1' then unmark(prefix, id, execution, queue, worker) end
  if not is_job(prefix, id) then return 'gone' end
  -- Put aside, not lost: RQ's programs quit, or show nothing at all, when they meet such a field.
  for field in unreadable:gmatch('[^,]+') do
    local value = redis.call('HGET', job, field)
    if value then redis.call('HSET', job, 'rqd_unreadable_' .. field, value) end
    redis.call('HDEL', job, field)
  end
  redis.call('HSET', job, 'status', status, 'started_at', started_at, 'worker_name', worker)
  -- A stopped parent never releases its children, not even lenient ones.
  if related and status == 'failed' then release_dependents(prefix, id, 'failed', ended_at) end
  -- Somebody may have canceled it while it ran.
  redis.pcall('ZREM', prefix .. ':canceled:' .. queue, id)
  local webhooks, limit = unpack(redis.call('HMGET', job, 'webhooks', 'rate_limit_key'))
  if status == 'failed' then queue_webhooks(prefix, id, webhooks, 'failed', queue, ended_at, execution) end
  release_slot(prefix, id, limit)
  -- As RQ with its default exception handler disabled.
  if traceback == '' then return 'failed' end
  redis.call('HSET', job, 'ended_at', ended_at, 'last_heartbeat', ended_at)
  local ttl_sec = tonumber(failure_ttl_sec)
  apply_ttl(prefix, id, ttl_sec < 0 and -1 or ttl_sec, not related)
  redis.pcall('ZADD', prefix .. ':failed:' .. queue, ttl_sec < 0 and -1 or now_sec + ttl_sec, id)
  local fields = { 'type', '2', 'exc_string', traceback, 'worker_name', worker, 'execution_id', execution,
    'execution_started_at', started, 'execution_ended_at', ended }
  if certificate ~= '' then fields[13], fields[14] = 'rqd_certificate', certificate end
  if output ~= '' then fields[#fields + 1], fields[#fields + 2] = 'rqd_output', output end
  add_result(prefix, id, results_ttl_sec, fields)
  return 'failed'
end

return settle_each(KEYS[1], executions, fail, function(position)
  return lost_reason(prefix, ids[position], executions[position])
end, function() write_workers_done(prefix, worker_ttl_sec) end)
