"""Identity: passwords, tokens, and the use cases of an account."""
