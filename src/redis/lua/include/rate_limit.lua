-- The time as RQ writes it. Redis gives scripts no calendar, so the days since 1970 are counted out here, in years that
-- begin with March.
local function iso_now()
  local time = redis.call('TIME')
  local sec = tonumber(time[1])
  local days = math.floor(sec / 86400) + 719468
  local era = math.floor(days / 146097)
  local of_era = days - era * 146097
  local year = math.floor((of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524)
    - math.floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = math.floor((5 * of_year + 2) / 153)
  local day = of_year - math.floor((153 * month + 2) / 5) + 1
  month = month < 10 and month + 3 or month - 9
  year = year + era * 400 + (month <= 2 and 1 or 0)
  local of_day = sec % 86400
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%06dZ', year, month, day,
    math.floor(of_day / 3600), math.floor(of_day / 60) % 60, of_day % 60, time[2])
end

-- Give back the slot that a job holds under a rate limit of RQ 3.0dev, and let the one that has waited longest have it.
-- A limit is a hash with the field `concurrency`; jobs that hold a slot, and those that wait, are sorted sets beside it.
local function release_slot(prefix, id, limit)
  if not limit or limit == '' then return end
  local base = prefix .. ':rl:' .. limit
  local allowed, waiting = base .. ':allowed', base .. ':rate_limited'
  redis.pcall('ZREM', waiting, id)
  if redis.pcall('ZREM', allowed, id) ~= 1 then return end
  local slots = redis.pcall('HGET', base, 'concurrency')
  slots = type(slots) == 'string' and tonumber(slots) or 0
  -- Some of those that wait may be gone; what is left of them is RQ's to clean.
  for _ = 1, 100 do
    if redis.call('ZCARD', allowed) >= slots then return end
    local next_one = redis.pcall('ZRANGE', waiting, 0, 0)[1]
    if not next_one then return end
    local status, queue, at_front, ttl =
      unpack(redis.pcall('HMGET', job_key(prefix, next_one), 'status', 'origin', 'enqueue_at_front', 'ttl'), 1, 4)
    local is_ready = status == 'rate_limited' and queue
    if is_ready and not can_hold(prefix .. ':queue:' .. queue, 'list') then return end
    redis.call('ZREM', waiting, next_one)
    if is_ready then
      redis.call('ZADD', allowed, redis.call('TIME')[1], next_one)
      push_job(prefix, next_one, queue, iso_now(), tonumber(ttl or '') or 0, at_front == '1')
      return
    end
  end
end
