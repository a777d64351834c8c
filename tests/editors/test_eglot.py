"""Emacs with eglot, a client without special support for the tutor: in a terminal, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.tmux import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import RequireProgram

CODE = "age = 7\nprint('next year: ' + age)\nprint('done')\n"
INIT = """
(setq inhibit-startup-screen t)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(python-mode . ("tutor-lsp"))))
(add-hook 'python-mode-hook #'eglot-ensure)
"""
"""The Emacs configuration that `docs/editors.md` recommends to students."""


@pytest.fixture
def emacs(require_program: RequireProgram, tmp_path: Path) -> Iterator[Terminal]:
    """Yield an Emacs with the cursor on the bad line of a program, and a running language server."""
    (tmp_path / "init.el").write_text(INIT, encoding="utf-8")
    (tmp_path / "age.py").write_text(CODE, encoding="utf-8")
    command = (require_program("emacs"), "-nw", "-Q", "-l", "init.el", "+2", "age.py")
    with Terminal(require_program("tmux"), tmp_path, *command) as terminal:
        terminal.until(r"\[eglot:")
        yield terminal


def test_the_answer_is_shown_beside_the_code(emacs: Terminal) -> None:
    """The error is marked, the quick fix opens a document with the hint beside the code, and quitting ends Emacs."""
    emacs.until(r"Flymake\[0 1\]")
    for level in (1, 2):
        emacs.press("M-x", "eglot-code-action-quickfix", "Enter")
        emacs.until(rf"\*\*Hint {level} · \w+ · line 2\*\*")
        # Emacs draws its windows one by one, so the file's name appears after the hint.
        screen = emacs.until(r"hints-age-\w+-\d\.md")
        assert any("print('next year: ' + age)" in line for line in screen)
        emacs.press("C-x", "1")
        emacs.until(r"age\.py")
    emacs.press("C-x", "C-c")
    assert emacs.has_ended()
