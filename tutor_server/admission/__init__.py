"""Admission: all limits in one decision, and the slots of open connections."""
