-- deregister: end a supervisor: its workers die in the way RQ's workers do, its lease ends.
-- KEYS[1] supervisors (zset)  KEYS[2] this supervisor's hash  KEYS[3] its claims (hash)  KEYS[4] set of all workers
-- ARGV[1] prefix  ARGV[2] supervisor id  ARGV[3] now (ISO)  ARGV[4] queue names (JSON array)  ARGV[5...] worker names
-- Derived keys: the workers' hashes and executions, the workers of each queue.
-- Returns how many claims are still held; then the lease and the record of the supervisor stay, so that another
-- daemon finds the claims and takes them over.
--@include worker_death
local prefix = ARGV[1]
local queues = cjson.decode(ARGV[4])
for i = 5, #ARGV do bury_worker(KEYS[4], prefix, ARGV[i], ARGV[3], queues) end
local held = redis.call('HLEN', KEYS[3])
if held == 0 then
  redis.call('ZREM', KEYS[1], ARGV[2])
  redis.call('DEL', KEYS[2], KEYS[3])
end
return held
