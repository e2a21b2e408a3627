-- requeue: move failed jobs back to their queue, fresh. What RQ does in steps that can lose the job, in one.
-- KEYS[1] failed jobs of a queue (zset)  KEYS[2] the queue (list)
-- ARGV[1] prefix  ARGV[2] queue  ARGV[3] now (ISO)  ARGV[4] an empty traceback (zlib bytes)  ARGV[5] 1 = at the front
-- ARGV[6...] job ids
-- Derived keys: the jobs' hashes, dependents and dependencies, the set of known queues.
-- Returns per job 'requeued', 'not-failed' (nothing written) or 'missing' (no hash: the entry is removed). An error,
-- with nothing written, where the queue's key holds something else.
--@include job_keys
if not can_hold(KEYS[2], 'list') then
  return redis.error_reply('WRONGTYPE ' .. KEYS[2] .. ' holds a ' .. redis.call('TYPE', KEYS[2]).ok .. ', not a list of job ids')
end
local replies = {}
for i = 6, #ARGV do
  local id = ARGV[i]
  local job = job_key(ARGV[1], id)
  local reply = 'requeued'
  if redis.call('ZREM', KEYS[1], id) == 0 then
    reply = 'not-failed'
  elseif not is_job(ARGV[1], id) then
    reply = 'missing'
  else
    redis.call('HSET', job, 'started_at', '', 'ended_at', '', 'exc_info', ARGV[4])
    redis.call('HDEL', job, 'rqd_deaths')
    push_job(ARGV[1], id, ARGV[2], ARGV[3], tonumber(redis.call('HGET', job, 'ttl') or '') or 0, ARGV[5] == '1')
  end
  replies[#replies + 1] = reply
end
return replies
