"""The command line of `tutor`: the arguments and files that it reads or refuses before an ask is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor_lsp import __version__
from tutor_lsp.terminal import ask as terminal_ask
from tutor_lsp.terminal.exit_status import DONE, FAILED, WRONG_USE
from tutor_lsp.terminal.main import main
from tutor_lsp.terminal.place import Place
from tutor_protocol import Position


@pytest.mark.parametrize(
    ("line", "column", "position"),
    [
        (None, None, Position(3, 0)),
        (2, None, Position(1, 4)),
        (2, 1, Position(1, 0)),
        (2, 99, Position(1, 10)),
        (3, None, Position(2, 0)),
        (4, 3, Position(3, 2)),
    ],
)
def test_position_without_a_column_is_where_the_text_begins(
    line: int | None, column: int | None, position: Position
) -> None:
    """A column counts code points from 1, and one past the line means its end.

    Without a column, the place is the line's first character that is not white space. Lines end as in LSP.
    """
    assert terminal_ask._position(Place(Path("a.py"), line, column), "def f():\r\n    x = 1 \r\r😀 = 2") == position


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run a command that fails; return its exit status and its only line on stderr."""
    status = main(arguments)
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return status, output.err.removeprefix("tutor: ").rstrip()


def test_missing_file_is_wrong_use(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The error for a missing file names the file as the student typed it."""
    assert refusal(["ask", "nowhere.py:3"], capsys) == (WRONG_USE, "nowhere.py does not exist.")
    assert refusal(["ask", str(tmp_path)], capsys) == (WRONG_USE, f"{tmp_path} is a folder.")


@pytest.mark.parametrize("place", [":3", ":0", ":1:0", ":99:1"])
def test_place_outside_the_file_is_wrong_use(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line number outside the file is refused, and the message names the range of lines, counted from 1."""
    path = tmp_path / "a.py"
    for text in ("x = 1\ny = 2", "x = 1\r\ny = 2\r\n"):
        path.write_text(text)
        expected = f"{path} has 2 lines; lines and columns count from 1."
        assert refusal(["ask", f"{path}{place}"], capsys) == (WRONG_USE, expected)


@pytest.mark.parametrize("text", ["", "x = 1", "x = 1\n"])
def test_one_line_is_counted_in_the_singular(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The number of lines does not count the empty line after a final line end; an empty file has one line."""
    path = tmp_path / "a.py"
    path.write_text(text)
    expected = f"{path} has 1 line; lines and columns count from 1."
    assert refusal(["ask", f"{path}:2"], capsys) == (WRONG_USE, expected)


@pytest.mark.parametrize("name", ["README.md", "notes.txt", "photo.png", "Makefile", "script"])
def test_file_that_is_not_python_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not Python by its suffix or, without a suffix, by its first line is refused."""
    path = tmp_path / name
    path.write_bytes(b"\x89PNG\xff" if name == "photo.png" else b"#!/bin/sh\necho python\n")
    expected = f"{path} is not a Python file. The tutor explains Python code only."
    assert refusal(["ask", f"{path}:1"], capsys) == (WRONG_USE, expected)


@pytest.mark.parametrize("name", ["a.py", "A.PY", "a.pyw", "a.pyi", "script"])
def test_file_that_is_python_is_read(name: str, tmp_path: Path) -> None:
    """A Python file is recognised by its suffix in any case, or by the first line of a script without one."""
    path = tmp_path / name
    path.write_text("#!/usr/bin/env python3\n")
    assert terminal_ask.read_program(Place(path)) == "#!/usr/bin/env python3\n"


@pytest.mark.parametrize("content", [b"x = '\xe9'\n", b"# coding: no-such-encoding\n", b"\xff\xfex\x00"])
def test_text_that_cannot_be_read_is_refused(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in an undeclared encoding is refused with an explanation."""
    path = tmp_path / "a.py"
    path.write_bytes(content)
    assert refusal(["ask", str(path)], capsys) == (FAILED, f"{path} is not Python text: save it in UTF-8.")


def test_declared_encoding_is_believed(tmp_path: Path) -> None:
    """PEP 263: an encoding declared in the first lines is used, and a byte order mark is removed."""
    path = tmp_path / "a.py"
    path.write_bytes("# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    assert terminal_ask.read_program(Place(path)) == "# coding: latin-1\nx = 'é'\n"
    path.write_bytes("\ufeffx = 'é'\n".encode())
    assert terminal_ask.read_program(Place(path)) == "x = 'é'\n"


def test_notebook_is_for_an_editor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON of a notebook is refused."""
    status, reason = refusal(["ask", str(tmp_path / "a.ipynb")], capsys)
    assert status == WRONG_USE
    assert reason.endswith("is a notebook. Ask in an editor, at one of its cells.")


def test_run_without_anything_to_ask_about_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If `--run` runs a program that succeeds or waits for input, the ask is refused, and no hint is used up."""
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    reason = f"{path} ran without an exception. Name a line, or say with --question what is wrong."
    assert refusal(["ask", "--run", str(path)], capsys) == (FAILED, reason)
    path.write_text("input()\n")
    reason = f"{path} waits for input, which --run cannot give. Type: tutor run {path}"
    assert refusal(["ask", "--run", str(path)], capsys) == (FAILED, reason)


def test_endless_run_that_says_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If a program is stopped without a traceback, the message asks for a line number."""
    path = tmp_path / "a.py"
    path.write_text("import os, time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    os._exit(1)\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal_ask, "TIME_LIMIT_SECONDS", 0.2)
        status, reason = refusal(["ask", "--run", str(path)], capsys)
    assert status == FAILED
    assert "did not end in" in reason


def test_question_has_the_contracts_length(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A question of more than 4,000 characters is refused before the language server starts."""
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    status, reason = refusal(["ask", str(path), "--question", "x" * 4001], capsys)
    assert (status, reason) == (WRONG_USE, "A question has at most 4000 characters.")


@pytest.mark.parametrize("arguments", [[], ["ask"], ["bask"], ["ask", "a.py", "--no-such-option"]])
def test_wrong_command_line_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong command line gives status 2 and the usage on stderr."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == WRONG_USE
    assert "usage: tutor" in capsys.readouterr().err


def test_help_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` lists the commands."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == DONE
    shown = capsys.readouterr().out
    assert all(f"    {name} " in shown for name in ("ask", "sign-in", "sign-out", "status"))


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints the program's name and version."""
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == DONE
    assert capsys.readouterr().out == f"tutor {__version__}\n"
