-- order: give an order to a daemon.
-- KEYS[1] supervisors (zset: id by lease end, epoch ms)  KEYS[2] its hash  KEYS[3] orders to it (list of JSON objects)
-- KEYS[4] what becomes of this one (hash)
-- ARGV[1] its supervisor id  ARGV[2] the order, a JSON object that is not empty  ARGV[3] method
-- ARGV[4] for how long it may be taken up, ms  ARGV[5] how long what became of it is kept, ms  ARGV[6] most orders that
-- may wait  ARGV[7] channel on which the daemon is told
-- Returns 'ordered'; or, with nothing written, 'gone' where its lease has run out, 'deaf' where it takes none, 'full'.
-- Until when it counts is put into the order here, by the clock of Redis.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local lease_end = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not lease_end or tonumber(lease_end) <= now_ms then return 'gone' end
local record = redis.call('HMGET', KEYS[2], 'orders', 'name')
if record[1] ~= '1' then return 'deaf' end
if redis.call('LLEN', KEYS[3]) >= tonumber(ARGV[6]) then return 'full' end
local expiry_ms = tonumber(ARGV[4])
redis.call('RPUSH', KEYS[3], string.format('{"until":%d,', now_ms + expiry_ms) .. ARGV[2]:sub(2))
if redis.call('PTTL', KEYS[3]) < expiry_ms then redis.call('PEXPIRE', KEYS[3], expiry_ms) end
redis.call('HSET', KEYS[4], 'state', 'waiting', 'supervisor', ARGV[1], 'daemon', record[2] or '', 'method', ARGV[3])
redis.call('PEXPIRE', KEYS[4], expiry_ms + tonumber(ARGV[5]))
redis.call('PUBLISH', ARGV[7], ARGV[1])
return 'ordered'
