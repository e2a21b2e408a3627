-- registry_page: how many entries a registry has, and some of them by rank. Those that have run out count as gone.
-- KEYS[1] registry (zset: member by score, seconds)
-- ARGV[1] 1 = entries with a score above 0 that has passed have run out  ARGV[2] first rank  ARGV[3] last rank, both
-- from 0, negative: from the end  ARGV[4] 1 = highest score first
-- Returns {count, member, ...}. An error where the key holds something else.
-- Writes nothing.
--@include misfit
local problem = misfit(KEYS[1], 'zset', 'a registry')
if problem then return problem end
local over, fixed = 0, 0
if ARGV[1] == '1' then
  over = redis.call('ZCOUNT', KEYS[1], '(0', redis.call('TIME')[1])
  fixed = redis.call('ZCOUNT', KEYS[1], '-inf', 0)
end
local count = redis.call('ZCARD', KEYS[1]) - over
local reply = { count }
local function rank(text)
  local number = tonumber(text)
  return number < 0 and count + number or number
end
local first, last = math.max(rank(ARGV[2]), 0), math.min(rank(ARGV[3]), count - 1)
if first > last then return reply end
local highest_first = ARGV[4] == '1'
if highest_first then first, last = count - 1 - last, count - 1 - first end

-- What has run out lies between the entries that are kept for ever by a score of 0 or less and all others.
local members = {}
local function add(from, to)
  for _, member in ipairs(redis.call('ZRANGE', KEYS[1], from, to)) do members[#members + 1] = member end
end
if first < fixed then add(first, math.min(last, fixed - 1)) end
if last >= fixed then add(math.max(first, fixed) + over, last + over) end
for i = 1, #members do reply[i + 1] = highest_first and members[#members + 1 - i] or members[i] end
return reply
