-- retire_scheduler: give back the schedulers' locks that are still ours, so that another takes over at once.
-- KEYS[1] our scheduler's hash
-- ARGV[1] prefix  ARGV[2] our name  ARGV[3...] queues
-- Derived keys: the locks of the queues.
-- Returns how many locks were ours. Never touches one that somebody else has taken meanwhile.
local count = 0
for i = 3, #ARGV do
  local lock = ARGV[1] .. ':scheduler-lock:' .. ARGV[i]
  if redis.pcall('GET', lock) == ARGV[2] then count = count + redis.call('DEL', lock) end
end
redis.call('DEL', KEYS[1])
return count
