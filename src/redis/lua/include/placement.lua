-- Where a new job goes that does not simply wait on its queue. `more`: { due (epoch seconds; '+N' seconds from now; ''
-- none), time to write where it is queued after all (ISO), 1 = a failed parent is as good as a finished one, group (''
-- none), parents' ids... }. Needs `misfit`, which says what is wrong with a key.

-- What stands in the way of it, or nil.
local function misplaced(prefix, id, name, more)
  local why = nil
  if more[1] ~= '' then
    why = misfit(prefix .. ':scheduled:' .. name, 'zset', 'the scheduled jobs of a queue')
  elseif #more > 4 then
    why = misfit(prefix .. ':deferred:' .. name, 'zset', 'the deferred jobs of a queue')
      or misfit(dependencies_key(prefix, id), 'set', 'a set of job ids')
  end
  if more[4] ~= '' then
    why = why or misfit(prefix .. ':groups', 'set', 'the set of known groups')
      or misfit(prefix .. ':group:' .. more[4], 'set', 'a set of job ids')
  end
  for i = 5, #more do
    why = why or misfit(job_key(prefix, more[i]), 'hash', 'a job')
      or misfit(dependents_key(prefix, more[i]), 'set', 'a set of job ids')
  end
  return why
end

-- True where a child need not wait for this parent. One that is gone counts as met, as with RQ.
local function is_met(prefix, parent, lenient)
  local status = redis.call('HGET', job_key(prefix, parent), 'status')
  if status then return status == 'finished' or (lenient and status == 'failed') end
  return not is_job(prefix, parent)
end

-- Write all but the job's hash and its entry on a queue: 1 it goes on its queue | 2 it is deferred | 3 it is scheduled.
local function place(prefix, id, name, more)
  local due, enqueued_at, lenient, group = unpack(more, 1, 4)
  local now_sec = tonumber(redis.call('TIME')[1])
  if group ~= '' then
    redis.call('SADD', prefix .. ':groups', group)
    redis.call('SADD', prefix .. ':group:' .. group, id)
  end
  if due ~= '' then
    local from = due:sub(1, 1) == '+' and now_sec or 0
    redis.call('ZADD', prefix .. ':scheduled:' .. name, from + tonumber(due), id)
    return 3
  end
  local met = true
  for i = 5, #more do met = met and is_met(prefix, more[i], lenient == '1') end
  if met then
    redis.call('HSET', job_key(prefix, id), 'status', 'queued', 'enqueued_at', enqueued_at)
    return 1
  end
  for i = 5, #more do
    redis.call('SADD', dependents_key(prefix, more[i]), id)
    redis.call('SADD', dependencies_key(prefix, id), more[i])
  end
  redis.call('ZADD', prefix .. ':deferred:' .. name, now_sec, id)
  return 2
end
