"""Rules that read the recorded steps of a failing test, and choose from them what explains the failure."""
