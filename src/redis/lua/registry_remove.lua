-- registry_remove: take a job out of a registry, and where asked delete it too.
-- KEYS[1] registry (zset: member by score)
-- ARGV[1] prefix  ARGV[2] job id  ARGV[3] 1 = delete the job  ARGV[4] 1 = entries may be of executions, `ID:E`
-- Derived keys: everything that hangs on the job; the list and the registry where its status says that it is.
-- Returns {taken out, deleted}, each 1 or 0. An error, with nothing written, where the key holds something else.
-- Never touches what a supervisor holds: one that runs the job finds it gone when it settles.
--@include job_keys
--@include misfit
--@include entries
--@include rate_limit
--@include drop_job
local problem = misfit(KEYS[1], 'zset', 'a registry')
if problem then return problem end
local taken = redis.call('ZREM', KEYS[1], unpack(entries_of(ARGV[1], ARGV[2], ARGV[4] == '1')))
local deleted = ARGV[3] == '1' and drop_job(ARGV[1], ARGV[2])
return { taken > 0 and 1 or 0, deleted and 1 or 0 }
