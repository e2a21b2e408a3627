-- enqueue: write jobs' hashes and put their ids on queues, or among the deferred or scheduled jobs, in one step.
-- KEYS[1] set of known queues
-- ARGV[1] prefix  ARGV[2] 1 = all or none: where one job is refused, nothing is written
-- ARGV[3] the jobs in order, as msgpack (its decoder is far quicker than one argument per field): an array of arrays
--   { id, queue, TTL while waiting in seconds (0 none), 1 = push at the front, 1 = refuse an id that exists,
--     0 or what else decides where it goes (include/placement.lua), field, value, ... }
-- Derived keys: the queues (lists of ids), the deferred and scheduled jobs, groups, the jobs' hashes, and their
-- dependents and dependencies, which share the TTL. That of a scheduled job counts from the day on which it is queued.
-- Returns one reply per job, and all is as if the jobs had come one after another: 1 enqueued | 2 deferred | 3 scheduled
-- | 0 nothing written, as the unique id exists | -1 nothing written, as another job was refused | a text: refused, why.
-- Never leaves an id in any place without its hash, nor a hash that expires while its id waits without a ttl.
--@include job_keys
local prefix, all_or_none, jobs = ARGV[1], ARGV[2] == '1', cmsgpack.unpack(ARGV[3])
local replies, exists, coming, queues, refused = {}, {}, {}, {}, false

local function misfit(key, kind, what)
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= kind then
    return 'WRONGTYPE ' .. key .. ' holds a ' .. found .. ', not ' .. what
  end
  return nil, found ~= 'none'
end

--@include placement
-- Everything is looked at before anything is written.
local no_set = misfit(KEYS[1], 'set', 'the set of known queues')
for i, job in ipairs(jobs) do
  local id, name, more = job[1], job[2], job[6]
  local queue = queues[name]
  if queue == nil then
    local key = prefix .. ':queue:' .. name
    queue = { key = key, why = misfit(key, 'list', 'a list of job ids'), front = {}, back = {} }
    queues[name] = queue
  end
  local why, found = misfit(job_key(prefix, id), 'hash', 'a job')
  exists[id] = found
  why = no_set or queue.why or why or (more ~= 0 and misplaced(prefix, id, name, more) or nil)
  if why then
    replies[i] = why
    refused = true
  elseif job[5] == 1 and (found or coming[id]) then
    replies[i] = 0
    refused = true
  else
    coming[id] = true
  end
end

if refused and all_or_none then
  for i = 1, #jobs do replies[i] = replies[i] or -1 end
  return replies
end

for i, job in ipairs(jobs) do
  local id, name, more = job[1], job[2], job[6]
  if replies[i] == nil then
    redis.call('HSET', job_key(prefix, id), unpack(job, 7))
    local placed = more == 0 and 1 or place(prefix, id, name, more)
    if job[3] ~= '0' and placed ~= 3 then
      apply_ttl(prefix, id, tonumber(job[3]))
    elseif exists[id] then
      apply_ttl(prefix, id, -1)
    end
    exists[id] = true
    local queue = queues[name]
    queue.used = true
    if placed == 1 then
      local ids = job[4] == 1 and queue.front or queue.back
      ids[#ids + 1] = id
    end
    replies[i] = placed
  end
end

-- Pushes at the two ends of a list do not disturb each other, so their order among themselves is all that counts.
for _, queue in pairs(queues) do
  if queue.used then redis.call('SADD', KEYS[1], queue.key) end
  if #queue.front > 0 then redis.call('LPUSH', queue.key, unpack(queue.front)) end
  if #queue.back > 0 then redis.call('RPUSH', queue.key, unpack(queue.back)) end
end
return replies
