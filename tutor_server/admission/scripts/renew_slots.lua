-- Leases of living connections. KEYS: slots of users. ARGV: lease in microseconds, then the slot of each key.
local until_time = now + tonumber(ARGV[1])
for number, key in ipairs(KEYS) do
  redis.call('ZADD', key, until_time, ARGV[number + 1])
  redis.call('PEXPIRE', key, math.ceil(tonumber(ARGV[1]) / 1000) + 1000)
end
