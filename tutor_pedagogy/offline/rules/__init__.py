"""The rules of the offline tutor, in one package for each family: syntax, runtime, logic and numerical."""
