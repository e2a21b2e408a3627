-- fsck_listed: an id on a list whose job is gone, is canceled, or says that it does not wait.
-- KEYS[1] the list   Arguments and answer: include/fsck.lua
-- Derived keys: the job's hash.
-- Never takes an id off whose job waits, or says that it has ended or runs: what becomes of that is not ours to say.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include entries
--@include fsck
--@include whereabouts
local function unlist() redis.call('LREM', KEYS[1], 0, id) end
if redis.call('EXISTS', job_key(prefix, id)) == 0 then
  if not is_on(KEYS[1], id) then return gone() end
  return judged('missing', nil, unlist)
end
if not is_job(prefix, id) then return gone() end
local status, state = state_of(prefix, id)
if status == '' or status == 'queued' or status == 'created' or not is_on(KEYS[1], id) then return gone() end
if status == 'canceled' then return judged(state, nil, unlist) end
return judged(state, 'a worker that takes it runs it, whatever its status; cancel it if it should not')
