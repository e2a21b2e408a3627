-- What may stand for a job among the started ones: its id (RQ up to 1.16, also in every other registry), and the id
-- with each of its executions (since 2.0).
local function entries_of(prefix, id, with_executions)
  local entries = { id }
  if not with_executions then return entries end
  for _, execution in ipairs(redis.pcall('ZRANGE', prefix .. ':executions:' .. id, -20, -1)) do
    entries[#entries + 1] = id .. ':' .. execution
  end
  return entries
end
