-- fsck_abandoned: a started job whose worker has let its time pass. Only looks: sweep_abandoned recovers it.
-- KEYS[1] started jobs of a queue (zset)   Arguments and answer: include/fsck.lua; `entry` is the member
-- Derived keys: our reservations for the queue, claims of all supervisors, the job's hash.
-- Writes nothing.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include entries
--@include fsck
--@include whereabouts
local score = redis.pcall('ZSCORE', KEYS[1], entry)
if type(score) ~= 'string' or not is_job(prefix, id) then return gone() end
local reserved = redis.pcall('HEXISTS', prefix .. 'd:abandoned:' .. queue, entry) == 1
if tonumber(score) > now and not reserved then return gone() end
if is_claimed(id) then return gone() end
return judged('abandoned ' .. entry, nil, function() return nil end)
