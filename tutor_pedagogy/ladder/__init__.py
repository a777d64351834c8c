"""The hint ladder: the five levels and the step from one to the next."""
