-- One attempt counted in several sliding windows, on the clock of this Redis, or in none.
-- KEYS: the windows. ARGV: mark, then of each window how many are allowed and its seconds.
-- Gives 0, or the whole seconds until there is room in all of them.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local wait = 0

for number, key in ipairs(KEYS) do
  local allowed, width = tonumber(ARGV[2 * number]), tonumber(ARGV[2 * number + 1]) * 1000000
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - width)
  if redis.call('ZCARD', key) >= allowed then
    local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    wait = math.max(wait, math.ceil((tonumber(oldest[2]) + width - now) / 1000000), 1)
  end
end

if wait == 0 then
  for number, key in ipairs(KEYS) do
    redis.call('ZADD', key, now, ARGV[1])
    redis.call('EXPIRE', key, tonumber(ARGV[2 * number + 1]) + 1)
  end
end
return wait
