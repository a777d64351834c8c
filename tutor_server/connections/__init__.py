"""Admission of connections: the process's file descriptors, shares of them by address, and the accept loop."""
