"""The language server of Ask Tutor: what is under the cursor goes out, an explanation streams back."""
