"""Telemetry: the log and the metrics of the running service."""
