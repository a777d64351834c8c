"""Sentences that close a text of fewer than 40 words, and the check that ends a text about a likely cause.

A longer text ends without them: a sentence that stands under every text is not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_protocol import ErrorType

_CODE_SPAN = re.compile(r"`(?!(?:print|type|dir|help)`)[^`]*+`")
"""The student's code in a text, whose words do not count as those of the lesson."""
FEWEST_WORDS = 40
"""The minimum number of words of a text."""

_BY_WHAT_IS_ASKED = (
    (
        re.compile(r"(?<!`)\b[Pp]rint\b(?!`)|`type`|`dir`|`help`"),
        "Do that before you change anything, and note what surprises you.",
    ),
    (
        re.compile(r"[Cc]ompare|letter by letter"),
        "Note the first difference that you find, before you change anything.",
    ),
    (
        re.compile(r"[Hh]ow (?:many|often)|[Cc]ount\b"),
        "Write down the number that you count before you change anything.",
    ),
    (re.compile(r"\baloud\b|\bSay\b"), "Write down the sentence that you said before you change anything."),
    (
        re.compile(r"[Ww]hich line"),
        "Write down the number of that line before you change anything.",
    ),
)
_BEFORE_AN_EDIT: dict[ErrorType, str] = {
    "syntax": "Python has not run anything yet, so the values of variables play no part.",
    "runtime": "Say which values you expect there, and then let `print` show them.",
    "logic": "Make your guess first, and then check it with a run.",
}
_WHY_IT_MATTERS: dict[ErrorType, str] = {
    "syntax": "Until the syntax is right Python runs nothing at all, not even the lines above this one.",
    "runtime": "The lines that ran before have set the values that Python finds here.",
    "logic": "Python gives no message about it, because the program is valid: only the result shows it.",
}
_AFTER_A_PLAN: dict[ErrorType, str] = {
    "syntax": "Then run the program again, and read the first message, if there is one.",
    "runtime": "Then run the program again with the same input, and see how far it gets.",
    "logic": "Then run the program with the same input, and compare the result with yours.",
}
_AFTER_AN_EXAMPLE: dict[ErrorType, tuple[str, ...]] = {
    "syntax": ("Change one character of it and read the message.", "Then put it right again."),
    "runtime": ("Say what each line does before you run it.", "Then try it with another value."),
    "logic": ("Say what it shows before you run it.", "Then try it with another value."),
}
_BY_WHAT_IS_CHECKED = (
    (re.compile(r"\bprint\b"), "Write down first what you expect to see."),
    (re.compile(r"\btry\b|\bcases?\b"), "Write down first which result you expect."),
    (re.compile(r"\brun\b"), "Say first what the program should do now."),
)
_AFTER_A_SOLUTION: dict[ErrorType, str] = {
    "syntax": "Then look for the same mistake on other lines of the program.",
    "runtime": "Then run the whole program with the same input.",
    "logic": "Keep the case that went wrong as a test of the program.",
}
_HOW_TO_CHECK: dict[ErrorType, str] = {
    "syntax": "To check this, read line {line} once more and see whether Python's message fits it.",
    "runtime": "To check this, print the values of line {line} and their `type`, just before the program stops.",
    "logic": "To check this, run the program on a small case whose result you know, and follow line {line} by hand.",
}
_HOW_TO_CHECK_A_NAME = "To check this, search the program for each place that gives this name a value."


def with_closing(text: str, closings: Iterable[str], *, between: str = " ") -> str:
    """Return a text with as many of the closing sentences as it needs to have 40 words."""
    for closing in closings:
        if len(text.replace("```python", "").replace("```", "").split()) >= FEWEST_WORDS:
            break
        text = f"{text}{between}{closing}"
        between = " "
    return text


def before_an_edit(question: str, error_type: ErrorType) -> tuple[str, ...]:
    """Return the closings of level 1: what to do with an answer to the question that was asked."""
    own_words = _CODE_SPAN.sub("", question)
    asked = next((closing for pattern, closing in _BY_WHAT_IS_ASKED if pattern.search(own_words)), "")
    return (asked or "Answer in your own words before you change anything.", _BEFORE_AN_EDIT[error_type])


def why_it_matters(error_type: ErrorType) -> tuple[str, ...]:
    """Return the closing of level 2."""
    return (_WHY_IT_MATTERS[error_type],)


def after_a_plan(error_type: ErrorType) -> tuple[str, ...]:
    """Return the closing of level 3."""
    return (_AFTER_A_PLAN[error_type],)


def after_an_example(error_type: ErrorType) -> tuple[str, ...]:
    """Return the closings of level 4."""
    return _AFTER_AN_EXAMPLE[error_type]


def after_a_solution(check: str, error_type: ErrorType) -> tuple[str, ...]:
    """Return the closings of level 5: how to do the check."""
    done = next((closing for pattern, closing in _BY_WHAT_IS_CHECKED if pattern.search(check)), "")
    return tuple(filter(None, (done, _AFTER_A_SOLUTION[error_type])))


def how_to_check(error_type: ErrorType, line: int, *, lacks_value: bool) -> str:
    """Return how to check that a line is the cause, for a cause that is only likely.

    A name that lacks a value cannot be printed.
    """
    return _HOW_TO_CHECK_A_NAME if lacks_value else _HOW_TO_CHECK[error_type].format(line=line)
