"""Capture what an ask contains: code, cells, diagnostics and traceback, within the limits and units of the contract.

`submission.capture` captures all of it. On its way to a service it passes `redaction`, which replaces private values.
"""
