-- fsck_deferred: a deferred job that waits for nothing any more; queued.
-- KEYS[1] the job (hash)   Arguments and answer: include/fsck.lua
-- Derived keys: the hashes, results and dependents of the jobs that it waits for; its queue and deferred jobs; its
-- dependents and dependencies.
-- Never queues a job of which a parent has not ended well, or is gone without a result that says so.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include fsck
if not is_job(prefix, id) then return gone() end
local status, state = state_of(prefix, id)
if status ~= 'deferred' then return gone() end
local fields = redis.call('HMGET', KEYS[1], 'origin', 'allow_dependency_failures', 'enqueue_at_front', 'ttl',
  'dependency_ids', 'dependency_id')
local origin, lenient = fields[1] or '', fields[2] == '1'
local parents, known = {}, {}
local function add(parent)
  if type(parent) == 'string' and parent ~= '' and not known[parent] then
    known[parent], parents[#parents + 1] = true, parent
  end
end
for _, parent in ipairs(redis.pcall('SMEMBERS', dependencies_key(prefix, id))) do add(parent) end
local readable, listed = pcall(cjson.decode, fields[5] or '[]')
if readable and type(listed) == 'table' then for _, parent in ipairs(listed) do add(parent) end end
add(fields[6])

-- How a job that is gone has ended, by its newest result.
local function ended_well(parent)
  local newest = redis.pcall('XREVRANGE', prefix .. ':results:' .. parent, '+', '-', 'COUNT', 1)[1]
  if type(newest) ~= 'table' then return false end
  for i = 1, #newest[2], 2 do
    if newest[2][i] == 'type' then return newest[2][i + 1] == '1' end
  end
  return false
end

local unknown
for _, parent in ipairs(parents) do
  if redis.call('EXISTS', job_key(prefix, parent)) == 0 then
    if not ended_well(parent) then unknown = parent end
  else
    local found = redis.pcall('HGET', job_key(prefix, parent), 'status')
    if found ~= 'finished' and not (lenient and found == 'failed') then return gone() end
  end
end
if #parents == 0 then return judged(state, 'nothing says what it waits for: requeue or cancel it') end
if unknown then
  return judged(state, 'job ' .. unknown .. ', for which it waits, is gone, and nothing says how that ended')
end
local list = prefix .. ':queue:' .. origin
if origin == '' or not can_hold(list, 'list') then return judged(state, 'there is no queue to put it on') end
return judged(state, nil, function()
  for _, parent in ipairs(parents) do redis.pcall('SREM', dependents_key(prefix, parent), id) end
  redis.pcall('ZREM', prefix .. ':deferred:' .. origin, id)
  push_job(prefix, id, origin, now_iso, int(fields[4]) or 0, fields[3] == '1')
end)
