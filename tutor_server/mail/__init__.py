"""Mail to students: the texts, and their delivery through the operator's mail server."""
