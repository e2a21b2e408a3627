-- history_add: add to what is known of some minutes.
-- KEYS[1] what the keys of hours begin with; no key itself
-- ARGV[1] how long an hour is kept after its end, seconds
-- ARGV[2...] per part: how long ago it was, ms; JSON { add = numbers by name, top = numbers of which the greatest counts,
-- now = numbers that stand for what was said before }
-- Derived keys: the hours (hashes: minute of the hour -> JSON, numbers by name), by the clock of this server.
-- Returns the time by that clock, epoch ms. Parts that are older than what is kept are dropped, as are those of an hour
-- whose key holds something else. What cannot be read begins anew; other names in it stay.
--@include job_keys
local keep_sec = tonumber(ARGV[1])
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function read(key, minute)
  local ok, found = pcall(cjson.decode, redis.call('HGET', key, minute) or '{}')
  return ok and type(found) == 'table' and found or {}
end

for i = 2, #ARGV, 2 do
  local minute = math.floor((now_ms - tonumber(ARGV[i])) / 60000)
  local hour = math.floor(minute / 60)
  local key, field = KEYS[1] .. string.format('%.0f', hour), string.format('%.0f', minute % 60)
  local ends_sec = (hour + 1) * 3600 + keep_sec
  if ends_sec * 1000 > now_ms and can_hold(key, 'hash') then
    local known, part = read(key, field), cjson.decode(ARGV[i + 1])
    for name, value in pairs(part.add) do known[name] = (tonumber(known[name]) or 0) + value end
    for name, value in pairs(part.top) do known[name] = math.max(tonumber(known[name]) or 0, value) end
    for name, value in pairs(part.now) do known[name] = value end
    redis.call('HSET', key, field, cjson.encode(known))
    redis.call('EXPIREAT', key, string.format('%.0f', ends_sec))
  end
end
return now_ms
