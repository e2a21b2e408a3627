-- A second opinion on one finding of fsck: every script of that family takes the same arguments and answers alike.
-- ARGV[1] prefix  ARGV[2] id (of the job, worker or supervisor)  ARGV[3] queue  ARGV[4] entry (member of KEYS[1])
-- ARGV[5] place: which of the cases  ARGV[6] the mark of an earlier look ('' none)  ARGV[7] how long ago that must have
-- been for a repair, ms (-1: only look)  ARGV[8] now (ISO)  ARGV[9] traceback for a hash (zlib; '' none)
-- ARGV[10] the same for a result, in base64
-- Returns {verdict, mark, why}: 'gone' (it is not so, or not any more), 'holds', 'kept' (it holds, and why it is not
-- repaired) or 'repaired'. The mark says since when it has been exactly so.
local prefix, id, queue, entry, place, seen = unpack(ARGV, 1, 6)
local wait_ms, now_iso = tonumber(ARGV[7]), ARGV[8]
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6

local function gone() return { 'gone', '', '' } end

-- It is so, in this state. `kept`: why nothing can be done. Otherwise `repair` runs if the same was seen long enough
-- ago; it returns why it did nothing after all.
local function judged(state, kept, repair)
  local at, before = seen:match('^(%S+) (.*)$')
  local same = before == state
  local mark = (same and at or string.format('%.6f', now)) .. ' ' .. state
  if kept then return { 'kept', mark, kept } end
  if wait_ms < 0 or not same or (now - tonumber(at)) * 1000 < wait_ms then return { 'holds', mark, '' } end
  despite_oom(prefix)
  local why = repair()
  if why then return { 'kept', mark, why } end
  return { 'repaired', mark, '' }
end
