"""Brackets that are never closed, never opened, or closed by a bracket of another kind."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS, brackets_of, depths_of
from tutor_pedagogy.offline.rules.syntax.broken import (
    HEADERS,
    INVALID,
    Broken,
    Candidate,
    Change,
    insert,
    insert_after,
    insert_before,
    remove,
    replace,
    replace_brackets,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
    from tutor_pedagogy.offline.rules.syntax.broken import Choice
_OPERATORS = frozenset(("+", "-", "*", "/", "//", "%", "<", ">", "<=", ">=", "==", "!="))
_MOST_ROWS = 60
"""The maximum number of rows of a literal that are searched for an unclosed one."""
_NAMES = {
    **dict.fromkeys("()", "parenthesis"),
    **dict.fromkeys("[]", "square bracket"),
    **dict.fromkeys("{}", "brace"),
}


@syntax_rule(
    "bracket-never-closed", "was never closed", INVALID, "unexpected EOF", "expected", "does not match opening"
)
def bracket_never_closed(broken: Broken) -> Iterator[Candidate]:
    """Yield the places at which an unclosed bracket could be closed."""
    unclosed = broken.brackets.unclosed
    is_certain = "never closed" in broken.fault.message
    if unclosed and (is_certain or any(opener.line <= broken.fault.line for opener in unclosed)):
        opener = _opener_to_close(broken)
        guess = partial(
            broken.guess,
            line=opener.line,
            of=_rest_of_line(broken, opener),
            bracket=opener,
            kind=_NAMES[opener.text],
            closer=Code(OPENERS[opener.text]),
        )
        for cost, *changes in _ways_to_close(broken, opener):
            yield guess(cost, *changes)
    yield from _closed_further_down(broken)


def _rest_of_line(broken: Broken, token: Token) -> str:
    return broken.text(token.line)[token.column :].rstrip()


def _ways_to_close(broken: Broken, opener: Token) -> Iterator[Choice]:
    """Yield each way to close a bracket, as a cost followed by the changes."""
    here = broken.on(opener.line)
    last = here[-1]
    open_here = brackets_of(here)
    closer = OPENERS[opener.text]
    closers = open_here.closers or closer
    call_end = _end_of_call(here, opener)
    if call_end is not None:
        yield 0.7, insert_after(call_end, ")")
    names = [token for token in here if token.text == "as" and token.start > opener.start]
    if here[0].text == "with" and names:
        yield 0.6, insert_after(here[here.index(names[0]) - 1], closers)
    if here[0].text in HEADERS and last.text == ":":
        if opener.text == "[" and "," not in [token.text for token in here if token.start > opener.start]:
            yield 0.85, insert_after(last, f"{closers}:")
        yield 0.9, insert_before(last, closers)
    is_operator = last.type == "operator" and last.text not in CLOSERS and last.text not in OPENERS
    if is_operator:
        yield 2.5, remove(last), insert_after(last, closers)
    yield 1, insert_after(here[-2] if is_operator and len(here) > 1 else last, closers)
    if len(open_here.unclosed) > 1:
        yield 1.5, insert_after(last, closers[:1])
    for cost, end in _earlier_ends(here, opener):
        yield cost, insert(end, closer)
    yield from _without_opener(here, opener)
    for line in range(opener.line + 1, opener.line + 8):
        if broken.on(line):
            yield 2.8 + line / 10_000, insert_after(broken.on(line)[-1], closer)


def _without_opener(here: list[Token], opener: Token) -> Iterator[Choice]:
    """Yield the removal of a bracket, unless the tokens around it become one name, as in `prices[1`."""
    at = here.index(opener)
    before, after = here[max(at - 1, 0)], here[min(at + 1, len(here) - 1)]
    is_attached = before.end == opener.start and after.start == opener.end
    if not (is_attached and before.type == "name" and after.type in ("name", "number")):
        yield 3, remove(opener)


def _earlier_ends(here: list[Token], opener: Token) -> Iterator[tuple[float, int]]:
    """Yield each offset before an operator or comma at which a bracket could be closed, as a cost and the offset."""
    for index in range(len(here) - 2, here.index(opener), -1):
        if here[index + 1].text in _OPERATORS | {","} and here[index].is_operand_end:
            yield 2 + (len(here) - index) / 100, here[index].end


def _end_of_call(here: list[Token], opener: Token) -> Token | None:
    """Return the last token of an unclosed call if the operator after it shows that the call has ended, else None.

    The operator shows it in three cases: before a call of the same function, as in `f(n - 1 + f(n - 2)`; before a
    string in a call of `str`, as in `str(n + " m"`; or directly after the opening bracket, as in `f( > 3`.
    """
    at = here.index(opener)
    name = here[at - 1].text if at else ""
    depths = depths_of(here)
    for index in range(at + 1, len(here) - 1):
        before, operator, after = here[index - 1 : index + 2]
        if depths[index] != depths[at] + 1 or operator.text not in _OPERATORS or opener.text != "(":
            continue
        is_first = before is opener and operator.text not in ("-", "+", "*")
        is_same_call = after.text == name and operator.text in ("+", "-", "*", "/") and before is not opener
        is_string = name == "str" and operator.text == "+" and after.type == "string"
        if is_first or is_same_call or is_string:
            return before
    return None


def _opener_to_close(broken: Broken) -> Token:
    """Return the unclosed bracket that CPython reports, else the last unclosed one up to the line that it reports."""
    unclosed = broken.brackets.unclosed
    for opener in unclosed[:1]:
        row = _unclosed_row(broken, opener)
        if row is not None:
            return row
    for opener in unclosed:
        if (opener.line, opener.column) == (broken.fault.line, broken.fault.column):
            return opener
    above = [opener for opener in unclosed if opener.line <= broken.fault.line]
    return (above or list(unclosed))[-1]


def _unclosed_row(broken: Broken, opener: Token) -> Token | None:
    """Return the bracket of a row of a literal that the row leaves open, before a row that begins in the same way."""
    if broken.on(opener.line)[-1] is not opener:
        return None
    rows = [line for line in broken.by_line if line > opener.line][:_MOST_ROWS]
    for line, below in pairwise(rows):
        first, after = broken.on(line)[0], broken.on(below)[0]
        unclosed = brackets_of(broken.on(line)).unclosed
        is_row = first.text in OPENERS and (first.text, first.column) == (after.text, after.column)
        if is_row and unclosed == (first,) and broken.on(line)[-1] is not first:
            return first
    return None


def _closed_further_down(broken: Broken) -> Iterator[Candidate]:
    """Yield an unclosed bracket on a line above the closing bracket of another kind that pairs with it."""
    for opener, closer in broken.brackets.crossed[:1]:
        if opener.line == closer.line:
            continue
        tokens = broken.on(opener.line)
        last = tokens[-2] if tokens[-1].text == "," and len(tokens) > 1 else tokens[-1]
        wanted = OPENERS[opener.text]
        guess = partial(broken.guess, bracket=opener, kind=_NAMES[opener.text], closer=Code(wanted))
        if last is opener:
            yield guess(0.6, replace(closer, wanted), line=closer.line, of=closer.text)
        else:
            yield guess(0.5, insert_after(last, wanted), line=opener.line, of=_rest_of_line(broken, opener))


@syntax_rule("bracket-never-opened", "^unmatched", "^closing parenthesis .* does not match opening")
def bracket_never_opened(broken: Broken) -> Iterator[Candidate]:
    """Yield a closing bracket that was never opened, with the places at which an opening bracket could be inserted."""
    here = broken.here
    closers = [token for token in here if token.text in CLOSERS]
    for closer in [token for token in closers if token.column == broken.fault.column] or closers[-1:]:
        guess = partial(
            broken.guess,
            of=broken.span(here[0], closer),
            bracket=closer,
            kind=_NAMES[closer.text],
            opener=Code(CLOSERS[closer.text]),
        )
        yield guess(1, remove(closer))
        match here:
            case [target, sign, first, *rest] if sign.text == "=" and target.type == "name" and closer in rest:
                if any(token.text == "," and broken.opener(token) is None for token in rest):
                    yield guess(0.9, insert_before(first, CLOSERS[closer.text]))
        match here:
            case [header, first, _, *_] if header.text in ("if", "elif", "while", "return", "for"):
                if closer.text == ")":
                    yield guess(1.2, insert_before(first, "("))
        for name, first in pairwise(here):
            is_argument = first.type in ("string", "number") or first.text == "f"
            if name.type == "name" and is_argument and first.start < closer.start and closer.text == ")":
                yield guess(0.7, Change(name.end, first.start, "("), of=broken.span(name, closer))
        for slip in here:
            if slip.type == "name" and "9" in slip.text[1:] and slip.start < closer.start:
                yield guess(0.9, replace(slip, slip.text.replace("9", "(", 1)))


@syntax_rule("bracket-of-another-kind", "^closing parenthesis .* does not match opening")
def bracket_of_another_kind(broken: Broken) -> Iterator[Candidate]:
    """Yield a closing bracket of the wrong kind, or the missing bracket between it and the opening one."""
    crossed = broken.brackets.crossed
    here = [pair for pair in crossed if pair[1].line == broken.fault.line] or list(crossed)
    for opener, closer in here[:1]:
        wanted = OPENERS[opener.text]
        if opener.line < closer.line:
            is_alone = broken.text(closer.line).strip().rstrip(",:") == closer.text
            if is_alone:
                yield broken.guess(
                    0.3,
                    replace(closer, wanted),
                    line=closer.line,
                    bracket=opener,
                    closer=closer,
                    kind=_NAMES[opener.text],
                    other_kind=_NAMES[closer.text],
                    opened=str(opener.line),
                )
            continue
        guess = partial(
            broken.guess,
            line=closer.line,
            of=broken.span(opener, closer),
            bracket=opener,
            closer=closer,
            kind=_NAMES[opener.text],
            other_kind=_NAMES[closer.text],
        )
        outer = brackets_of([token for token in broken.tokens if token.start < opener.start]).closers
        yield guess(1 if outer[:1] == closer.text else 1.6, insert_before(closer, wanted))
        following = next((token for token in broken.on(closer.line) if token.start >= closer.end), None)
        if following is not None and following.text == wanted:
            swapped = replace_brackets(closer, following, wanted + closer.text)
            yield guess(0.9, *swapped, of=broken.span(opener, following))
        yield guess(1.3, replace(closer, wanted))
        inner = [*(token for token in broken.tokens if token.end <= closer.start)]
        closers = brackets_of(
            [*inner, *(token for token in broken.on(closer.line) if token.start >= closer.end)]
        ).closers
        if len(closers) > 1:
            yield guess(1.4, replace(closer, closers))
        yield guess(1.8, replace(opener, CLOSERS[closer.text]))
        yield guess(2, remove(closer))
