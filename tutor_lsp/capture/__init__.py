"""What is under the cursor: code, cells, diagnostics and traceback, bounded and in the units of the wire.

All text of the student that is asked about comes from `submission.capture`. On its way to a service it passes
`redaction`, which takes out what is private.
"""
