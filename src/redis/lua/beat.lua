-- beat: extend a supervisor's lease and show its workers and running jobs alive.
-- KEYS[1] supervisors (zset: id by lease end, epoch ms; 0 = being taken over)  KEYS[2] claims of this supervisor (hash)
-- KEYS[3] set of all workers  KEYS[4] this supervisor's hash  KEYS[5] orders to it (list of JSON objects)
-- ARGV[1] prefix  ARGV[2] supervisor id  ARGV[3] lease (ms)  ARGV[4] TTL of a worker's hash, seconds
-- ARGV[5] now (ISO)  ARGV[6] queue names (JSON array)  ARGV[7] number of workers
-- ARGV[8] 1 = entries among the started jobs are bare ids, as those of RQ 1.13
-- ARGV[9] what it does, for its hash ('' as before)  ARGV[10] most orders to take up  ARGV[11] how long what became of
-- an order is kept, ms
-- ARGV[12...] per worker: name, state, pid ('' none); then per running job: execution, id, queue, worker, TTL of the
-- mark as running (seconds), working time so far (seconds)
-- Derived keys: the workers' hashes, the workers of each queue, the keys of running executions, the answers to orders.
-- Returns {'held', number of claims, orders, execution, ...}: the orders as they were given, each of them once; running
-- executions whose claim is gone; or {'lost'} with nothing written.
-- An order whose time is over is dropped here, by the clock of Redis, and its answer says so.
-- Never revives a lease that somebody has taken over, nor a deleted job. HSET comes before EXPIRE throughout, so that
-- a hash that had run out is not left immortal.
--@include despite_oom
local prefix, id, now_iso = ARGV[1], ARGV[2], ARGV[5]
local time = redis.call('TIME')
local now_sec, now_float = tonumber(time[1]), string.format('%d.%06d', time[1], time[2])
local now_ms = now_sec * 1000 + math.floor(tonumber(time[2]) / 1000)
local lease_end = redis.call('ZSCORE', KEYS[1], id)
if not lease_end or tonumber(lease_end) == 0 then return { 'lost' } end
despite_oom(prefix)
redis.call('ZADD', KEYS[1], 'XX', now_ms + tonumber(ARGV[3]), id)

-- pcall from here on: a key that somebody filled with something else must not end the beat for the others.
local queues = cjson.decode(ARGV[6])
local jobs_from = 12 + 3 * tonumber(ARGV[7])
for i = 12, jobs_from - 1, 3 do
  local worker = prefix .. ':worker:' .. ARGV[i]
  redis.pcall('HSET', worker, 'last_heartbeat', now_iso, 'state', ARGV[i + 1], 'pid', ARGV[i + 2])
  redis.pcall('EXPIRE', worker, ARGV[4])
  -- A viewer that saw the hash expired has dropped these memberships.
  redis.pcall('SADD', KEYS[3], worker)
  for _, queue in ipairs(queues) do redis.pcall('SADD', prefix .. ':workers:' .. queue, worker) end
end

if ARGV[9] ~= '' then redis.pcall('HSET', KEYS[4], 'summary', ARGV[9]) end
local orders = {}
local given = tonumber(ARGV[10]) > 0 and redis.pcall('LPOP', KEYS[5], ARGV[10])
for _, text in ipairs(given and not given.err and given or {}) do
  local is_json, order = pcall(cjson.decode, text)
  if is_json and type(order) == 'table' and type(order.id) == 'string' and type(order['until']) == 'number' then
    local answer = prefix .. 'd:answer:' .. order.id
    local is_late = order['until'] <= now_ms
    redis.pcall('HSET', answer, 'state', is_late and 'expired' or 'taken', 'supervisor', id)
    redis.pcall('PEXPIRE', answer, ARGV[11])
    if not is_late then orders[#orders + 1] = text end
  end
end

local reply = { 'held', redis.call('HLEN', KEYS[2]), orders }
for i = jobs_from, #ARGV, 6 do
  local execution, job_id, queue, worker, mark_sec, work_sec = unpack(ARGV, i, i + 5)
  local entry = ARGV[8] == '1' and job_id or job_id .. ':' .. execution
  if redis.call('HEXISTS', KEYS[2], execution) == 0 then
    reply[#reply + 1] = execution
  -- Not shown as running: not yet, or not any more because somebody canceled it.
  elseif type(redis.pcall('ZSCORE', prefix .. ':wip:' .. queue, entry)) == 'string' then
    local execution_key = prefix .. ':execution:' .. job_id .. ':' .. execution
    local executions = prefix .. ':executions:' .. job_id
    local worker_key = prefix .. ':worker:' .. worker
    local expiry_sec = now_sec + tonumber(mark_sec)
    redis.pcall('HSET', worker_key, 'current_job_working_time', work_sec)
    redis.pcall('HSET', execution_key, 'last_heartbeat', now_float)
    redis.pcall('EXPIRE', execution_key, mark_sec)
    redis.pcall('ZADD', prefix .. ':wip:' .. queue, 'XX', expiry_sec, entry)
    redis.pcall('ZADD', executions, expiry_sec + 60, execution)
    redis.pcall('EXPIRE', executions, mark_sec + 60)
    redis.pcall('EXPIRE', worker_key .. ':executions', mark_sec + 60)
    local job = prefix .. ':job:' .. job_id
    if redis.call('TYPE', job).ok == 'hash' then redis.pcall('HSET', job, 'last_heartbeat', now_iso) end
  end
end
return reply
