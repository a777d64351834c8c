"""Names with a hyphen, which Python reads as a minus."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import (
    INVALID,
    Broken,
    Candidate,
    Change,
    LineNumber,
    replace,
    replace_all,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_MOST_WORDS = 5
"""The maximum number of words that are taken for one name with hyphens."""
_SET = frozenset(("=", "+=", "-=", "*=", "/=", "//="))
_FIELD = re.compile(r"\{[^{}]*+\}")


@syntax_rule("hyphen-in-name", INVALID, "cannot assign to", "illegal expression", "expected", "cannot contain")
def hyphen_in_name(broken: Broken) -> Iterator[Candidate]:
    """Yield a name with a hyphen on the line at fault. The edit writes each such name of the program differently."""
    if not any(token.text == "-" for token in broken.here):
        return
    names = _hyphenated(broken)
    here = [run for run in names if run[0].line == broken.fault.line and _is_target(broken, run)]
    if not here:
        return
    meant = {_text(run) for run in names if _is_target(broken, run)}
    found = {
        text: "_".join(text.split("-"))
        for text in sorted(meant, key=len, reverse=True)
        if not _are_all_bound(broken, text.split("-"))
    }
    shown = _text(here[0])
    if shown not in found:
        return
    changes = [replace_all(run[0], run[-1], found[_text(run)]) for run in names if _text(run) in found]
    changes += _changes_in_fields(broken, found)
    other = next((run for run in names if _text(run) in found and _text(run) != shown), None)
    yield broken.guess(
        0.4,
        *changes,
        of=shown,
        name=Code(shown),
        meant=Code(found[shown]),
        other=Code(_text(other)) if other else "",
        at=LineNumber.of(other[0].line if other else 0),
    )


def _hyphenated(broken: Broken) -> list[list[Token]]:
    """Return the runs of names that are joined by hyphens without spaces."""
    runs: list[list[Token]] = []
    tokens = broken.tokens
    at = 0
    while at < len(tokens):
        run = [tokens[at]]
        while tokens[at].type == "name" and len(run) < 2 * _MOST_WORDS and at + 2 < len(tokens):
            sign, word = tokens[at + 1 : at + 3]
            is_joined = sign.text == "-" and sign.start == run[-1].end and word.start == sign.end
            if not is_joined or word.type not in ("name", "keyword", "number"):
                break
            run += [sign, word]
            at += 2
        if len(run) > 1:
            runs.append(run)
        at += 1
    return runs


def _text(run: list[Token]) -> str:
    return "".join(token.text for token in run)


def _is_target(broken: Broken, run: list[Token]) -> bool:
    """Return whether a run stands where only a name can stand: before `=`, after `def`, or as a parameter."""
    at = broken.index(run[0])
    before = broken.tokens[at - 1].text if at else ""
    after = broken.tokens[at + len(run)].text if at + len(run) < len(broken.tokens) else ""
    words = [token.text for token in broken.on(run[0].line)]
    if words[0] == "def":
        return before in ("def", "(", ",") and after in ("(", ",", ")", "=", ":")
    if words[0] == "for":
        return (before, after) in (("for", "in"), ("for", ","), (",", "in"))
    is_start = broken.on(run[0].line)[0] is run[0]
    return after in _SET and (is_start or before in ("(", ","))


def _are_all_bound(broken: Broken, words: list[str]) -> bool:
    """Return whether each of the words is assigned by itself, so that a difference may be meant."""
    return all(re.search(rf"(?m)^[ \t]*{re.escape(word)}[ \t]*=(?!=)", broken.code) for word in words)


def _changes_in_fields(broken: Broken, found: dict[str, str]) -> Iterator[Change]:
    """Yield the changes of the names inside the braces of f-strings."""
    for token in broken.tokens:
        if token.type != "string" or "f" not in token.text[:2].lower() or "-" not in token.text:
            continue
        text = _FIELD.sub(lambda field: _renamed(field[0], found), token.text)
        if text != token.text:
            yield replace(token, text)


def _renamed(field: str, found: dict[str, str]) -> str:
    for name, meant in found.items():
        field = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", meant, field)
    return field
