-- sweep_abandoned: recover the jobs of dead Python workers, once, beside sweeps of RQ's that take no lock.
-- An entry whose score has passed is first reserved: its score goes so far ahead that no other sweep sees it, and the
-- state of its job is noted. A later call acts if neither score nor state has changed: nobody was at it.
-- KEYS[1] started jobs of the queue (zset: `ID` or `ID:E` by the second after which they count as abandoned)
-- KEYS[2] our reservations (hash: member to 'score second state')  KEYS[3] supervisors (zset)
-- ARGV[1] prefix  ARGV[2] queue  ARGV[3] now (ISO)  ARGV[4] traceback for the hash (zlib; '' none)  ARGV[5] in base64
-- ARGV[6] age at which a reservation is acted on, ms  ARGV[7] the same while the worker looks alive, ms
-- ARGV[8] how far ahead the score goes, seconds: acted on within the first half, else renewed, so that clocks of
-- Python's hosts may be fast by the other half  ARGV[9] most entries at a time  ARGV[10] default failure TTL, seconds
-- Derived keys: everything that hangs on the jobs, their workers and dependents; claims of all supervisors;
-- our outbox of webhooks.
-- Returns {jobs, reserved, dropped, pending}: jobs {outcome, id, worker, started_at, failure callback}, outcome
-- 'retried', 'scheduled', 'failed' or 'returned' (never started: to the front); how many entries were reserved now,
-- how many were dropped because their job is gone or elsewhere, and how many reservations stand.
-- Never touches an execution that a supervisor of ours holds, nor a job that is shown as running by another entry.
--@include job_keys
--@include despite_oom
--@include dependents
--@include result
--@include leftovers
--@include reservations
--@include webhooks
--@include rate_limit
--@include abandoned
local prefix, queue, now_iso, hold_sec, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[8]), tonumber(ARGV[9])
local wip, notes = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now_sec, now = tonumber(time[1]), tonumber(time[1]) + tonumber(time[2]) / 1e6
local jobs, reserved, dropped, held = {}, 0, 0, nil
if not can_hold(wip, 'zset') or not can_hold(notes, 'hash') then return { jobs, 0, 0, 0 } end
despite_oom(prefix)

local function act(id, status)
  local fields = redis.call('HMGET', job_key(prefix, id), 'retries_left', 'retry_intervals',
    'enqueue_at_front_on_retry', 'ttl', 'failure_ttl', 'worker_name', 'started_at', 'failure_callback_name')
  local outcome
  if status == 'started' then
    local failure = { traceback = ARGV[4], exc_string = ARGV[5], ttl_sec = tonumber(ARGV[10]) }
    outcome = end_abandoned(prefix, id, queue, fields, now_iso, now_sec, failure)
  elseif can_hold(prefix .. ':queue:' .. queue, 'list') then
    redis.pcall('LREM', prefix .. ':queue:' .. queue .. ':intermediate', 1, id)
    outcome = put_back(prefix, id, queue, now_iso) and 'returned' or 'dropped'
  end
  return outcome, { outcome, id, fields[6] or '', fields[7] or '', fields[8] or '' }
end

local function look(member, reserved_at, reserved_state)
  held = held or held_by_us(prefix, KEYS[3])
  local id, execution = split_entry(prefix, member)
  if execution and held.executions[execution] then return redis.call('HDEL', notes, member) end
  local status, state, outcome, job
  if is_job(prefix, id) then status, state = state_of(prefix, id) end
  local waits = status == 'queued' or status == ''
  local moved = reserved_at and state ~= reserved_state
  if not (status == 'started' or waits) or (moved and waits)
    or is_elsewhere(prefix, wip, notes, id, member, now, held) then
    outcome = 'dropped'
  elseif not reserved_at or moved or now - reserved_at > hold_sec / 2 then
    reserved = reserved + 1
    return reserve(wip, notes, member, now, hold_sec, state)
  else
    local wait_ms = tonumber(shows_alive(prefix, id, execution) and ARGV[7] or ARGV[6])
    if (now - reserved_at) * 1000 >= wait_ms then outcome, job = act(id, status) end
  end
  if not outcome then return end
  remove_entry(prefix, wip, notes, member, id, execution)
  if outcome == 'dropped' then dropped = dropped + 1 else jobs[#jobs + 1] = job end
end

for _, member in ipairs(redis.call('HKEYS', notes)) do
  local at, state = reservation(wip, notes, member)
  -- A beat, the job's end or another sweep came first.
  if at then look(member, at, state) else redis.call('HDEL', notes, member) end
end
local room = limit - redis.call('HLEN', notes)
for _, member in ipairs(redis.call('ZRANGEBYSCORE', wip, 0, now_sec, 'LIMIT', 0, 3 * limit)) do
  if reserved + dropped + #jobs < room then look(member) end
end
return { jobs, reserved, dropped, redis.call('HLEN', notes) }
