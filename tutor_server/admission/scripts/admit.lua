-- One decision over the day's count, the user's window, the budgets and the window of provider calls.
-- KEYS: user's window, provider window, prefix of the day's counters, prefix of the days' spending
-- ARGV: mark, messages a minute, daily cap, calls a minute, calls a provider (0 or 1),
--   day and count from the database, nano-dollars held back, daily and monthly budget (below 0: none),
--   day and what the database knows as spent on it and in its month
-- Gives {'admitted', day, used before}, {name of the refusing limit, seconds (a budget has none), day},
--   {'unknown', day} or
--   {'unknown_spending', day}.
local mark = ARGV[1]
local day_key = KEYS[3] .. today
local spending_key = KEYS[4] .. today
local reserved = ARGV[8]

local used = redis.call('GET', day_key)
if not used then
  if ARGV[6] ~= tostring(today) then
    return {'unknown', today}
  end
  used = ARGV[7]
  -- Not for long: a process that dies between its admission and its commit leaves the count one too high.
  redis.call('SET', day_key, used, 'EX', 60)
end
used = tonumber(used)

if reserved ~= '0' and redis.call('EXISTS', spending_key) == 0 then
  if ARGV[11] ~= tostring(today) then
    return {'unknown_spending', today}
  end
  redis.call('HSET', spending_key, 'day', ARGV[12], 'month', ARGV[13])
  redis.call('EXPIRE', spending_key, 60)
end

if used >= tonumber(ARGV[3]) then
  return {'daily_messages', seconds_to_midnight(), today}
end
if count(KEYS[1]) >= tonumber(ARGV[2]) then
  return {'messages_per_minute', retry_after(KEYS[1], ARGV[2])}
end
local full = reserved ~= '0' and full_budget(spending_key, reserved, ARGV[9], ARGV[10])
if full then
  return {full, 0}
end
if ARGV[5] == '1' then
  if count(KEYS[2]) >= tonumber(ARGV[4]) then
    return {'llm_calls_per_minute', retry_after(KEYS[2], ARGV[4])}
  end
  take(KEYS[2], mark)
end
if reserved ~= '0' then
  spend(spending_key, reserved)
end
take(KEYS[1], mark)
redis.call('INCR', day_key)
return {'admitted', today, used}
