-- fsck_stub: a job's hash without its call: to all readers there is no such job; removed.
-- KEYS[1] the hash   Arguments and answer: include/fsck.lua
-- Derived keys: all queues, the started jobs of its queue, claims of all supervisors.
-- Never removes one whose id is on a list, runs, or is held by a supervisor.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include entries
--@include fsck
--@include whereabouts
if not is_job(prefix, id) or redis.call('HEXISTS', KEYS[1], 'data') == 1 then return gone() end
local _, state = state_of(prefix, id)
local origin = redis.call('HGET', KEYS[1], 'origin') or ''
if is_on_any(id, origin) or is_running(id, origin) or is_claimed(id) then
  return judged(state, 'its id is on a list, or in the hands of a worker, which ends it')
end
return judged(state .. ' ' .. redis.call('HLEN', KEYS[1]), nil, function() redis.call('DEL', KEYS[1]) end)
