-- cron_hold: take or keep the lease over cron entries that nobody else holds, and tell what has become of each.
-- KEYS[1] names of cron entries (zset: by when they were last held, epoch ms of this server)
-- ARGV[1] prefix  ARGV[2] our scheduler's name  ARGV[3] lease, ms  ARGV[4] an entry is remembered so long, ms
-- ARGV[5] from when the ticks of a new entry count, epoch ms; '' = now by the clock of this server
-- ARGV[6...] per entry: name, text of its schedule, what viewers are shown of it (JSON)
-- Derived keys: the entries (hashes).
-- Returns { now (epoch ms), per entry: 0 its key holds something else | { who holds it, since, last tick or '', id of the
-- last job or '', when that was enqueued (ISO) or '' } }
-- An entry whose schedule has changed, or whose times nobody can read, starts anew. Never touches one that somebody else holds.
--@include job_keys
local prefix, scheduler, lease_ms, keep_ms, since = unpack(ARGV, 1, 5)
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local now = string.format('%.0f', now_ms)
local reply = { now_ms }

-- What somebody else has written there may be anything: the entry then starts anew.
local function is_time(text)
  local ms = tonumber(text or '')
  return ms and ms >= 0 and ms < 253402300800000
end

for i = 6, #ARGV, 3 do
  local name, schedule, shown = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local entry = prefix .. 'd:cron:' .. name
  if can_hold(entry, 'hash') then
    local holder, until_ms, known, counts_from, last =
      unpack(redis.call('HMGET', entry, 'holder', 'until', 'schedule', 'since', 'last'))
    if not holder or holder == scheduler or (tonumber(until_ms) or 0) <= now_ms then
      holder = scheduler
      if known ~= schedule or not is_time(counts_from) or (last and not is_time(last)) then
        redis.call('HDEL', entry, 'last', 'last_job', 'enqueued_at')
        redis.call('HSET', entry, 'schedule', schedule, 'since', since == '' and now or since)
      end
      redis.call('HSET', entry, 'holder', scheduler, 'until', string.format('%.0f', now_ms + lease_ms), 'shown', shown)
      redis.call('PEXPIRE', entry, keep_ms)
      redis.pcall('ZADD', KEYS[1], now, name)
    end
    local found = redis.call('HMGET', entry, 'since', 'last', 'last_job', 'enqueued_at')
    reply[#reply + 1] = { holder, found[1] or '', found[2] or '', found[3] or '', found[4] or '' }
  else
    reply[#reply + 1] = 0
  end
end
return reply
