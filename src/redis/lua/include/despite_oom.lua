-- A server that is out of memory refuses commands that may need some, but lets a script that has written go on to its
-- end. Leases and claims must be kept then all the same, so this writes nothing first.
local function despite_oom(prefix) redis.call('UNLINK', prefix .. 'd:nothing') end
