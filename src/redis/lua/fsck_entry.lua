-- fsck_entry: an entry of a registry whose job is gone, or is in another place by its status; dropped.
-- KEYS[1] the registry (zset)   Arguments and answer: include/fsck.lua; `entry` is the member, `place` the registry:
-- wip, finished, failed, deferred, scheduled or canceled
-- Derived keys: the job's keys, the places of its queue, claims of all supervisors.
-- Never drops what expires within the hour by itself, the entry of a job that is in no other place, nor that of an
-- execution whose time has not passed.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include entries
--@include fsck
--@include whereabouts
local score = redis.pcall('ZSCORE', KEYS[1], entry)
if type(score) ~= 'string' then return gone() end
score = tonumber(score)
-- An id may hold colons itself.
if place == 'wip' and is_job(prefix, entry) then id = entry end
if place == 'wip' and (score > now or is_claimed(id)) then return gone() end
local function drop()
  redis.call('ZREM', KEYS[1], entry)
  if place ~= 'wip' or entry == id then return end
  redis.call('DEL', prefix .. ':execution:' .. entry)
  redis.pcall('ZREM', prefix .. ':executions:' .. id, entry:sub(#id + 2))
end
if redis.call('EXISTS', job_key(prefix, id)) == 0 then
  local expires = place == 'finished' or place == 'failed'
  if expires and score > now - 3600 and score <= now + 60 and score > 0 then return gone() end
  return judged('missing ' .. place, nil, drop)
end
if not is_job(prefix, id) then return gone() end
local status, state = state_of(prefix, id)
if registry_by_status[status] == place or (place == 'wip' and status == 'started') then return gone() end
if status == 'ready_to_enqueue' or status == 'rate_limited' then return gone() end
if place == 'finished' and (status == 'scheduled' or status == 'deferred' or not registry_by_status[status]) then
  -- It ran well, and runs again: a repetition, or the same id enqueued again. This entry expires by itself.
  local job = job_key(prefix, id)
  if redis.call('EXISTS', prefix .. ':results:' .. id) == 1 or redis.call('HEXISTS', job, 'result') == 1
    or redis.call('HEXISTS', job, 'repeats_left') == 1 then
    return gone()
  end
end
local origin = redis.call('HGET', job_key(prefix, id), 'origin') or ''
if not is_placed(id, status, origin) then
  return judged(place .. ' ' .. state, 'it is in no other place, so that its status may be what is wrong')
end
return judged(place .. ' ' .. state, nil, drop)
