"""What operators and instructors do: each act is written together with its line in the audit log."""
