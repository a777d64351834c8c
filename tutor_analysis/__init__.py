"""Bounded analysis: the rules of teaching, run on a student's submission under a budget of processor time.

A small submission is analysed in the event loop under a timer. A pool of child processes, which are killed at their
deadline, analyses larger submissions and those that exceed the timer's budget. The service and the editor side both use
this package. It needs the standard library and the rules of teaching.
"""
