"""The guard: judges an answer unit by unit before it leaves, so that no level gives more than it should."""
