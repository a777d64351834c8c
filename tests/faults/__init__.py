"""Tests with faults in the service's environment: several processes, wrong clocks, and servers that fail."""
