"""Run tests in the student's Python, and write what became of each to a file.

`start.py` loads this package under a name of its own, so that no module of the student's is hidden by one of these. The
student's Python may be older than the tutor's: the code runs on Python 3.8 and newer, with the standard library only.
"""
