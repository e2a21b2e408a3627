-- cron_fire: enqueue the job of one tick of a cron entry and remember the tick, in one step: a tick fires once, whoever
-- tries, however often, and whenever somebody dies.
-- KEYS[1] the entry (hash)  KEYS[2] its last jobs (zset: id by when it was enqueued, epoch seconds)
-- KEYS[3] set of known queues
-- ARGV[1] prefix  ARGV[2] our scheduler's name  ARGV[3] text of the schedule that the tick is of  ARGV[4] the tick, epoch ms
-- ARGV[5] now (ISO)  ARGV[6] the job as msgpack, as in enqueue.lua
-- Derived keys: the queue, the deferred and scheduled jobs, the job and its dependents and dependencies, its group.
-- Returns 1 enqueued, or with nothing written: 0 this tick or a later one has fired | -1 the entry is another's, or has
-- another schedule now | a text: refused, why.
--@include job_keys
local prefix, scheduler, schedule, tick, now_iso = unpack(ARGV, 1, 5)
local job = cmsgpack.unpack(ARGV[6])
local id, queue, ttl, at_front, more = job[1], job[2], job[3], job[4] == 1, job[6]
local MOST, YEAR_SEC = 1000, 31536000

local function misfit(key, kind, what)
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= kind then
    return 'WRONGTYPE ' .. key .. ' holds a ' .. found .. ', not ' .. what
  end
end

--@include placement
local queue_key = prefix .. ':queue:' .. queue
local why = misfit(KEYS[1], 'hash', 'a cron entry')
if why then return why end
local holder, known, last = unpack(redis.call('HMGET', KEYS[1], 'holder', 'schedule', 'last'))
if holder ~= scheduler or known ~= schedule then return -1 end
if last and (tonumber(last) or 0) >= tonumber(tick) then return 0 end
why = misfit(KEYS[3], 'set', 'the set of known queues')
  or misfit(queue_key, 'list', 'a list of job ids')
  or misfit(job_key(prefix, id), 'hash', 'a job')
  or (more ~= 0 and misplaced(prefix, id, queue, more) or nil)
if why then return why end

redis.call('HSET', KEYS[1], 'last', tick, 'last_job', id, 'enqueued_at', now_iso)
redis.call('HSET', job_key(prefix, id), unpack(job, 7))
local placed = more == 0 and 1 or place(prefix, id, queue, more)
if ttl ~= '0' then apply_ttl(prefix, id, tonumber(ttl)) end
redis.call('SADD', KEYS[3], queue_key)
if placed == 1 then redis.call(at_front and 'LPUSH' or 'RPUSH', queue_key, id) end
-- RQ's viewers read it; nothing hangs on it.
if can_hold(KEYS[2], 'zset') then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[2], time[1] .. '.' .. string.format('%06d', tonumber(time[2])), id)
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -MOST - 1)
  redis.call('EXPIRE', KEYS[2], YEAR_SEC)
end
return 1
