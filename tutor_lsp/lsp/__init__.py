"""The language server's LSP layer: its editor, streams and documents, and the workarounds for faults of pygls."""
