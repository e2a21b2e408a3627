-- fsck_double: an id more than once on a list; the first stays.
-- KEYS[1] the list   Arguments and answer: include/fsck.lua   Derived keys: the job's hash.
-- Never takes the last one off.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include fsck
local found = redis.pcall('LPOS', KEYS[1], id, 'COUNT', 0)
if found.err or #found < 2 then return gone() end
local state = is_job(prefix, id) and select(2, state_of(prefix, id)) or 'missing'
return judged(#found .. ' times ' .. state, nil, function() redis.call('LREM', KEYS[1], 1 - #found, id) end)
