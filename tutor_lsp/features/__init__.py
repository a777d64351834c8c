"""The features of the language server, one a module."""
