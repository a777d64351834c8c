"""The HTTP layer: turns requests into typed values, calls a use case, and writes the response.

It contains no business rules.
"""
