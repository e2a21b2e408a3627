-- Entries of RQ among the started jobs of a queue, and the end of a job that was abandoned there.

-- The id and the execution (nil: none) of an entry: `ID` up to RQ 1.16, `ID:E` since 2.0. An id may hold colons
-- itself, so the whole is taken for an id where there is such a job.
local function split_entry(prefix, member)
  if is_job(prefix, member) then return member end
  local id, execution = member:match('^(.*):([^:]*)$')
  return id or member, execution
end

-- True while a worker looks alive on the clock of Redis: it holds the job by keys that expire without its beats.
-- The scores are by the worker's own clock, which may be slow.
local function shows_alive(prefix, id, execution)
  if execution then return redis.call('EXISTS', prefix .. ':execution:' .. id .. ':' .. execution) == 1 end
  local worker = redis.call('HGET', job_key(prefix, id), 'worker_name')
  if not worker or worker == '' then return false end
  local fields = redis.pcall('HMGET', prefix .. ':worker:' .. worker, 'current_job', 'death')
  return fields[1] == id and not fields[2]
end

-- RQ's interval before a retry, as `retryDelaySec` in src/job/settle.ts.
local function retry_delay_sec(intervals_json, retries_left)
  local readable, intervals = pcall(cjson.decode, intervals_json or '')
  if not readable or type(intervals) ~= 'table' then return 0 end
  local delay_sec = intervals[math.max(#intervals - retries_left, 0) + 1]
  return type(delay_sec) == 'number' and math.max(0, delay_sec) or 0
end

-- Retry an abandoned job or fail it. `fields`: retries_left, retry_intervals, enqueue_at_front_on_retry, ttl,
-- failure_ttl. Returns 'retried', 'scheduled' or 'failed', or nil with nothing written where a key that is needed
-- holds something else.
local function end_abandoned(prefix, id, queue, fields, now_iso, now_sec, failure)
  local job = job_key(prefix, id)
  local retries_left = int(fields[1]) or 0
  if retries_left > 0 then
    local delay_sec = retry_delay_sec(fields[2], retries_left)
    local target = prefix .. (delay_sec > 0 and ':scheduled:' or ':queue:') .. queue
    if not can_hold(target, delay_sec > 0 and 'zset' or 'list') then return nil end
    redis.call('HSET', job, 'retries_left', string.format('%d', retries_left - 1))
    redis.call('HSETNX', job, 'origin', queue)
    if delay_sec <= 0 then
      push_job(prefix, id, queue, now_iso, int(fields[4]) or 0, fields[3] == '1')
      return 'retried'
    end
    redis.call('HSET', job, 'status', 'scheduled')
    redis.pcall('SADD', prefix .. ':queues', prefix .. ':queue:' .. queue)
    redis.call('ZADD', target, now_sec + delay_sec, id)
    release_slot(prefix, id, redis.call('HGET', job, 'rate_limit_key'))
    return 'scheduled'
  end
  local failed = prefix .. ':failed:' .. queue
  if not can_hold(failed, 'zset') then return nil end
  redis.call('HSET', job, 'status', 'failed', 'ended_at', now_iso)
  if failure.traceback ~= '' then redis.call('HSET', job, 'exc_info', failure.traceback) end
  redis.call('HSETNX', job, 'origin', queue)
  release_dependents(prefix, id, 'failed', now_iso)
  local webhooks, limit = unpack(redis.call('HMGET', job, 'webhooks', 'rate_limit_key'))
  queue_webhooks(prefix, id, webhooks, 'failed', queue, now_iso, id .. '-' .. now_sec)
  release_slot(prefix, id, limit)
  local own_ttl_sec = int(fields[5])
  local ttl_sec = own_ttl_sec or failure.ttl_sec
  apply_ttl(prefix, id, ttl_sec < 0 and -1 or ttl_sec)
  redis.call('ZADD', failed, ttl_sec < 0 and -1 or now_sec + ttl_sec, id)
  add_result(prefix, id, own_ttl_sec or '', { 'type', '2', 'worker_name', '', 'exc_string', failure.exc_string })
  return 'failed'
end
