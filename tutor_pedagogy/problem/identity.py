"""Problem identity: the unit of code that an ask is about, and the fingerprint under which its hint level is stored.

The rule is part of the public contract, section "Hint levels". It uses the layout of the text and never a syntax tree,
so that the same rule applies to programs with and without syntax errors. In a program that parses, the `def` above
the cursor by indentation is the innermost function around it.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Literal, TypeGuard

from tutor_pedagogy.problem.lexing import Layout, LogicalLine, column, lay_out, leading_whitespace, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_protocol import Kind, Position

UnitKind = Literal["function", "class", "module", "cell"]

_GAP = r"(?:[ \t\f]|\\\n)*"
_HEADER = re.compile(rf"{_GAP}(?:async\b{_GAP})?(?P<keyword>def|class)\b{_GAP}(?P<name>\w*)")
_SPACING = re.compile(r"[ \t\f]+")

_ENCODER = json.JSONEncoder(separators=(",", ":"))
_NEWLINE, _INDENT, _DEDENT = 0, 1, -1
"""Marks for line ends and indentation among the tokens. They are numbers, so that no token's text equals them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A function (methods are functions), class, module or cell.

    Lines count from 0 within the code; `end_line` is exclusive. Decorators belong to the unit; blank lines and
    comments after its last statement do not. `source` holds these lines, each ended by LF. `name` is the bare name of
    a function or class ("" if the header lacks it), `<module>` or `<cell>`. `outer` are the names of the functions and
    classes around it, the outermost first.
    """

    name: str
    kind: UnitKind
    start_line: int
    end_line: int
    source: str
    outer: tuple[str, ...] = ()

    @property
    def qualified_name(self) -> str:
        """The name with the names of the functions and classes around it, joined by dots."""
        return ".".join((*self.outer, self.name))


@dataclass(frozen=True, slots=True)
class Problem:
    """A unit with its fingerprint: a SHA-256 hash of 64 hexadecimal digits, which identifies the problem.

    `shape` is a hash like the fingerprint, which is equal for units that differ only in the spelling of names.
    """

    unit: Unit
    fingerprint: str
    shape: str


@dataclass(frozen=True, slots=True)
class _Block:
    """A `def` or `class`: its logical lines from `begin`, the first decorator, to `end` (exclusive), and its column."""

    kind: Literal["function", "class"]
    name: str
    begin: int
    end: int
    indent: int


def identify(code: str, cursor: Position, kind: Kind = "document") -> Problem:
    """Return the unit at the cursor with its fingerprint. Accept any text and any cursor, and never raise.

    The unit is the innermost function, else the innermost class, else the module. A cell is one unit. Every line of a
    function counts as inside it, from its first decorator to its last statement. A blank or comment line is inside a
    function with statements before and after that line. It is also inside a function that ends above it and is indented
    less than the cursor, or, for a comment, less than the comment. A position after the last statement of the text
    belongs to the unit of that statement.

    The fingerprint is a hash of the unit's tokens and of where indentation begins and ends. It ignores the width of
    indentation, spaces within a line, line breaks inside brackets and after a backslash, blank lines and comments.
    Strings count verbatim. If the unit cannot be tokenized, its lines are hashed instead. Each line is hashed without
    comments and without spaces outside strings, with the rank of its indentation among the lines of the unit.
    """
    layout = lay_out(code)
    around = [] if kind == "cell" else _blocks_at(layout, cursor)
    if not around:
        unit = Unit(f"<{_whole(kind)}>", _whole(kind), 0, len(layout.line_starts), layout.text)
        return Problem(unit, *_hashes(layout, layout.lines, base=0))
    functions = [block for block in around if block.kind == "function"]
    block = max(functions or around, key=lambda block: block.begin)
    outer = sorted((one for one in around if one.begin < block.begin), key=lambda one: one.begin)
    lines = layout.lines[block.begin : block.end]
    first, last = lines[0].first, lines[-1].last
    end = layout.line_starts[last + 1] if last + 1 < len(layout.line_starts) else len(layout.text)
    source = layout.text[layout.line_starts[first] : end]
    unit = Unit(block.name, block.kind, first, last + 1, source, tuple(one.name for one in outer))
    return Problem(unit, *_hashes(layout, lines, base=block.indent))


def _whole(kind: Kind) -> Literal["module", "cell"]:
    return "cell" if kind == "cell" else "module"


def _blocks_at(layout: Layout, cursor: Position) -> list[_Block]:
    """Return the `def` and `class` blocks around the cursor."""
    lines = layout.lines
    cursor_line = min(cursor.line, len(layout.line_starts) - 1)
    above = bisect_right(lines, cursor_line, key=lambda line: line.first) - 1
    if above < 0:
        return []
    around = [block for block in _blocks(layout) if block.begin <= above < block.end]
    if lines[above].last < cursor_line and above + 1 < len(lines):
        width = _width_at(layout, cursor_line, cursor.character)
        around = [block for block in around if above + 1 < block.end or block.indent < width]
    return around


def _width_at(layout: Layout, number: int, character: int) -> int:
    """Return the indentation of a blank or comment line: the comment's column, or on a blank line the cursor's."""
    start = layout.line_starts[number]
    line = layout.text[start : layout.text.find("\n", start) + 1 or None]
    whitespace = leading_whitespace(line)
    return column(whitespace if line.strip() else whitespace[:character])


def _blocks(layout: Layout) -> Iterator[_Block]:
    """Yield every `def` and `class` block. A nested block comes before the block that encloses it."""
    lines = layout.lines
    open_blocks: list[tuple[re.Match[str], int, int]] = []
    decorators = 0
    for number, line in enumerate(lines):
        while open_blocks and line.indent <= open_blocks[-1][2]:
            yield _close(*open_blocks.pop(), number - decorators)
        if layout.text.startswith("@", line.pieces[0].start):
            decorators += 1
            continue
        header = _HEADER.match(layout.text, line.start)
        if header:
            open_blocks.append((header, number - decorators, line.indent))
        decorators = 0
    while open_blocks:
        yield _close(*open_blocks.pop(), len(lines))


def _close(header: re.Match[str], begin: int, indent: int, end: int) -> _Block:
    return _Block("function" if header["keyword"] == "def" else "class", header["name"], begin, end, indent)


def _hashes(layout: Layout, lines: list[LogicalLine], *, base: int) -> tuple[str, str]:
    """Return the fingerprint and the shape of a unit."""
    content = _tokens(layout, lines, base)
    if content is None:
        fingerprint = _hash(_ranked_lines(layout, lines))
        return fingerprint, fingerprint
    return _hash(content), _hash(_with_numbered_names(content))


def _hash(content: list[Any]) -> str:
    return hashlib.sha256(_ENCODER.encode(content).encode("ascii")).hexdigest()


def _with_numbered_names(content: list[str | int]) -> list[str | int]:
    """Return tokens in which each name is replaced by the number of names before its first occurrence."""
    numbers: dict[str, str] = {}
    return [numbers.setdefault(token, f"name {len(numbers)}") if _is_name(token) else token for token in content]


def _is_name(token: str | int) -> TypeGuard[str]:
    return isinstance(token, str) and token.isidentifier() and not iskeyword(token)


def _tokens(layout: Layout, lines: list[LogicalLine], base: int) -> list[str | int] | None:
    """Return the tokens of a unit whose first line has the indentation `base`, or None if it cannot be tokenized."""
    if lines and _has_fault(layout, lines):
        return None
    found: list[str | int] = []
    levels = [base]
    for line in lines:
        if line.indent > levels[-1]:
            levels.append(line.indent)
            found.append(_INDENT)
        while line.indent < levels[-1]:
            levels.pop()
            found.append(_DEDENT)
            if not levels or line.indent > levels[-1]:
                return None
        found += tokens(layout, line)
        found.append(_NEWLINE)
    return found


def _has_fault(layout: Layout, lines: list[LogicalLine]) -> bool:
    start, end = lines[0].start, lines[-1].pieces[-1].end
    index = bisect_left(layout.faults, start)
    return index < len(layout.faults) and layout.faults[index] < end


def _ranked_lines(layout: Layout, lines: list[LogicalLine]) -> list[tuple[int, str]]:
    """Return the lines of a unit with the rank of their indentation (0 for the smallest). Strings are not split."""
    found: list[tuple[int, str]] = []
    for line in lines:
        indent, content = line.indent, ""
        for piece in line.pieces:
            text = layout.text[piece.start : piece.end]
            if piece.is_string:
                content += text
                continue
            head, *rest = text.split("\n")
            content += _SPACING.sub("", head)
            for part in rest:
                found.append((indent, content))
                indent, content = column(leading_whitespace(part)), _SPACING.sub("", part)
        found.append((indent, content))
    kept = [(indent, content) for indent, content in found if content]
    ranks = {indent: rank for rank, indent in enumerate(sorted({indent for indent, _ in kept}))}
    return [(ranks[indent], content) for indent, content in kept]
