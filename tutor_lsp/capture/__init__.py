"""Capture what the student asks about: code, cells, diagnostics and traceback, bounded and in the wire's units.

All of it comes from `submission.capture`. On its way to a service it passes `redaction`, which removes what is private.
"""
