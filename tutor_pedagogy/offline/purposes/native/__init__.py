"""The sentences of an answer that are in the language of the question."""
