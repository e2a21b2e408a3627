-- finish: record that jobs have ended well: status, result, registry, TTLs, counters, dependents
-- and webhooks, in one step.
-- KEYS[1] claims of this supervisor (hash)
-- ARGV[1] prefix  ARGV[2] TTL of a worker's hash, seconds  ARGV[3] records (MessagePack array of texts), per job:
-- execution, id, queue, worker, 1 = it may be marked as running (0: no start was ever sent for it),
-- result TTL (seconds; -1 for ever, 0 delete), return value (base64; '' none), started_at, ended_at (ISO),
-- started, ended (float epoch seconds), working time (float seconds), 'repeats left, delay, TTL while waiting'
-- (seconds; a space between) of a job that runs again ('' for nearly all: it does not)
-- Derived keys: everything that hangs on the job, its worker, its queue and its dependents; a scratch key; our
-- outbox of webhooks; its rate limit, whose next job may be queued.
-- Returns per job 'finished', 'gone' (no hash any more), 'repeated' (this very result was stored before) or
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
local size = 13
local executions, ids = {}, {}
for i = 1, #records, size do
  executions[#executions + 1], ids[#ids + 1] = records[i], records[i + 1]
end
local related = any_related(prefix, ids)
local registries = {}

-- Put a job that went well back for its next run: on its queue at once, or among the scheduled jobs for later. Its hash
-- does not expire meanwhile. False, with nothing written, where the key that it needs holds something else.
local function repeat_job(id, queue, repetition, ended_at)
  local left, delay_sec, ttl_sec = repetition:match('^(%S+) (%S+) (%S+)$')
  local delayed = tonumber(delay_sec) > 0
  local target = prefix .. (delayed and ':scheduled:' or ':queue:') .. queue
  if not can_hold(target, delayed and 'zset' or 'list') then return false end
  redis.call('HSET', job_key(prefix, id), 'repeats_left', left)
  if delayed then
    redis.call('HSET', job_key(prefix, id), 'status', 'scheduled')
    redis.pcall('SADD', prefix .. ':queues', prefix .. ':queue:' .. queue)
    redis.call('ZADD', target, now_sec + tonumber(delay_sec), id)
  else
    push_job(prefix, id, queue, ended_at, tonumber(ttl_sec), false)
  end
  return true
end

local function finish(position)
  local execution, id, queue, worker, shown, result_ttl_sec, value, started_at, ended_at, started, ended, work_sec,
    repetition = unpack(records, (position - 1) * size + 1, position * size)
  local job = job_key(prefix, id)
  worker_done(worker, 'successful_job_count', work_sec)
  if shown == '1' then unmark(prefix, id, execution, queue, worker) end
  local status, webhooks, limit = unpack(redis.pcall('HMGET', job, 'status', 'webhooks', 'rate_limit_key'), 1, 3)
  if not status and not is_job(prefix, id) then return 'gone' end
  queue_webhooks(prefix, id, webhooks, 'finished', queue, ended_at, execution)
  release_slot(prefix, id, limit)
  -- Meanwhile a sweep of RQ's that took us for dead may have failed it, or somebody may have canceled it.
  if status ~= 'queued' and status ~= 'started' then
    redis.pcall('ZREM', prefix .. ':failed:' .. queue, id)
    redis.pcall('ZREM', prefix .. ':canceled:' .. queue, id)
  end
  if related then release_dependents(prefix, id, 'finished', ended_at) end
  local ttl_sec = tonumber(result_ttl_sec)
  -- Somebody who canceled it while it ran wants it no more.
  local again = repetition ~= '' and status ~= 'canceled'
  if ttl_sec ~= 0 then
    redis.call('HSET', job, 'status', 'finished', 'started_at', started_at, 'ended_at', ended_at,
      'last_heartbeat', ended_at, 'worker_name', worker)
    local fields = { 'type', '1', 'worker_name', worker, 'execution_id', execution,
      'execution_started_at', started, 'execution_ended_at', ended }
    if value ~= '' then fields[11], fields[12] = 'return_value', value end
    add_result(prefix, id, ttl_sec, fields)
    local entries = registries[queue] or {}
    registries[queue] = entries
    entries[#entries + 1], entries[#entries + 2] = ttl_sec < 0 and '+inf' or now_sec + ttl_sec, id
  end
  if not (again and repeat_job(id, queue, repetition, ended_at)) then apply_ttl(prefix, id, ttl_sec, not related) end
  return 'finished'
end

local function write_the_rest()
  for queue, entries in pairs(registries) do
    in_chunks(entries, function(...) redis.pcall('ZADD', prefix .. ':finished:' .. queue, ...) end)
  end
  write_workers_done(prefix, worker_ttl_sec)
end

return settle_each(KEYS[1], executions, finish, function(position)
  return lost_reason(prefix, ids[position], executions[position])
end, write_the_rest)
