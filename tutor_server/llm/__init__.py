"""The models behind the tutor: the provider protocol, the providers, and the chain that tries them in order."""
