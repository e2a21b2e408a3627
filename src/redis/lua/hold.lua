-- hold: write a new job's hash and record at once that a supervisor holds it, which runs it itself: its id is never on
-- its queue.
-- KEYS[1] claims of this supervisor (hash: execution id -> JSON {id, queue, at})
-- KEYS[2] supervisors (zset: id by lease end, epoch ms; 0 = being taken over)  KEYS[3] set of known queues
-- KEYS[4] the job (hash)
-- ARGV[1] prefix  ARGV[2] supervisor id  ARGV[3] execution id, never used before  ARGV[4] job id  ARGV[5] queue
-- ARGV[6] 1 = refuse an id that exists  ARGV[7...] fields of the job, name and value
-- Derived keys: the job's dependents and dependencies, which do not expire either.
-- Returns 'held', or with nothing written 'exists' (the unique id exists), 'lost' (no lease: register again) or
-- 'refused' (the job's key holds something else).
--@include job_keys
local prefix, supervisor, execution, id, queue = unpack(ARGV, 1, 5)
local lease_end = redis.call('ZSCORE', KEYS[2], supervisor)
if not lease_end or tonumber(lease_end) == 0 then return 'lost' end
if not can_hold(KEYS[4], 'hash') then return 'refused' end
if ARGV[6] == '1' and redis.call('EXISTS', KEYS[4]) == 1 then return 'exists' end
local time = redis.call('TIME')
local now_ms = string.format('%d%03d', time[1], math.floor(tonumber(time[2]) / 1000))
redis.call('SADD', KEYS[3], prefix .. ':queue:' .. queue)
redis.call('HSET', KEYS[1], execution,
  '{"id":' .. cjson.encode(id) .. ',"queue":' .. cjson.encode(queue) .. ',"at":' .. now_ms .. '}')
redis.call('HSET', KEYS[4], unpack(ARGV, 7))
apply_ttl(prefix, id, -1)
return 'held'
