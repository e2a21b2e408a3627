-- Where a job is, by looking at the places themselves. All of it is read in one step, so nothing is between two places.
local claims_of_all

-- True while a supervisor of ours holds it.
local function is_claimed(id)
  claims_of_all = claims_of_all or held_by_us(prefix, prefix .. 'd:supervisors')
  return claims_of_all.jobs[id] == true
end

local function is_on(list, id) return type(redis.pcall('LPOS', list, id)) == 'number' end

-- True where it is on the list of any known queue, or of `origin`, or where Python's workers put it in between.
local function is_on_any(id, origin)
  local own = prefix .. ':queue:' .. origin
  if is_on(own, id) or is_on(own .. ':intermediate', id) then return true end
  for _, list in ipairs(redis.pcall('SMEMBERS', prefix .. ':queues')) do
    if list ~= own and (is_on(list, id) or is_on(list .. ':intermediate', id)) then return true end
  end
  return false
end

local function is_in(registry, name, member)
  return type(redis.pcall('ZSCORE', prefix .. ':' .. registry .. ':' .. name, member)) == 'string'
end

-- True where it is among the started jobs of this queue, whether its time there has passed or not.
local function is_running(id, name)
  for _, member in ipairs(entries_of(prefix, id, true)) do
    if is_in('wip', name, member) then return true end
  end
  return false
end

-- The same, also where the key that names its executions has expired: the started jobs are searched.
local function is_shown_running(id, name)
  if is_running(id, name) then return true end
  local begin = id .. ':'
  for _, member in ipairs(redis.pcall('ZRANGE', prefix .. ':wip:' .. name, 0, -1)) do
    if member:sub(1, #begin) == begin then return true end
  end
  return false
end

local registry_by_status = { finished = 'finished', failed = 'failed', stopped = 'failed', deferred = 'deferred',
  scheduled = 'scheduled', canceled = 'canceled' }

-- True where it is in the place that its status says.
local function is_placed(id, status, origin)
  if status == 'queued' then return is_on_any(id, origin) or is_claimed(id) end
  if status == 'started' then return is_shown_running(id, origin) or is_claimed(id) end
  local registry = registry_by_status[status]
  return registry ~= nil and is_in(registry, origin, id)
end
