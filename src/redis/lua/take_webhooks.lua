-- take_webhooks: lease webhooks that are due to whoever sends them. One that is not settled before its lease ends is due
-- again: its sender has died.
-- KEYS[1] outbox (zset: entry by the time at which it is due, epoch ms)
-- ARGV[1] prefix  ARGV[2] most entries  ARGV[3] longest limit of a webhook, seconds  ARGV[4] how long a lease lasts
-- beyond the webhook's limit, ms
-- Derived keys: the entries' hashes.
-- Returns per entry {entry, attempts with this one, webhook (JSON), job, status, queue, description, ended_at}.
-- An entry whose hash has expired is dropped.
--@include job_keys
--@include despite_oom
local prefix, limit_sec, margin_ms = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local taken = {}
if not can_hold(KEYS[1], 'zset') then return taken end
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], 0, now_ms, 'LIMIT', 0, ARGV[2])
if #due > 0 then despite_oom(prefix) end
for _, entry in ipairs(due) do
  local key = prefix .. 'd:webhook:' .. entry
  if redis.call('TYPE', key).ok ~= 'hash' then
    redis.call('ZREM', KEYS[1], entry)
  else
    local attempts = redis.call('HINCRBY', key, 'attempts', 1)
    local fields = redis.call('HMGET', key, 'timeout', 'hook', 'job', 'status', 'queue', 'description', 'ended_at')
    local timeout_sec = tonumber(fields[1] or '') or 0
    if timeout_sec <= 0 or timeout_sec > limit_sec then timeout_sec = limit_sec end
    redis.call('ZADD', KEYS[1], 'XX', string.format('%.0f', now_ms + timeout_sec * 1000 + margin_ms), entry)
    taken[#taken + 1] = { entry, attempts, unpack(fields, 2) }
  end
end
return taken
