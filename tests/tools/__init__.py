"""Tests of the programs that check the project's texts."""
