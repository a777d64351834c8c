"""The five hint levels, and the step from one level to the next."""
