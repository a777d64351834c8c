"""Tests of the package that decides and words the hints, and guards a model's answers."""
