-- What calls did cost beyond what was held back for them. KEYS: spending of the day. ARGV: nano-dollars.
for _, key in ipairs(KEYS) do
  spend(key, ARGV[1])
end
