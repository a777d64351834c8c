"""Bounded analysis: the teaching rules, run on a student's submission within a limit of processor time.

A small submission is analysed in the event loop under a timer. Larger submissions, and those that exceed the timer's
limit, are analysed by a pool of child processes, which are killed at their deadline. Both the service and the language
server use this package. It imports only the standard library and the teaching rules.
"""
