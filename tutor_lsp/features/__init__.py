"""What an editor can ask of the language server: one module a feature."""
