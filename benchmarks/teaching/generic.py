"""Decides which findings name a cause, and which only restate what the student sees.

A rule is generic if all that it asserts follows from the report: that a line has a wrong form, that an exception was
raised, or that and how a result differs from the expected one. A generic finding does not count as a cause, even if its
text is a good place to start.
"""

from __future__ import annotations

GENERIC = {
    "syntax.unreadable-line": "a line has a wrong form",
    "runtime.other": "an exception was raised",
    "logic.trace-by-hand": "nothing",
    "purpose.check": "nothing",
    "logic.result-is-none": "the result is None",
    "logic.first-wrong-part": "the first part of the result that is wrong was added on this line",
    "logic.same-answer-for-two-cases": "two calls give the same result and need different ones",
    "logic.result-against-name": "a result does not fit the function's name",
    "logic.result-against-note": "a result does not fit a comment or docstring",
    "logic.decision-that-gave-it": "a condition decided, with these values",
    "logic.condition-one-sided": "a condition had one truth value only, with these values",
    "logic.one-of-several-places": "one of several lines is wrong",
    "runtime.number-key-after-json": "a key may be of another type",
    "runtime.raised-on-purpose": "the program raised the exception itself",
    "runtime.claim-not-true": "an assertion is false",
    "logic.result-of-another-kind": "the result is of another type",
    "logic.answer-turned-round": "the result is the other truth value",
    "logic.result-off-by-one": "the result is off by one",
    "logic.result-too-big-or-small": "the result is too big or too small",
    "logic.result-in-another-order": "the result is in another order",
    "logic.result-too-long-or-short": "the result is too long or too short",
    "logic.never-comes-to-an-end": "the program does not end",
    "logic.text-in-another-form": "the string is written in another form",
    "logic.result-differs": "the result is another one",
    "logic.result-not-rounded": "the result is not rounded",
    "logic.return-never-reached": "the return of the expected result was not reached",
    "logic.wrong-branch-taken": "the branch of the expected result was not taken",
    "logic.last-group-lost": "what is begun after the last group may be lost",
    "logic.loop-without-a-round": "a loop has no round in the failing case",
    "logic.compared-with-one-fixed-item": "a condition compares each item with the same one",
    "runtime.empty-entry-in-data": "an entry of the data is empty",
}
"""The generic rules, each with the only thing that it asserts about the program."""


def family(rule: str) -> str:
    """Return the first part of a rule's name."""
    return rule.partition(".")[0]


def is_mistake(rule: str) -> bool:
    """Return whether a rule says that something is wrong; rules of the family `purpose` do not."""
    return family(rule) != "purpose"


def names_cause(rule: str) -> bool:
    """Return whether a rule names a cause: it says that something is wrong, and more than the report does."""
    return is_mistake(rule) and rule not in GENERIC
