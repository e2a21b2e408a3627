-- Settling many jobs in one call: the claims of all of them go at once, the jobs one by one.

-- Lua hands a list to a call on its stack, which has room for 8,000 values.
local function in_chunks(list, call)
  for from = 1, #list, 1000 do call(unpack(list, from, math.min(from + 999, #list))) end
end

-- Take the claims of these executions: a table of what was recorded, by execution. One that is not in it was not
-- held: the caller lost its lease on this job.
local function take_claims(claims, executions)
  local held, taken = {}, {}
  in_chunks(executions, function(...)
    local found = redis.call('HMGET', claims, ...)
    for i = 1, #found do
      local execution = found[i] and select(i, ...)
      if execution then held[execution], taken[#taken + 1] = found[i], execution end
    end
  end)
  in_chunks(taken, function(...) redis.call('HDEL', claims, ...) end)
  return held
end

-- Settle each job whose claim is held with `settle(position)`, which says what became of it; the others get what
-- `lost(position)` says; then `write_the_rest()` writes what was gathered for all. Should one raise an error, its claim
-- and those after it are put back, so that no job is lost.
local function settle_each(claims, executions, settle, lost, write_the_rest)
  local held, replies = take_claims(claims, executions), {}
  local ok, problem = pcall(function()
    for i = 1, #executions do
      local execution = executions[i]
      if held[execution] then
        replies[i] = settle(i)
        held[execution] = nil
      else
        replies[i] = lost(i)
      end
    end
  end)
  write_the_rest()
  if not ok then
    for execution, claim in pairs(held) do redis.call('HSET', claims, execution, claim) end
    error(problem)
  end
  return replies
end

-- True where any of these jobs has dependents or dependencies: a look at all of them at once.
local function any_related(prefix, ids)
  local keys, found = {}, 0
  for i = 1, #ids do
    keys[2 * i - 1], keys[2 * i] = dependents_key(prefix, ids[i]), dependencies_key(prefix, ids[i])
  end
  in_chunks(keys, function(...) found = found + redis.call('EXISTS', ...) end)
  return found > 0
end
