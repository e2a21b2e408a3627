local registry_of = { finished = ':finished:', failed = ':failed:', stopped = ':failed:', deferred = ':deferred:',
  scheduled = ':scheduled:', canceled = ':canceled:', started = ':wip:' }

-- Delete a job and take it out of where its status says that it is, as RQ's Job.delete does. Its results stay, as they
-- do there. Returns false, with nothing written, where there is no such job.
-- pcall: a key that somebody filled with something else must not stop this half way.
local function drop_job(prefix, id)
  if not is_job(prefix, id) then return false end
  local status, origin, group, limit = unpack(redis.call('HMGET', job_key(prefix, id),
    'status', 'origin', 'group_id', 'rate_limit_key'))
  local entries = entries_of(prefix, id, true)
  if origin then
    -- The walk over the list is made for those only that can be on it.
    if not status or status == 'queued' then redis.pcall('LREM', prefix .. ':queue:' .. origin, 1, id) end
    local registry = registry_of[status]
    if registry then redis.pcall('ZREM', prefix .. registry .. origin, unpack(entries)) end
  end
  for i = 2, #entries do redis.call('DEL', prefix .. ':execution:' .. entries[i]) end
  leave_group(prefix, id, group)
  release_slot(prefix, id, limit)
  redis.call('DEL', job_key(prefix, id), dependents_key(prefix, id), dependencies_key(prefix, id),
    prefix .. ':executions:' .. id)
  return true
end
