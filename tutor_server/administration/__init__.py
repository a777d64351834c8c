"""Actions of operators and instructors. Each is recorded in the audit log in the same transaction."""
