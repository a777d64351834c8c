"""Lessons about programs that stop with an exception."""
