"""The rules of the offline tutor, by family."""
