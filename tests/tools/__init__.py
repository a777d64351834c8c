"""Tests of the project's development tools."""
