-- dismiss: let some RQ workers of a supervisor die, for executor slots that it gives up. Its lease and its claims stand.
-- KEYS[1] this supervisor's hash  KEYS[2] set of all workers
-- ARGV[1] prefix  ARGV[2] supervisor id  ARGV[3] now (ISO)  ARGV[4] queue names (JSON array)
-- ARGV[5] its workers from now on (JSON array), for whoever takes over  ARGV[6...] names of those that go
-- Derived keys: the workers' hashes and executions, the workers of each queue.
-- Returns how many were its own: a name that another supervisor has taken since stays as it is. May be called again.
--@include worker_death
local prefix, id, dismissed = ARGV[1], ARGV[2], 0
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'workers', ARGV[5]) end
local queues = cjson.decode(ARGV[4])
for i = 6, #ARGV do
  local owner = redis.call('HGET', prefix .. ':worker:' .. ARGV[i], 'rqd_supervisor')
  if not owner or owner == id then
    bury_worker(KEYS[2], prefix, ARGV[i], ARGV[3], queues)
    dismissed = dismissed + 1
  end
end
return dismissed
