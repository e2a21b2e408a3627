-- fsck_member: a member of a set that stands for nothing; dropped.
-- KEYS[1] the set (or zset)   Arguments and answer: include/fsck.lua; `entry` is the member, `place` what it should be:
-- `queue`, `worker`, `dependent` (a job's id) or `webhook`
-- Derived keys: that of which the member is the name.
-- Never drops a member whose key holds anything, but for a worker that has said that it is dead.
--@include job_keys
--@include despite_oom
--@include fsck
local is_sorted = place == 'webhook'
local found = redis.pcall(is_sorted and 'ZSCORE' or 'SISMEMBER', KEYS[1], entry)
if is_sorted and type(found) ~= 'string' or not is_sorted and found ~= 1 then return gone() end
local function begins(text) return entry:sub(1, #text) == text end
local exists
if place == 'queue' then
  exists = begins(prefix .. ':queue:')
elseif place == 'worker' then
  exists = begins(prefix .. ':worker:') and redis.call('EXISTS', entry) == 1 and redis.pcall('HEXISTS', entry, 'death') ~= 1
elseif place == 'dependent' then
  exists = redis.call('EXISTS', job_key(prefix, entry)) == 1
else
  exists = redis.call('EXISTS', prefix .. 'd:webhook:' .. entry) == 1
end
if exists then return gone() end
return judged('nothing', nil, function() redis.call(is_sorted and 'ZREM' or 'SREM', KEYS[1], entry) end)
