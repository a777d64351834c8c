"""Tests of `tutor_jupyter`."""
