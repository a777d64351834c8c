"""The tutors: the remote service, local mode, and the redaction in front of the service."""
