"""Headers and their blocks: the colon, the indentation, and an `else` without its `if`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import brackets_of
from tutor_pedagogy.offline.rules.syntax.broken import HEADERS, Broken, Candidate, Change, insert
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
_AFTER = re.compile(r"after (.{0,120}?) on line (\d+)")
_CONTINUES = {
    "else": ("if", "elif", "for", "while", "try", "except"),
    "elif": ("if", "elif"),
    "except": ("try", "except"),
    "finally": ("try", "except", "else"),
}


@syntax_rule(
    "missing-colon", "expected ':'", "^invalid syntax", "expected 'else'", "Perhaps you forgot a comma", "cannot assign"
)
def missing_colon(broken: Broken) -> Iterator[Candidate]:
    """End a header line with its colon."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        if not tokens or tokens[-1].text in (":", "{") or not _is_header(broken, line):
            continue
        unclosed = brackets_of(tokens).unclosed
        end = tokens[-1]
        slots = {"header": Code(tokens[0].text)}
        expression = broken.text(line)[tokens[0].column : end.column + len(end.text)]
        yield Candidate(
            line=line,
            cost=0.8 if "expected ':'" in broken.fault.message else 1.2,
            changes=(
                insert(end.end, "".join({"(": ")", "[": "]", "{": "}"}[b.text] for b in reversed(unclosed)) + ":"),
            ),
            expression=expression,
            slots=slots,
        )
        if end.text in (";", ",", ".", "{"):
            yield Candidate(
                line=line, cost=0.9, changes=(Change(end.start, end.end, ":"),), expression=expression, slots=slots
            )
        at = broken.at if line == broken.fault.line else 0
        if 0 < at < len(tokens) and tokens[at].start > tokens[0].start:
            yield Candidate(
                line=line,
                cost=1.1 if "expected ':'" in broken.fault.message else 2.5,
                changes=(insert(tokens[at - 1].end, ":"),),
                expression=expression,
                slots=slots,
            )


def _is_header(broken: Broken, line: int) -> bool:
    """Tell whether a line begins as a header does; `match` and `case` are words of Python's at such a place only."""
    tokens = broken.on(line)
    if tokens[0].text in ("match", "case") and len(tokens) > 1 and tokens[1].text not in ("=", ".", ",", ")", ":"):
        below = broken.code_below(line)
        first = broken.on(below)[0].text if below else ""
        return len(broken.indent(below)) > len(broken.indent(line)) and (tokens[0].text == "case" or first == "case")
    return tokens[0].text in HEADERS


@syntax_rule("empty-block", "expected an indented block")
def empty_block(broken: Broken) -> Iterator[Candidate]:
    """Move the lines that follow a header into its block."""
    match = _AFTER.search(broken.fault.message)
    header = int(match[2]) if match else broken.code_above(broken.fault.line)
    kind = match[1].removesuffix(" statement").removesuffix(" definition").strip("'") if match else "header"
    slots = {"header": Code(broken.text(header).strip()), "kind": kind}
    first = broken.code_below(header)
    margin = broken.indent(header)
    after = broken.code_below(first) if first else 0
    fell_out = (
        bool(after)
        and _continues(broken, after)
        and len(broken.indent(after)) >= len(margin) > len(broken.indent(first))
    )
    if fell_out:
        offset = broken.offset(first)
        yield Candidate(
            line=first,
            cost=0.9,
            changes=(Change(offset, offset + len(broken.indent(first)), margin + _step(broken)),),
            expression=broken.text(first).strip(),
            slots=slots,
        )
    is_apart = (
        bool(first)
        and first > header + 1
        and broken.indent(first) == margin
        and not (after and len(broken.indent(after)) > len(margin) and broken.on(first)[0].text not in HEADERS)
    )
    if not first or is_apart or len(broken.indent(first)) < len(margin) or _continues(broken, first):
        yield Candidate(line=header, cost=1, slots=slots, expression=broken.text(header).strip())
        step = _step(broken)
        yield Candidate(
            line=header,
            cost=1.4,
            changes=(insert(broken.offset(header) + len(broken.text(header)), f"\n{margin}{step}pass"),),
            slots=slots,
            expression=broken.text(header).strip(),
        )
        return
    step = _step(broken)
    for count, last in enumerate(_same_block(broken, first, margin), 1):
        changes = tuple(
            Change(broken.offset(line), broken.offset(line) + len(margin), margin + step)
            for line in sorted(broken.by_line)
            if first <= line <= last and broken.text(line).startswith(margin)
        )
        yield Candidate(
            line=first,
            cost=1 + count / 100,
            changes=changes,
            expression=broken.text(first).strip(),
            slots=slots,
        )


def _same_block(broken: Broken, first: int, margin: str) -> list[int]:
    """Give where the block could end, the likeliest place first."""
    ends: list[int] = []
    for line in sorted(number for number in broken.by_line if number >= first):
        if len(broken.indent(line)) < len(margin) or (broken.indent(line) == margin and _continues(broken, line)):
            break
        ends.append(line)
    is_continued = bool(ends) and ends[-1] != max(broken.by_line) and not _opens_again(broken, ends, margin)
    is_function = (
        bool(first)
        and broken.on(broken.code_above(first))[:1] != []
        and broken.on(broken.code_above(first))[0].text in ("def", "class")
    )
    before_blank = [end for end in ends if not broken.text(end + 1).strip()][:1]
    choices = (
        [*before_blank, *ends[-1:], *ends[:1]]
        if is_continued or is_function
        else [*ends[:1], *before_blank, *ends[-1:]]
    )
    return list(dict.fromkeys(choices))[:3]


def _opens_again(broken: Broken, lines: list[int], margin: str) -> bool:
    """Tell whether the line behind some lines goes on with a header among them, and not with the one above."""
    word = broken.on(broken.code_below(lines[-1]))[0].text
    return any(broken.on(line)[0].text in _CONTINUES.get(word, ()) for line in lines if broken.indent(line) == margin)


def _continues(broken: Broken, line: int) -> bool:
    tokens = broken.on(line)
    return bool(tokens) and tokens[0].text in _CONTINUES


def _step(broken: Broken) -> str:
    """Give the indentation that the program uses for one level."""
    indents = [broken.indent(line) for line in broken.by_line if broken.indent(line)]
    if any("\t" in indent for indent in indents):
        return "\t"
    return min(indents, key=len, default="    ")


@syntax_rule("unexpected-indent", "unexpected indent")
def unexpected_indent(broken: Broken) -> Iterator[Candidate]:
    """Move a line, or the run of lines that starts with it, back to its block."""
    line = broken.fault.line
    here = broken.indent(line)
    above = broken.code_above(line)
    wanted = broken.indent(above) if above else ""
    expression = broken.text(line).strip()
    runs = [number for number in sorted(broken.by_line) if number >= line]
    deep = []
    for number in runs:
        if len(broken.indent(number)) < len(here):
            break
        deep.append(number)
    levels = {broken.indent(number) for number in broken.by_line if number < line}
    if len(here) <= len(wanted):
        wanted = max((level for level in levels if len(level) < len(here)), key=len, default="")
    if len(here) > len(wanted):
        for cost, numbers in ((1, deep), (1.1, deep[:1])):
            yield Candidate(
                line=line,
                cost=cost,
                changes=tuple(
                    Change(broken.offset(number), broken.offset(number) + len(here), wanted) for number in numbers
                ),
                expression=expression,
                slots={"above": Code(broken.text(above).strip()) if above else "the start of the file"},
            )


@syntax_rule("dedent-to-nowhere", "unindent does not match")
def dedent_to_nowhere(broken: Broken) -> Iterator[Candidate]:
    """Line a statement up with one of the blocks around it, the nearest first."""
    line = broken.fault.line
    here = broken.indent(line)
    levels = {broken.indent(number) for number in broken.by_line if number < line}
    tokens = broken.on(line)
    openers = _CONTINUES.get(tokens[0].text, ()) if tokens else ()
    fitting = [
        broken.indent(number)
        for number in sorted(broken.by_line, reverse=True)
        if number < line and broken.on(number)[0].text in openers
    ]
    for level in sorted(levels, key=lambda level: (level not in fitting[:3], abs(len(level) - len(here)), len(level))):
        yield Candidate(
            line=line,
            cost=1 + abs(len(level) - len(here)) / 20 + (0 if level in fitting or not openers else 1),
            changes=(Change(broken.offset(line), broken.offset(line) + len(here), level),),
            expression=broken.text(line).strip(),
            slots={"indent": str(len(here))},
        )


@syntax_rule("tabs-and-spaces", "inconsistent use of tabs", "inconsistent dedent")
def tabs_and_spaces(broken: Broken) -> Iterator[Candidate]:
    """Write every tab at a line's start as spaces."""
    line = broken.fault.line
    changes = []
    for number in broken.by_line:
        indent = broken.indent(number)
        if "\t" in indent:
            changes.append(Change(broken.offset(number), broken.offset(number) + len(indent), indent.expandtabs(4)))
    for width in (4, 8):
        yield Candidate(
            line=line,
            cost=width / 4,
            changes=tuple(
                Change(change.start, change.end, broken.code[change.start : change.end].expandtabs(width))
                for change in changes
            ),
            expression=broken.text(line).strip(),
        )
    yield Candidate(line=line, cost=3, expression=broken.text(line).strip())


@syntax_rule("else-without-partner", "^invalid syntax")
def else_without_partner(broken: Broken) -> Iterator[Candidate]:
    """Line an `else` up with its `if`, or move what came between into the block."""
    line = broken.fault.line
    tokens = broken.on(line)
    if not tokens or tokens[0].text not in _CONTINUES:
        return
    word = tokens[0].text
    here = broken.indent(line)
    slots = {"word": Code(word), "partner": Code(_CONTINUES[word][0])}
    seen: set[str] = set()
    for number in sorted((n for n in broken.by_line if n < line), reverse=True):
        level = broken.indent(number)
        if broken.on(number)[0].text in _CONTINUES[word] and level != here and level not in seen:
            seen.add(level)
            yield Candidate(
                line=line,
                cost=1 + abs(len(level) - len(here)) / 50,
                changes=(Change(broken.offset(line), broken.offset(line) + len(here), level),),
                expression=broken.text(line).strip(),
                slots=slots,
            )
    above = broken.code_above(line)
    if above and broken.indent(above) == here and broken.on(above)[0].text not in HEADERS:
        opener = next(
            (
                number
                for number in sorted((n for n in broken.by_line if n < line), reverse=True)
                if broken.indent(number) == here and broken.on(number)[0].text in _CONTINUES[word]
            ),
            0,
        )
        between = [n for n in broken.by_line if opener < n < line and broken.indent(n) == here]
        if opener and between:
            step = _step(broken)
            yield Candidate(
                line=between[0],
                cost=0.95,
                changes=tuple(Change(broken.offset(n), broken.offset(n), step) for n in between),
                expression=broken.text(between[0]).strip(),
                slots=slots,
            )
    yield Candidate(line=line, cost=3, expression=broken.text(line).strip(), slots=slots)
