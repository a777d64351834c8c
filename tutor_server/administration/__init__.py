"""Actions of operators and instructors; each is written together with its row in the audit log."""
