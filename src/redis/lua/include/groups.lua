-- Take a job out of its group, which is forgotten with its last job: while jobs name a group, its set must be there, or
-- RQ 2.x cannot delete them.
local function leave_group(prefix, id, group)
  if not group or group == '' then return end
  local key = prefix .. ':group:' .. group
  redis.pcall('SREM', key, id)
  if redis.call('EXISTS', key) == 0 then redis.pcall('SREM', prefix .. ':groups', group) end
end
