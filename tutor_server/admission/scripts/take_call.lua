-- One more provider call. KEYS: provider window, prefix of the days' spending.
-- ARGV: mark, calls a minute, nano-dollars held back, daily and monthly budget.
-- Gives {'taken', 0} or {name of the refusing limit, seconds, day}.
local spending_key = KEYS[2] .. today
local full = ARGV[3] ~= '0' and full_budget(spending_key, ARGV[3], ARGV[4], ARGV[5])
if full then
  return {full, seconds_to_midnight(), today}
end
if count(KEYS[1]) >= tonumber(ARGV[2]) then
  return {'llm_calls_per_minute', retry_after(KEYS[1], ARGV[2]), today}
end
if ARGV[3] ~= '0' then
  spend(spending_key, ARGV[3])
end
take(KEYS[1], ARGV[1])
return {'taken', 0}
