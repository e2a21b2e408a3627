-- Let go of an execution: the claim, RQ's execution keys and the entry among the started jobs.
-- Returns false, and writes nothing, where the claim is no longer held: the caller lost its lease on this job.
-- pcall here and below: a key that somebody filled with something else must not stop the job half way.
local function release(claims, prefix, id, execution, queue, worker)
  if redis.call('HDEL', claims, execution) == 0 then return false end
  redis.call('DEL', prefix .. ':execution:' .. id .. ':' .. execution)
  redis.pcall('ZREM', prefix .. ':executions:' .. id, execution)
  redis.pcall('ZREM', prefix .. ':wip:' .. queue, id .. ':' .. execution)
  if worker ~= '' then
    redis.pcall('SREM', prefix .. ':worker:' .. worker .. ':executions', id .. ':' .. execution)
  end
  return true
end

-- What became of an execution whose claim is gone: settled by this very call before (its answer was lost), or taken
-- over by somebody else.
local function lost_reason(prefix, id, execution)
  local newest = redis.pcall('XREVRANGE', prefix .. ':results:' .. id, '+', '-', 'COUNT', 1)[1]
  if newest then
    for i = 1, #newest[2], 2 do
      if newest[2][i] == 'execution_id' and newest[2][i + 1] == execution then return 'repeated' end
    end
  end
  return 'lost'
end
