"""Brackets: opened and never closed, closed and never opened, or closed by one of another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS, brackets_of, depths_of
from tutor_pedagogy.offline.rules.syntax.broken import HEADERS, Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_SIGNS = frozenset(("+", "-", "*", "/", "//", "%", "<", ">", "<=", ">=", "==", "!="))
_NAMES = {"(": "round", "[": "square", "{": "curly", ")": "round", "]": "square", "}": "curly"}


@syntax_rule(
    "bracket-never-closed",
    "was never closed",
    "^invalid syntax",
    "unexpected EOF",
    "expected",
    "does not match opening",
)
def bracket_never_closed(broken: Broken) -> Iterator[Candidate]:
    yield from _never_closed(broken)
    yield from _closed_further_down(broken)


def _never_closed(broken: Broken) -> Iterator[Candidate]:
    """Close what a line leaves open, at the end of that line first."""
    unclosed = broken.brackets.unclosed
    if not unclosed or (
        "never closed" not in broken.fault.message and all(o.line > broken.fault.line for o in unclosed)
    ):
        return
    opener = _opener_to_close(broken)
    here = broken.on(opener.line)
    open_here = brackets_of(here).unclosed
    closers = "".join(OPENERS[token.text] for token in reversed(open_here)) or OPENERS[opener.text]
    slots = {"bracket": Code(opener.text), "kind": _NAMES[opener.text], "closer": Code(OPENERS[opener.text])}
    expression = broken.text(opener.line)[opener.column :].rstrip()
    last = here[-1]
    yield from _parallel_call(broken, opener, expression, slots)
    if here[0].text in HEADERS and last.text == ":":
        if opener.text == "[" and "," not in [token.text for token in here if token.start > opener.start]:
            yield Candidate(
                line=opener.line,
                cost=0.85,
                changes=(insert(last.end, f"{closers}:"),),
                expression=expression,
                slots=slots,
            )
        yield Candidate(
            line=opener.line, cost=0.9, changes=(insert(last.start, closers),), expression=expression, slots=slots
        )
    cut = last
    drop: tuple[Change, ...] = ()
    if last.kind == "operator" and last.text not in CLOSERS and last.text not in OPENERS:
        drop = (replace_token(last, ""),)
        cut = here[-2] if len(here) > 1 else last
        yield Candidate(
            line=opener.line, cost=2.5, changes=(*drop, insert(last.end, closers)), expression=expression, slots=slots
        )
    yield Candidate(line=opener.line, cost=1, changes=(insert(cut.end, closers),), expression=expression, slots=slots)
    if len(open_here) > 1:
        yield Candidate(
            line=opener.line, cost=1.5, changes=(insert(last.end, closers[:1]),), expression=expression, slots=slots
        )
    for cost, end in _earlier_ends(here, opener):
        yield Candidate(
            line=opener.line,
            cost=cost,
            changes=(insert(end, OPENERS[opener.text]),),
            expression=expression,
            slots=slots,
        )
    yield Candidate(line=opener.line, cost=3, changes=(replace_token(opener, ""),), expression=expression, slots=slots)
    for line in range(opener.line + 1, opener.line + 8):
        if broken.on(line):
            yield Candidate(
                line=opener.line,
                cost=2.8 + line / 10_000,
                changes=(insert(broken.end(line), OPENERS[opener.text]),),
                expression=expression,
                slots=slots,
            )


def _earlier_ends(here: list[Token], opener: Token) -> Iterator[tuple[float, int]]:
    """Give where else on the line a bracket could close, before a sign that joins two values, with how likely."""
    for index in range(len(here) - 2, 0, -1):
        token = here[index]
        if token.start <= opener.start:
            break
        if here[index + 1].text in _SIGNS | {","} and token.is_operand_end:
            yield 2 + (len(here) - index) / 100, token.end


def _parallel_call(broken: Broken, opener: Token, expression: str, slots: dict[str, str]) -> Iterator[Candidate]:
    """Close a call before a sign where what follows shows that it has ended.

    That is a call of the same function, `f(n - 1 + f(n - 2)`, a text after a value that is made a text,
    `str(n + " m"`, and a sign with nothing before it, `f( > 3`.
    """
    here = broken.on(opener.line)
    at = here.index(opener)
    name = here[at - 1].text if at else ""
    depths = depths_of(here)
    for index in range(at + 1, len(here) - 1):
        sign, after = here[index], here[index + 1]
        if depths[index] != depths[at] + 1 or sign.text not in _SIGNS:
            continue
        inner = index == at + 1 and sign.text not in ("-", "+", "*")
        same = after.text == name and sign.text in ("+", "-", "*", "/") and index > at + 1
        text = name == "str" and sign.text == "+" and after.kind == "string"
        if opener.text == "(" and (inner or same or text):
            yield Candidate(
                line=opener.line,
                cost=0.7,
                changes=(insert(here[index - 1].end, ")"),),
                expression=expression,
                slots=slots,
            )
            return


def _opener_to_close(broken: Broken) -> Token:
    """Choose the unclosed bracket that CPython reports, else the last one above its line."""
    unclosed = broken.brackets.unclosed
    for opener in unclosed:
        if (opener.line, opener.column) == (broken.fault.line, broken.fault.column):
            return opener
    above = [opener for opener in unclosed if opener.line <= broken.fault.line]
    return (above or list(unclosed))[-1]


def _closed_further_down(broken: Broken) -> Iterator[Candidate]:
    """Find a bracket that its own line leaves open, where a later line closes another one."""
    for opener, closer in broken.brackets.crossed[:1]:
        if opener.line == closer.line:
            continue
        tokens = broken.on(opener.line)
        last = tokens[-2] if tokens[-1].text == "," and len(tokens) > 1 else tokens[-1]
        slots = {"bracket": Code(opener.text), "kind": _NAMES[opener.text], "closer": Code(OPENERS[opener.text])}
        if last is opener:
            yield Candidate(
                line=closer.line,
                cost=0.6,
                changes=(replace_token(closer, OPENERS[opener.text]),),
                expression=closer.text,
                slots=slots,
            )
            continue
        yield Candidate(
            line=opener.line,
            cost=0.5,
            changes=(insert(last.end, OPENERS[opener.text]),),
            expression=broken.text(opener.line)[opener.column :].rstrip(),
            slots=slots,
        )


@syntax_rule("bracket-never-opened", "^unmatched", "does not match opening")
def bracket_never_opened(broken: Broken) -> Iterator[Candidate]:
    """Take away a closing bracket that nothing opened, or open it."""
    closers = [token for token in broken.here if token.text in CLOSERS]
    pointed = [token for token in closers if token.column == broken.fault.column] or closers[-1:]
    for closer in pointed:
        slots = {"bracket": Code(closer.text), "kind": _NAMES[closer.text], "opener": Code(CLOSERS[closer.text])}
        expression = broken.span(broken.here[0], closer)
        yield Candidate(
            line=closer.line, cost=1, changes=(replace_token(closer, ""),), expression=expression, slots=slots
        )
        header = broken.here[0]
        if closer.text == ")" and header.text in ("if", "elif", "while", "return", "for") and len(broken.here) > 2:  # noqa: PLR2004 - the word, a value, the bracket
            yield Candidate(
                line=closer.line,
                cost=1.2,
                changes=(insert(broken.here[1].start, "("),),
                expression=expression,
                slots=slots,
            )
        slips = [
            token
            for token in broken.here
            if token.kind == "name" and "9" in token.text[1:] and token.start < closer.start
        ]
        for slip in slips:
            name, _, argument = slip.text.partition("9")
            yield Candidate(
                line=closer.line,
                cost=0.9,
                changes=(replace_token(slip, f"{name}({argument}"),),
                expression=expression,
                slots=slots,
            )


@syntax_rule("bracket-of-another-kind", "does not match opening")
def bracket_of_another_kind(broken: Broken) -> Iterator[Candidate]:
    """Close the inner bracket first, or swap the closing bracket for the right kind."""
    crossed = broken.brackets.crossed
    here = [pair for pair in crossed if pair[1].line == broken.fault.line] or list(crossed)
    for opener, closer in here[:1]:
        if opener.line < closer.line:
            continue
        slots = {
            "bracket": Code(opener.text),
            "closer": Code(closer.text),
            "kind": _NAMES[opener.text],
            "other_kind": _NAMES[closer.text],
        }
        expression = broken.span(opener, closer) if opener.line == closer.line else closer.text
        wanted = OPENERS[opener.text]
        tokens = [token for token in broken.tokens if token.kind == "operator"]
        before = [token for token in tokens if token.start < opener.start]
        outer = brackets_of(before).unclosed
        fits_outer = bool(outer) and OPENERS[outer[-1].text] == closer.text
        yield Candidate(
            line=closer.line,
            cost=1 if fits_outer else 1.6,
            changes=(insert(closer.start, wanted),),
            expression=expression,
            slots=slots,
        )
        following = next((token for token in broken.tokens if token.start >= closer.end), None)
        if following is not None and following.text == wanted and following.line == closer.line:
            yield Candidate(
                line=closer.line,
                cost=0.9,
                changes=(replace_token(closer, wanted), replace_token(following, closer.text)),
                expression=broken.span(opener, following),
                slots=slots,
            )
        yield Candidate(
            line=closer.line,
            cost=1.3,
            changes=(replace_token(closer, wanted),),
            expression=expression,
            slots=slots,
        )
        yield Candidate(
            line=closer.line,
            cost=1.8,
            changes=(replace_token(opener, CLOSERS[closer.text]),),
            expression=expression,
            slots=slots,
        )
        yield Candidate(
            line=closer.line, cost=2, changes=(replace_token(closer, ""),), expression=expression, slots=slots
        )
