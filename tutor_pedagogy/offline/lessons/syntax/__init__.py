"""Lessons about code that does not parse."""
