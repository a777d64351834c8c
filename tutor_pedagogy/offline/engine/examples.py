"""The worked example of level 4: its names differ from the student's, and it does not repeat the student's program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.lesson import Example
from tutor_pedagogy.offline.engine.renaming import renamed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.lesson import Lesson
    from tutor_pedagogy.offline.engine.program import Program

_OF_STEPS = Example(
    "How to find such a line, shown on another program: print each value, one line for each step.",
    'jump = 2\nfor height in (3, 5):\n    jump = jump * height\n    print("now", height, jump)',
    "Each line shows the values after one step, so the first one that is not as planned stands out.",
)
_OF_FORM = Example(
    "How to find a syntax error in a long line, shown on another one: build it up from parts.",
    'hours = 135 // 60\nminutes = 135 % 60\nlabel = str(hours) + ":" + str(minutes)\nprint(label)',
    "Each part is short enough to be run alone, so a syntax error shows up in the part that was added last.",
)
_OF_TYPES = Example(
    "How to find a value of the wrong type, shown on another program: print it together with its type.",
    'weight = "12"\nprint(weight, type(weight))\nprint(repr(weight))',
    "The output looks like a number, but `type` says that it is a string. `repr` shows its quotation marks, too.",
)
_OF_ATTRIBUTES = Example(
    "How to find out what a value offers, shown on another program: ask for its type and its names.",
    'herbs = ["mint", "dill"]\nprint(type(herbs))\nprint("append" in dir(herbs), "split" in dir(herbs))',
    "A name may follow the dot only if this type of value has it: a list has `append`, but no `split`.",
)
_OF_KEYS = Example(
    "How to find a missing key, shown on another program: print all keys, and `repr` of the one that you use.",
    'ages = {"Ann": 9, "Bo": 8}\nwanted = "ann "\nprint(list(ages), repr(wanted))\nprint(wanted in ages)',
    "A capital letter or a space at the end makes another key, and `repr` shows both.",
)
_OF_INDICES = Example(
    "How to find an index that is too big, shown on another program: print it beside the length.",
    'stops = ["Ulm", "Bonn"]\nplace = 2\nprint(len(stops), place)\nprint(place < len(stops))',
    "Indices begin at 0, so the last one is one less than the length. Here `place` is one too big.",
)
_OF_NAMES = Example(
    "How to find where a name gets its value, shown on another program: follow the lines as they run.",
    "def bill(meal):\n    tip = meal / 10\n    return meal + tip\n\n\ntotal = bill(20)\nprint(total)",
    "`tip` exists only inside the function. Outside, only what is returned can be used, here under the name `total`.",
)
_OF_VALUES = Example(
    "How to find a value that does not fit, shown on another program: print it with `repr` right before it is used.",
    'entry = " 7,5"\nprint(repr(entry), len(entry))\nprint(entry.strip().replace(",", "."))',
    "`repr` shows the space and the comma, which are easily overlooked. Then it is clear what has to change first.",
)
_BY_EXCEPTION = {
    "TypeError": _OF_TYPES,
    "AttributeError": _OF_ATTRIBUTES,
    "KeyError": _OF_KEYS,
    "IndexError": _OF_INDICES,
    "NameError": _OF_NAMES,
    "UnboundLocalError": _OF_NAMES,
    "ValueError": _OF_VALUES,
}
"""Examples of how to look into a failing line, for the exceptions that are raised most often."""
_GENERAL = frozenset((_OF_STEPS, _OF_FORM, *_BY_EXCEPTION.values()))


def choose_example(lesson: Lesson, error_type: str, program: Program) -> Example:
    """Return the first example of a lesson that passes the guard, with names that the student does not use.

    If the guard rejects every example as too similar to the student's code, return a general example for the kind of
    exception.
    """
    general = _general(error_type, program)
    return first_released((*lesson.examples, general, _OF_STEPS), program) or renamed(general, program.words)


def _general(error_type: str, program: Program) -> Example:
    """Return the general example for the exception that the traceback, or the evaluator, reports."""
    if error_type != "runtime":
        return _OF_FORM if error_type == "syntax" else _OF_STEPS
    crash = read_crash(without_values(program.submission.traceback or ""), program)
    if crash is not None:
        return _BY_EXCEPTION.get(crash.exception, _OF_STEPS)
    raised = program.run.exception if program.run is not None else None
    return _BY_EXCEPTION.get(type(raised).__name__, _OF_STEPS)


def first_released(examples: Iterable[Example], program: Program) -> Example | None:
    """Return the first example that passes the guard, with names that the student does not use; None if none does."""
    for example in examples:
        offered = renamed(example, program.words)
        text = f"{offered.before}\n\n```python\n{offered.code}\n```\n\n{offered.after}"
        if is_released(text, program, HintLevel.EXAMPLE):
            return offered
    return None


def general_examples(error_type: str) -> tuple[Example, ...]:
    """Return the examples for any program, the one for this type of error first."""
    return (_OF_FORM, _OF_STEPS) if error_type == "syntax" else (_OF_STEPS,)


def is_general(example: Example) -> bool:
    """Return whether an example is a general one, which has no part that corresponds to the student's line."""
    return example.before in {each.before for each in _GENERAL}


def is_released(text: str, program: Program, level: HintLevel) -> bool:
    """Return whether the guard lets a text pass at a hint level."""
    guard = Guard(level, program.submission)
    guard.feed(text)
    guard.finish()
    return guard.verdict is None
