"""No pattern and no walk over a student's material or a model's text takes longer than linear time."""
