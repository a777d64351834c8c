"""The models behind the tutor: one small protocol, its providers, and the chain that tries them in turn."""
