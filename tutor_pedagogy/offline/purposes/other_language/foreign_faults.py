"""Common mistakes in other languages that a line shows by itself, each with one sentence on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MOST_LINES = 120
_LONGEST_LINE = 300
_FAULTS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("java",),
        r"\w\s*==\s*\"|\"\s*==\s*\w",
        "`==` asks whether two strings are one and the same object; `equals` compares their text",
    ),
    (
        ("c",),
        r"\bscanf\s*\(\s*\"[^\"]*%[dfl]+[^\"]*\"\s*,\s*(?!&)\w+\s*\)",
        "`scanf` needs the address of a number, so an `&` belongs before its name",
    ),
    (
        ("c", "cpp", "java", "javascript", "csharp", "php"),
        r"\bif\s*\(\s*\w+\s*=\s*[^=]",
        "a single `=` in a condition stores a value; two of them compare",
    ),
    (
        ("c", "cpp", "java", "javascript", "csharp"),
        r"\b(?:for|while)\s*\([^)]*<=\s*\w+(?:\.length(?:\(\)|\b)|\.size\(\)|\.Length)",
        "an index that may equal the length is one too far; the last item has the length minus one",
    ),
    (
        ("c", "cpp", "java", "csharp"),
        r"\bif\s*\([^()]*\)\s*;\s*$|\bfor\s*\([^();]*;[^();]*;[^();]*\)\s*;\s*$",
        "the semicolon right after the parentheses ends the statement, so its block no longer belongs to it",
    ),
    (
        ("sql",),
        r"(?i)\bwhere\b[^;]*\b(?:count|sum|avg|min|max)\s*\(",
        "a condition on a whole group stands behind `HAVING`; `WHERE` looks at single rows before they are grouped",
    ),
    (("sql",), r"(?i)=\s*null\b", "nothing is equal to `NULL`; `IS NULL` asks for it"),
    (("javascript",), r"[^=!]==[^=]", "`==` changes the types before it compares; `===` compares value and type"),
    (
        ("javascript",),
        r"\bprompt\([^)]*\)\s*\+",
        "`prompt` gives a string, and `+` joins strings; `Number` makes a number of it",
    ),
    (
        ("bash", "shell", "shellscript", "sh"),
        r"^\s*\w+\s+=\s*\S|^\s*\w+=\s+\S",
        "a blank beside `=` makes the shell read the name as a command",
    ),
    (
        ("java",),
        r"\bpublic\s+void\s+\w+\([^)]*\)\s*\{[^}]*\breturn\s+\w",
        "a method that is `void` can not return a value",
    ),
)
_MOVED = re.compile(r"^\s*let\s+(?:mut\s+)?(\w{1,40})\s*=\s*(\w{1,40})\s*;")
_STRING = re.compile(r"\bString\s+(\w{1,40})\b")
_BOTH = re.compile(r"\b(\w{1,40})\s*[!=]=\s*(\w{1,40})\b")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})\b[^>]{0,200}?(/?)>")
_SINGLE = frozenset(("br", "img", "hr", "input", "meta", "link", "area", "base", "col", "source", "wbr"))


def fault_in(program: Program, key: str) -> str:
    """Return a sentence about a mistake that the code of another language shows, with a blank at its end; or ""."""
    lines = [line[:_LONGEST_LINE] for line in program.lines[:_MOST_LINES]]
    for languages, pattern, says in _FAULTS:
        if key not in languages:
            continue
        for number, line in enumerate(lines, 1):
            if re.search(pattern, line):
                return f"Look at line {program.shown(number)} as well: {says}. "
    if key == "java":
        return _compared_objects(program, lines)
    if key == "rust":
        return _moved(program, lines)
    return _unclosed(program, lines) if key == "html" else ""


def _compared_objects(program: Program, lines: list[str]) -> str:
    """Return the sentence on two variables of Java that hold strings and are compared by `==`."""
    strings = {found[1] for line in lines for found in _STRING.finditer(line)}
    for number, line in enumerate(lines, 1):
        if any(strings >= {found[1], found[2]} for found in _BOTH.finditer(line)):
            return (
                f"Look at line {program.shown(number)} as well: `==` asks whether two strings are one and the "
                "same object; `equals` compares their text. "
            )
    return ""


def _moved(program: Program, lines: list[str]) -> str:
    """Return the sentence on a value of Rust that is used after it was moved to another name."""
    for number, line in enumerate(lines, 1):
        found = _MOVED.match(line)
        if found is None or not any(
            re.search(rf"\b{found[2]}\s*=\s*(?:String|vec!|Vec)", each) for each in lines[:number]
        ):
            continue
        for later, text in enumerate(lines[number:], number + 1):
            if re.search(rf"\b{found[2]}\b", text):
                return (
                    f"In Rust line {program.shown(number)} moves the value of `{found[2]}` to `{found[1]}`, so line "
                    f"{program.shown(later)} can not use `{found[2]}` any more; a reference (`&`) or `clone` keeps it. "
                )
    return ""


def _unclosed(program: Program, lines: list[str]) -> str:
    """Return the sentence on the first tag of HTML that is opened and not closed."""
    opened: list[tuple[str, int]] = []
    for number, line in enumerate(lines, 1):
        for closing, name, alone in _TAG.findall(line):
            tag = name.lower()
            if alone or tag in _SINGLE:
                continue
            if not closing:
                opened.append((tag, number))
            elif opened and any(each == tag for each, _ in opened):
                last, at = opened.pop()
                if last != tag:
                    return f"The tag `{last}` that line {program.shown(at)} opens is not closed. "
    return f"The tag `{opened[-1][0]}` that line {program.shown(opened[-1][1])} opens is not closed. " if opened else ""
