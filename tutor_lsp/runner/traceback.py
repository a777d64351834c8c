"""Parse the traceback that CPython prints on stderr when an exception ends a program."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_HEADER = re.compile(r"^(?:  \+ Exception Group )?Traceback \(most recent call last\):$", re.MULTILINE)
_SYNTAX_ERROR = re.compile(r'^  File ".+", line \d+$', re.MULTILINE)
_CHAIN = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_GROUP_MARGIN = re.compile(r"^  [|+] ", re.MULTILINE)
_FRAME = re.compile(r'^[\s|+]*File "(?P<file>.+)", line (?P<line>\d+)')
_INSTALLED = frozenset(("site-packages", "dist-packages", "Lib"))
"""Names of folders that hold installed packages or, on Windows, the standard library."""
_VERSION = re.compile(r"[Pp]ython[\d.]+")
_MARKER = re.compile(r"[\s|]*?(?P<marks>[~^]+)\s*")


@dataclass(frozen=True, slots=True)
class Frame:
    """The file line of a traceback's frame. `line` counts from 0, `source` is the line's text without indentation.

    `marked` is the range of columns of `source` above `~~~^^^`, or None if nothing or the whole line is marked.
    """

    line: int
    source: str = ""
    marked: tuple[int, int] | None = None


class OwnFrame(NamedTuple):
    """A frame in a file of the student's own: the program, or a module in the program's folder or below."""

    path: Path
    frame: Frame


def find_traceback(stderr: str) -> str | None:
    """Return the traceback of the exception that ended the program, with the exceptions that caused it.

    Tracebacks that the program itself has printed earlier are left out.
    """
    headers = list(_HEADER.finditer(stderr))
    if not headers:
        found = _SYNTAX_ERROR.search(stderr)
        return stderr[found.start() :].strip("\n") if found else None
    start = headers.pop().start()
    while headers and stderr[:start].rstrip().endswith(_CHAIN):
        start = headers.pop().start()
    return stderr[start:].strip("\n")


def exception_line(traceback: str) -> str:
    """Return the line that names the last exception (`ZeroDivisionError: division by zero`), or an empty string."""
    headers = list(_HEADER.finditer(traceback))
    last = traceback[headers[-1].start() :] if headers else traceback
    if last.startswith("  +"):
        last = _GROUP_MARGIN.sub("", last)
    lines = last.split("\n")[1:]
    return next((line.rstrip() for line in lines if line.strip() and not line[0].isspace()), "")


def innermost_frame(traceback: str, path: Path) -> Frame | None:
    """Return the innermost frame of the traceback that is in this file, or None."""
    lines = traceback.split("\n")
    name = os.path.normcase(path)
    for number in range(len(lines) - 1, -1, -1):
        match = _FRAME.match(lines[number])
        if match and os.path.normcase(match["file"]) == name:
            return _frame(int(match["line"]), *lines[number + 1 : number + 3])
    return None


def innermost_own_frame(traceback: str, program: Path) -> OwnFrame | None:
    """Return the innermost frame in the student's own code, or None.

    `at_start_of_program/sitecustomize.py` finds the frame by the same rule, so the values that it reports belong to it.
    """
    lines = traceback.split("\n")
    for number in range(len(lines) - 1, -1, -1):
        match = _FRAME.match(lines[number])
        if match and is_own(match["file"], program):
            return OwnFrame(Path(match["file"]), _frame(int(match["line"]), *lines[number + 1 : number + 3]))
    return None


def place_in_words(frame: OwnFrame | Frame | None) -> str:
    """Return the place of a failure as the end of a clause, or an empty string."""
    if isinstance(frame, OwnFrame):
        return f" in {frame.path.name} at line {frame.frame.line + 1}"
    return "" if frame is None else f" at line {frame.line + 1}"


def is_own(file: str, program: Path) -> bool:
    """Return whether a file in a traceback is the program, or a student's module in the program's folder or below.

    Files of installed packages are recognised by a folder in their path. Virtual environments are in a hidden folder or
    contain `site-packages`, and an installed Python is in a folder named after its version.
    """
    if os.path.normcase(file) == os.path.normcase(program):
        return True
    for folder in {program.parent, program.resolve().parent}:
        root = os.path.normcase(folder).rstrip(os.sep) + os.sep
        if os.path.normcase(file).startswith(root):
            parts = Path(file[len(root) :]).parts
            return not any(_is_installed(part) for part in parts)
    return False


def _is_installed(folder: str) -> bool:
    return folder in _INSTALLED or folder.startswith(".") or _VERSION.fullmatch(folder) is not None


def _frame(line: int, printed: str = "", below: str = "") -> Frame:
    source = printed.lstrip(" |")
    margin = len(printed) - len(source)
    marker = _MARKER.fullmatch(below)
    if _FRAME.match(printed) or margin == 0:  # There is no source line if CPython could not read the file.
        return Frame(line - 1)
    marked = None if marker is None else (marker.start("marks") - margin, marker.end("marks") - margin)
    source = source.rstrip()
    return Frame(line - 1, source, marked if marked and marked[0] >= 0 and marked != (0, len(source)) else None)
