"""Measures how much of a prompt a local model server reads from its cache, before and after a change of the prompts."""
