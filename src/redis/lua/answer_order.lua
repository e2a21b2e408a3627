-- answer_order: say how far an order is, or what came of it.
-- KEYS[1] what becomes of it (hash)
-- ARGV[1] how long that is kept from now on, ms  ARGV[2...] field, value, ...
-- Returns nothing of interest.
-- HSET comes before PEXPIRE, so that a hash that had run out is not left immortal.
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
