-- sweep_intermediate: return jobs that a Python worker moved to its queue's intermediate list and never started.
-- KEYS[1] intermediate list  KEYS[2] the queue (list)  KEYS[3] what we saw there (hash: id to 'second enqueued_at')
-- KEYS[4] supervisors (zset)
-- ARGV[1] prefix  ARGV[2] queue  ARGV[3] now (ISO)  ARGV[4] how long ago an earlier call must have seen a waiting id
-- for it to be a leftover, ms  ARGV[5] most ids to look at, from the list's head
-- Derived keys: everything that hangs on the jobs; claims of all supervisors; RQ's own notes on the ids.
-- Returns {ids, removed, noted}: the ids put back to the front of the queue, how many others were only removed (their
-- job is gone, or has gone on), and how many wait to be old enough.
-- Never touches an id that stands among the started jobs, spends no retry, and puts no id on a list that has it.
--@include job_keys
--@include despite_oom
--@include leftovers
local prefix, queue, now_iso, age_ms = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local returned, removed, notes = {}, 0, {}
if not (can_hold(KEYS[1], 'list') and can_hold(KEYS[2], 'list') and can_hold(KEYS[3], 'hash')) then
  return { returned, 0, 0 }
end
despite_oom(prefix)

local function is_started(id)
  local origin = redis.call('HGET', job_key(prefix, id), 'origin') or queue
  local entries = redis.pcall('ZRANGE', prefix .. ':executions:' .. id, -20, -1)
  for i, execution in ipairs(entries) do entries[i] = id .. ':' .. execution end
  table.insert(entries, id)
  for _, entry in ipairs(entries) do
    for _, name in ipairs({ queue, origin }) do
      if type(redis.pcall('ZSCORE', prefix .. ':wip:' .. name, entry)) == 'string' then return true end
    end
  end
  return false
end

local function first_seen(id, enqueued_at)
  local at, note = (redis.call('HGET', KEYS[3], id) or ''):match('^(%S+) (.*)$')
  return note == enqueued_at and tonumber(at)
end

local copies, order, held = {}, {}, nil
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, tonumber(ARGV[5]) - 1)) do
  if not copies[id] then order[#order + 1] = id end
  copies[id] = (copies[id] or 0) + 1
end
for _, id in ipairs(order) do
  local known = is_job(prefix, id)
  local status = known and (redis.call('HGET', job_key(prefix, id), 'status') or '')
  local waits = status == 'queued' or status == ''
  if not (waits and is_started(id)) then
    local enqueued_at = known and redis.call('HGET', job_key(prefix, id), 'enqueued_at') or ''
    local seen = first_seen(id, enqueued_at)
    if waits and not (seen and (now - seen) * 1000 >= age_ms) then
      notes[#notes + 1] = id
      notes[#notes + 1] = string.format('%.6f ', seen or now) .. enqueued_at
    else
      held = held or held_by_us(prefix, KEYS[4])
      -- The copies all lie in the part of the list that was read.
      redis.call('LREM', KEYS[1], copies[id], id)
      redis.call('DEL', KEYS[1] .. ':first_seen:' .. id)
      if waits and not held.jobs[id] and put_back(prefix, id, queue, now_iso) then
        returned[#returned + 1] = id
      else
        removed = removed + 1
      end
    end
  end
end
redis.call('DEL', KEYS[3])
if #notes > 0 then
  redis.call('HSET', KEYS[3], unpack(notes))
  redis.call('EXPIRE', KEYS[3], 86400)
end
return { returned, removed, #notes / 2 }
