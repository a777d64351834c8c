"""The offline tutor: explains a submission at five levels without a model, a network or running the code."""
