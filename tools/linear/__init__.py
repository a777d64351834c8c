"""Check that no pattern and no function that reads a student's or a model's text takes more than linear time."""
