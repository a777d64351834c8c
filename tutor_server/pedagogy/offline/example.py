"""The worked example of level 4: on names that the student does not use, and not the student's program over again."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.lesson import Example
from tutor_server.pedagogy.offline.lexing import tokens_of

if TYPE_CHECKING:
    from tutor_server.pedagogy.offline.program import Program

MOST_STATEMENTS = 300
"""How many of the student's statements an example is compared with."""
_ALIKE = 0.7
"""Two statements are alike when so much of their tokens, names and values aside, is common."""
_NEAR = 0.5
"""An example is too near when so much of it is alike to statements of the student's."""

_STRING_OR_COMMENT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*")
_IDENTIFIER = re.compile(r"(?<![.\w])[A-Za-z_]\w*(?!=[^=]|\w)")
_ATTRIBUTE = re.compile(r"\.([A-Za-z_]\w*)")
_CODE_SPAN = re.compile(r"`[^`]*`")
_MODULES = frozenset(("np", "plt", "math", "numpy", "matplotlib", "pyplot", "random", "sys", "os", "json", "self"))
_SHARED_NAMES = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | _MODULES
_SPARE_NAMES = (
    *("lamps", "tents", "boats", "drums", "coins", "roses", "kites", "seeds", "gates", "hills", "ropes", "shoes"),
    *("tiles", "wheels", "plums", "spoons"),
)
_OF_STEPS = Example(
    "The way to find such a place, shown on another program: print each value, one line for each step.",
    'jump = 2\nfor height in (3, 5):\n    jump = jump * height\n    print("now", height, jump)',
    "Each line shows the values after one step, so the first one that is not as planned stands out.",
)
_OF_FORM = Example(
    "A line can be checked by its form alone, one short statement at a time:",
    'minutes = 135\nprint(minutes // 60, "h")\nprint(minutes % 60, "min")',
    "Python reads each line on its own. If one had a wrong form, the message would name exactly that one.",
)


def choose_example(example: Example, error_type: str, program: Program) -> Example:
    """Give a rule's example in other names than the student's; a general one where it is too much like their code."""
    clashes = program.bound_names.intersection(_ATTRIBUTE.findall(example.code))
    if clashes or _is_near(example.code, program):
        example = _OF_FORM if error_type == "syntax" else _OF_STEPS
    return _renamed(example, program.words)


def _renamed(example: Example, taken: frozenset[str]) -> Example:
    """Rename what the example has in common with the student's code."""
    own = set(_IDENTIFIER.findall(_STRING_OR_COMMENT.sub("", example.code))) - _SHARED_NAMES
    spare = (name for name in _SPARE_NAMES if name not in taken and name not in own)
    renames = {name: next(spare, f"{name}_there") for name in sorted(own & taken)}
    if not renames:
        return example
    pattern = re.compile(rf"(?<![.\w])(?:{'|'.join(renames)})\b")

    def renamed(text: str) -> str:
        return pattern.sub(lambda match: renames[match.group()], text)

    before, after = (_CODE_SPAN.sub(lambda m: renamed(m.group()), part) for part in (example.before, example.after))
    return Example(before, renamed(example.code), after)


def _is_near(code: str, program: Program) -> bool:
    shapes = _shapes(code)
    theirs = _shapes(program.code)[:MOST_STATEMENTS]
    likeness = [max((_common(shape, other) for other in theirs), default=0.0) for shape in shapes]
    alike = sum(shape.total() * part for shape, part in zip(shapes, likeness, strict=True) if part >= _ALIKE)
    return alike >= _NEAR * sum(shape.total() for shape in shapes)


def _shapes(code: str) -> list[Counter[str]]:
    """Give each line of code as the bag of its tokens, with one mark for every name and one for every value."""
    lines: dict[int, Counter[str]] = {}
    for token in tokens_of(code):
        if token.kind in ("newline", "comment"):
            continue
        is_own = token.kind == "name" and token.text not in _SHARED_NAMES
        text = "name" if is_own else "value" if token.kind in ("number", "string") else token.text
        lines.setdefault(token.line, Counter())[text] += 1
    return list(lines.values())


def _common(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / (one.total() + other.total())
