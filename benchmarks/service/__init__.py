"""Measures the whole service under load, and in the same run a bare proxy on the same machine for comparison."""
