-- One decision over the day's count, the user's window and the window of provider calls.
-- KEYS: user's window, provider window, prefix of the day's counters
-- ARGV: mark, messages a minute, daily cap, calls a minute, calls a provider (0 or 1), day and count from the database
-- Gives {'admitted', day, used before} or {name of the refusing limit, seconds, day} or {'unknown', day}.
local mark = ARGV[1]
local day = math.floor(now / 86400000000)
local day_key = KEYS[3] .. day

local used = redis.call('GET', day_key)
if not used then
  if ARGV[6] ~= tostring(day) then
    return {'unknown', day}
  end
  used = ARGV[7]
  -- Not for long: a process that dies between its admission and its commit leaves the count one too high.
  redis.call('SET', day_key, used, 'EX', 60)
end
used = tonumber(used)

if used >= tonumber(ARGV[3]) then
  return {'daily_messages', math.ceil((day + 1) * 86400 - now / 1000000), day}
end
if count(KEYS[1]) >= tonumber(ARGV[2]) then
  return {'messages_per_minute', retry_after(KEYS[1])}
end
if ARGV[5] == '1' then
  if count(KEYS[2]) >= tonumber(ARGV[4]) then
    return {'llm_calls_per_minute', retry_after(KEYS[2])}
  end
  take(KEYS[2], mark)
end
take(KEYS[1], mark)
redis.call('INCR', day_key)
return {'admitted', day, used}
