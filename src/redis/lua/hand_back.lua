-- hand_back: return claimed jobs, started or not, to the front of the queues they came from, in their old order.
-- KEYS[1] claims of a supervisor (hash)
-- ARGV[1] prefix  ARGV[2] now (ISO)  ARGV[3...] per job, in the order in which they were claimed: execution, id,
-- queue it was claimed from, queue it is filed under (its origin), worker ('' if it had none yet), TTL while waiting
-- (seconds; 0 none)
-- Derived keys: everything that hangs on the job, its worker and its queue.
-- Returns per job 'handed-back', 'gone' (no hash any more), 'canceled', 'lost' (claim not held; nothing written) or
-- 'refused' (the queue's key holds something else; nothing written, the claim stands). Spends no retry and counts no
-- failure: an interruption is not the job's fault.
--@include job_keys
--@include release
local replies = {}
local prefix, now_iso = ARGV[1], ARGV[2]
-- Backwards, because each push goes before the one made earlier.
for i = #ARGV - 5, 3, -6 do
  local execution, id, queue, origin, worker, ttl_sec = unpack(ARGV, i, i + 5)
  local job = job_key(prefix, id)
  local reply = 'handed-back'
  if not can_hold(prefix .. ':queue:' .. queue, 'list') then
    reply = redis.call('HEXISTS', KEYS[1], execution) == 1 and 'refused' or 'lost'
  elseif not release(KEYS[1], prefix, id, execution, origin, worker) then
    reply = 'lost'
  else
    if worker ~= '' and redis.call('TYPE', prefix .. ':worker:' .. worker).ok == 'hash' then
      redis.call('HDEL', prefix .. ':worker:' .. worker, 'current_job')
      redis.call('HSET', prefix .. ':worker:' .. worker, 'state', 'idle', 'current_job_working_time', '0')
    end
    if not is_job(prefix, id) then
      reply = 'gone'
    elseif redis.call('HGET', job, 'status') == 'canceled' then
      reply = 'canceled'
    else
      redis.call('HSET', job, 'started_at', '', 'worker_name', '')
      push_job(prefix, id, queue, redis.call('HGET', job, 'enqueued_at') or now_iso, tonumber(ttl_sec), true)
    end
  end
  table.insert(replies, 1, reply)
end
return replies
