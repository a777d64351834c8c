"""Runs in a terminal of the editor: what the editor is to start, and what the language server makes of the end."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.editor_side.editor import ErrorReply, diagnostic, span
from testing.editor_side.runs import PUBLISH, opened
from testing.student_programs import needs_proc

if TYPE_CHECKING:
    from testing.editor_side.editor import Conversation, Editor, Json
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings

pytestmark = needs_proc

ADDS = "count = int(input('How many? '))\nname = input('Name: ')\nprint(name, 60 / count)\n"
CTRL_C = "\x03"
DIVISION = "ZeroDivisionError: division by zero"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with which only the diagnostics of runs are published."""
    return replace(settings, diagnostics=False)


def in_terminal(run: Json, typed: str, prompt: str) -> int:
    """Start a run in a pseudo-terminal as an editor does, type after the prompt, and return the exit status."""
    import pty  # noqa: PLC0415 - the module is missing on Windows

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["/usr/bin/setsid", "--ctty", *run["command"]],  # As an editor's terminal does, so that Ctrl-C works.
        cwd=run["folder"],
        env={**os.environ, **run["environment"]},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    output = b""
    while prompt.encode() not in output:
        output += os.read(ours, 1000)
    os.write(ours, typed.encode())
    with suppress(OSError):  # Linux reports the end of the output as an error.
        while not select.select([ours], [], [], 1)[0] or os.read(ours, 1000):
            if typed == CTRL_C:  # Python does not see one that comes after its prompt and before it reads.
                os.write(ours, typed.encode())
    os.close(ours)
    return process.wait()


async def ended(editor: Editor, uri: str, typed: str = "", prompt: str = "") -> Json:
    """Run a file in a terminal to its end, and return the result of `tutor.endRun`."""
    run: Json = await editor.execute("tutor.runInTerminal", {"uri": uri})
    status = await asyncio.to_thread(in_terminal, run, typed, prompt)
    result: Json = await editor.execute("tutor.endRun", {"runId": run["runId"], "exitStatus": status})
    assert not Path(run["environment"]["TUTOR_VALUES_FILE"]).parent.exists()
    return result


async def test_x4_what_the_student_types_is_evidence(
    conversation: Conversation, tmp_path: Path, tutor: ScriptedTutor
) -> None:
    """X4: the program gets what is typed; where it fails, the ask carries the traceback, what was typed, the values."""
    editor = conversation.editor
    await editor.initialize()
    uri = await opened(editor, tmp_path / "main.py", ADDS)

    result = await ended(editor, uri, "0\nAda\n")

    traceback = result.pop("traceback")
    assert result == {
        "reason": "failed",
        "message": f"main.py failed at line 3: {DIVISION}",
        "exitStatus": 1,
        "range": span(2, 12, 22),
    }
    assert traceback.endswith(f"\n{DIVISION}\n# typed: '0', 'Ada'\n# values on line 3: name = 'Ada', count = 0")
    shown = diagnostic(2, 12, 22, f"{DIVISION}\nValues on this line: name = 'Ada', count = 0", source="Ask Tutor")
    assert editor.all_heard(PUBLISH) == [{"uri": uri, "diagnostics": [shown]}]
    await editor.answer(await editor.ask(uri, 2))
    assert tutor.asks[0].traceback == traceback
    assert tutor.asks[0].run_id is not None


async def test_passwords_are_not_kept(editor: Editor, tmp_path: Path) -> None:
    """A line that is typed at a prompt, or into a variable, that says password or the like is not written down."""
    code = "a = input('Password: ')\nsecret = input()\nb = input('What? ')\nraise ValueError\n"
    result = await ended(editor, await opened(editor, tmp_path / "main.py", code), "hunter22!\nhunter33!\nyes\n")
    assert result["traceback"].endswith("\nValueError\n# typed: …, …, 'yes'")
    assert "hunter" not in result["traceback"]


async def test_what_is_kept_is_bounded(editor: Editor, tmp_path: Path) -> None:
    """The last 20 lines are kept, each up to 80 characters."""
    code = "for _ in range(50):\n    last = input()\nraise ValueError\n"
    typed = "".join(f"{n}\n" for n in range(49)) + "x" * 100 + "\n"
    result = await ended(editor, await opened(editor, tmp_path / "main.py", code), typed)
    told = result["traceback"].partition("# typed: ")[2].partition("\n")[0].split(", ")
    assert told == ["…", *(f"'{n}'" for n in range(31, 49)), f"'{'x' * 80}'…"]


async def test_x4_ctrl_c_ends_the_program(editor: Editor, tmp_path: Path) -> None:
    """X4: Ctrl-C ends the program. A line that was busy is marked as a warning, one that waited for input is not."""
    busy = await ended(editor, await opened(editor, tmp_path / "busy.py", "import os\ninput()\nos.kill(0, 2)\n"), "\n")
    waiting = await ended(editor, await opened(editor, tmp_path / "waiting.py", "n = int(input('? '))\n"), CTRL_C, "? ")
    assert (busy["reason"], busy["message"]) == ("cancelled", "busy.py was stopped at line 3.")
    assert busy["range"] == span(2, 0, 13)
    assert "\nKeyboardInterrupt" in busy["traceback"]
    assert (waiting["reason"], waiting["message"]) == ("cancelled", "waiting.py was stopped.")
    assert "range" not in waiting
    assert [[one["severity"] for one in params["diagnostics"]] for params in editor.all_heard(PUBLISH)] == [[2]]


async def test_an_error_in_the_students_other_file_is_there(editor: Editor, tmp_path: Path) -> None:
    """If another file of the student's fails, the result names that place."""
    (tmp_path / "shapes.py").write_text("def area(side):\n    return side ** 2 / (side - 4)\n")
    code = "import shapes\nprint(shapes.area(int(input())))\n"
    result = await ended(editor, await opened(editor, tmp_path / "main.py", code), "4\n")
    assert result["message"] == f"main.py failed in shapes.py at line 2: {DIVISION}"
    assert result["origin"] == {"uri": (tmp_path / "shapes.py").as_uri(), "range": span(1, 11, 33)}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("print(input())\n", {"message": "main.py ran to its end.", "exitStatus": 0}),
        ("raise SystemExit(3)\n", {"message": "main.py ended with exit status 3.", "exitStatus": 3}),
    ],
)
async def test_a_program_that_ends_by_itself_leaves_nothing(
    editor: Editor, tmp_path: Path, code: str, told: Json
) -> None:
    """A program that ends without an exception has no traceback and no diagnostic."""
    assert await ended(editor, await opened(editor, tmp_path / "main.py", code), "hi\n") == {
        "reason": "completed",
        **told,
    }
    assert editor.all_heard(PUBLISH) == []


async def test_a_closed_terminal_and_an_unknown_run(editor: Editor, tmp_path: Path) -> None:
    """Without an exit status the run was stopped; a run is ended once."""
    uri = await opened(editor, tmp_path / "main.py", ADDS)
    run = await editor.execute("tutor.runInTerminal", {"uri": uri})
    result = await editor.execute("tutor.endRun", {"runId": run["runId"]})
    assert (result["reason"], result["message"]) == ("cancelled", "main.py was stopped.")
    with pytest.raises(ErrorReply, match=r"This run is not known\."):
        await editor.execute("tutor.endRun", {"runId": run["runId"]})


async def test_the_program_sees_a_usual_terminal(editor: Editor, tmp_path: Path) -> None:
    """The program finds its own `input`, no variable of ours, and a traceback in colours does no harm."""
    code = (
        "import os, sys\nassert sys.stdin.isatty() and sys.stderr.isatty() and type(sys.stderr).__name__ != 'Copy'\n"
        "assert not [name for name in os.environ if name.startswith('TUTOR_') and not name.startswith('TUTOR_TEST_')]\n"
        "assert repr(input) == '<built-in function input>' and 'sitecustomize' not in sys.modules\n"
        "os.environ['FORCE_COLOR'] = '1'\nx = {}\nx[input()]\n"
    )
    result = await ended(editor, await opened(editor, tmp_path / "main.py", code), "key\n")
    assert "\nKeyError: 'key'\n# typed: 'key'" in result["traceback"]
    assert "\x1b" not in result["traceback"]
