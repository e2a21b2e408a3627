-- claim: take up to a number of jobs off the fronts of many queues, in priority order, and record who holds them.
-- KEYS[1] claims of this supervisor (hash: execution id -> JSON {id, queue, at})
-- KEYS[2] supervisors (zset: id by lease end, epoch ms; 0 = being taken over)
-- KEYS[3] this supervisor's hash  KEYS[4] suspension mark
-- KEYS[5] queues paused for all daemons (set of their keys; '*' is every queue)
-- KEYS[6...] queues (lists of ids) in priority order
-- ARGV[1] prefix  ARGV[2] supervisor id  ARGV[3] execution id prefix, 24 hex digits, never used before
-- ARGV[4] most jobs to claim  ARGV[5] most ids to look at  ARGV[6] timeout of jobs without one, seconds
-- ARGV[7] number of a claim that was sent ahead and may have been made void since (see disarm); 0 for any other
-- ARGV[8...] names of the queues in KEYS[6...]
-- Derived keys: the hashes of the jobs found.
-- Returns {state, claims, skips, broken, paused}: state 'ok', 'suspended', 'lost' (no lease: register again) or 'void';
-- claims: one MessagePack array of {id, position of the queue in KEYS[6...] from 0, execution, {field, value, ...}},
-- which is cheaper to make and to read than as many replies; '' is none; skips {id, queue, reason} for ids with
-- nothing to run; broken {queue, error} for keys that hold no list; paused: names of the queues left alone.
-- Never pops an id without recording it or reporting it, nor claims anything without a live lease. A claimed job does
-- not expire, nor does what says who waits for it. The first write is an LPOP, which Redis allows even when it is out of
-- memory, and a script that has written is let through to its end.
--@include job_keys
local lease_end = redis.call('ZSCORE', KEYS[2], ARGV[2])
if not lease_end or tonumber(lease_end) == 0 then return { 'lost', '', {}, {}, {} } end
if ARGV[7] ~= '0' and tonumber(redis.call('HGET', KEYS[3], 'disarmed') or 0) >= tonumber(ARGV[7]) then
  return { 'void', '', {}, {}, {} }
end
if redis.call('EXISTS', KEYS[4]) == 1 then return { 'suspended', '', {}, {}, {} } end

-- Fails here, before an id is popped, where the keys of the claims and of the paused queues hold something else.
redis.call('HLEN', KEYS[1])
local has_paused = redis.call('SCARD', KEYS[5]) > 0
local all_paused = has_paused and redis.call('SISMEMBER', KEYS[5], '*') == 1
local time = redis.call('TIME')
local now_ms = string.format('%d%03d', time[1], math.floor(tonumber(time[2]) / 1000))
local claims, skips, broken, paused = {}, {}, {}, {}
local wanted, to_look_at = tonumber(ARGV[4]), tonumber(ARGV[5])

-- Ids are text everywhere else; one that is no UTF-8 could never be addressed again. Each pattern is one row of
-- Unicode's table of well-formed sequences: no overlong forms, no surrogates, nothing beyond U+10FFFF.
local utf8_forms = { '[\194-\223][\128-\191]', '\224[\160-\191][\128-\191]', '[\225-\236\238\239][\128-\191][\128-\191]',
  '\237[\128-\159][\128-\191]', '\240[\144-\191][\128-\191][\128-\191]', '[\241-\243][\128-\191][\128-\191][\128-\191]',
  '\244[\128-\143][\128-\191][\128-\191]' }
local function is_text(id)
  if not id:find('[\128-\255]') then return true end
  for _, form in ipairs(utf8_forms) do id = id:gsub(form, '.') end
  return not id:find('[\128-\255]')
end

-- What is recorded of the ids popped so far, for one HSET.
local records = {}

local function take(id, position, record_tail)
  if not is_text(id) then return 'id-is-no-text' end
  local job = ARGV[1] .. ':job:' .. id
  local fields = redis.pcall('HGETALL', job)
  if fields.err then return 'not-a-hash' end
  if #fields == 0 then return 'no-such-job' end
  local has_origin, has_timeout
  for i = 1, #fields, 2 do
    local field = fields[i]
    if field == 'status' then
      if fields[i + 1] == 'canceled' then return 'canceled' end
    elseif field == 'origin' then
      has_origin = true
    elseif field == 'timeout' then
      has_timeout = true
    end
  end
  keep_job(ARGV[1], id)
  -- A producer may leave these out; RQ's readers then misfile the job, or crash on it.
  if not has_origin then redis.call('HSET', job, 'origin', ARGV[position + 8]) end
  if not has_timeout then redis.call('HSET', job, 'timeout', ARGV[6]) end
  local execution = ARGV[3] .. string.format('%08x', #claims)
  records[#records + 1], records[#records + 2] = execution, '{"id":' .. cjson.encode(id) .. record_tail
  claims[#claims + 1] = { id, position, execution, fields }
end

local function record()
  for from = 1, #records, 1000 do
    redis.call('HSET', KEYS[1], unpack(records, from, math.min(from + 999, #records)))
  end
  records = {}
end

for i = 6, #KEYS do
  local queue = ARGV[i + 2]
  local record_tail = ',"queue":' .. cjson.encode(queue) .. ',"at":' .. now_ms .. '}'
  local is_paused = all_paused or (has_paused and redis.call('SISMEMBER', KEYS[5], KEYS[i]) == 1)
  if is_paused then paused[#paused + 1] = queue end
  while not is_paused and #claims < wanted and to_look_at > 0 do
    local ids = redis.pcall('LPOP', KEYS[i], math.min(wanted - #claims, to_look_at))
    if not ids then break end
    if ids.err then
      broken[#broken + 1] = { queue, ids.err }
      break
    end
    to_look_at = to_look_at - #ids
    for _, id in ipairs(ids) do
      local reason = take(id, i - 6, record_tail)
      if reason then skips[#skips + 1] = { id, queue, reason } end
    end
    record()
  end
end
return { 'ok', #claims > 0 and cmsgpack.pack(claims) or '', skips, broken, paused }
