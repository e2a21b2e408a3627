-- registry_find: the score of a job in a registry.
-- KEYS[1] registry (zset: member by score, seconds)
-- ARGV[1] prefix  ARGV[2] job id  ARGV[3] 1 = entries with a score above 0 that has passed have run out
-- ARGV[4] 1 = entries may be of executions, `ID:E`
-- Derived keys: the executions of the job.
-- Returns the score, of several executions the highest, or nil. An error where the key holds something else.
-- Writes nothing.
--@include misfit
--@include entries
local problem = misfit(KEYS[1], 'zset', 'a registry')
if problem then return problem end
local found
for _, entry in ipairs(entries_of(ARGV[1], ARGV[2], ARGV[4] == '1')) do
  local score = redis.call('ZSCORE', KEYS[1], entry)
  if score and not (found and tonumber(found) >= tonumber(score)) then found = score end
end
if not found then return false end
local number = tonumber(found)
if ARGV[3] == '1' and number > 0 and number <= tonumber(redis.call('TIME')[1]) then return false end
return found
