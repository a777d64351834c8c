"""Tests of LTI 1.3, the way into courses from a course platform."""
