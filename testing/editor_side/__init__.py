"""Test doubles of the editor and of the service, for tests of the language server."""
