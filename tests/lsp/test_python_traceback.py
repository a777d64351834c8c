"""The parser of CPython's tracebacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor_lsp.runner.traceback import Frame, exception_line, find_traceback, innermost_frame, innermost_own_frame

MAIN = Path("/work/main.py")
HEADER = "Traceback (most recent call last):\n"


def raised(exception: str, *frames: str) -> str:
    """Return a traceback in CPython's format."""
    return HEADER + "".join(frames) + exception


def frame(line: int, source: str = "", marker: str = "", file: str = "/work/main.py", function: str = "f") -> str:
    """Return one frame of a traceback."""
    below = (f"    {source}\n" if source else "") + (f"    {marker}\n" if marker else "")
    return f'  File "{file}", line {line}, in {function}\n{below}'


ZERO = raised("ZeroDivisionError: division by zero", frame(3, "return 1 / 0", "       ~~^~~"))
FIRST = raised("KeyError: 'a'", frame(1, "d['a']", "~^^^^^"))
CHAINED = f"{FIRST}\n\nDuring handling of the above exception, another exception occurred:\n\n{ZERO}"
CAUSED = f"{FIRST}\n\nThe above exception was the direct cause of the following exception:\n\n{ZERO}"
SYNTAX = "  File \"/work/main.py\", line 2\n    if x\n        ^\nSyntaxError: expected ':'"
GROUP = (
    "  + Exception Group Traceback (most recent call last):\n"
    '  |   File "/work/main.py", line 9, in <module>\n'
    "  |     raise group\n"
    "  | ExceptionGroup: two faults (2 sub-exceptions)\n"
    "  +-+---------------- 1 ----------------\n"
    "    | Traceback (most recent call last):\n"
    '    |   File "/work/main.py", line 5, in first\n'
    "    |     return xs[3]\n"
    "    |            ~~^^^\n"
    "    | IndexError: list index out of range\n"
    "    +------------------------------------"
)


@pytest.mark.parametrize(
    ("stderr", "traceback"),
    [
        ("", None),
        ("Warning: something\nno such file\n", None),
        (f"{ZERO}\n", ZERO),
        (f"a warning\n{ZERO}\n", ZERO),
        (f"{FIRST}\nthat was handled\n{ZERO}\n", ZERO),
        (f"{CHAINED}\n", CHAINED),
        (f"{ZERO}\n{CAUSED}\n", CAUSED),
        (f"{SYNTAX}\n", SYNTAX),
        (f"{GROUP}\n", GROUP),
    ],
)
def test_the_traceback_is_that_of_the_last_exception(stderr: str, traceback: str | None) -> None:
    """In a program's output, the last traceback is found, with all exceptions of its chain."""
    assert find_traceback(stderr) == traceback


@pytest.mark.parametrize(
    ("traceback", "line"),
    [
        ("", ""),
        (ZERO, "ZeroDivisionError: division by zero"),
        (CHAINED, "ZeroDivisionError: division by zero"),
        (SYNTAX, "SyntaxError: expected ':'"),
        (GROUP, "ExceptionGroup: two faults (2 sub-exceptions)"),
        (raised("ValueError: first line\nsecond line\n  third", frame(1)), "ValueError: first line"),
        (raised("ValueError: me\na note\n", frame(1, "x()")), "ValueError: me"),
        (raised("KeyboardInterrupt", frame(1, "pass")), "KeyboardInterrupt"),
        (raised("ValueError: me\nException ignored in: <x>\n", frame(1)), "ValueError: me"),
        (raised("RecursionError: too deep", frame(1), "  [Previous line repeated 996 more times]\n"),
         "RecursionError: too deep"),
    ],
)  # fmt: skip
def test_the_exception_is_one_line(traceback: str, line: str) -> None:
    """The exception is given by its first line; in a chain of exceptions the last one is used."""
    assert exception_line(traceback) == line


@pytest.mark.parametrize(
    ("traceback", "found"),
    [
        ("", None),
        ("ValueError: me", None),
        (ZERO, Frame(2, "return 1 / 0", (7, 12))),
        (CHAINED, Frame(2, "return 1 / 0", (7, 12))),
        (SYNTAX, Frame(1, "if x", (4, 5))),
        (GROUP, Frame(4, "return xs[3]", (7, 12))),
        (raised("E: e", frame(7, "main()"), frame(9, "x", file="/lib/y.py")), Frame(6, "main()")),
        (raised("E: e", frame(9, "x", file="/lib/main.py")), None),
        (raised("E: e", frame(7)), Frame(6)),
        (raised("E: e", frame(7), frame(9, file="/lib/y.py")), Frame(6)),
        (raised("E: e", frame(7, "x = '~^'")), Frame(6, "x = '~^'")),
    ],
)
def test_the_frame_is_the_innermost_of_the_file(traceback: str, found: Frame | None) -> None:
    """The innermost frame of a file is found, with the line's text and marked columns, if the whole path matches."""
    assert innermost_frame(traceback, MAIN) == found


@pytest.mark.parametrize(
    ("file", "fails_there"),
    [
        ("/work/mine.py", "yes"),
        ("/work/package/lib/mine.py", "yes"),
        ("/work/python_course/mine.py", "yes"),
        ("/workshop/mine.py", "no"),
        ("/mine.py", "no"),
        ("/work/.venv/lib/mine.py", "no"),
        ("/work/env/lib/python3.11/json/decoder.py", "no"),
        ("/work/env/Lib/json/decoder.py", "no"),
        ("/work/x/site-packages/mine.py", "no"),
        ("<string>", "no"),
        ("mine.py", "no"),
    ],
)
def test_the_students_own_code_lies_in_the_programs_folder_tree(file: str, fails_there: str) -> None:
    """The innermost frame below the program's folder is found, except in installed packages and environments."""
    traceback = raised("KeyError: 'a'", frame(1, "f()"), frame(7, "d['a']", "~^^^^^", file=file))
    found = innermost_own_frame(traceback, MAIN)
    assert found == ((Path(file), Frame(6, "d['a']")) if fails_there == "yes" else (MAIN, Frame(0, "f()")))
