-- save_meta: write a job's meta, and nothing else of it.
-- KEYS[1] the job (hash)  KEYS[2] claims of a supervisor (hash), where only who runs the job may write; left out: anybody
-- ARGV[1] meta (bytes; '' removes the field)  ARGV[2] execution that must be claimed, with KEYS[2]
-- Returns 'saved', 'lost' (the claim is not held: a newer execution owns the job; nothing written) or 'missing' (no
-- hash). Never revives a job that was deleted.
local job, claims = unpack(KEYS)
if claims and redis.call('HEXISTS', claims, ARGV[2]) == 0 then return 'lost' end
if redis.call('TYPE', job).ok ~= 'hash' then return 'missing' end
if ARGV[1] == '' then
  redis.call('HDEL', job, 'meta')
else
  redis.call('HSET', job, 'meta', ARGV[1])
end
return 'saved'
