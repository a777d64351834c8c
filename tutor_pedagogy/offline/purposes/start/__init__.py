"""Answers to "how do I start?" and "how do I also …?": plans that follow from the words of a task."""
