"""The language server of Ask Tutor: it sends the code under the cursor to a tutor, and streams the answer back."""

__version__ = "0.1.0"
