"""The use case: one ask from the editor's frame to the last piece of its answer."""
