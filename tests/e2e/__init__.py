"""Whole chains of real processes, as students and editors start them."""
