-- Take back the marks of a running job: RQ's execution keys and the entry among the started jobs.
-- pcall here and below: a key that somebody filled with something else must not stop the job half way.
local function unmark(prefix, id, execution, queue, worker)
  local execution_key = prefix .. ':execution:' .. id .. ':' .. execution
  -- A bare id may also stand for the run of a worker of RQ 1.13.
  if redis.pcall('ZREM', prefix .. ':wip:' .. queue, id .. ':' .. execution) ~= 1
    and redis.pcall('HGET', execution_key, 'rqd_bare') == '1' then
    redis.pcall('ZREM', prefix .. ':wip:' .. queue, id)
  end
  redis.call('DEL', execution_key)
  redis.pcall('ZREM', prefix .. ':executions:' .. id, execution)
  if worker ~= '' then
    redis.pcall('SREM', prefix .. ':worker:' .. worker .. ':executions', id .. ':' .. execution)
  end
end

-- Let go of an execution: the claim, and the marks of a running job, whether it has any or not.
-- Returns false, and writes nothing, where the claim is no longer held: the caller lost its lease on this job.
local function release(claims, prefix, id, execution, queue, worker)
  if redis.call('HDEL', claims, execution) == 0 then return false end
  unmark(prefix, id, execution, queue, worker)
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
