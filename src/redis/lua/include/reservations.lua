-- Reservations of entries among the started jobs (`wip`): member to 'score second state' in the hash `notes`. One
-- counts only while the entry still has the score that was given to it.

local function reserve(wip, notes, member, now, hold_sec, state)
  local score = string.format('%.6f', now + hold_sec)
  redis.call('ZADD', wip, 'XX', score, member)
  redis.call('HSET', notes, member, score .. string.format(' %.6f ', now) .. state)
end

-- When and in what state of its job an entry was reserved; nil where it has another score by now.
local function reservation(wip, notes, member)
  local score, at, state = (redis.call('HGET', notes, member) or ''):match('^(%S+) (%S+) (.*)$')
  local found = score and redis.call('ZSCORE', wip, member)
  if found and tonumber(found) == tonumber(score) then return tonumber(at), state end
end

-- True where a job is in other hands than those of the worker behind this entry: in those of a supervisor of ours, or
-- of a worker whose own entry is alive.
local function is_elsewhere(prefix, wip, notes, id, member, now, held)
  if held.jobs[id] then return true end
  local entries = { id }
  for _, execution in ipairs(redis.pcall('ZRANGE', prefix .. ':executions:' .. id, -20, -1)) do
    entries[#entries + 1] = id .. ':' .. execution
  end
  for _, entry in ipairs(entries) do
    local score = entry ~= member and redis.call('ZSCORE', wip, entry)
    if score and tonumber(score) > now and not reservation(wip, notes, entry) then return true end
  end
  return false
end

-- Take an entry away, with its reservation and what RQ 2.x keeps of the execution.
local function remove_entry(prefix, wip, notes, member, id, execution)
  redis.call('ZREM', wip, member)
  redis.call('HDEL', notes, member)
  if not execution then return end
  redis.call('DEL', prefix .. ':execution:' .. id .. ':' .. execution)
  redis.pcall('ZREM', prefix .. ':executions:' .. id, execution)
  local worker = redis.pcall('HGET', job_key(prefix, id), 'worker_name')
  if type(worker) == 'string' then redis.pcall('SREM', prefix .. ':worker:' .. worker .. ':executions', member) end
end
