-- delete_queue: forget a queue and the ids on it. The jobs stay: what RQ's delete(delete_jobs=False) does.
-- KEYS[1] the queue (list)  KEYS[2] set of known queues
-- Returns how many ids were on it. An error, with nothing written, where a key holds something else.
--@include misfit
local problem = misfit(KEYS[1], 'list', 'a list of job ids') or misfit(KEYS[2], 'set', 'the set of known queues')
if problem then return problem end
local length = redis.call('LLEN', KEYS[1])
redis.call('SREM', KEYS[2], KEYS[1])
redis.call('UNLINK', KEYS[1])
return length
