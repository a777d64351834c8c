"""Redaction: private values are replaced before an ask leaves the computer, and restored in the answer."""
