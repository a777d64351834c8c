-- A message given back. KEYS: user's windows and the day's counters, in pairs. ARGV: mark.
for number = 1, #KEYS, 2 do
  redis.call('ZREM', KEYS[number], ARGV[1])
  local used = redis.call('GET', KEYS[number + 1])
  if used and tonumber(used) > 0 then
    redis.call('DECR', KEYS[number + 1])
  end
end
