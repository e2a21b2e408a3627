-- fleet: who works for this Redis. Writes nothing.
-- KEYS[1] supervisors (zset: id by lease end, epoch ms)  KEYS[2] set of the keys of all workers
-- ARGV[1] prefix
-- Derived keys: the hashes of the supervisors and workers found.
-- Returns {number of living workers that no supervisor of ours has registered, name of each living supervisor...}.
local time = redis.call('TIME')
local now_ms = string.format('(%d%03d', time[1], math.floor(tonumber(time[2]) / 1000))
local others = 0
for _, worker in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local fields = redis.pcall('HMGET', worker, 'rqd_supervisor', 'birth', 'death')
  if not fields.err and not fields[1] and fields[2] and not fields[3] then others = others + 1 end
end
local reply = { others }
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now_ms, '+inf')) do
  local name = redis.pcall('HGET', ARGV[1] .. 'd:supervisor:' .. id, 'name')
  reply[#reply + 1] = type(name) == 'string' and name or id
end
return reply
