"""What is under the cursor: code, cells, diagnostics and traceback, bounded and in the units of the wire.

All text of the student that leaves the language server leaves through `submission.capture`.
"""
