-- Put a job that was scheduled on its queue, whose key must be a list: at the front if it or its retries ask for that.
-- False, with nothing written, for one that has been canceled.
local function leave_schedule(prefix, queue, id, now_iso)
  local fields = { 'status', 'ttl', 'enqueue_at_front', 'enqueue_at_front_on_retry', 'started_at' }
  local status, ttl, front, front_again, started_at = unpack(redis.call('HMGET', job_key(prefix, id), unpack(fields)))
  if status == 'canceled' then return false end
  local ran = started_at and started_at ~= ''
  -- What no command would take counts as none: the job must not get lost half way.
  local ttl_for = ttl and #ttl <= 15 and ttl:match('^%d+$') and tonumber(ttl) or 0
  push_job(prefix, id, queue, now_iso, ttl_for, front == '1' or (ran and front_again == '1'))
  return true
end
