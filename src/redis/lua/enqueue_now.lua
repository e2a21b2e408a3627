-- enqueue_now: put scheduled jobs on their queue before their time has come, in the order given.
-- KEYS[1] scheduled jobs of a queue (zset)  KEYS[2] the queue (list)  KEYS[3] the scheduler's lock of the queue
-- ARGV[1] prefix  ARGV[2] queue  ARGV[3] now (ISO)  ARGV[4...] job ids
-- Derived keys: the jobs' hashes, dependents and dependencies, the set of known queues.
-- Returns per job 'queued', 'not-scheduled' (nothing written), 'due' (nothing written: a scheduler has the lock, and
-- queues it now), 'missing' (no hash, nothing written: RQ's producers write the entry before it) or 'canceled' (the
-- entry is removed). An error, with nothing written, where the queue's key holds something else.
-- Never moves a job that is due while somebody has the lock: RQ's scheduler pushes what it has read some time before.
--@include job_keys
--@include leave_schedule
local prefix, queue, now_iso = ARGV[1], ARGV[2], ARGV[3]
if not can_hold(KEYS[2], 'list') then
  return redis.error_reply('WRONGTYPE ' .. KEYS[2] .. ' holds a ' .. redis.call('TYPE', KEYS[2]).ok .. ', not a list of job ids')
end
local has_scheduler = redis.call('EXISTS', KEYS[3]) == 1
local now_sec = tonumber(redis.call('TIME')[1])
local replies = {}
for i = 4, #ARGV do
  local id = ARGV[i]
  local score = redis.call('ZSCORE', KEYS[1], id)
  local reply = 'queued'
  if not score then
    reply = 'not-scheduled'
  elseif has_scheduler and tonumber(score) <= now_sec then
    reply = 'due'
  elseif not is_job(prefix, id) then
    reply = 'missing'
  else
    redis.call('ZREM', KEYS[1], id)
    if not leave_schedule(prefix, queue, id, now_iso) then reply = 'canceled' end
  end
  replies[#replies + 1] = reply
end
return replies
