"""Public sets of programs with mistakes and tests, as rows for `benchmarks.teaching`."""
