-- A message given back. KEYS: user's window, the day's counter. ARGV: mark.
redis.call('ZREM', KEYS[1], ARGV[1])
local used = redis.call('GET', KEYS[2])
if used and tonumber(used) > 0 then
  redis.call('DECR', KEYS[2])
end
