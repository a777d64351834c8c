"""Answers to "make it faster, shorter or cleaner": slow, long and unclear parts of correct programs."""
