-- Shared by all scripts: the time of this Redis, in microseconds, and sliding windows of 60 seconds as sorted sets.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local WINDOW = 60 * 1000000

local function count(key)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - WINDOW)
  return redis.call('ZCARD', key)
end

local function take(key, mark)
  redis.call('ZADD', key, now, mark)
  redis.call('PEXPIRE', key, 61000)
end

-- Whole seconds until fewer than `limit` marks are left, which may be more where the limit was higher before.
local function retry_after(key, limit)
  local last = redis.call('ZCARD', key) - tonumber(limit)
  local oldest = redis.call('ZRANGE', key, last, last, 'WITHSCORES')
  return math.max(1, math.ceil((tonumber(oldest[2]) + WINDOW - now) / 1000000))
end
