"""A class of students at a real, small model server that answers one or four calls at once."""
