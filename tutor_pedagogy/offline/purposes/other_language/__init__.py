"""Answers about code in a language other than Python: which language, and how Python says the same."""
