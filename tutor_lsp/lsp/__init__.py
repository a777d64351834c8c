"""The language server as a program: its editor, its streams, its documents, and the remedies for faults of pygls."""
