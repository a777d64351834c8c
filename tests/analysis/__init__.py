"""Tests of bounded analysis, over real child processes."""
