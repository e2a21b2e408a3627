-- Take a job's id out of every place outside its own keys where it may lie: its queue and all registries of that, not
-- only the one that its status says. The list is searched from end to end. Returns the job's executions.
-- pcall, because a key that somebody filled with something else holds no entry of ours.
local function take_out(prefix, id, queue)
  redis.pcall('LREM', prefix .. ':queue:' .. queue, 0, id)
  for _, registry in ipairs({ 'finished', 'failed', 'deferred', 'scheduled', 'canceled', 'ready', 'wip' }) do
    redis.pcall('ZREM', prefix .. ':' .. registry .. ':' .. queue, id)
  end
  local executions = redis.pcall('ZRANGE', prefix .. ':executions:' .. id, 0, -1)
  for _, execution in ipairs(executions) do
    redis.pcall('ZREM', prefix .. ':wip:' .. queue, id .. ':' .. execution)
  end
  return executions
end
