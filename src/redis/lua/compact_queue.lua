-- compact_queue: drop the ids whose job is gone from a stretch of a queue. The others stay where they are.
-- KEYS[1] the queue (list)
-- ARGV[1] prefix  ARGV[2] how many ids at the end to pass over  ARGV[3] most ids to look at, those before them
-- Derived keys: the hashes of the jobs.
-- Returns {removed, looked at, length before}. An error, with nothing written, where the key holds something else.
-- Never takes the id of a job that exists off the list, not even for an instant.
--@include job_keys
--@include misfit
local problem = misfit(KEYS[1], 'list', 'a list of job ids')
if problem then return problem end
local pass_over, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local length = redis.call('LLEN', KEYS[1])
local ids = redis.call('LRANGE', KEYS[1], -pass_over - most, -pass_over - 1)
local dead, copies = nil, 0
for i, id in ipairs(ids) do
  if redis.call('EXISTS', job_key(ARGV[1], id)) == 0 then
    -- Made copies of one dead id, all of them go in one walk from the end.
    dead, copies = dead or id, copies + 1
    if id ~= dead then redis.call('LSET', KEYS[1], -(pass_over + #ids - i + 1), dead) end
  end
end
if dead then redis.call('LREM', KEYS[1], -copies, dead) end
return { copies, #ids, length }
