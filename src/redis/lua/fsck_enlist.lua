-- fsck_enlist: a queue that has jobs, and that the set of queues does not know: viewers do not show it; added.
-- KEYS[1] the set of queues   Arguments and answer: include/fsck.lua
-- Derived keys: the queue and its registries.
-- Never adds a queue of which no key is left.
--@include job_keys
--@include despite_oom
--@include fsck
if not can_hold(KEYS[1], 'set') then return gone() end
local list = prefix .. ':queue:' .. queue
if redis.call('SISMEMBER', KEYS[1], list) == 1 then return gone() end
local keys = { list }
for _, registry in ipairs({ 'wip', 'finished', 'failed', 'deferred', 'scheduled', 'canceled' }) do
  keys[#keys + 1] = prefix .. ':' .. registry .. ':' .. queue
end
if redis.call('EXISTS', unpack(keys)) == 0 then return gone() end
return judged('unknown', nil, function() redis.call('SADD', KEYS[1], list) end)
