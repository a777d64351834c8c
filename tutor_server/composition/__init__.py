"""The builders that `tutor_server.app` calls: one module a part of the service."""
