"""Lessons about programs that run and give the wrong result."""
