"""Measures the offline tutor on real student programs, and the guard on replies to them."""
