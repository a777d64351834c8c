"""Answers to "is it right?": test cases that would reveal a mistake, and what was tried."""
