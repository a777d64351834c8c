"""Local mode: the offline tutor with its hint levels, which are kept in real state files."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from testing.editor_side.answers import cancelled_at_its_first_text, collect, text_of
from tutor_lsp.tutors.analysis import LazyAnalyst
from tutor_lsp.tutors.local import LocalTutor
from tutor_lsp.tutors.local_state import FILE_NAME, LocalState, StateUnavailable
from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.ladder.policy import Ladder
from tutor_pedagogy.offline import explain
from tutor_protocol import Accepted, Ask, Delta, Done, Error, ErrorCode, Position

if TYPE_CHECKING:
    from tutor_analysis.analyst import Analyst
    from tutor_lsp.tutors.local_state import PlacedAsk
    from tutor_protocol import FromService

NO_COLON = "for value in [1, 2]\n    print(value)\n"
NO_BRACKET = "total = sum([1, 2]\nprint(total)\n"


def question(code: str = NO_COLON) -> Ask:
    """Build an ask with a unique id."""
    return Ask(request_id=uuid4(), code=code, cursor=Position(0, 0))


async def level_of(tutor: LocalTutor, code: str = NO_COLON) -> int:
    """Send an ask and return its hint level."""
    first = (await collect(tutor, question(code)))[0]
    assert isinstance(first, Accepted)
    return first.hint_level


async def test_answer_is_the_offline_tutors(tmp_path: Path) -> None:
    """An ask gets Accepted, the offline tutor's text in numbered deltas, and Done, as from the service."""
    ask = question()
    accepted, *deltas, done = await collect(LocalTutor(tmp_path), ask)
    assert isinstance(accepted, Accepted)
    assert (accepted.hint_level, accepted.max_hint_level, accepted.error_type) == (1, 5, "syntax")
    assert accepted.purpose == "find"
    assert accepted.remaining_today is None
    pieces = [delta for delta in deltas if isinstance(delta, Delta)]
    assert [delta.seq for delta in pieces] == list(range(len(deltas)))
    assert "".join(delta.content for delta in pieces) == explain(ask, HintLevel.QUESTION, StudentLevels()).text
    assert isinstance(done, Done)
    assert (done.provider, done.model, done.hint_level) == ("offline", "offline-1", 1)
    assert done.message_id == accepted.message_id


async def test_hints_climb_to_the_solution(tmp_path: Path) -> None:
    """Seven asks about one problem give levels 1, 2, 3, 4, 5, 5, 5."""
    tutor = LocalTutor(tmp_path)
    assert [await level_of(tutor) for _ in range(7)] == [1, 2, 3, 4, 5, 5, 5]


async def test_t14_no_text_is_said_twice(tmp_path: Path) -> None:
    """T14: thirty asks about three programs get thirty texts in local mode, too."""
    tutor = LocalTutor(tmp_path)
    codes = (NO_COLON, NO_BRACKET, "n = 3\nwhile n > 0:\n    print(n)\n")

    texts = [text_of(await collect(tutor, question(code))) for code in codes for _ in range(10)]

    assert len(set(texts)) == len(texts) == 30


async def test_t13_a_mended_program_is_solved(tmp_path: Path) -> None:
    """T13: the answer to the mended program says what is gone, uses no level, and has no finding."""
    tutor = LocalTutor(tmp_path)
    await collect(tutor, question(NO_COLON))

    accepted, *deltas, done = await collect(tutor, question(NO_COLON.replace("]", "]:")))

    assert text_of(deltas).startswith("The mistake that we spoke of, “missing colon” on line 1, is gone")
    assert isinstance(accepted, Accepted)
    assert isinstance(done, Done)
    assert (accepted.change, accepted.hint_level, done.finding) == ("solved", 1, None)


async def test_a_fix_in_another_function_is_noticed(tmp_path: Path) -> None:
    """The problem is solved if the program runs again, though the function of the ask is unchanged."""
    tutor = LocalTutor(tmp_path)
    code = "def two():\n    return '2'\n\ndef three():\n    return two() + 1\n\nprint(three())\n"
    crash = (
        'Traceback (most recent call last):\n  File "a.py", line 7, in <module>\n    print(three())\n'
        '  File "a.py", line 5, in three\n    return two() + 1\n'
        'TypeError: can only concatenate str (not "int") to str\n'
    )
    asked = replace(question(code), cursor=Position(4, 0), traceback=crash, document_id="a")
    await collect(tutor, asked)

    mended = replace(asked, code=code.replace("'2'", "2"), traceback=None, request_id=uuid4())
    accepted = (await collect(tutor, replace(mended, cursor=Position(1, 0))))[0]

    assert isinstance(accepted, Accepted)
    assert accepted.change == "solved"


async def test_an_attempt_is_answered_with_what_changed(tmp_path: Path) -> None:
    """The answer to changed code begins with what became of the mistake."""
    tutor = LocalTutor(tmp_path, ladder="attempts")
    await collect(tutor, question(NO_COLON))

    text = text_of(await collect(tutor, question(NO_COLON.replace("2]", "2, 3]"))))

    assert text.startswith("The mistake is still there, on line 1, `for value in [1, 2, 3]`.\n\n")


async def test_a_question_is_answered_without_climbing(tmp_path: Path) -> None:
    """A question about an answer is answered about the question, and the next hint has the next level."""
    tutor = LocalTutor(tmp_path)
    done = (await collect(tutor, question()))[-1]
    assert isinstance(done, Done)

    asked = replace(question(), question="what is a header?", follow_up_to=str(done.message_id))
    text = text_of(await collect(tutor, asked))

    assert text.startswith("“header” is the line above an indented block")
    assert await level_of(tutor) == 2


async def test_answers_of_an_older_file_are_forgotten(tmp_path: Path) -> None:
    """A state file whose answers have no session is used on; only questions about those answers are refused."""
    tutor = LocalTutor(tmp_path)
    assert await level_of(tutor) == 1
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        connection.execute("DROP TABLE answers")
        connection.execute("CREATE TABLE answers (message_id TEXT PRIMARY KEY, problem INTEGER NOT NULL) WITHOUT ROWID")

    assert await level_of(tutor) == 2


async def test_each_problem_has_its_own_ladder(tmp_path: Path) -> None:
    """Another program starts at level 1, and the first program continues at its own level."""
    tutor = LocalTutor(tmp_path)
    levels = [await level_of(tutor, code) for code in (NO_COLON, NO_COLON, NO_BRACKET, NO_COLON, NO_BRACKET)]
    assert levels == [1, 2, 1, 3, 2]


async def test_ladder_outlives_the_process(tmp_path: Path) -> None:
    """The levels are restored from the state file after a restart."""
    await level_of(LocalTutor(tmp_path))
    assert await level_of(LocalTutor(tmp_path)) == 2


async def test_maximum_bounds_the_ladder(tmp_path: Path) -> None:
    """No hint exceeds the maximum hint level."""
    tutor = LocalTutor(tmp_path, max_hint_level=HintLevel.CONCEPT)
    assert [await level_of(tutor) for _ in range(3)] == [1, 2, 2]


async def test_students_level_counts_from_the_next_ask(tmp_path: Path) -> None:
    """A change of the student's level in the settings takes effect with the next explanation."""
    tutor = LocalTutor(tmp_path)
    await level_of(tutor)
    tutor.student = StudentLevels(programming=1)
    messages = await collect(tutor, ask := question())
    text = "".join(message.content for message in messages if isinstance(message, Delta))
    assert text == explain(ask, HintLevel.CONCEPT, StudentLevels(programming=1)).text


async def test_cancel_gives_the_level_back(tmp_path: Path) -> None:
    """A cancelled answer ends with CANCELLED, and the next ask gets its level again."""
    tutor = LocalTutor(tmp_path)
    messages = await cancelled_at_its_first_text(tutor, question())
    assert isinstance(messages[-1], Error)
    assert messages[-1].code == ErrorCode.CANCELLED
    assert await level_of(tutor) == 1


class EndlessAnalysis(LazyAnalyst):
    """An analysis that begins and never ends."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()

    async def analyst(self) -> Analyst:
        """Begin the endless analysis."""
        self.begun.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_cancel_need_not_wait_for_the_work(tmp_path: Path) -> None:
    """E6: a cancel takes effect at once, even during a long analysis."""
    analysis = EndlessAnalysis()
    tutor = LocalTutor(tmp_path, analysis=analysis)
    ask = question()
    answer = asyncio.create_task(collect(tutor, ask))
    await analysis.begun.wait()
    await tutor.cancel(ask.request_id)
    (error,) = await answer
    assert isinstance(error, Error)
    assert error.code == ErrorCode.CANCELLED
    assert await level_of(LocalTutor(tmp_path)) == 1


async def test_leaving_the_stream_gives_the_level_back(tmp_path: Path) -> None:
    """If the client stops reading before the end of an answer, the hint level is not used up."""
    tutor = LocalTutor(tmp_path)
    stream = tutor.ask(question())
    assert isinstance(await anext(stream), Accepted)
    await stream.aclose()
    assert await level_of(tutor) == 1


async def test_cancelled_task_gives_the_level_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If an ask is cancelled while its level is being stored, the level is not used up."""
    begun, go_on = threading.Event(), threading.Event()
    place_ask = LocalState.place_ask

    def place_slowly(state: LocalState, snapshot: Snapshot, **details: Any) -> PlacedAsk:
        begun.set()
        go_on.wait(10)
        return place_ask(state, snapshot, **details)

    monkeypatch.setattr(LocalState, "place_ask", place_slowly)
    tutor = LocalTutor(tmp_path)
    answer = asyncio.create_task(collect(tutor, question()))
    await asyncio.to_thread(begun.wait, 10)
    answer.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await answer
    assert await level_of(tutor) == 1


async def test_close_ends_open_streams(tmp_path: Path) -> None:
    """Closing the tutor ends each open stream with an Error."""
    tutor = LocalTutor(tmp_path)
    messages: list[FromService] = []
    async for message in tutor.ask(question()):
        messages.append(message)
        await tutor.close()
    assert isinstance(messages[-1], Error)
    assert messages[-1].code == ErrorCode.SHUTTING_DOWN


async def test_one_id_is_asked_once_at_a_time(tmp_path: Path) -> None:
    """A second ask with the id of a running one is refused and not counted; the first continues."""
    tutor = LocalTutor(tmp_path)
    ask = question()
    first = tutor.ask(ask)
    await anext(first)
    (refusal,) = await collect(tutor, ask)
    assert isinstance(refusal, Error)
    assert refusal.code == ErrorCode.VALIDATION_FAILED
    assert isinstance([message async for message in first][-1], Done)
    assert await level_of(tutor) == 2


async def test_windows_at_once_count_every_ask(tmp_path: Path) -> None:
    """Twelve simultaneous asks from three windows get each level once, and then always level 5."""
    tutors = [LocalTutor(tmp_path) for _ in range(3)]
    levels = await asyncio.gather(*(level_of(tutor) for tutor in tutors for _ in range(4)))
    assert sorted(levels) == [1, 2, 3, 4, *[5] * 8]


def place_one(state: LocalState, fingerprint: str = "problem", bound: int = 5) -> PlacedAsk:
    """Store an ask about some code."""
    snapshot = Snapshot(fingerprint=fingerprint, shape="shape", unit="unit")
    return state.place_ask(
        snapshot, session=uuid4(), run_id=None, policy=Ladder.CODE, bound=bound, now=datetime.now(UTC)
    )


def test_processes_at_once_count_every_ask(tmp_path: Path) -> None:
    """Four processes that each ask 20 times about one of 20 problems get every level from 1 to 4 once a problem."""
    program = (
        "import sys; from pathlib import Path; from tests.lsp.test_local_tutor import LocalState, place_one\n"
        "state = LocalState(Path(sys.argv[1]), busy_seconds=30)\n"
        "print([int(place_one(state, str(number)).step.level) for number in range(20)])"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(4)
    ]
    levels = [json.loads(process.communicate()[0]) for process in processes]
    assert [sorted(of_problem) for of_problem in zip(*levels, strict=True)] == [[1, 2, 3, 4]] * 20


async def test_damaged_state_file_is_said_so_and_kept(tmp_path: Path) -> None:
    """If the state file is not a database, the ask ends with a clear error, and the file is left unchanged."""
    file = tmp_path / FILE_NAME
    file.write_bytes(b"not a database, but somebody's notes " * 100)
    before = file.read_bytes()
    (error,) = await collect(LocalTutor(tmp_path), question())
    assert isinstance(error, Error)
    assert (error.code, error.retryable) == (ErrorCode.DATABASE_UNAVAILABLE, False)
    assert error.content.startswith("The tutor's file local.sqlite3 in its data folder is damaged.")
    assert str(tmp_path) not in error.content
    assert file.read_bytes() == before


async def test_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    """If the data folder's path names a file, the error names the setting to change."""
    (tmp_path / "data").write_text("")
    (error,) = await collect(LocalTutor(tmp_path / "data"), question())
    assert isinstance(error, Error)
    assert error.content.startswith("The tutor cannot write its file local.sqlite3.")
    assert "TUTOR_DATA_DIR" in error.content


def test_file_that_cannot_be_opened_is_said_so(tmp_path: Path) -> None:
    """The error for a file that SQLite cannot open differs from that for a damaged file."""
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(StateUnavailable, match=r"cannot write its file local\.sqlite3"):
        place_one(LocalState(tmp_path))


def test_locked_file_is_waited_for_and_then_said_so(tmp_path: Path) -> None:
    """If the state file stays locked for too long, the ask gets a retryable error and is not counted."""
    state = LocalState(tmp_path, busy_seconds=0.05)
    place_one(state)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StateUnavailable) as caught:
            place_one(state)
    assert caught.value.retryable
    assert place_one(state).step.level == 2


def test_nothing_is_taken_back_below_zero(tmp_path: Path) -> None:
    """If the count of an ask is subtracted twice, it does not become negative."""
    state = LocalState(tmp_path)
    problem = place_one(state).problem
    state.take_back(problem)
    state.take_back(problem)
    assert place_one(state).step.level == 1


def test_levels_of_an_older_file_are_kept(tmp_path: Path) -> None:
    """A file from before versions were stored keeps the hint level of each problem."""
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE problems (fingerprint TEXT PRIMARY KEY, asks INTEGER NOT NULL) WITHOUT ROWID")
        connection.execute("INSERT INTO problems VALUES ('old', 2), ('older', 9)")
    state = LocalState(tmp_path)
    assert (place_one(state, "old").step.level, place_one(state, "older").step.level) == (3, 5)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps a user's folder from others by other means")
def test_state_file_is_the_students_alone(tmp_path: Path) -> None:
    """Only the user can read the state file and its journal, whatever the folder's permissions and the umask."""
    tmp_path.chmod(0o755)
    mask = os.umask(0)
    try:
        place_one(LocalState(tmp_path))
    finally:
        os.umask(mask)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM versions")
        assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
        assert len(list(tmp_path.iterdir())) == 2


def test_state_file_holds_no_code(tmp_path: Path) -> None:
    """The state file contains only fingerprints and counts, and nothing of the student's code."""
    asyncio.run(level_of(LocalTutor(tmp_path), "secret_name = (1\n"))
    assert b"secret_name" not in (tmp_path / FILE_NAME).read_bytes()
