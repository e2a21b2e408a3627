-- fsck_expire: a key without expiry that should have one; it gets one, nothing is deleted.
-- KEYS[1] the key   Arguments and answer: include/fsck.lua; `place`: `sign` (of life, renewed while there is any),
-- `left` (by a job that is gone) or `ended` (a job that has finished or failed)
-- Derived keys: the job's hash and what hangs on it, the registry that it is filed in.
-- Never gives one to the job that its producer, or its worker, wants kept for ever.
--@include job_keys
--@include despite_oom
--@include leftovers
--@include fsck
local SIGN_SEC, LEFT_SEC = 900, 86400
if redis.call('TTL', KEYS[1]) ~= -1 then return gone() end
local function expire_in(ttl_sec)
  return function() redis.call('EXPIRE', KEYS[1], ttl_sec) end
end
if place == 'sign' then return judged(place, nil, expire_in(SIGN_SEC)) end
if place == 'left' then
  if redis.call('EXISTS', job_key(prefix, id)) == 1 then return gone() end
  return judged(place, nil, expire_in(LEFT_SEC))
end
if not is_job(prefix, id) then return gone() end
local status, state = state_of(prefix, id)
local registry = status == 'finished' and 'finished' or (status == 'failed' or status == 'stopped') and 'failed'
if not registry then return gone() end
local origin, ttl = unpack(redis.call('HMGET', KEYS[1], 'origin', registry == 'finished' and 'result_ttl' or 'failure_ttl'))
local ttl_sec = int(ttl)
if not ttl_sec then
  local score = redis.pcall('ZSCORE', prefix .. ':' .. registry .. ':' .. (origin or ''), id)
  if type(score) ~= 'string' and registry == 'failed' then return gone() end
  if type(score) ~= 'string' then return judged(state, 'nothing says how long it is to be kept: delete it') end
  score = tonumber(score)
  if score < 0 or score == math.huge then return gone() end
  ttl_sec = math.ceil(score - now)
end
if ttl and ttl_sec < 0 then return gone() end
return judged(state, nil, function()
  -- Long over: whoever looks at it now gets a minute.
  apply_ttl(prefix, id, math.max(ttl_sec, 60))
end)
