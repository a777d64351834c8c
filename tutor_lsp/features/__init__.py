"""The features of the language server, one in each module."""
