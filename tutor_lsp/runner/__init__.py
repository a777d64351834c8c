"""Run a student's program once, bounded in time and output, and read how it failed."""
