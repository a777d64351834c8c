"""Tests of the benchmarks' own calculations and judgements."""
