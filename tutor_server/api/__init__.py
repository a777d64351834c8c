"""The HTTP edge: turns requests into typed values, calls a use case, and writes the response. It holds no rule."""
