"""Sentences that every explanation of code shares."""

from __future__ import annotations


def without(what: str, line: int) -> str:
    """Return the text of level 4 for a program that is too small for a simpler example."""
    return (
        "Your program is already as small as an example of this would be, so use it as one. Copy the whole program "
        f"into a new file, change {what} that goes into line {line}, and write down what you expect before you run "
        "it. Then change one thing at a time."
    )


SPARE = (
    "To be certain, try it: show the values before this line and after it with a print.",
    "Do it once with a usual value and once with the smallest one.",
    "If you see what you expected both times, you can read this line.",
)


def plain(opening: str, question: str) -> str:
    """Return a text about a line that names no part of the line."""
    return (
        f"{opening} {question} Read it from the inside out: the innermost parentheses and brackets first, "
        "then what stands "
        f"around them, and the sign that stores a value last. Write down what each part gives for one small value."
    )
