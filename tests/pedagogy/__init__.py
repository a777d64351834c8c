"""Tests of the rules of teaching."""
