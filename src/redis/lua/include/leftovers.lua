-- What Python's workers leave behind when they die, and how to tell it from what is still in somebody's hands.

-- An integer as RQ writes it, or nil. Nothing else may reach a command that insists on one.
local function int(text)
  return text and #text <= 15 and text:match('^%-?%d+$') and tonumber(text) or nil
end

-- The jobs and executions that supervisors of ours hold. Their leases decide about those, not RQ's scores.
local function held_by_us(prefix, supervisors)
  local held = { jobs = {}, executions = {} }
  for _, supervisor in ipairs(redis.pcall('ZRANGE', supervisors, 0, -1)) do
    local claims = redis.pcall('HGETALL', prefix .. 'd:claims:' .. supervisor)
    for i = 1, #claims, 2 do
      held.executions[claims[i]] = true
      local readable, claim = pcall(cjson.decode, claims[i + 1])
      if readable and type(claim) == 'table' and claim.id then held.jobs[claim.id] = true end
    end
  end
  return held
end

-- A job's status ('' none), and a text that changes whenever anybody moves the job.
local function state_of(prefix, id)
  local fields = redis.call('HMGET', job_key(prefix, id), 'status', 'started_at', 'enqueued_at', 'retries_left')
  for i = 1, 4 do fields[i] = fields[i] or '' end
  return fields[1], table.concat(fields, ' ')
end

-- True where the id lies near either end of a list: bounded, however long the list is.
local function is_listed(list, id)
  for _, rank in ipairs({ 1, -1 }) do
    if type(redis.pcall('LPOS', list, id, 'RANK', rank, 'MAXLEN', 1000)) == 'number' then return true end
  end
  return false
end

-- Return a job that never started to the front of its queue, which must be a list, spending nothing.
-- False, with nothing written, where it waits there already.
local function put_back(prefix, id, queue, now_iso)
  if is_listed(prefix .. ':queue:' .. queue, id) then return false end
  local enqueued_at, ttl = unpack(redis.call('HMGET', job_key(prefix, id), 'enqueued_at', 'ttl'))
  redis.call('HSET', job_key(prefix, id), 'started_at', '', 'worker_name', '')
  if not enqueued_at or enqueued_at == '' then enqueued_at = now_iso end
  push_job(prefix, id, queue, enqueued_at, int(ttl) or 0, true)
  return true
end
