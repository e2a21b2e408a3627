-- empty_queue: take ids off the front of a queue and delete their jobs, a bounded number a call.
-- KEYS[1] the queue (list)  KEYS[2] set of known queues
-- ARGV[1] prefix  ARGV[2] most ids  ARGV[3] 1 = forget the queue where nothing is left on it
-- Derived keys: the jobs' hashes and dependents.
-- Returns {taken, left}: how many ids were taken off, and how many are left. An error, with nothing written, where a
-- key holds something else.
-- Never touches results, registries or dependencies: RQ's empty leaves them too.
--@include job_keys
--@include misfit
local problem = misfit(KEYS[1], 'list', 'a list of job ids') or misfit(KEYS[2], 'set', 'the set of known queues')
if problem then return problem end
local ids = redis.call('LPOP', KEYS[1], ARGV[2]) or {}
local keys = {}
for i, id in ipairs(ids) do keys[2 * i - 1], keys[2 * i] = job_key(ARGV[1], id), dependents_key(ARGV[1], id) end
if #keys > 0 then redis.call('DEL', unpack(keys)) end
local left = redis.call('LLEN', KEYS[1])
if ARGV[3] == '1' and left == 0 then redis.call('SREM', KEYS[2], KEYS[1]) end
return { #ids, left }
