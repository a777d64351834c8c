"""Headers and their blocks: the colon, the indentation, and `else` without a matching `if`."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import NO_TOKEN, brackets_of
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    HEADERS,
    INVALID,
    Broken,
    Candidate,
    Change,
    LineNumber,
    insert_after,
    replace,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
_AFTER = re.compile(r"after (.{0,120}?) on line (\d+)")
_STATEMENTS = frozenset(("print", "return", "break", "continue", "pass", "raise"))
_CONTINUES = {
    "else": ("if", "elif", "for", "while", "try", "except"),
    "elif": ("if", "elif"),
    "except": ("try", "except"),
    "finally": ("try", "except", "else"),
}


@syntax_rule("missing-colon", EXPECTED_COLON, INVALID, "expected 'else'", FORGOTTEN_COMMA, "cannot assign")
def missing_colon(broken: Broken) -> Iterator[Candidate]:
    """Yield a header line that does not end with a colon."""
    is_certain = "expected ':'" in broken.fault.message
    for line, tokens in broken.suspects:
        first, last = tokens[0], tokens[-1]
        if last.text in (":", "{") or not _is_header(broken, line):
            continue
        header = broken.text(line)[first.column : last.column + len(last.text)]
        guess = partial(broken.guess, line=line, of=header, header=first)
        yield guess(0.8 if is_certain else 1.2, insert_after(last, brackets_of(tokens).closers + ":"))
        if last.text in (";", ",", "."):
            yield guess(0.9, replace(last, ":"))
        for before, word in pairwise(tokens):
            is_statement = word.text in _STATEMENTS and before.is_operand_end and broken.opener(word) is None
            if is_statement and ":" not in [token.text for token in tokens]:
                below = broken.code_below(line)
                is_deeper = len(broken.indent(below)) > len(broken.indent(line))
                gap = f":\n{broken.indent(below)}" if is_deeper else ": "
                yield guess(0.7, Change(before.end, word.start, gap))
        if line == broken.fault.line and 0 < broken.at < len(tokens):
            yield guess(1.1 if is_certain else 2.5, insert_after(tokens[broken.at - 1], ":"))


def _is_header(broken: Broken, line: int) -> bool:
    """Return whether a line starts like a block header. `match` and `case` count only if the block below fits."""
    match broken.on(line):
        case [word, second, *_] if word.text in ("match", "case") and second.text not in ("=", ".", ",", ")", ":"):
            below = broken.code_below(line)
            is_deeper = len(broken.indent(below)) > len(broken.indent(line))
            return is_deeper and "case" in (word.text, broken.word(below))
    return broken.word(line) in HEADERS


@syntax_rule("empty-block", "expected an indented block")
def empty_block(broken: Broken) -> Iterator[Candidate]:
    """Yield a header without a block, or the lines below that should be indented."""
    match = _AFTER.search(broken.fault.message)
    header = int(match[2]) if match else broken.code_above(broken.fault.line)
    kind = match[1].removesuffix(" statement").removesuffix(" definition").strip("'") if match else "header"
    guess = partial(broken.guess, header=broken.statement(header), kind=kind)
    margin, step = broken.indent(header), _step(broken)
    first = broken.code_below(header)
    here = broken.indent(first)
    after = broken.code_below(first) if first else 0
    beyond = broken.indent(after)
    is_slipped = len(beyond) > len(here) and not _is_header(broken, first)  # Python cannot read a block below it.
    if len(margin) > len(here) and (is_slipped or (_continues(broken, after) and len(beyond) >= len(margin))):
        yield guess(0.9, broken.reindent(first, margin + step), line=first)
    word, second = (*broken.on(first)[:2], NO_TOKEN, NO_TOKEN)[:2]
    if word.type == "name" and word.column <= len(margin) and second.text in _STATEMENTS and second.type == "keyword":
        yield guess(0.5, broken.part(first, 0, second.column, margin + step), line=first, stray=word)
        return
    has_block_of_its_own = len(beyond) > len(margin) and broken.word(first) not in HEADERS
    is_apart = first > header + 1 and here == margin and not has_block_of_its_own
    if not first or is_apart or len(here) < len(margin) or _continues(broken, first):
        end = len(broken.text(header))
        notes = _comments_below(broken, header, first)
        empty = partial(guess, line=header, empty=LineNumber.of(header), note=LineNumber.of(notes[0] if notes else 0))
        words = {broken.word(header), broken.word(first)}
        if notes and first == notes[-1] + 1 and len(here) == len(margin) and not words & {"def", "class", "@", "async"}:
            yield empty(0.4)
        yield empty(1)
        yield empty(1.4, broken.part(header, end, end, f"\n{margin}{step}pass"))
        return
    if broken.word(header) == "while" and here == margin == broken.indent(after) and not _continues(broken, after):
        yield guess(1, line=first)  # Which of the lines belong to the loop decides whether it ends.
        return
    for count, last in enumerate(_block_ends(broken, first, margin), 1):
        moved = [n for n in broken.by_line if first <= n <= last and broken.text(n).startswith(margin)]
        yield guess(1 + count / 100, *(broken.part(n, 0, len(margin), margin + step) for n in moved), line=first)


def _comments_below(broken: Broken, header: int, first: int) -> list[int]:
    """Return the lines below a header, up to the next line of code, that hold an indented comment."""
    margin = len(broken.indent(header))
    lines = range(header + 1, first or len(broken.lines) + 1)
    return [n for n in lines if broken.statement(n).startswith("#") and len(broken.indent(n)) > margin]


def _block_ends(broken: Broken, first: int, margin: str) -> list[int]:
    """Return the possible last lines of the block of a header, the likeliest first."""

    def is_in_block(line: int) -> bool:
        indent = broken.indent(line)
        return len(indent) >= len(margin) and not (indent == margin and _continues(broken, line))

    lines = list(takewhile(is_in_block, (number for number in broken.by_line if number >= first)))
    is_continued = bool(lines) and bool(broken.code_below(lines[-1])) and not _opens_again(broken, lines, margin)
    is_long = is_continued or broken.word(broken.code_above(first)) in ("def", "class")
    of_variable = _uses_of_variable(broken, first, lines) or _up_to_return(broken, first, lines, margin)
    before_blank = [line for line in lines if not broken.statement(line + 1)][:1]
    ends = [*before_blank, *lines[-1:], *lines[:1]] if is_long else [*lines[:1], *before_blank, *lines[-1:]]
    return list(dict.fromkeys([*of_variable, *ends]))


def _uses_of_variable(broken: Broken, first: int, lines: list[int]) -> list[int]:
    """Return the last of the lines that use the variable of the `for` loop above them, or a value made of it.

    It is returned only if more than one line does, or if the header stands in a block, which goes on below.
    """
    header = broken.on(broken.code_above(first))
    words = [token.text for token in header]
    if words[:1] != ["for"] or "in" not in words:
        return []
    variables = {token.text for token in header[1 : words.index("in")] if token.type == "name"}
    above = {token.text for line, tokens in broken.by_line.items() if line < first for token in tokens}
    uses: list[int] = []
    for line in lines:
        tokens = broken.on(line)
        if not variables.intersection(token.text for token in tokens):
            break
        uses.append(line)
        if len(tokens) > 1 and tokens[1].text == "=" and tokens[0].text not in above:
            variables.add(tokens[0].text)  # A value of each round: what uses it belongs to the round, too.
    is_nested = bool(broken.indent(broken.code_above(first))) and len(lines) > len(uses)
    return uses[-1:] if len(uses) > 1 or is_nested else []


def _up_to_return(broken: Broken, first: int, lines: list[int], margin: str) -> list[int]:
    """Return the first line with a `return` at the left edge of a function's body, after which nothing of it runs."""
    if broken.word(broken.code_above(first)) != "def":
        return []
    return [line for line in lines if broken.word(line) == "return" and broken.indent(line) == margin][:1]


def _opens_again(broken: Broken, lines: list[int], margin: str) -> bool:
    """Return whether the next line, such as `else`, belongs to a header in `lines`, not to the header above them."""
    openers = _CONTINUES.get(broken.word(broken.code_below(lines[-1])), ())
    return any(broken.word(line) in openers for line in lines if broken.indent(line) == margin)


def _continues(broken: Broken, line: int) -> bool:
    return broken.word(line) in _CONTINUES


def _step(broken: Broken) -> str:
    """Return the indentation that the program uses for one level of blocks."""
    indents = [indent for line in broken.by_line if (indent := broken.indent(line))]
    return "\t" if any("\t" in indent for indent in indents) else min(indents, key=len, default="    ")


@syntax_rule("unexpected-indent", "unexpected indent")
def unexpected_indent(broken: Broken) -> Iterator[Candidate]:
    """Yield edits to lines that are indented too far: the line at fault alone, or with the block that it starts."""
    line = broken.fault.line
    here, above = broken.indent(line), broken.code_above(line)
    wanted = broken.indent(above)
    if len(here) <= len(wanted):
        wanted = max((i for n in broken.above(line) if len(i := broken.indent(n)) < len(here)), key=len, default="")
    if len(here) <= len(wanted):
        return
    from_here = (number for number in broken.by_line if number >= line)
    deep = list(takewhile(lambda number: len(broken.indent(number)) >= len(here), from_here))
    shown = broken.statement(above) if above else "the start of the file"
    for cost, lines in ((1, deep), (1.1, deep[:1])):
        yield broken.guess(cost, *(broken.part(n, 0, len(here), wanted) for n in lines), above=shown)


@syntax_rule("dedent-to-nowhere", "unindent does not match")
def dedent_to_nowhere(broken: Broken) -> Iterator[Candidate]:
    """Yield a line whose indentation matches no enclosing block, with an edit for each existing indentation."""
    line = broken.fault.line
    width = len(broken.indent(line))
    openers = _CONTINUES.get(broken.word(line), ())
    fitting = [broken.indent(number) for number in broken.above(line) if broken.word(number) in openers]
    levels = {broken.indent(number) for number in broken.above(line)}
    for level in sorted(levels, key=lambda level: (level not in fitting[:3], abs(len(level) - width), len(level))):
        penalty = bool(openers) and level not in fitting
        cost = 1 + abs(len(level) - width) / 20 + penalty
        yield broken.guess(cost, broken.reindent(line, level), indent=str(width))


@syntax_rule("tabs-and-spaces", "inconsistent use of tabs", "inconsistent dedent")
def tabs_and_spaces(broken: Broken) -> Iterator[Candidate]:
    """Yield a line whose tabs and spaces cannot be compared. The edits replace every tab in indentation by spaces."""
    tabbed = [line for line in broken.by_line if "\t" in broken.indent(line)]
    for width in (4, 8):
        yield broken.guess(width / 4, *(broken.reindent(n, broken.indent(n).expandtabs(width)) for n in tabbed))
    yield broken.guess(3)


@syntax_rule("else-without-partner", INVALID, "expected 'except' or 'finally'")
def else_without_partner(broken: Broken) -> Iterator[Candidate]:
    """Yield edits for an `else` or the like that matches no `if`: align it, or indent the lines between the two."""
    line = broken.fault.line
    if "expected 'except'" in broken.fault.message and broken.word(line) not in _CONTINUES:
        margin = len(broken.indent(line))
        below = (n for n in broken.by_line if n > line and len(broken.indent(n)) <= margin)
        line = next((n for n in below if broken.word(n) in ("except", "finally")), line)
    word, here = broken.word(line), broken.indent(line)
    if word not in _CONTINUES:
        return
    openers = _CONTINUES[word]
    partners = [number for number in broken.above(line) if broken.word(number) in openers]
    guess = partial(broken.guess, word=Code(word), partner=Code(openers[0]))
    for level in dict.fromkeys(broken.indent(number) for number in partners):
        if level != here:
            yield guess(1 + abs(len(level) - len(here)) / 50, broken.reindent(line, level))
    above = broken.code_above(line)
    opener = next((number for number in partners if broken.indent(number) == here), 0)
    after = [n for n in broken.by_line if opener < n < line]
    first = next((n for n in after if broken.indent(n) == here), 0)
    between = [n for n in after if first and n >= first]
    if opener and between and broken.word(above) not in HEADERS and _are_whole(broken, between, here):
        moved = [broken.part(n, 0, 0, _step(broken)) for n in between]
        yield guess(0.95, *moved, line=between[0], between=broken.statement(between[0]), at=LineNumber.of(line))
    yield guess(3)


def _are_whole(broken: Broken, lines: list[int], margin: str) -> bool:
    """Return whether lines are whole statements at an indentation, so that they can be moved together."""
    return all(len(broken.indent(line)) >= len(margin) for line in lines)
