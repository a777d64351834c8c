"""The tutors: the remote service, local mode, and the redaction of asks to the service."""
