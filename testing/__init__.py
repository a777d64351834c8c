"""Test doubles, fixtures and steps that tests, benchmarks and examples share."""
