"""Admission: the check of all limits in one step, and the slots of open connections."""
