"""Measures the whole service under load, beside a bare proxy on the same machine in the same run."""
