-- fsck_elsewhere: an id on the lists of two queues; it stays on that to which its job belongs.
-- KEYS[1] the list of another queue   Arguments and answer: include/fsck.lua; `queue` is that other queue
-- Derived keys: the job's hash, the list of its own queue.
-- Never takes an id off that is not on the list of its own queue at the same time.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include entries
--@include fsck
--@include whereabouts
if not is_job(prefix, id) or not is_on(KEYS[1], id) then return gone() end
local origin = redis.call('HGET', job_key(prefix, id), 'origin') or ''
if origin == queue or not is_on(prefix .. ':queue:' .. origin, id) then return gone() end
local _, state = state_of(prefix, id)
return judged(state, nil, function() redis.call('LREM', KEYS[1], 0, id) end)
