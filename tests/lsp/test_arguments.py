"""The command line of `tutor-lsp`: editors pass no arguments, people pass `--help` or `--version`."""

from __future__ import annotations

import subprocess

import pytest

from testing.editor_side.server_process import LANGUAGE_SERVER
from tutor_lsp import __version__
from tutor_lsp.__main__ import answer_arguments
from tutor_lsp.terminal.exit_status import DONE, WRONG_USE


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as an editor starts it, with an empty stdin."""
    return subprocess.run(
        [*LANGUAGE_SERVER, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True
    )


def test_version_is_one_line() -> None:
    """`--version` prints one line, as `tutor --version` and `tutor-server --version` do."""
    result = run("--version")
    assert (result.returncode, result.stdout, result.stderr) == (DONE, f"tutor-lsp {__version__}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_fits_a_terminal(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` lists the options, the environment variables and the exit statuses within 80 columns."""
    assert answer_arguments([option]) == DONE
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("--version", "--stdio", "TUTOR_SERVER_URL", "TUTOR_DATA_DIR", "Exit status"))
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("arguments", [["--port", "1"], ["average.py"], ["--help", "x" * 1000]])
def test_wrong_argument_is_one_line(arguments: list[str]) -> None:
    """A wrong argument gives status 2 and the usage on stderr; stdout, which carries the protocol, stays empty."""
    result = run(*arguments)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (WRONG_USE, "", 1)
    assert result.stderr.startswith("tutor-lsp: there is no argument ")
    assert "usage: tutor-lsp" in result.stderr
    assert len(result.stderr) < 200


def test_stdio_is_what_it_does_anyway() -> None:
    """The option `--stdio`, which some editors pass, is accepted; the server runs until its stdin is closed."""
    result = run("--stdio")
    assert (result.returncode, result.stderr) == (1, "")
