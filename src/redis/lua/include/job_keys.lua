-- Keys that hang on one job. Derived from the prefix, because scripts meet job ids only inside Redis or in batches;
-- all of them lie in the prefix's slot (src/redis/keys.ts holds the same names).
local function job_key(prefix, id) return prefix .. ':job:' .. id end
local function dependents_key(prefix, id) return prefix .. ':job:' .. id .. ':dependents' end
local function dependencies_key(prefix, id) return prefix .. ':job::' .. id .. ':dependencies' end

-- False where the key holds something other than a job: also where there is none.
local function is_job(prefix, id) return redis.call('TYPE', job_key(prefix, id)).ok == 'hash' end

-- False where a push or an entry would fail, and the job would be in no place at all.
local function can_hold(key, kind)
  local found = redis.call('TYPE', key).ok
  return found == 'none' or found == kind
end

-- Take a job out of its group, which is forgotten with its last job: while jobs name a group, its set must be there, or
-- RQ 2.x cannot delete them.
local function leave_group(prefix, id, group)
  if not group or group == '' then return end
  local key = prefix .. ':group:' .. group
  redis.pcall('SREM', key, id)
  if redis.call('EXISTS', key) == 0 then redis.pcall('SREM', prefix .. ':groups', group) end
end

-- RQ's cleanup(ttl): ttl > 0 lets the job expire, 0 deletes it, which takes it out of its group, anything else keeps it
-- for ever. `alone`: it is known to have neither dependents nor dependencies.
local function apply_ttl(prefix, id, ttl_sec, alone)
  local keys = { job_key(prefix, id) }
  if not alone then keys[2], keys[3] = dependents_key(prefix, id), dependencies_key(prefix, id) end
  if ttl_sec > 0 then
    for _, key in ipairs(keys) do redis.call('EXPIRE', key, ttl_sec) end
  elseif ttl_sec == 0 then
    leave_group(prefix, id, redis.call('HGET', keys[1], 'group_id'))
    redis.call('DEL', prefix .. ':executions:' .. id, unpack(keys))
  else
    for _, key in ipairs(keys) do redis.call('PERSIST', key) end
  end
end

-- A job that is about to run does not expire, whatever its ttl said; and its dependents would wait for ever without the
-- set that names them. Nothing hangs on nearly all jobs that had no TTL themselves, so only the others are looked after.
local function keep_job(prefix, id)
  if redis.call('PERSIST', job_key(prefix, id)) == 1 then apply_ttl(prefix, id, -1) end
end

-- Put a job that waits (again) on its list, which must be one (`can_hold`): status, time, TTL, push.
local function push_job(prefix, id, queue, now_iso, ttl_sec, at_front)
  redis.call('HSET', job_key(prefix, id), 'status', 'queued', 'enqueued_at', now_iso)
  -- What EXPIRE would not take counts as none: the job must not get lost half way. A thousand years is for ever.
  local has_ttl = ttl_sec > 0 and ttl_sec < 2 ^ 35 and ttl_sec % 1 == 0
  apply_ttl(prefix, id, has_ttl and ttl_sec or -1)
  redis.pcall('SADD', prefix .. ':queues', prefix .. ':queue:' .. queue)
  redis.call(at_front and 'LPUSH' or 'RPUSH', prefix .. ':queue:' .. queue, id)
end
