"""Mail to students: the texts, and their delivery to the operator's mail server."""
