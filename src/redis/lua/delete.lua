-- delete: remove a job with everything that hangs on it, results too, whatever its status.
-- KEYS[1] the job (hash)
-- ARGV[1] prefix  ARGV[2] job id  ARGV[3] queue under which it is filed, where its hash is gone or does not say
-- ARGV[4] 1 = remove the jobs that wait for it as well, and those that wait for them
-- Derived keys: everything that hangs on the jobs; their queues, registries, groups and rate limits;
-- their parents' dependents.
-- Returns how many hashes were removed. Where there is none, what is left of the id goes all the same.
-- A function that runs is not interrupted: what it makes is dropped at its end, since a job without hash is never
-- revived. Never removes a key of the job's name that holds something else.
--@include job_keys
--@include places
--@include rate_limit
local prefix = ARGV[1]
local seen, to_do, deleted = { [ARGV[2]] = true }, { ARGV[2] }, 0

local function delete(id, otherwise)
  local origin, group, limit =
    unpack(redis.pcall('HMGET', job_key(prefix, id), 'origin', 'group_id', 'rate_limit_key'), 1, 3)
  local queue = origin and origin ~= '' and origin or otherwise
  for _, execution in ipairs(take_out(prefix, id, queue)) do
    redis.call('DEL', prefix .. ':execution:' .. id .. ':' .. execution)
  end
  for _, parent in ipairs(redis.pcall('SMEMBERS', dependencies_key(prefix, id))) do
    redis.pcall('SREM', dependents_key(prefix, parent), id)
  end
  leave_group(prefix, id, group)
  release_slot(prefix, id, limit)
  if ARGV[4] == '1' then
    for _, child in ipairs(redis.pcall('SMEMBERS', dependents_key(prefix, id))) do
      if not seen[child] then
        seen[child], to_do[#to_do + 1] = true, child
      end
    end
  end
  if is_job(prefix, id) then deleted = deleted + redis.call('DEL', job_key(prefix, id)) end
  redis.call('DEL', dependents_key(prefix, id), dependencies_key(prefix, id), prefix .. ':executions:' .. id,
    prefix .. ':results:' .. id)
end

-- It grows while it is worked off.
local next_one = 1
while to_do[next_one] do
  delete(to_do[next_one], ARGV[3])
  next_one = next_one + 1
end
return deleted
