"""Programs and helpers for tests of faults."""
