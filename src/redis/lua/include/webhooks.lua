-- Put the webhooks of a job that has ended into our outbox, an entry for each that wants this outcome. What cannot be
-- read goes there too, behind a `?`: whoever would send it says so. `mark` names this end of the job.
-- pcall: a key that somebody filled with something else must not stop the end of the job.
local function queue_webhooks(prefix, id, text, outcome, queue, ended_at, mark)
  if not text or text == '' then return end
  local readable, hooks = pcall(cjson.decode, text)
  if not readable or type(hooks) ~= 'table' or (next(hooks) and not hooks[1]) then hooks = { '?' } end
  local time = redis.call('TIME')
  local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  for i = 1, math.min(#hooks, 100) do
    local hook = hooks[i]
    local known = type(hook) == 'table' and (hook.job_status == 'finished' or hook.job_status == 'failed')
    if not known or hook.job_status == outcome then
      local entry = mark .. '-' .. i
      local key = prefix .. 'd:webhook:' .. entry
      redis.pcall('HSET', key, 'hook', known and cjson.encode(hook) or '?' .. text:sub(1, 200),
        'timeout', known and tonumber(hook.timeout) or 0, 'job', id, 'status', outcome, 'queue', queue,
        'description', redis.pcall('HGET', job_key(prefix, id), 'description') or '', 'ended_at', ended_at, 'attempts', 0)
      -- Should nobody ever send it.
      redis.pcall('EXPIRE', key, 604800)
      redis.pcall('ZADD', prefix .. 'd:webhooks', now_ms, entry)
    end
  end
end
