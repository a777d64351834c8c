"""Running a student's program once, bounded in time and output, and reading how it failed."""
