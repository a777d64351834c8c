"""A student's asks about one unit of code: what changed between two asks, and which of them are about one problem."""
