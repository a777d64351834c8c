"""The parts of `try`: missing, in the wrong order, or in a wrong form."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    INVALID,
    Broken,
    Candidate,
    LineNumber,
    enclose,
    insert_after,
    replace,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_RAISED = {"int": "ValueError", "float": "ValueError", "open": "FileNotFoundError", "/": "ZeroDivisionError"}
"""The exceptions that common calls and operators raise."""


@syntax_rule(
    "try-form",
    "multiple exception types",
    INVALID,
    EXPECTED_COLON,
)
def try_form(broken: Broken) -> Iterator[Candidate]:
    """Yield an `except` with several exceptions or with a name in Python 2 form."""
    tokens, words = broken.here, broken.words
    is_except = words[:1] == ["except"]
    if is_except and "," in words:
        at = words.index(",")
        yield broken.guess(0.7, *enclose(tokens[1], tokens[-2] if words[-1] == ":" else tokens[-1], "()"))
        names = [token.text for token in tokens[at + 1 :] if token.type == "name"]
        is_variable = len(names) == 1 and names[0].islower()
        yield broken.guess(0.6 if is_variable else 0.8, replace(tokens[at], " as"))
        return
    match tokens:
        case [_, *_, exception, name, _] if is_except and name.type == exception.type == "name":
            yield broken.guess(0.6, insert_after(exception, " as"))
            return


@syntax_rule("try-without-except", "expected 'except' or 'finally'")
def try_without_except(broken: Broken) -> Iterator[Candidate]:
    """Yield the `try` above that has no `except` and no `finally`.

    If one exception is likely in its block, which always ends in a jump, and a message stands right below it, that can
    only be the second part. Without a jump it may as well tell of success, so there is no edit.
    """
    line = broken.fault.line
    width = len(broken.indent(line))
    for number in broken.above(line):
        if broken.word(number) == "try" and len(broken.indent(number)) >= width:
            exception = _likely_exception(broken, number, line)
            jumps = broken.word(broken.code_above(line)) in ("return", "break", "continue", "raise")
            told = jumps and broken.word(line) == "print" and len(broken.indent(number)) == width and bool(exception)
            slots: dict[str, str] = {"exception": Code(exception)} if exception else {}
            if told:
                margin, inner = broken.indent(line), broken.indent(broken.code_below(number))
                header = f"{margin}except {exception}:\n{inner}"
                change = broken.part(line, 0, len(margin), header)
                slots["message"] = LineNumber.of(line)
                yield broken.guess(1.3, change, line=number, **slots)
            if broken.word(line) == "else" and exception and len(broken.indent(number)) == width:
                changed = replace(broken.on(line)[0], f"except {exception}")
                yield broken.guess(1.2, changed, line=line, of=broken.statement(line), instead=Code("else"), **slots)
            yield broken.guess(1.5, line=number, **slots)
            return
    yield broken.guess(2)


def _likely_exception(broken: Broken, first: int, after: int) -> str:
    """Return the only exception that the calls in a block commonly raise; else an empty string."""
    words = [token.text for number in broken.by_line if first < number < after for token in broken.on(number)]
    found = {_RAISED[word] for word, sign in pairwise(words) if word in _RAISED and (sign == "(" or word == "/")}
    return found.pop() if len(found) == 1 else ""


@syntax_rule("except-order", "default 'except:' must be last")
def except_order(broken: Broken) -> Iterator[Candidate]:
    """Yield an `except` without an exception that precedes another one. The edit moves it to the end."""
    parts = _parts(broken, broken.fault.line, "except")
    changes = [broken.move_block(parts[0], parts[1], parts[-1])] if len(parts) > 2 else []  # noqa: PLR2004
    yield broken.guess(0.5, *changes)


@syntax_rule("else-too-early", INVALID, "block follows an 'else' block")
def else_too_early(broken: Broken) -> Iterator[Candidate]:
    """Yield an `elif` or `else` after the `else` of the same decision. The edit moves that `else` to the end."""
    line, margin = broken.fault.line, broken.indent(broken.fault.line)
    if broken.word(line) not in ("elif", "else"):
        return
    same = next((n for n in broken.above(line) if len(broken.indent(n)) <= len(margin)), 0)
    if not same or broken.word(same) != "else" or broken.indent(same) != margin:
        return
    above = (n for n in broken.above(same) if len(broken.indent(n)) <= len(margin))
    if broken.word(next(above, 0)) in ("if", "elif"):
        parts = _parts(broken, same, "elif")
        is_moved = broken.word(line) == "elif" and len(parts) > 2  # noqa: PLR2004
        yield broken.guess(0.5, *([broken.move_block(parts[0], parts[1], parts[-1])] if is_moved else []))


def _parts(broken: Broken, first: int, word: str) -> list[int]:
    """Return the lines of a header, of the headers `word` that follow it directly, and of what comes next."""
    margin = len(broken.indent(first))
    parts = [first]
    for line in (number for number in broken.by_line if number > first):
        if len(broken.indent(line)) <= margin:
            parts.append(line)
            if broken.word(line) != word or len(broken.indent(line)) < margin:
                return parts
    return [*parts, max(broken.by_line) + 1]
