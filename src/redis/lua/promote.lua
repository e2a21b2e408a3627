-- promote: hold the schedulers' locks of queues, and put jobs whose time has come on their queues, the earliest first.
-- KEYS[1] our scheduler's hash, which RQ's readers look up by the name in the lock
-- ARGV[1] prefix  ARGV[2] our name  ARGV[3] TTL of locks and hash, seconds  ARGV[4] now (ISO)  ARGV[5] most jobs
-- ARGV[6] fields of the hash (JSON array of names and values)  ARGV[7...] queues
-- Derived keys: the locks, scheduled jobs and lists of the queues, the jobs' hashes, dependents and dependencies.
-- Returns { ms until the next job is due (at most a minute; -1 none), { queue held, ... }, { id, queue, ... of the jobs
-- queued }, { id, queue, ... of those dropped, as they are gone or canceled }, { queue with a key of a wrong type, ... },
-- ms until the next whole second }
-- Never moves a job of a queue whose lock somebody else has: RQ's scheduler pushes what it has read some time before.
--@include job_keys
--@include leave_schedule
-- RQ's producers write the entry before the hash, so an entry alone is looked at again before it is dropped.
local LOOKS, LOOK_SEC = 5, 2
local prefix, name, ttl_sec, now_iso, left = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local time = redis.call('TIME')
local now_sec = tonumber(time[1])
local now_ms = now_sec * 1000 + math.floor(tonumber(time[2]) / 1000)
local next_ms, held, queued, dropped, blocked = -1, {}, {}, {}, {}

local function add(list, ...)
  for _, value in ipairs({ ... }) do list[#list + 1] = value end
end

local function hold(queue)
  local lock = prefix .. ':scheduler-lock:' .. queue
  local holder = redis.pcall('GET', lock)
  if holder and holder ~= name then return false end
  redis.call('SET', lock, name, 'EX', ttl_sec)
  return true
end

local function move(scheduled, queue, id, score)
  -- How often it has been looked at in vain is kept in the fraction of its score.
  local looks = math.floor(score % 1 * 10 + 0.5) + 1
  local known = is_job(prefix, id)
  if not known and looks < LOOKS then
    redis.call('ZADD', scheduled, now_sec + LOOK_SEC + looks / 10, id)
    return
  end
  redis.call('ZREM', scheduled, id)
  if known and leave_schedule(prefix, queue, id, now_iso) then add(queued, id, queue)
  else add(dropped, id, queue) end
end

for i = 7, #ARGV do
  local queue = ARGV[i]
  local scheduled = prefix .. ':scheduled:' .. queue
  if hold(queue) then
    add(held, queue)
    if can_hold(scheduled, 'zset') and can_hold(prefix .. ':queue:' .. queue, 'list') then
      local due = redis.call('ZRANGEBYSCORE', scheduled, '-inf', now_sec, 'WITHSCORES', 'LIMIT', 0, left)
      for j = 1, #due, 2 do move(scheduled, queue, due[j], tonumber(due[j + 1])) end
      left = left - #due / 2
      local first = redis.call('ZRANGE', scheduled, 0, 0, 'WITHSCORES')[2]
      if first then
        local wait_ms = math.min(60000, math.max(0, math.ceil(tonumber(first) * 1000) - now_ms))
        if next_ms < 0 or wait_ms < next_ms then next_ms = wait_ms end
      end
    else
      add(blocked, queue)
    end
  end
end
if #held > 0 then
  local fields = cjson.decode(ARGV[6])
  add(fields, 'queues', table.concat(held, ','), 'last_heartbeat', now_iso)
  redis.pcall('HSET', KEYS[1], unpack(fields))
  redis.pcall('EXPIRE', KEYS[1], ttl_sec)
end
return { next_ms, held, queued, dropped, blocked, 1000 - now_ms % 1000 }
