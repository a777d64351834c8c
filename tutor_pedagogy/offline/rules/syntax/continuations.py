"""Statements that go on in the next line without a bracket that keeps them open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import brackets_of
from tutor_pedagogy.offline.rules.syntax.broken import EXPECTED_COLON, HEADERS, INVALID, Broken, Candidate, enclose
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_JOINING = frozenset(("+", "*", "/", "//", "%", "==", "!=", "<", ">", "<=", ">=", "and", "or", "|", "&", "."))
_ENDING = _JOINING | {"-", ",", "=", "not", "in"}
_BEFORE_A_VALUE = ("=", "+=", "-=", "return", "if", "elif", "while", "assert")
_MOST_LINES = 12
"""The maximum number of lines that are taken for one statement."""
_STATEMENTS = frozenset(("return", "break", "continue", "pass", "raise", "for", "while", "if"))


@syntax_rule("line-goes-on-below", INVALID, EXPECTED_COLON, "unexpected indent")
def line_goes_on_below(broken: Broken) -> Iterator[Candidate]:
    """Yield a statement of several lines: a line ends with an operator, or the next line begins with one."""
    for line, tokens in broken.suspects:
        below = broken.code_below(line)
        last = line
        for _ in range(_MOST_LINES):
            if not below or not _goes_on(broken.on(last), broken.on(below)):
                break
            last, below = below, broken.code_below(below)
        if last == line or brackets_of(tokens).unclosed:
            continue
        words = [token.text for token in tokens]
        start = max((i + 1 for i, word in enumerate(words[:-1]) if word in _BEFORE_A_VALUE), default=0)
        end = broken.on(last)
        has_colon = end[-1].text == ":" and words[0] in ("if", "elif", "while")
        value = enclose(tokens[start], end[-2] if has_colon and len(end) > 1 else end[-1], "()")
        yield broken.guess(0.6, *value, line=line)


def _goes_on(tokens: list[Token], below: list[Token]) -> bool:
    """Return whether a line goes on in the line below it, which is indented deeper or begins with an operator."""
    is_deeper = below[0].column > tokens[0].column
    starts = below[0].text in _JOINING and len(below) > 1 and (is_deeper or below[0].text in ("and", "or"))
    is_block = tokens[0].text in HEADERS and _is_statement(below)
    return starts or (tokens[-1].text in _ENDING and is_deeper and tokens[-1].text != "," and not is_block)


def _is_statement(tokens: list[Token]) -> bool:
    """Return whether a line can only be a statement, and not the rest of a condition."""
    words = [token.text for token in tokens[:2]]
    return words[0] in _STATEMENTS or words == ["print", "("] or words[1:] in (["="], ["+="], ["-="])
