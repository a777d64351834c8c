"""Sign-in by the device authorisation grant, and the storage of tokens."""
