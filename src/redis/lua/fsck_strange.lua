-- fsck_strange: a key of another type, or a job with a status that nobody knows. Only looks.
-- KEYS[1] the key   Arguments and answer: include/fsck.lua; `place` is the type that the key should have, or `status`;
-- `entry` are the known texts, separated by blanks
-- Writes nothing.
--@include despite_oom
--@include fsck
local found = redis.call('TYPE', KEYS[1]).ok
if found == 'none' then return gone() end
if place == 'status' then
  local status = redis.pcall('HGET', KEYS[1], 'status')
  if type(status) ~= 'string' or status == '' or (' ' .. entry .. ' '):find(' ' .. status .. ' ', 1, true) then
    return gone()
  end
  return judged(status:sub(1, 100), 'nobody can say what it should be; RQ 2.x cannot load the job')
end
if found == place then return gone() end
return judged(found, 'nobody can say what it is for; rename or delete it')
