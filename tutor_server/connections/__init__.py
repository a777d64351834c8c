"""Which connections this process takes: its descriptors, their shares by address, and the accept loop."""
