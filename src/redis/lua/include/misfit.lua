-- The error for a key that holds something else than `kind`; nil where it holds that, or nothing.
local function misfit(key, kind, what)
  local found = redis.call('TYPE', key).ok
  if found == 'none' or found == kind then return nil end
  return redis.error_reply('WRONGTYPE ' .. key .. ' holds a ' .. found .. ', not ' .. what)
end
