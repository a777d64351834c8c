"""The builders that `tutor_server.app` calls, one module for each part of the service."""
