"""The language server as a program: its client, its streams, its documents, and remedies for faults of pygls."""
