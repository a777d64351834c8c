"""The language server of Ask Tutor: what is under the cursor goes out, an explanation streams back."""

__version__ = "0.1.0"
