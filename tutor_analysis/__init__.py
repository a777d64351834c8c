"""Bounded analysis: the rules of teaching, run on what a student sends under a budget of processor time.

Small submissions are analysed in the event loop, under a timer; larger ones, and small ones that pass the timer's
budget, by a small pool of child processes that are killed at their deadline. Both sides of the project use it. It needs
the standard library and the rules themselves.
"""
