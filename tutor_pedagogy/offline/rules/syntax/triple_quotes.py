"""Strings in triple quotes that are never closed."""

from __future__ import annotations

import re
from functools import partial
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
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule
from tutor_pedagogy.offline.rules.syntax.strings import NEVER_CLOSED, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_CODE_LINE = re.compile(
    r"^(?:import \w|from \w++ import |def \w++\(|class \w++[:(]|print\(|[a-z_]\w*+ ?= ?\S|for \w++ in |while .*:$)",
    re.MULTILINE,
)
"""A line at the left margin that is code, not prose."""
_OTHER = {'"""': "'''", "'''": '"""'}


@syntax_rule("triple-quotes-open", *NEVER_CLOSED, "EOF while", INVALID)
def triple_quotes_open(broken: Broken) -> Iterator[Candidate]:
    """Yield the places at which an unclosed string in triple quotes could end."""
    if (docstring := _open_docstring(broken)) is not None:
        yield docstring
        return
    opened = [token for token in broken.tokens if token.type == "open_string"]
    here = [token for token in opened if token.line == broken.fault.line] or opened[:1]
    for token in here[:1]:
        body = token.text.lstrip(PREFIXES)
        if body[:3] in _OTHER:
            yield from _ends(broken, token, token.end - len(body), body[:3])


def _open_docstring(broken: Broken) -> Candidate | None:
    """Return an unclosed docstring that ends where another one, above or on the line at fault, should begin."""
    for token, after in pairwise(broken.tokens):
        if token.start > broken.offset(broken.fault.line):
            return None
        mark = token.text[-3:]
        if token.type != "string" or mark not in ('"""', "'''") or "\n" not in token.text:
            continue
        first_line = token.text.partition("\n")[0].rstrip()
        is_alone = broken.on(token.line)[0] is token and len(first_line) > len(mark)
        end = token.line + token.text.count("\n")
        if is_alone and after.type in ("name", "keyword") and not broken.text(end).partition(mark)[0].strip():
            close = insert(token.start + len(first_line), mark)
            return broken.guess(0.3, close, line=token.line, of=first_line, quote=Code(mark), taken=LineNumber.of(end))
    return None


def _ends(broken: Broken, token: Token, start: int, quote: str) -> Iterator[Candidate]:
    """Yield the possible ends of a triple-quoted string: a shorter quote, a docstring's first line, or the end."""
    mark = quote[0]
    inside = start + len(quote)
    content = broken.code[inside : token.end]
    guess = partial(broken.guess, quote=Code(quote))
    early = re.search(rf"(?<!{mark}){mark}{{1,2}}(?=[ \t)]*(?:\n|$))", content)
    if early is not None:
        line = broken.code.count("\n", 0, inside + early.start()) + 1
        closed = Change(inside + early.start(), inside + early.end(), quote)
        yield guess(0.8, closed, line=line, of=early[0], found=Code(early[0]), place="end", other=Code(quote))
    mixed = re.search(rf"{re.escape(_OTHER[quote])}(?=[ \t)]*(?:\n|$))", content)
    if mixed is not None and content.count(_OTHER[quote], 0, mixed.start()) % 2 == 0:  # no end of a string of its own
        line = broken.code.count("\n", 0, inside + mixed.start()) + 1
        swapped = Change(inside + mixed.start(), inside + mixed.end(), quote)
        yield guess(0.75, swapped, line=line, of=mixed[0], found=Code(mixed[0]), place="end", other=Code(quote))
    pair = re.search(rf"(?<!{mark}){mark}{{2}}(?=[^{mark}\s,)\]}}:+.=])", broken.code[: token.start])
    if pair is not None and (not content.strip(" \t\n)") or pair.start() >= broken.offset(token.line)):
        line = broken.code.count("\n", 0, pair.start()) + 1
        yield guess(0.5, insert(pair.end(), mark), line=line, found=Code(mark * 2), place="start", other=Code(quote))
    above = broken.word(broken.code_above(token.line))
    first_line = content.partition("\n")[0].rstrip()
    if above in ("def", "class") and first_line and broken.on(token.line)[0] is token:
        yield guess(0.85, insert(inside + len(first_line), quote), line=token.line, of=quote)
    code = _CODE_LINE.search(content)
    if code is not None and above not in ("def", "class") and broken.on(token.line)[0] is token:
        yield guess(0.9, insert(inside + code.start(), f"{quote}\n"), line=token.line, of=quote)
    yield guess(1, insert(len(broken.code.rstrip()), f"\n{quote}"), line=token.line, of=quote)
