"""Run a student's program once, with limits of time and output, and parse how it failed."""
