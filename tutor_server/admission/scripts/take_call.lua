-- One more provider call. KEYS: provider window. ARGV: mark, calls a minute. Gives 0, or seconds until there is room.
if count(KEYS[1]) >= tonumber(ARGV[2]) then
  return retry_after(KEYS[1], ARGV[2])
end
take(KEYS[1], ARGV[1])
return 0
