-- fsck_queued: a job that says it is queued, and is nowhere; back to the front of its queue.
-- KEYS[1] the job (hash)   Arguments and answer: include/fsck.lua
-- Derived keys: all queues and their intermediate lists, the started jobs of its queue, claims of all supervisors,
-- the keys that hang on the job.
-- Never touches a job that is on any list, runs, or is held by a supervisor. Spends no retry.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include entries
--@include fsck
--@include whereabouts
if not is_job(prefix, id) then return gone() end
local status, state = state_of(prefix, id)
if status ~= 'queued' then return gone() end
local origin, ttl, enqueued_at = unpack(redis.call('HMGET', KEYS[1], 'origin', 'ttl', 'enqueued_at'))
if is_on_any(id, origin or '') or is_running(id, origin or '') or is_claimed(id) then return gone() end
if not origin or origin == '' then return judged(state, 'its hash does not say to which queue it belongs') end
if not can_hold(prefix .. ':queue:' .. origin, 'list') then
  return judged(state, 'the key of its queue holds something else')
end
return judged(state, nil, function()
  if not enqueued_at or enqueued_at == '' then enqueued_at = now_iso end
  push_job(prefix, id, origin, enqueued_at, int(ttl) or 0, true)
end)
