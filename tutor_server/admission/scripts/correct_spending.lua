-- What calls did cost beyond what was held back for them. KEYS: the day's spending. ARGV: nano-dollars.
spend(KEYS[1], ARGV[1])
