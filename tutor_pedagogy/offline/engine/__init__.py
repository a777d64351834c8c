"""The parts that all rules share: reading the code, diagnosing the mistake, and writing the explanation."""
