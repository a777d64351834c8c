"""End-to-end tests with real processes, started as students and editors start them."""
