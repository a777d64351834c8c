"""Assignments and comparisons mistaken for each other: `=` in a condition or a call, two assignments on a line."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import brackets_of, depths_of
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    INVALID,
    Broken,
    Candidate,
    insert_after,
    remove_up_to,
    replace,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_CONDITIONS = ("if", "elif", "while", "assert")
_BEFORE_COMPARISON = frozenset(("if", "elif", "while", "and", "or", "not", "return", "(", ",", "assert"))
_AFTER_COMPARISON = frozenset(("and", "or", ":", ")", ",", "else", "if"))


@syntax_rule(
    "assignment-for-comparison",
    INVALID,
    "cannot assign to",
    EXPECTED_COLON,
    "expression cannot contain assignment",
)
def assignment_for_comparison(broken: Broken) -> Iterator[Candidate]:
    """Yield an `=` in a condition, where `==` is meant."""
    here, words = broken.here, broken.words
    begins = (*_CONDITIONS, "return")
    if not here or not (words[0] in begins or "if" in words):
        return
    start = next(i for i, word in enumerate(words) if word in begins)
    signs = [token for token in here[start + 1 :] if token.text == "="]
    in_call = set(_keyword_signs(here))
    wrong = [token for token in signs if token not in in_call] or signs
    if not wrong:
        return
    guess = partial(broken.guess, of=_comparison(broken, wrong[0]), sign=Code("="), word=here[start])
    changes = [replace(token, "==") for token in wrong]
    yield guess(0.7, *changes)
    at = here.index(wrong[0])
    if here[at - 1].type == "name" and words[at - 2 : at - 1] == ["("] and words[0] in ("if", "elif", "while"):
        bound = f"{here[at - 1].text} ="
        is_new = not any(bound in broken.text(line) for line in broken.by_line if line != broken.fault.line)
        if is_new and "(" in words[at:]:
            yield guess(0.65, replace(wrong[0], ":="))
    if words[-1] != ":" and words[0] in _CONDITIONS:
        yield guess(0.75, *changes, insert_after(here[-1], ":"))


def _comparison(broken: Broken, sign: Token) -> Code:
    """Return the comparison around an operator, from its left operand to its right operand."""
    here = broken.here
    left = right = here.index(sign)
    depth = 0
    while left > 0 and (depth or here[left - 1].text not in _BEFORE_COMPARISON):
        left -= 1
        depth += {")": 1, "]": 1, "(": -1, "[": -1}.get(here[left].text, 0)
    depth = 0
    while right < len(here) - 1 and (depth or here[right + 1].text not in _AFTER_COMPARISON):
        right += 1
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(here[right].text, 0)
    return broken.span(here[left], here[right])


def _keyword_signs(here: list[Token]) -> Iterator[Token]:
    """Yield each `=` of a keyword argument in a call."""
    stack: list[bool] = []
    for index, token in enumerate(here):
        if token.text == "(":
            stack.append(index > 0 and here[index - 1].type == "name")
        elif token.text == ")" and stack:
            stack.pop()
        elif token.text == "=" and stack and stack[-1] and here[index - 2].text in ("(", ","):
            yield token


@syntax_rule("return-with-assignment", INVALID)
def return_with_assignment(broken: Broken) -> Iterator[Candidate]:
    """Yield a `return` with an assignment behind it. The edit leaves only the value."""
    match broken.here:
        case [word, name, sign, value, *_] if word.text == "return" and sign.text == "=" and name.type == "name":
            yield broken.guess(0.6, remove_up_to(name, value), of=broken.span(word, sign), word=word)


@syntax_rule("two-assignments-on-a-line", INVALID, "cannot assign")
def two_assignments_on_a_line(broken: Broken) -> Iterator[Candidate]:
    """Yield a comma that separates two assignments on one line."""
    here = broken.here
    depths = depths_of(here)
    match [i for i, token in enumerate(here) if token.text == "=" and not depths[i]]:
        case [_, at, *_] if here[0].type == "name":
            comma, name = here[at - 2 : at]
            if comma.text == ",":
                yield broken.guess(0.6, replace(comma, ";"), of=broken.span(here[0], here[-1]), name=name)


@syntax_rule("assignment-in-call", "expression cannot contain assignment", "^invalid syntax. Maybe you meant")
def assignment_in_call(broken: Broken) -> Iterator[Candidate]:
    """Yield an `=` in a call that belongs to no valid keyword argument."""
    here = broken.here
    named = set(_keyword_signs(here))
    for at, sign in enumerate(here):
        if sign.text != "=" or sign.column < broken.fault.column or not brackets_of(here[:at]).unclosed:
            continue
        key = here[at - 1]
        if sign in named and key.type == "name":
            continue
        guess = partial(broken.guess, of=_comparison(broken, sign), sign=Code("="), word=here[0])
        opener = broken.opener(key)
        called = here[here.index(opener) - 1].text if opener is not None and opener in here else ""
        name = key.text[1:-1] if key.type == "string" and here[at - 2].text in ("(", ",") else ""
        if name.isidentifier() and called not in ("print", ""):
            yield guess(0.8, replace(key, name))
        has_string = "string" in [token.type for token in here[at - 1 : at + 2]]
        yield guess(1 if has_string else 1.5, replace(sign, "+"))
        yield guess(1.2, replace(sign, "=="))
