"""Reading a traceback: the exception, its message, and the last frame in the student's own code."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

MAX_TRACEBACK_CHARACTERS = 40_000
_FRAME = re.compile(r'^\s*File "(?P<file>.*?)", line (?P<line>\d{1,7})(?:, in (?P<function>.+))?$', re.DOTALL)
_NOTEBOOK_FRAME = re.compile(
    r"^(?:Cell In\s?\[\d+\], line (?P<cell>\d{1,7})"
    r"|(?:Input In \[\d+\], )?in <cell line: (?P<older>\d{1,7})>\(.*"
    r"|File (?P<file>\S+?):(?P<line>\d{1,7}), in .*)$"
)
_ARROW = re.compile(r"^-+> (?P<line>\d{1,7}) ?(?P<source>.*)$")
_MARKER = re.compile(r"^\s*(?P<marks>[~^]+)\s*$")
_RAISED = re.compile(r"^(?P<type>(?:[A-Za-z_]\w*\.)*(?:_?[A-Z]\w*|(?<=re\.)error))(?::[ ]?(?P<message>.*))?$")
_WARNED = re.compile(
    r"^(?P<file>(?:[A-Za-z]:)?[^:\n]{1,400}):(?P<line>\d{1,7}): (?P<type>\w{1,80}(?:Warning|Error)): ?(?P<message>.*)$"
)
_HOW_TO_TRACE = "RuntimeWarning: Enable tracemalloc"
"""The start of a line that follows a warning about a coroutine and says nothing about the program."""
_LIBRARY = re.compile(
    r"[/\\](?:site-packages|dist-packages|[Pp]ython[\d.]+|Lib)[/\\](?!site-packages)(?P<name>[A-Za-z_]\w{0,80})"
)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FOREIGN = re.compile(
    r"site-packages|dist-packages|[/\\]lib[/\\]python|<frozen |<__array_function__|^/usr/lib|[/\\]Lib[/\\]"
)
_OPENING = re.compile(r"^(?:Exception Group )?Traceback \(most recent")
_GROUP_PART = re.compile(r"^\s*\+-\+-+ \d+ -+$|^\s*\+-+ \d+ -+$")
_GROUP_LINE = re.compile(r"^\s*(?:\||\+ (?=Exception Group)) ?(?P<text>.*)$")
_CHAINED = frozenset(
    (
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    )
)
_REPEATED = re.compile(r"^\s*\[Previous line repeated \d+ more times?\]")
_LABELS = frozenset(("Expected", "Got", "Trying", "Actual", "Output", "Input"))
"""Labels in the report of a failing test, such as `Expected:`, that look like exception names."""
_VALUES = re.compile(r"(?:\n# typed: [^\n]*)?(?:\n# values on line \d{1,7}: [^\n]*)?\Z")
_ENDINGS = ("Error", "Exception", "Warning", "Interrupt", "Exit", "Iteration", "Group")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a traceback: file, line from 1, function, the line's text, and the columns marked below it."""

    file: str
    line: int
    function: str = ""
    source: str = ""
    marks: tuple[int, int] | None = None
    carets: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Crash:
    """An exception that ended the program.

    `line` counts from 1 in the code; it is 0 if no frame is in the student's code. `marks` are the columns of that line
    above the whole marker `~~~^^^`, and `carets` are those above its `^` characters.
    """

    exception: str
    message: str
    line: int = 0
    function: str = ""
    marks: tuple[int, int] | None = None
    carets: tuple[int, int] | None = None
    callers: tuple[int, ...] = ()
    """The line numbers of the student's other frames, which led to the last frame, outermost first."""
    earlier: Crash | None = None
    """The exception that was being handled when this one was raised, or that this one was raised from."""
    library: str = ""
    """The package or module in whose code the exception was raised; empty if it was raised in the student's code."""
    is_warning: bool = False
    """Whether it is a warning, after which the program goes on."""


def without_values(traceback: str) -> str:
    """Return a traceback without the lines that the tutor appends: what was typed, and the values on a line."""
    return _VALUES.sub("", traceback)


def read_crash(text: str | None, program: Program) -> Crash | None:
    """Return the crash that a traceback of CPython or IPython reports; None if the text names no exception."""
    if not text:
        return None
    lines = _ANSI.sub("", text[-MAX_TRACEBACK_CHARACTERS:]).replace("\r\n", "\n").split("\n")
    for part in _parts_of_group(lines):
        crash = _read_lines(part, program)
        if crash is not None and crash.line:
            return crash
    return _read_lines(lines, program)


def _parts_of_group(lines: list[str]) -> list[list[str]]:
    """Return the parts of an exception group's traceback without the bars before them, the innermost first."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if _GROUP_PART.match(line):
            parts.append([])
        elif (bar := _GROUP_LINE.match(line)) is not None:
            parts[-1].append(bar["text"])
    return [part for part in (*parts[1:], parts[0]) if part]


def _read_lines(lines: list[str], program: Program) -> Crash | None:
    """Return the last crash that the lines of a traceback report, or None."""
    lines = [line for line in lines if not line.startswith(_HOW_TO_TRACE)]
    raised = _raised(lines)
    if raised is None:
        return _warned(lines, program)
    at, exception, message = raised
    start = max((i for i, line in enumerate(lines[:at]) if _OPENING.match(line)), default=0)
    frames = [placed for frame in _frames(lines[start:at]) if (placed := _in_students_code(frame, program)) is not None]
    chained = next((i for i in range(start, -1, -1) if lines[i].strip() in _CHAINED), None)
    earlier = _read_lines(lines[:chained], program) if chained is not None else None
    crash = Crash(exception, message, earlier=earlier, library=_library(lines[start:at]))
    if not frames:
        return crash
    last = frames[-1]
    return replace(
        crash,
        line=last.line,
        function=last.function,
        marks=last.marks,
        carets=last.carets,
        callers=tuple(frame.line for frame in frames[:-1]),
    )


def _raised(lines: list[str]) -> tuple[int, str, str] | None:
    """Return the index, exception and message of the line that names the exception; None if no line does."""
    frames = [at for at, line in enumerate(lines) if _FRAME.match(line)]
    for at in range(len(lines) - 1, -1, -1):
        match = _RAISED.match(lines[at].rstrip())
        if match is None:
            continue
        name = match["type"].rpartition(".")[2]
        if name in _LABELS:
            continue
        if name.endswith(_ENDINGS) or (frames and at > frames[-1] + 1):
            rest = "\n".join(line.rstrip() for line in lines[at + 1 :] if line.strip())
            return at, name, "\n".join(part for part in ((match["message"] or "").strip(), rest) if part)
    return None


def _library(lines: list[str]) -> str:
    """Return the package or module of a traceback's last frame; empty if that is not in a library."""
    files = [frame.file for frame in _frames(lines)]
    names = _LIBRARY.findall(files[-1]) if files and _FOREIGN.search(files[-1]) else []
    return str(names[-1]) if names else ""


def _warned(lines: list[str], program: Program) -> Crash | None:
    """Return the first warning that a text reports, with its line if that is in the student's code; or None."""
    for at, text in enumerate(lines):
        if warned := _WARNED.match(text):
            source = next((line.strip() for line in lines[at + 1 : at + 15] if line.startswith("  ")), "")
            file = "<frozen sys>" if warned["file"] == "sys" else warned["file"]
            frame = Frame(file, int(warned["line"]), source=source)
            placed = _in_students_code(frame, program)
            message = warned["message"] or source
            return Crash(warned["type"], message, placed.line if placed else 0, is_warning=True)
    return None


def _is_whole_call(source: str, marks: tuple[int, int], carets: tuple[int, int] | None) -> bool:
    """Return whether the traceback's marker covers the whole line, a single call. Such a marker shows no part of it."""
    return carets is not None and marks == (0, len(source)) and carets[1] == len(source) and source[carets[0]] == "("


def _frames(lines: list[str]) -> list[Frame]:
    frames: list[Frame] = []
    for at, line in enumerate(lines):
        if match := _FRAME.match(line):
            source = lines[at + 1] if at + 1 < len(lines) and not _FRAME.match(lines[at + 1]) else ""
            marker = _MARKER.match(lines[at + 2]) if source and at + 2 < len(lines) else None
            marks = carets = None
            if marker:
                shift = len(source) - len(source.lstrip())
                marks = (marker.start("marks") - shift, marker.end("marks") - shift)
                first, last = marker["marks"].find("^"), marker["marks"].rfind("^")
                if first >= 0:
                    carets = (marks[0] + first, marks[0] + last + 1)
                if _is_whole_call(source.strip(), marks, carets):  # Before Python 3.13, such a line has no marker.
                    marks = carets = None
            frames.append(
                Frame(match["file"], int(match["line"]), match["function"] or "", source.strip(), marks, carets)
            )
        elif frames and _REPEATED.match(line):  # The marker is that of an earlier call, not of the failing line.
            frames[-1] = replace(frames[-1], marks=None, carets=None)
        elif match := _NOTEBOOK_FRAME.match(line):
            number = match["cell"] or match["older"] or match["line"]
            frames.append(Frame(match["file"] or "<cell>", int(number)))
        elif (match := _ARROW.match(line)) and (not frames or not frames[-1].source):
            number, source = int(match["line"]), match["source"].strip()
            if frames and frames[-1].line == number:
                frames[-1] = replace(frames[-1], source=source)
            else:
                frames.append(Frame("<cell>", number, source=source))
    return frames


def _in_students_code(frame: Frame, program: Program) -> Frame | None:
    """Return a frame with its line number in the student's code; None if the frame is in other code."""
    line = frame.line - program.first_line
    if frame.source:
        if program.line(line).strip() == frame.source:
            return _at(frame, line, program)
        if _FOREIGN.search(frame.file):
            return None
        same = [number for number, text in enumerate(program.lines, 1) if text.strip() == frame.source]
        return _at(frame, min(same, key=lambda number: abs(number - line)), program) if same else None
    if _FOREIGN.search(frame.file) or not program.line(line).strip():
        return None
    return _at(frame, line, program)


def _at(frame: Frame, line: int, program: Program) -> Frame:
    text = program.line(line)
    indent = len(text) - len(text.lstrip())

    def shifted(columns: tuple[int, int] | None) -> tuple[int, int] | None:
        return (columns[0] + indent, columns[1] + indent) if columns else None

    return replace(frame, line=line, marks=shifted(frame.marks), carets=shifted(frame.carets))
