"""Headers that Python does not have: `repeat 4:`, `forever:`, `until done:`, `unless rain:`, `do:`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_HEADER = 200
"""The maximum number of characters of a line that is matched."""
# linear: only lines of at most 200 characters (`_LONGEST_HEADER`) are matched
_COUNTED = re.compile(
    r"(?:repeat|loop|do)\s*(?P<count>\d+|[A-Za-z_]\w*(?:\([\w, ]*\))?|\([^()]*\))\s*(?:times?)?\s*(?:do)?\s*[:{]?",
    re.IGNORECASE,
)
_TIMES = re.compile(r"(?P<count>\d+|[A-Za-z_]\w*)\s+times\b(?: ?do)? ?[:{]?", re.IGNORECASE)
_FOREVER = re.compile(r"(?:forever|loop|repeat(?:\s+forever)?|loop\s+forever)\s*[:{]?", re.IGNORECASE)
_UNTIL = re.compile(r"(?:repeat\s+|loop\s+)?until\s+(?P<condition>\S.*)", re.IGNORECASE)
_UNLESS = re.compile(r"unless\s+(?P<condition>\S.*)", re.IGNORECASE)
_COMPARISON = re.compile(r"(?P<left>[\w.()\[\]]+)\s*(?P<sign>==|!=|<=|>=|<|>)\s*(?P<right>[\w.()\[\]]+)")
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}


@syntax_rule(
    "block-word-of-another-language",
    INVALID,
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    "unexpected indent",
    "illegal target",
    "only single target",
)
def block_word_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Yield a header with a word of another language above an indented block, with the header of Python."""
    for line, tokens in broken.suspects:
        statement = broken.statement(line)
        is_header = len(broken.indent(broken.code_below(line))) > len(broken.indent(line))
        if not is_header or len(statement) > _LONGEST_HEADER or tokens[0].type not in ("name", "number"):
            continue
        for meaning, python, header in _readings(statement):
            start = len(broken.indent(line))
            end = tokens[-1].column + len(tokens[-1].text)
            changes = [broken.part(line, start, end, header)] if header else []
            if header and _is_closed_by_word(broken, line):
                changes = []
            yield broken.guess(
                0.28, *changes, line=line, of=statement, word=Code(tokens[0].text), meaning=meaning, python=python
            )
            return


def _is_closed_by_word(broken: Broken, line: int) -> bool:
    """Return whether a block ends with a word or a brace of the other language."""
    margin = broken.indent(line)
    after = next((n for n in broken.by_line if n > line and len(broken.indent(n)) <= len(margin)), 0)
    return broken.word(after) in ("}", "end", "until")


def _readings(statement: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a header of another language does, the words of Python for it, and the header in Python."""
    if (counted := _COUNTED.fullmatch(statement) or _TIMES.fullmatch(statement)) is not None:
        count = counted["count"]
        if count.lower() not in ("forever", "until", "while", "do"):
            count = count[1:-1].strip() if count.startswith("(") else count
            yield "runs its block a number of times", "`for` with `range`", f"for _ in range({count}):"
    if _FOREVER.fullmatch(statement):
        yield "runs its block again and again", "`while` with `True`", "while True:"
    if (until := _UNTIL.fullmatch(statement)) is not None:
        header = f"while {_negated(until['condition'])}:"
        yield "runs its block as long as its condition is false", "`while` with the opposite condition", header
    if (unless := _UNLESS.fullmatch(statement)) is not None:
        header = f"if {_negated(unless['condition'])}:"
        yield "runs its block only if its condition is false", "`if` with the opposite condition", header
    if re.fullmatch(r"do\s*[:{]?", statement):
        yield "runs its block once before the condition at its end is tested", "`while` with `True` and a `break`", ""


def _negated(condition: str) -> str:
    """Return the opposite of a condition."""
    condition = condition.rstrip().rstrip(":{").rstrip()
    if condition.startswith("(") and condition.endswith(")") and condition.count("(") == 1:
        condition = condition[1:-1].strip()
    if (comparison := _COMPARISON.fullmatch(condition)) is not None:
        return f"{comparison['left']} {_OPPOSITE[comparison['sign']]} {comparison['right']}"
    if condition.startswith("not ") and " and " not in condition and " or " not in condition:
        return condition.removeprefix("not ").strip()
    return f"not {condition}" if re.fullmatch(r"[\w.()\[\]]+", condition) else f"not ({condition})"
