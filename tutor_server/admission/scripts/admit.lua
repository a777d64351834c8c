-- One decision over the day's counts, the windows of messages, the budgets and the window of provider calls.
-- Counts are those of all courses together, then those of one course, if it has limits of its own.
-- KEYS: provider window; then for each kind of counts: user's window, prefix of the day's counters, prefix of the
--   days' spending
-- ARGV: mark, calls a minute, calls a provider (0 or 1), nano-dollars held back; then for each kind of counts:
--   messages a minute, daily cap, daily and monthly budget (below 0: none), day and count from the database,
--   day and what the database knows as spent on it and in its month
-- Gives {'admitted', day, messages left before}, {name of the refusing limit, seconds (a budget has none), day, kind},
--   {'unknown', day, kind} or
--   {'unknown_spending', day, kind}.
local mark, reserved = ARGV[1], ARGV[4]
local kinds = {}
for number = 0, (#KEYS - 1) / 3 - 1 do
  local arg = 5 + 9 * number
  kinds[number + 1] = {
    window = KEYS[2 + 3 * number],
    day_key = KEYS[3 + 3 * number] .. today,
    spending_key = KEYS[4 + 3 * number] .. today,
    per_minute = ARGV[arg],
    cap = tonumber(ARGV[arg + 1]),
    daily_budget = ARGV[arg + 2],
    monthly_budget = ARGV[arg + 3],
    loaded_day = ARGV[arg + 4],
    loaded = ARGV[arg + 5],
    spent_day = ARGV[arg + 6],
    spent = {ARGV[arg + 7], ARGV[arg + 8]}
  }
end

for number, kind in ipairs(kinds) do
  if kind.cap >= 0 then
    kind.used = redis.call('GET', kind.day_key)
    if not kind.used then
      if kind.loaded_day ~= tostring(today) then
        return {'unknown', today, number - 1}
      end
      kind.used = kind.loaded
      -- Not for long: a process that dies between its admission and its commit leaves the count one too high.
      redis.call('SET', kind.day_key, kind.used, 'EX', 60)
    end
    kind.used = tonumber(kind.used)
  end
  local has_budget = tonumber(kind.daily_budget) >= 0 or tonumber(kind.monthly_budget) >= 0
  kind.reserves = reserved ~= '0' and has_budget
  if kind.reserves and redis.call('EXISTS', kind.spending_key) == 0 then
    if kind.spent_day ~= tostring(today) then
      return {'unknown_spending', today, number - 1}
    end
    redis.call('HSET', kind.spending_key, 'day', kind.spent[1], 'month', kind.spent[2])
    redis.call('EXPIRE', kind.spending_key, 60)
  end
end

for number, kind in ipairs(kinds) do
  if kind.used and kind.used >= kind.cap then
    return {'daily_messages', seconds_to_midnight(), today, number - 1}
  end
end
for number, kind in ipairs(kinds) do
  if tonumber(kind.per_minute) >= 0 and count(kind.window) >= tonumber(kind.per_minute) then
    return {'messages_per_minute', retry_after(kind.window, kind.per_minute), today, number - 1}
  end
end
for number, kind in ipairs(kinds) do
  local full = kind.reserves and full_budget(kind.spending_key, reserved, kind.daily_budget, kind.monthly_budget)
  if full then
    return {full, 0, today, number - 1}
  end
end
if ARGV[3] == '1' then
  if count(KEYS[1]) >= tonumber(ARGV[2]) then
    return {'llm_calls_per_minute', retry_after(KEYS[1], ARGV[2]), today, 0}
  end
  take(KEYS[1], mark)
end
local left
for _, kind in ipairs(kinds) do
  if kind.reserves then
    spend(kind.spending_key, reserved)
  end
  take(kind.window, mark)
  if kind.used then
    redis.call('INCR', kind.day_key)
    left = math.min(left or kind.cap - kind.used, kind.cap - kind.used)
  end
end
return {'admitted', today, left}
