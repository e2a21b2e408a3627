-- finish: record that jobs have ended well: status, result, registry, TTLs, counters and dependents, in one step.
-- KEYS[1] claims of this supervisor (hash)
-- ARGV[1] prefix  ARGV[2] TTL of a worker's hash, seconds  ARGV[3...] per job: execution, id, queue, worker,
-- result TTL (seconds; -1 for ever, 0 delete), return value (base64; '' none), started_at, ended_at (ISO),
-- started, ended (float epoch seconds), working time (float seconds)
-- Derived keys: everything that hangs on the job, its worker, its queue and its dependents.
-- Returns per job 'finished', 'gone' (no hash any more), 'repeated' (this very result was stored before) or
-- 'lost' (claim not held: a newer execution owns the job; nothing written).
--@include job_keys
--@include release
--@include worker_done
--@include dependents
--@include result
local replies = {}
local now_sec = tonumber(redis.call('TIME')[1])
local prefix, worker_ttl_sec = ARGV[1], ARGV[2]
for i = 3, #ARGV, 11 do
  local execution, id, queue, worker, result_ttl_sec, value, started_at, ended_at, started, ended, work_sec =
    unpack(ARGV, i, i + 10)
  local job = job_key(prefix, id)
  local reply = 'finished'
  if not release(KEYS[1], prefix, id, execution, queue, worker) then
    reply = lost_reason(prefix, id, execution)
  else
    worker_done(prefix, worker, 'successful_job_count', work_sec, worker_ttl_sec)
    if not is_job(prefix, id) then
      reply = 'gone'
    else
      -- Meanwhile a sweep of RQ's that took us for dead may have failed it, or somebody may have canceled it.
      redis.pcall('ZREM', prefix .. ':failed:' .. queue, id)
      redis.pcall('ZREM', prefix .. ':canceled:' .. queue, id)
      release_dependents(prefix, id, 'finished', ended_at)
      local ttl_sec = tonumber(result_ttl_sec)
      if ttl_sec == 0 then
        local group = redis.call('HGET', job, 'group_id')
        if group and group ~= '' then redis.pcall('SREM', prefix .. ':group:' .. group, id) end
        redis.call('DEL', prefix .. ':executions:' .. id)
      else
        redis.call('HSET', job, 'status', 'finished', 'started_at', started_at, 'ended_at', ended_at,
          'last_heartbeat', ended_at, 'worker_name', worker)
        local fields = { 'type', '1', 'worker_name', worker, 'execution_id', execution,
          'execution_started_at', started, 'execution_ended_at', ended }
        if value ~= '' then
          fields[#fields + 1] = 'return_value'
          fields[#fields + 1] = value
        end
        add_result(prefix, id, ttl_sec, fields)
        redis.pcall('ZADD', prefix .. ':finished:' .. queue, ttl_sec < 0 and '+inf' or now_sec + ttl_sec, id)
      end
      apply_ttl(prefix, id, ttl_sec)
    end
  end
  replies[#replies + 1] = reply
end
return replies
