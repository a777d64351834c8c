"""Tests; `server` and `lsp` mirror the packages."""
