"""Tests of the package that chooses the hint level, writes the hints, and guards a model's answers."""
