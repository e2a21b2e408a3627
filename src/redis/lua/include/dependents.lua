-- Queue the dependents of a job that has ended, as RQ 2.8+ does: a child goes when this parent is acceptable and every
-- other parent that still exists is finished (or failed, where the child allows failures). Children that do not
-- qualify stay deferred. Only a deferred child is ever moved, so a second call moves nothing twice. Keys of a wrong type
-- hurt only the child whose they are: it stays deferred.
local function release_dependents(prefix, parent, outcome, now_iso)
  local waiting = dependents_key(prefix, parent)
  for _, child in ipairs(redis.pcall('SMEMBERS', waiting)) do
    local fields = redis.pcall('HMGET', job_key(prefix, child),
      'status', 'origin', 'allow_dependency_failures', 'enqueue_at_front', 'ttl')
    local lenient = fields[3] == '1'
    local queue = fields[2]
    if fields[1] == 'deferred' and queue and (outcome == 'finished' or lenient) then
      local ready = can_hold(prefix .. ':queue:' .. queue, 'list')
      for _, other in ipairs(redis.pcall('SMEMBERS', dependencies_key(prefix, child))) do
        if other ~= parent then
          local status = redis.pcall('HGET', job_key(prefix, other), 'status')
          if status and status ~= 'finished' and not (lenient and status == 'failed') then ready = false end
        end
      end
      if ready then
        redis.call('SREM', waiting, child)
        redis.pcall('ZREM', prefix .. ':deferred:' .. queue, child)
        push_job(prefix, child, queue, now_iso, tonumber(fields[5] or '') or 0, fields[4] == '1')
      end
    elseif not fields.err and not fields[1] then
      redis.call('SREM', waiting, child)
    end
  end
end
