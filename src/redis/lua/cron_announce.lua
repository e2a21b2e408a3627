-- cron_announce: show a cron scheduler to RQ's viewers.
-- KEYS[1] RQ's cron schedulers (zset: name by last sign of life)  KEYS[2] the scheduler (hash)
-- ARGV[1] its name  ARGV[2] now, epoch seconds  ARGV[3] TTL of the hash, seconds  ARGV[4...] its fields, name and value
-- Returns 1, or 0 where a key holds something else.
--@include job_keys
if not can_hold(KEYS[1], 'zset') or not can_hold(KEYS[2], 'hash') then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
