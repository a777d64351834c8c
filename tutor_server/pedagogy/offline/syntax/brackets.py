"""Brackets: opened and never closed, closed and never opened, or closed by one of another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.lexing import CLOSERS, OPENERS, brackets_of
from tutor_server.pedagogy.offline.syntax.broken import (
    HEADERS,
    Broken,
    Candidate,
    Cause,
    Change,
    insert,
    on,
    replace_token,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.lexing import Token

_NAMES = {"(": "round", "[": "square", "{": "curly", ")": "round", "]": "square", "}": "curly"}


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
    facts = {"bracket": Code(opener.text), "kind": _NAMES[opener.text], "closer": Code(OPENERS[opener.text])}
    expression = broken.text(opener.line)[opener.column :].rstrip()
    last = here[-1]
    if here[0].text in HEADERS and last.text == ":":
        yield Candidate(
            line=opener.line, cost=0.9, changes=(insert(last.start, closers),), expression=expression, facts=facts
        )
    cut = last
    drop: tuple[Change, ...] = ()
    if last.kind == "operator" and last.text not in CLOSERS and last.text not in OPENERS:
        drop = (replace_token(last, ""),)
        cut = here[-2] if len(here) > 1 else last
        yield Candidate(
            line=opener.line, cost=2.5, changes=(*drop, insert(last.end, closers)), expression=expression, facts=facts
        )
    yield Candidate(line=opener.line, cost=1, changes=(insert(cut.end, closers),), expression=expression, facts=facts)
    if len(open_here) > 1:
        yield Candidate(
            line=opener.line, cost=1.5, changes=(insert(last.end, closers[:1]),), expression=expression, facts=facts
        )
    for index in range(len(here) - 2, 0, -1):
        token = here[index]
        if token.start <= opener.start:
            break
        if here[index + 1].text in (",", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/") and token.is_operand_end:
            yield Candidate(
                line=opener.line,
                cost=2 + (len(here) - index) / 100,
                changes=(insert(token.end, OPENERS[opener.text]),),
                expression=expression,
                facts=facts,
            )
    yield Candidate(line=opener.line, cost=3, changes=(replace_token(opener, ""),), expression=expression, facts=facts)
    for line in range(opener.line + 1, opener.line + 8):
        if broken.on(line):
            yield Candidate(
                line=opener.line,
                cost=2.8 + line / 10_000,
                changes=(insert(broken.end(line), OPENERS[opener.text]),),
                expression=expression,
                facts=facts,
            )


def _opener_to_close(broken: Broken) -> Token:
    """Choose the unclosed bracket that CPython reports, else the last one above its line."""
    unclosed = broken.brackets.unclosed
    for opener in unclosed:
        if (opener.line, opener.column) == (broken.fault.line, broken.fault.column):
            return opener
    above = [opener for opener in unclosed if opener.line <= broken.fault.line]
    return (above or list(unclosed))[-1]


def _unmatched(broken: Broken) -> Iterator[Candidate]:
    """Take away a closing bracket that nothing opened, or open it."""
    closers = [token for token in broken.here if token.text in CLOSERS]
    pointed = [token for token in closers if token.column == broken.fault.column] or closers[-1:]
    for closer in pointed:
        facts = {"bracket": Code(closer.text), "kind": _NAMES[closer.text], "opener": Code(CLOSERS[closer.text])}
        expression = broken.span(broken.here[0], closer)
        yield Candidate(
            line=closer.line, cost=1, changes=(replace_token(closer, ""),), expression=expression, facts=facts
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
                facts=facts,
            )


def _crossed(broken: Broken) -> Iterator[Candidate]:
    """Close the inner bracket first, or swap the closing bracket for the right kind."""
    crossed = broken.brackets.crossed
    here = [pair for pair in crossed if pair[1].line == broken.fault.line] or list(crossed)
    for opener, closer in here[:1]:
        facts = {
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
            facts=facts,
        )
        yield Candidate(
            line=closer.line,
            cost=1.3,
            changes=(replace_token(closer, wanted),),
            expression=expression,
            facts=facts,
        )
        yield Candidate(
            line=closer.line,
            cost=1.8,
            changes=(replace_token(opener, CLOSERS[closer.text]),),
            expression=expression,
            facts=facts,
        )
        yield Candidate(
            line=closer.line, cost=2, changes=(replace_token(closer, ""),), expression=expression, facts=facts
        )


CAUSES = (
    Cause(
        "syntax.bracket-never-closed",
        "syntax",
        Lesson(
            question=(
                "Put a finger on every opening bracket of this line, and tick it off when you find its partner. "
                "Which opening bracket is left without one, and where should the thought that it opens come to an end?"
            ),
            concept=(
                "Brackets come in pairs, one that opens and one that closes. While a pair is still open, Python takes "
                "everything that follows as part of the same expression, even on the next lines. On line $line a "
                "$kind bracket is opened and Python reaches the end without its partner, so it cannot tell where your "
                "expression stops. That is why the message can point at code that is fine."
            ),
            picture="It is like a letter put in an envelope that was never sealed: everything after it falls in too.",
            precise="Inside brackets the tokenizer emits no NEWLINE token, so the statement runs on to the end of the file.",
            place="The opening $bracket there has no partner.",
            plan=(
                "Count the opening and the closing brackets of the line; the two numbers differ.",
                "Find the last thing that belongs inside the open pair.",
                "Complete the pair right after that thing, so that each call or list ends where it should.",
            ),
            example=Example(
                "Here is a line with two pairs, one inside the other:",
                "price = 19.99\nlabel = str(round(price, 1))\nprint(label)",
                "Read from the inside: `round` gets its own pair, and `str` gets the outer one. Two brackets open, so "
                "two must close, the inner one first.",
            ),
            remedy="Add the missing closing $kind bracket on line $line, after the last thing that belongs inside.",
            reason=(
                "Every bracket now has a partner, so Python knows where the expression ends and the next line starts "
                "a statement of its own."
            ),
            check=(
                "count the brackets of the line once more, inner pairs first, then run the program. The message about "
                "a bracket that was never closed should be gone."
            ),
        ),
        on("was never closed", "^invalid syntax", "unexpected EOF", "expected"),
        _never_closed,
    ),
    Cause(
        "syntax.bracket-never-opened",
        "syntax",
        Lesson(
            question=(
                "Read the line from the left and count: one up for every bracket that opens, one down for every "
                "bracket that closes. At which bracket does your count drop below zero, and what was that bracket "
                "meant to close?"
            ),
            concept=(
                "A closing bracket ends something that an opening bracket began. On line $line Python meets a $kind "
                "bracket that closes, but no open pair is waiting for it. Python never guesses which of the two you "
                "meant, too many on one side or too few on the other, so it stops there."
            ),
            picture="Think of stairs: you cannot take a step down more often than you went up.",
            precise="The tokenizer keeps a stack of open brackets, and here it has to pop from an empty stack.",
            place="The closing $bracket at its end has no partner to the left.",
            plan=(
                "Write the line in pieces, one pair of brackets at a time, starting with the innermost pair.",
                "Mark the bracket that is left over when all pairs are made.",
                "Decide whether that bracket is one too many, or whether an earlier part lost its opening bracket.",
            ),
            example=Example(
                "In this calculation every bracket has a partner:",
                "width = 4\nheight = 3\narea = (width + 1) * (height + 1)\nprint(area)",
                "Two open and two close. With a third closing bracket at the end of the `area` line the count would "
                "drop below zero, and Python would stop there.",
            ),
            remedy="Take away the closing $kind bracket on line $line that has no partner.",
            reason="Now every closing bracket ends a pair that was opened before it, and the count ends at zero.",
            check=(
                "count again from left to right: up for opening, down for closing. It must never be below zero and "
                "must end at zero. Then run the program, and compare one result with a sum done by hand."
            ),
        ),
        on("^unmatched", "does not match opening"),
        _unmatched,
    ),
    Cause(
        "syntax.bracket-of-another-kind",
        "syntax",
        Lesson(
            question=(
                "Two kinds of brackets meet on this line. Start at the innermost opening bracket and walk to the "
                "right. Which closing bracket do you meet first, and is it of the same kind as the one you opened last?"
            ),
            concept=(
                "Brackets close in the reverse order in which they were opened: the one opened last must close first, "
                "and by its own kind. On line $line a $kind bracket is still open when a $other_kind one tries to "
                "close. Round brackets are for calls and for grouping, square ones for lists and positions, curly "
                "ones for dictionaries and sets."
            ),
            picture="It works like boxes inside boxes: shut the small box before you shut the big one.",
            precise="Pairs must nest: the tokenizer compares each closer with the top of its stack of open brackets.",
            place="There $bracket is opened, and $closer comes before its partner.",
            plan=(
                "List the brackets of the line in order, without the words between them.",
                "For each closing bracket, name the opening one that it should belong to.",
                "At the first pair of two kinds, decide which was forgotten or mistyped.",
            ),
            example=Example(
                "Here a list position sits inside a call:",
                "prices = [3, 5, 8]\nbiggest = max(prices[0:2])\nprint(biggest)",
                "The square pair is opened last, so it is closed first; only then comes the round bracket of `max`.",
            ),
            remedy="Close the $kind bracket of line $line before $closer, or give both the same kind.",
            reason="Each closing bracket now matches the one that was opened last, so the pairs sit inside each other.",
            check=(
                "point at each opening bracket and name its partner aloud, innermost first. When all match, run the "
                "program and see whether the value on that line is what you expect."
            ),
        ),
        on("does not match opening"),
        _crossed,
    ),
)
