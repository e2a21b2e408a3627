-- history_turn: take, keep or give back the lease of the one who samples the fleet.
-- KEYS[1] who that is (string)
-- ARGV[1] id of the caller  ARGV[2] lease, ms; 0 = give it back
-- Returns { the time by the clock of this server (epoch ms), 1 it is the caller's now | 0 it is not }
-- Never touches the lease of somebody else. A key that holds something else is nobody's, and stays.
--@include job_keys
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if not can_hold(KEYS[1], 'string') then return { now_ms, 0 } end
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return { now_ms, 0 } end
if tonumber(ARGV[2]) == 0 then
  redis.call('DEL', KEYS[1])
  return { now_ms, 0 }
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { now_ms, 1 }
