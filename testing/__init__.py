"""What tests, benchmarks and examples share."""
