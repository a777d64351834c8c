"""Places in a file: their notation, and the place for a question about a whole file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor_lsp.terminal.place import Place, parse_place, where_to_look


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.py", Place(Path("a.py"))),
        ("a.py:3", Place(Path("a.py"), 3)),
        ("a.py:3:7", Place(Path("a.py"), 3, 7)),
        ("a.py:3:", Place(Path("a.py"), 3)),
        ("C:\\work\\a.py", Place(Path("C:\\work\\a.py"))),
        ("C:\\work\\a.py:3", Place(Path("C:\\work\\a.py"), 3)),
        ("C:/work/a.py:3:7", Place(Path("C:/work/a.py"), 3, 7)),
        ("my file.py:12", Place(Path("my file.py"), 12)),
        ("a:b.py:3", Place(Path("a:b.py"), 3)),
        ("a.py:three", Place(Path("a.py:three"))),
        ("", Place(Path())),
    ],
)
def test_place_is_read_from_the_right(text: str, place: Place) -> None:
    """A place ends with line and column; other colons, as after a drive letter, belong to the file's name."""
    assert parse_place(text) == place


def test_name_of_a_real_file_is_taken_whole(tmp_path: Path) -> None:
    """If a file named `a.py:3` exists, the text is the file's name, not a place in `a.py`."""
    path = tmp_path / "a.py:3"
    path.touch()
    assert parse_place(str(path)) == Place(path)


DEFINITIONS = "import math\n\n\ndef area(r):\n    return math.pi * r\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("\n\n", 1),
        ("# only a comment\n", 1),
        ("x = 1\n", 1),
        ("\n# a comment\n\nx = 1\n", 4),
        ('"""What it does."""\n\nimport math\nfrom os import *\n\nx = 1\n', 6),
        (DEFINITIONS, 4),
        (f"{DEFINITIONS}\n\nprint(area(3))\n", 8),
        ("class A:\n    x = 1\n\n\nif A.x:\n    print(1)\n", 5),
        ("@decorated\ndef f():\n    pass\n", 2),
        ('"""Only words."""\n', 1),
        ("import math\n", 1),
    ],
)
def test_a_program_that_compiles_is_looked_at_from_its_first_step(text: str, line: int) -> None:
    """The default place is the first statement that is not an import or a definition, else the first definition."""
    assert where_to_look(text) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\nfor i in range(3)\n    print(i)\n", 2),
        ("import math\n\ndef f(:\n    pass\n", 3),
        ("x = 1\n  y = 2\n", 2),
        ("x = 1\nreturn x\n", 2),
        ("x = 1\n\ndef f():\n", 3),
        ("x = (1,\n\n\n", 1),
        ("def f():\n# nothing yet\n\n", 1),
        ("x = 1\r\ry = = 2\r", 3),
        ('x = "\\d"\ny = = 2\n', 2),
    ],
)
def test_a_syntax_error_is_where_to_look(text: str, line: int) -> None:
    """For a syntax error, the place is CPython's line or, for an error at the file's end, the last line of code."""
    assert where_to_look(text) == line


@pytest.mark.parametrize(
    "text", ["\nx = 1\0\n", "\n" + "(" * 5000, "\nx = 1\n" + "y = 2\n" * 20_000, "\nx = '\ud800'\n"]
)
def test_what_cannot_be_parsed_is_looked_at_from_its_first_line(text: str) -> None:
    """If the code cannot be parsed (NUL, deep nesting, excessive length, lone surrogate), the place is line 1."""
    assert where_to_look(text) == 2
