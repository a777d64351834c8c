"""A question about a line that a model names, for an answer whose level owes more than the model said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from tutor_pedagogy.floor.program import NamedProgram

_QUESTIONS = {
    HintLevel.QUESTION: "Stay with line {line} for a moment: what should it do, and how could you see what it does?",
    HintLevel.CONCEPT: (
        "A statement does exactly what its parts say, and nothing of what was meant by it. Read line {line} in that "
        "way, from the inside to the outside: which value does each part of it have?"
    ),
    HintLevel.STRUCTURE: (
        "This is a plan for line {line}:\n\n"
        "1. Say in your own words what the line should do.\n"
        "2. Write down the value of each name on it, for one small input.\n"
        "3. Work the line out by hand with these values, and compare.\n\n"
        "At which part do the two differ first?"
    ),
    HintLevel.EXAMPLE: (
        "An example with other data shows how to look into such a line:\n\n"
        "```python\n{first} = '3'\n{second} = 2\nprint(repr({first}), repr({second}))\n"
        "print({first} * {second})  # 33\n```\n\n"
        "The first `print` shows the two values that the last line works with. What would it show for the names on "
        "line {line}?"
    ),
}
_EXAMPLE_NAMES = (("weight", "boxes"), ("width", "planks"), ("fee", "months"), ("petal", "tulips"))


def question_about(program: NamedProgram, line: int, level: HintLevel) -> str:
    """Return a question about a line, in the form that the level owes.

    It is empty at the level of the solution, for a line without code, and if no example has other names than the
    program.
    """
    text = program.line(line).strip()
    names = next((pair for pair in _EXAMPLE_NAMES if program.names.isdisjoint(pair)), None)
    if level not in _QUESTIONS or names is None or not text or text.startswith("#"):
        return ""
    return _QUESTIONS[level].format(line=line, first=names[0], second=names[1])
