-- fsck_started: a job that says it runs, and nobody runs it; ended as abandoned: tried again where retries are left,
-- else failed.
-- KEYS[1] the job (hash)   Arguments and answer: include/fsck.lua
-- Derived keys: everything that hangs on the job and its dependents, its worker, all queues, claims of all supervisors,
-- our outbox of webhooks.
-- Never touches a job of which any worker shows a sign, nor one that runs in its producer (worker `sync`).
--@include job_keys
--@include despite_oom
--@include dependents
--@include result
--@include leftovers
--@include webhooks
--@include rate_limit
--@include abandoned
--@include entries
--@include fsck
--@include whereabouts
if not is_job(prefix, id) then return gone() end
local status, state = state_of(prefix, id)
if status ~= 'started' then return gone() end
local fields = redis.call('HMGET', KEYS[1], 'retries_left', 'retry_intervals', 'enqueue_at_front_on_retry', 'ttl',
  'failure_ttl', 'worker_name', 'origin', 'last_heartbeat')
local worker, origin = fields[6] or '', fields[7] or ''
state = state .. ' ' .. (fields[8] or '')
if worker == 'sync' or is_shown_running(id, origin) or is_on_any(id, origin) or is_claimed(id) then return gone() end
if worker ~= '' then
  local shown = redis.pcall('HMGET', prefix .. ':worker:' .. worker, 'current_job', 'death')
  if shown[1] == id and not shown[2] then return gone() end
  local members = redis.pcall('SMEMBERS', prefix .. ':worker:' .. worker .. ':executions')
  for _, member in ipairs(members) do
    if member:sub(1, #id + 1) == id .. ':' then return gone() end
  end
end
if origin == '' then return judged(state, 'its hash does not say to which queue it belongs') end
return judged(state, nil, function()
  local failure = { traceback = ARGV[9], exc_string = ARGV[10], ttl_sec = 31536000 }
  if not end_abandoned(prefix, id, origin, fields, now_iso, math.floor(now), failure) then
    return 'a key that is needed to end it holds something else'
  end
end)
