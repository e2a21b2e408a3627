-- fsck_daemon: a supervisor of ours whose lease has run out, or that left its claims behind. Only looks: recover takes
-- its jobs over.
-- KEYS[1] supervisors (zset: id by lease end, epoch ms)   Arguments and answer: include/fsck.lua
-- Derived keys: the supervisor's hash and claims.   Writes nothing.
--@include despite_oom
--@include fsck
local lease_end = redis.pcall('ZSCORE', KEYS[1], id)
if type(lease_end) == 'string' then
  if tonumber(lease_end) > now * 1000 then return gone() end
elseif redis.call('EXISTS', prefix .. 'd:supervisor:' .. id, prefix .. 'd:claims:' .. id) == 0 then
  return gone()
end
return judged('dead', nil, function() return nil end)
