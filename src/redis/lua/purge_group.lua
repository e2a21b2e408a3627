-- purge_group: drop from a group the ids whose job is gone, a part of the group at a time, and the group with the last.
-- KEYS[1] names of all groups (set)  KEYS[2] the group (set of job ids)
-- ARGV[1] prefix  ARGV[2] its name  ARGV[3] where to go on; 0 at the start  ARGV[4] about how many ids to look at
-- Derived keys: the hashes of its jobs.
-- Returns {where to go on (0 at the end), dropped}. Never drops an id whose key holds anything, so that a job which names
-- the group never lacks its set, without which RQ 2.x cannot delete it.
--@include job_keys
local prefix = ARGV[1]
if not can_hold(KEYS[2], 'set') then return { '0', 0 } end
local page, dropped = redis.call('SSCAN', KEYS[2], ARGV[3], 'COUNT', ARGV[4]), 0
for _, id in ipairs(page[2]) do
  if redis.call('EXISTS', job_key(prefix, id)) == 0 then dropped = dropped + redis.call('SREM', KEYS[2], id) end
end
if redis.call('EXISTS', KEYS[2]) == 0 then redis.pcall('SREM', KEYS[1], ARGV[2]) end
return { page[1], dropped }
