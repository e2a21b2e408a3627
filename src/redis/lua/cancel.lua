-- cancel: take a job out of wherever it waits or is filed, and file it as canceled.
-- KEYS[1] the job (hash)
-- ARGV[1] prefix  ARGV[2] job id  ARGV[3] 1 = queue its dependents, as though it had finished well  ARGV[4] now (ISO)
-- Derived keys: its queue and registries, its executions, and everything that its dependents touch;
-- its rate limit, whose next job may be queued.
-- Returns {'canceled', status before}, {'refused', status} (canceled already; nothing written), {'missing'} (no hash)
-- or an error, with nothing written, where the registry's key holds something else.
-- A function that runs is not interrupted: its end is written over this, by whoever holds it. Without ARGV[3], the
-- dependents stay deferred, and go when the job is run after all.
--@include job_keys
--@include dependents
--@include places
--@include rate_limit
local prefix, id = ARGV[1], ARGV[2]
if not is_job(prefix, id) then return { 'missing' } end
local status, queue, limit = unpack(redis.call('HMGET', KEYS[1], 'status', 'origin', 'rate_limit_key'))
if status == 'canceled' then return { 'refused', status } end
queue = queue or ''
local canceled = prefix .. ':canceled:' .. queue
if not can_hold(canceled, 'zset') then
  return redis.error_reply('WRONGTYPE ' .. canceled .. ' holds a ' .. redis.call('TYPE', canceled).ok .. ', not canceled jobs')
end
redis.call('HSET', KEYS[1], 'status', 'canceled')
take_out(prefix, id, queue)
redis.call('ZADD', canceled, redis.call('TIME')[1], id)
release_slot(prefix, id, limit)
if ARGV[3] == '1' then release_dependents(prefix, id, 'finished', ARGV[4]) end
return { 'canceled', status or '' }
