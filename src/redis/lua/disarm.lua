-- disarm: make claims that were sent ahead, to run when a queue gets something, come to nothing.
-- KEYS[1] this supervisor's hash  ARGV[1] the highest ticket that is void from now on
-- Returns 1, or 0 where the supervisor is not registered: then no claim of its would take anything in any case.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'disarmed', ARGV[1])
return 1
