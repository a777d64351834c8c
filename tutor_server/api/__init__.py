"""The HTTP edge: reads requests into typed values, calls a use case, writes what it answers. Holds no rule."""
