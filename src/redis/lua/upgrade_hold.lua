-- upgrade_hold: be, stay or no longer be the one who restarts the daemons one by one.
-- KEYS[1] who that is (hash: token, by)
-- ARGV[1] token, of this restart alone  ARGV[2] who it is, as they say  ARGV[3] for how long, ms; 0 = give it up
-- Returns '' if it is the caller (or nobody, where it is given up), else who it is.
local token = redis.call('HGET', KEYS[1], 'token')
if token and token ~= ARGV[1] then return redis.call('HGET', KEYS[1], 'by') or '?' end
if ARGV[3] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'token', ARGV[1], 'by', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return ''
