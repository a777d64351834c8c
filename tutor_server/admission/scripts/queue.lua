-- The queue of calls to one provider. Each student in line gets the next place in turn, for the ask that came first.
-- KEYS: tickets that wait by arrival, their leases, tickets with a place by lease, students in line, facts about
--   tickets, durations of finished calls, figures
-- ARGV: step, places, lease and longest wait in microseconds, prefix of the processes' wake-up lists, then:
--   join: ticket, student. Gives its position, 0 for a place, or -2 if it would wait too long.
--   look: tickets. Gives the position of each, 0 for a place, -1 for an unknown one.
--   leave: ticket, waited too long (0 or 1).   renew: tickets with a place.
--   figures: none. Gives calls, waiting, waited, microseconds waited, passed on.
-- A ticket is `process:id`; its process is woken when it gets a place.
local WAITING, LEASES, CALLS, LINE, FACTS, HOLDS, FIGURES = unpack(KEYS)
local step, places, lease, longest, wake = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local HOLDS_KEPT, FEWEST_HOLDS, HOLDS_MILLISECONDS = 9, 3, 600000

local function next_number()
  return redis.call('HINCRBY', FACTS, 'number', 1)
end

local function wake_key(ticket)
  return wake .. string.match(ticket, '^[^:]*')
end

local function add(ticket, student)
  redis.call('ZADD', WAITING, next_number(), ticket)
  redis.call('ZADD', LEASES, now + lease, ticket)
  redis.call('HSET', FACTS, 'student:' .. ticket, student, 'since:' .. ticket, now)
  redis.call('HINCRBY', FACTS, 'asks:' .. student, 1)
  redis.call('ZADD', LINE, 'NX', next_number(), student)
end

local function remove(ticket)
  if redis.call('ZREM', WAITING, ticket) == 0 then
    return
  end
  local student = redis.call('HGET', FACTS, 'student:' .. ticket)
  redis.call('ZREM', LEASES, ticket)
  redis.call('HDEL', FACTS, 'student:' .. ticket, 'since:' .. ticket)
  if redis.call('HINCRBY', FACTS, 'asks:' .. student, -1) <= 0 then
    redis.call('HDEL', FACTS, 'asks:' .. student)
    redis.call('ZREM', LINE, student)
  end
end

local function expire()
  for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', CALLS, '-inf', now)) do
    redis.call('ZREM', CALLS, ticket)
    redis.call('HDEL', FACTS, 'since:' .. ticket)
  end
  for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', LEASES, '-inf', now)) do
    remove(ticket)
  end
end

local function first_ticket_of(student)
  for _, ticket in ipairs(redis.call('ZRANGE', WAITING, 0, -1)) do
    if redis.call('HGET', FACTS, 'student:' .. ticket) == student then
      return ticket
    end
  end
end

local function hand_out()
  while redis.call('ZCARD', CALLS) < places do
    local student = redis.call('ZRANGE', LINE, 0, 0)[1]
    if not student then
      return
    end
    local ticket = first_ticket_of(student)
    local since = tonumber(redis.call('HGET', FACTS, 'since:' .. ticket))
    -- The lease stays the old one until the process renews it: a process that died gets no longer one by this.
    redis.call('ZADD', CALLS, redis.call('ZSCORE', LEASES, ticket), ticket)
    remove(ticket)
    redis.call('HSET', FACTS, 'since:' .. ticket, now)
    if redis.call('ZSCORE', LINE, student) then
      redis.call('ZADD', LINE, next_number(), student)
    end
    if now > since then
      redis.call('HINCRBY', FIGURES, 'waited', 1)
      redis.call('HINCRBY', FIGURES, 'waited_microseconds', string.format('%.0f', now - since))
      redis.call('LPUSH', wake_key(ticket), ticket)
      redis.call('PEXPIRE', wake_key(ticket), math.ceil(lease / 1000))
    end
  end
end

-- The position of each waiting ticket: the students in turn, one ask each, as often as somebody waits.
local function positions()
  local asks = {}
  for _, ticket in ipairs(redis.call('ZRANGE', WAITING, 0, -1)) do
    local student = redis.call('HGET', FACTS, 'student:' .. ticket)
    asks[student] = asks[student] or {}
    table.insert(asks[student], ticket)
  end
  local students, found, position, turn, left = redis.call('ZRANGE', LINE, 0, -1), {}, 0, 1, true
  while left do
    left = false
    for _, student in ipairs(students) do
      local ticket = asks[student] and asks[student][turn]
      if ticket then
        left, position = true, position + 1
        found[ticket] = position
      end
    end
    turn = turn + 1
  end
  return found
end

local function is_too_long(position)
  local holds = redis.call('LRANGE', HOLDS, 0, -1)
  if #holds < FEWEST_HOLDS then
    return false
  end
  for number, hold in ipairs(holds) do
    holds[number] = tonumber(hold)
  end
  table.sort(holds)
  return (math.ceil(position / places) - 0.5) * holds[math.floor((#holds + 1) / 2)] > longest
end

local function join(ticket, student)
  add(ticket, student)
  hand_out()
  local position = positions()[ticket]
  if not position then
    return 0
  end
  if is_too_long(position) then
    remove(ticket)
    redis.call('HINCRBY', FIGURES, 'passed_on', 1)
    return -2
  end
  return position
end

local function look(tickets)
  local found = positions()
  for number, ticket in ipairs(tickets) do
    tickets[number] = found[ticket] or (redis.call('ZSCORE', CALLS, ticket) and 0) or -1
  end
  return tickets
end

local function leave(ticket, waited_too_long)
  if redis.call('ZREM', CALLS, ticket) == 1 then
    if waited_too_long == '0' then
      local since = tonumber(redis.call('HGET', FACTS, 'since:' .. ticket) or now)
      redis.call('LPUSH', HOLDS, string.format('%.0f', now - since))
      redis.call('LTRIM', HOLDS, 0, HOLDS_KEPT - 1)
      redis.call('PEXPIRE', HOLDS, HOLDS_MILLISECONDS)
    end
    redis.call('HDEL', FACTS, 'since:' .. ticket)
  else
    remove(ticket)
  end
  if waited_too_long == '1' then
    redis.call('HINCRBY', FIGURES, 'passed_on', 1)
  end
end

local function renew_waiting(tickets)
  for _, ticket in ipairs(tickets) do
    redis.call('ZADD', LEASES, 'XX', now + lease, ticket)
    redis.call('ZADD', CALLS, 'XX', now + lease, ticket)
  end
end

-- A call whose lease ran out still keeps the provider busy, so it is counted again.
local function renew_calls(tickets)
  for _, ticket in ipairs(tickets) do
    redis.call('ZADD', CALLS, now + lease, ticket)
    redis.call('HSETNX', FACTS, 'since:' .. ticket, now)
  end
end

local given = {unpack(ARGV, 6)}
if step == 'look' then
  renew_waiting(given)
  if given[1] then
    redis.call('DEL', wake_key(given[1]))
  end
elseif step == 'renew' then
  renew_calls(given)
end
expire()
local result = 0
if step == 'leave' then
  leave(given[1], given[2])
end
hand_out()
if step == 'join' then
  result = join(given[1], given[2])
elseif step == 'look' then
  result = look(given)
elseif step == 'figures' then
  local counted = redis.call('HMGET', FIGURES, 'waited', 'waited_microseconds', 'passed_on')
  result = {
    redis.call('ZCARD', CALLS),
    redis.call('ZCARD', WAITING),
    tonumber(counted[1] or 0),
    tonumber(counted[2] or 0),
    tonumber(counted[3] or 0)
  }
end
for _, key in ipairs({WAITING, LEASES, CALLS, LINE, FACTS}) do
  redis.call('PEXPIRE', key, math.ceil(lease / 1000) + 1000)
end
return result
