-- fsck_unfiled: a job that has failed, or waits for a time or for others, and is in no registry; filed again. One that
-- waits for a time which nobody knows any more is due now.
-- KEYS[1] the job (hash)   Arguments and answer: include/fsck.lua
-- Derived keys: its queue's registries and list, all other lists, claims of all supervisors.
-- Never touches a job that is on a list, runs, or is held by a supervisor.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include entries
--@include fsck
--@include whereabouts
if not is_job(prefix, id) then return gone() end
local status, state = state_of(prefix, id)
local registry = status ~= 'finished' and status ~= 'canceled' and registry_by_status[status]
if not registry then return gone() end
local origin = redis.call('HGET', KEYS[1], 'origin') or ''
if is_in(registry, origin, id) or is_running(id, origin) or is_on_any(id, origin) or is_claimed(id) then
  return gone()
end
if origin == '' then return judged(state, 'its hash does not say to which queue it belongs') end
local key = prefix .. ':' .. registry .. ':' .. origin
if not can_hold(key, 'zset') then return judged(state, 'the key of the registry holds something else') end
return judged(state, nil, function()
  local score = math.floor(now)
  if registry == 'failed' then
    local left_ms = redis.call('PTTL', KEYS[1])
    score = left_ms < 0 and -1 or score + math.ceil(left_ms / 1000)
  end
  redis.call('ZADD', key, score, id)
  redis.pcall('SADD', prefix .. ':queues', prefix .. ':queue:' .. origin)
end)
