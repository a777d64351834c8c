-- A provider call that was counted earlier and is sent now. KEYS: provider window. ARGV: mark, calls a minute.
-- Gives 0, or seconds until there is room if the mark has left the window meanwhile.
local calls = count(KEYS[1])
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and calls >= tonumber(ARGV[2]) then
  return retry_after(KEYS[1], ARGV[2])
end
take(KEYS[1], ARGV[1])
return 0
