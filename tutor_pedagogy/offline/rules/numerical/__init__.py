"""Numerical programs: detectors for exceptions of numpy and its like, and the lessons of all numerical rules."""
