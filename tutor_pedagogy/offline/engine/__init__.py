"""The parts that all rules share: evidence, diagnosis, and writing the texts."""
