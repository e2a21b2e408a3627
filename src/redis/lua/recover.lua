-- recover: take over the jobs of a supervisor that is dead, or whose lease has run out: back to the front of their
-- queues, in the order in which they were claimed, spending no retry.
-- KEYS[1] supervisors (zset: id by lease end, epoch ms; 0 = being taken over)  KEYS[2] the dead supervisor's hash
-- KEYS[3] its claims (hash)  KEYS[4] set of all workers
-- ARGV[1] prefix  ARGV[2] its id  ARGV[3] 1 = it is proved dead, whatever its lease says  ARGV[4] most jobs
-- ARGV[5] now (ISO)
-- Derived keys: everything that hangs on the jobs and on the dead supervisor's workers.
-- Returns {state, left, job id, ...}: 'alive' (nothing written), 'done', 'more' with the number of claims left, or
-- 'blocked' where the queues of those left hold something else: they stay claimed, for a later call.
-- Never lets the old supervisor come back in between: its lease ends with the first call. Newest claims go first, so
-- that each push to the front puts older ones before them.
--@include job_keys
--@include release
--@include despite_oom
local prefix, id, limit, now_iso = ARGV[1], ARGV[2], tonumber(ARGV[4]), ARGV[5]
local lease_end = redis.call('ZSCORE', KEYS[1], id)
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[3] ~= '1' and lease_end and tonumber(lease_end) > now_ms then return { 'alive', 0 } end
despite_oom(prefix)
if lease_end then redis.call('ZADD', KEYS[1], 0, id) end

local claims = {}
local flat = redis.call('HGETALL', KEYS[3])
for i = 1, #flat, 2 do
  local claim = cjson.decode(flat[i + 1])
  claims[#claims + 1] = { execution = flat[i], id = claim.id, queue = claim.queue, at = claim.at or 0 }
end
table.sort(claims, function(a, b)
  if a.at ~= b.at then return a.at > b.at end
  return a.execution:sub(-8) > b.execution:sub(-8)
end)

local reply = { 'done', 0 }
local handled, blocked = 0, 0
for _, claim in ipairs(claims) do
  if not can_hold(prefix .. ':queue:' .. claim.queue, 'list') then
    blocked = blocked + 1
  elseif handled < limit then
    handled = handled + 1
    local fields = { 'canceled' }
    if is_job(prefix, claim.id) then
      fields = redis.call('HMGET', job_key(prefix, claim.id), 'status', 'origin', 'worker_name', 'ttl', 'enqueued_at')
    end
    local origin = fields[2] and fields[2] ~= '' and fields[2] or claim.queue
    release(KEYS[3], prefix, claim.id, claim.execution, origin, fields[3] or '')
    if fields[1] ~= 'canceled' then
      redis.call('HSET', job_key(prefix, claim.id), 'started_at', '', 'worker_name', '')
      push_job(prefix, claim.id, claim.queue, fields[5] or now_iso, tonumber(fields[4] or '') or 0, true)
      reply[#reply + 1] = claim.id
    end
  end
end
if #claims > handled then
  reply[1], reply[2] = handled + blocked < #claims and 'more' or 'blocked', #claims - handled
  return reply
end

-- Its workers go as RQ's workers do when they die.
local record = redis.call('HMGET', KEYS[2], 'workers', 'queues')
for _, name in ipairs(record[1] and cjson.decode(record[1]) or {}) do
  local worker = prefix .. ':worker:' .. name
  if redis.call('HGET', worker, 'rqd_supervisor') == id then
    redis.call('SREM', KEYS[4], worker)
    for _, queue in ipairs(cjson.decode(record[2] or '[]')) do
      redis.call('SREM', prefix .. ':workers:' .. queue, worker)
    end
    redis.call('DEL', worker .. ':executions')
    redis.call('HSET', worker, 'death', now_iso)
    redis.call('EXPIRE', worker, 60)
  end
end
redis.call('ZREM', KEYS[1], id)
redis.call('DEL', KEYS[2], KEYS[3])
return reply
