"""The use case of answering a student's ask, from the editor's frame to the end of the answer."""
