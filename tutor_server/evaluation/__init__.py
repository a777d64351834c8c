"""Measures the configured models: asks them about programs as students would, and reports what they gave away."""
