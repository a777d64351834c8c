-- Shared by all scripts: what is committed of a day's money and of its month's, in nano-dollars, as a hash.
local today = math.floor(now / 86400000000)

local function seconds_to_midnight()
  return math.ceil((today + 1) * 86400 - now / 1000000)
end

-- The name of the budget that has no room for an amount, or nil. Budgets below 0 are none; what is unknown has room.
local function full_budget(key, amount, daily, monthly)
  local spent = redis.call('HMGET', key, 'day', 'month')
  if not spent[1] then
    return nil
  end
  if tonumber(daily) >= 0 and tonumber(spent[1]) + tonumber(amount) > tonumber(daily) then
    return 'daily_budget'
  end
  if tonumber(monthly) >= 0 and tonumber(spent[2]) + tonumber(amount) > tonumber(monthly) then
    return 'monthly_budget'
  end
  return nil
end

local function spend(key, amount)
  if redis.call('EXISTS', key) == 1 then
    redis.call('HINCRBY', key, 'day', amount)
    redis.call('HINCRBY', key, 'month', amount)
  end
end
