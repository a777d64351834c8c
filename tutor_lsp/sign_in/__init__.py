"""Signing in by the device grant, and keeping the tokens."""
