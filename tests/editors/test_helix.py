"""Helix, a client without special support for the tutor that opens no documents: in a terminal, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.tmux import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import RequireProgram

CODE = "age = 7\nprint('next year: ' + age)\nprint('done')\n"
LANGUAGES = """
[language-server.tutor]
command = "tutor-lsp"

[[language]]
name = "python"
language-servers = ["tutor"]
"""
"""The Helix configuration that `docs/editors.md` recommends to students."""


@pytest.fixture
def helix(require_program: RequireProgram, tmp_path: Path) -> Iterator[Terminal]:
    """Yield a Helix with the cursor on the bad line of a program, which the tutor has marked."""
    configuration = tmp_path / ".config" / "helix"
    configuration.mkdir(parents=True)
    (configuration / "languages.toml").write_text(LANGUAGES, encoding="utf-8")
    (tmp_path / "age.py").write_text(CODE, encoding="utf-8")
    environment = {"XDG_CONFIG_HOME": str(tmp_path / ".config"), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    command = (require_program("hx"), "age.py:2")
    with Terminal(require_program("tmux"), tmp_path, *command, environment=environment) as terminal:
        terminal.until(r"● +2 +print")
        yield terminal


def test_a_hover_shows_the_hint_below_the_line(helix: Terminal) -> None:
    """The action asks, the message says where the hint is, and a hover shows it below its line, level by level."""
    for level, name in ((1, "question"), (2, "concept")):
        helix.press("Space", "a")
        helix.until(r"Ask tutor")
        helix.press("Enter")
        helix.until(rf"Hint {level} · {name} \(hover over line 2 to read it\):")
        helix.press("Space", "k")
        screen = helix.until(rf"(?m)^ *Hint {level} · {name} *$(?s:.)*NOR")
        hint = next(number for number, line in enumerate(screen) if line.strip() == f"Hint {level} · {name}")
        assert any("print('next year: ' + age)" in line for line in screen[:hint])
        assert "**" not in "\n".join(screen[hint:-3])
        helix.picture(f"helix-{level}")
        helix.press("Escape")
        helix.until(rf"\A(?!(?s:.)*(?m:^ *Hint {level} · {name} *$))(?s:.)*print\('done'\)")
    helix.press(":q!", "Enter")
    assert helix.has_ended()
