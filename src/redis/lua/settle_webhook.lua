-- settle_webhook: a webhook was sent, or is given up, or is to be tried again later.
-- KEYS[1] outbox (zset: entry by the time at which it is due, epoch ms)  KEYS[2] the entry (hash)
-- ARGV[1] entry  ARGV[2] its attempts when it was taken  ARGV[3] delay until the next attempt, ms; -1 there is none
-- Returns 'settled', or 'lost' where somebody else has taken it since: then it is only ended, never postponed.
if ARGV[3] == '-1' then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('DEL', KEYS[2])
  return 'settled'
end
if redis.call('HGET', KEYS[2], 'attempts') ~= ARGV[2] then return 'lost' end
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[1], 'XX', string.format('%.0f', now_ms + tonumber(ARGV[3])), ARGV[1])
return 'settled'
