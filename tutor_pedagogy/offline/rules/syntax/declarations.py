"""Declarations with `global` and `nonlocal` that Python does not accept."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import (
    INVALID,
    Broken,
    Candidate,
    Change,
    LineNumber,
    insert,
    insert_after,
    replace,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule
from tutor_pedagogy.offline.rules.syntax.targets import ASSIGNING

if TYPE_CHECKING:
    from collections.abc import Iterator


@syntax_rule("declared-too-late", "(?:before|prior to) (?:global|nonlocal) declaration")
def declared_too_late(broken: Broken) -> Iterator[Candidate]:
    """Yield a `global` or `nonlocal` declaration after a use of its name. The edit moves it to the top."""
    line = broken.fault.line
    width = len(broken.indent(line))
    outer = next((n for n in broken.above(line) if broken.word(n) == "def" and len(broken.indent(n)) < width), 0)
    first = broken.code_below(outer) if outer else 0
    if first and broken.on(first)[0].type == "string" and len(broken.on(first)) == 1:
        first = broken.code_below(first)
    changes = [_removed(broken, line)]
    if first:
        changes.append(insert(broken.offset(first), f"{broken.indent(first)}{broken.statement(line)}\n"))
    kind = "nonlocal" if "nonlocal" in broken.fault.message else "global"
    yield broken.guess(0.6, *(changes if first or not width else []), name=_name(broken), kind=Code(kind))


def _removed(broken: Broken, line: int) -> Change:
    """Return the change that removes a line."""
    return Change(broken.offset(line), min(broken.offset(line) + len(broken.text(line)) + 1, len(broken.code)), "")


def _name(broken: Broken) -> Code:
    match = re.search(r"(?:name|binding for nonlocal) '(\w+)'", broken.fault.message)
    return Code(match[1] if match else broken.statement(broken.fault.line).split()[-1])


@syntax_rule("nonlocal-without-outer", "no binding for nonlocal", "nonlocal declaration not allowed")
def nonlocal_without_outer(broken: Broken) -> Iterator[Candidate]:
    """Yield a `nonlocal` whose variable no outer function has. If the module has it, the edit writes `global`."""
    name = _name(broken)
    word = next((token for token in broken.here if token.text == "nonlocal"), None)
    of_module = [token for token in broken.tokens if token.text == name and not token.column]
    changes = []
    if word is not None and not word.column:
        changes = [_removed(broken, word.line)]
    elif word is not None and of_module:
        changes = [replace(word, "global")]
    yield broken.guess(0.6, *changes, name=name, word=Code("nonlocal"))


@syntax_rule("parameter-and-global", "is parameter and")
def parameter_and_global(broken: Broken) -> Iterator[Candidate]:
    """Yield a declaration of a name that is also a parameter."""
    kind = "nonlocal" if "nonlocal" in broken.fault.message else "global"
    line = next((t.line for t in broken.tokens if t.text == kind and t.line >= broken.fault.line), broken.fault.line)
    yield broken.guess(0.6, line=line, name=_name(broken), kind=Code(kind))


@syntax_rule("global-with-value", INVALID)
def global_with_value(broken: Broken) -> Iterator[Candidate]:
    """Yield `global` or `nonlocal` with an assignment on the same line."""
    match broken.here:
        case [word, name, sign, *_] if word.text in ("global", "nonlocal") and sign.text in ASSIGNING:
            assignment = f"\n{broken.indent(broken.fault.line)}{name.text}"
            line = broken.fault.line
            is_read = len(broken.indent(broken.code_below(line))) >= len(broken.indent(line)) > 0
            is_start = (word.text, sign.text) == ("global", "=") and is_read
            is_own = any(token.text == name.text for token in broken.here[3:])
            start = _start_value(broken, name.text) if is_start and not is_own else 0
            changes = [] if start else [insert_after(name, assignment)]
            yield broken.guess(0.4, *changes, word=word, name=name, start=LineNumber.of(start))


def _start_value(broken: Broken, name: str) -> int:
    """Return the line at the left margin that gives a variable its first value, or 0."""
    pairs = pairwise(broken.tokens)
    return next((t.line for t, sign in pairs if (t.text, t.column, sign.text) == (name, 0, "=")), 0)
