"""Mail to students: what is written, and how it reaches the operator's mail server."""
