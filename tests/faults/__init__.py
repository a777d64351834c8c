"""Faults of the world around the service: other processes, other clocks, servers that go away."""
