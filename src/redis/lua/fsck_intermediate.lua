-- fsck_intermediate: an id that a Python worker took off its queue and never started; back to the front, or dropped
-- where its job is gone or has gone on.
-- KEYS[1] the intermediate list   Arguments and answer: include/fsck.lua
-- Derived keys: the queue, its started jobs, what hangs on the job, claims of all supervisors, RQ's note on the id.
-- Never touches an id that stands among the started jobs, spends no retry, and puts no id on a list that has it.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include entries
--@include fsck
--@include whereabouts
if not is_on(KEYS[1], id) then return gone() end
local known = is_job(prefix, id)
local origin = known and redis.call('HGET', job_key(prefix, id), 'origin') or queue
if is_running(id, queue) or is_running(id, origin) then return gone() end
local status, state = '', 'missing'
if known then status, state = state_of(prefix, id) end
local list = prefix .. ':queue:' .. queue
if not can_hold(list, 'list') then return judged(state, 'the key of its queue holds something else') end
return judged(state, nil, function()
  redis.call('LREM', KEYS[1], 0, id)
  redis.call('DEL', KEYS[1] .. ':first_seen:' .. id)
  local waits = known and (status == 'queued' or status == '')
  if waits and not is_claimed(id) and not is_on(list, id) then put_back(prefix, id, queue, now_iso) end
end)
