"""Tests of the analysis with limited processor time, with real child processes."""
