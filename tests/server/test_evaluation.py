"""`tutor-server evaluate`: figures that equal a scripted model's, its calls in the ledger, files, bounds."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from testing.fake_upstream import KEY, Behaviour
from testing.service import service_environment
from testing.warm_start import TUTOR_SERVER
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, ReportedFinding, Submission
from tutor_server.evaluation.agreement import agreement_of
from tutor_server.evaluation.known_fix import KnownFix
from tutor_server.evaluation.programs import ProgramFileError, read_programs, shipped_programs
from tutor_server.evaluation.report import report
from tutor_server.evaluation.results import AnswerRecord, Evaluation, ResultFileError, read_results, write_results

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from testing.fake_upstream import FakeUpstream

QUESTION = "Look at line 4. Which number does `number` hold in the last iteration, and which one would you expect?"
IN_CODE = f"{QUESTION}\n\n```python\nfor number in range(1, limit + 1):\n```\n"
IN_WORDS = "In line 4, add one to `limit` in the call of `range`, so that the last number is counted, too."
LEAVES_OUT_LAST = next(program for program in shipped_programs() if program.id == "last-left-out")
TWO_PROGRAMS = """
[[program]]
id = "one"
line = 2
code = '''
total = 0
for number in range(1, limit):
    total += number
'''
fixed = '''
total = 0
for number in range(1, limit + 1):
    total += number
'''
"""


async def run(folder: Path, upstream: FakeUpstream | None, *options: str, **settings: str) -> tuple[int, str, str]:
    """Run the command in a process of its own. Return its status, stdout and stderr."""
    if upstream is not None:
        settings |= {
            "TUTOR_LLM_PROVIDERS": "openai",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": upstream.openai_url,
            "TUTOR_OPENAI_MODEL": "gpt-4o-mini",
        }
    process = await asyncio.create_subprocess_exec(
        TUTOR_SERVER,
        "evaluate",
        *options,
        env=service_environment(folder / "data", **settings),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def programs_file(folder: Path) -> str:
    """Write the file with the program that the scripted models are asked about, and return its name."""
    quoted = {
        "id": LEAVES_OUT_LAST.id,
        "code": LEAVES_OUT_LAST.code,
        "line": 4,
        "fixed": LEAVES_OUT_LAST.fixed,
    }
    (folder / "programs.jsonl").write_text(json.dumps(quoted) + "\n")
    return "programs.jsonl"


def read(folder: Path) -> Any:
    """Return the results that the command wrote."""
    return json.loads((folder / "out.json").read_text())


@pytest.mark.parametrize(
    ("text", "said", "in_words"),
    [(IN_CODE, 4, 0), (IN_WORDS, 4, 4), (QUESTION, 0, 0)],
    ids=["leaks in code", "leaks in words", "never leaks"],
)
async def test_the_figures_equal_the_script(
    tmp_path: Path, upstream: FakeUpstream, text: str, said: int, in_words: int
) -> None:
    """A model that always, in words, or never gives the fix away is counted so, at each level below the solution."""
    upstream.default = Behaviour(text=text)

    status, out, err = await run(
        tmp_path, upstream, "--programs", programs_file(tmp_path), "--levels", "1-4", "--json", "out.json"
    )

    assert (status, err) == (0, "")
    levels = read(tmp_path)["levels"]
    assert sum(level["leaks_said"] for level in levels) == said
    assert sum(level["leaks_said_in_words"] for level in levels) == in_words
    assert [level["answers"] for level in levels] == [1, 1, 1, 1]
    assert all(level["stopped"] == 0 for level in levels) == (said == 0)
    assert "leaks reached the student" in out
    assert len(upstream.calls) == 4


async def test_an_answer_is_prompted_as_in_service(tmp_path: Path, upstream: FakeUpstream) -> None:
    """The prompt has the rules, the program, the finding, and the answers of the levels before."""
    upstream.default = Behaviour(text=QUESTION)

    await run(tmp_path, upstream, "--programs", programs_file(tmp_path), "--levels", "1-2", "--json", "out.json")

    first, second = (call.body["messages"] for call in upstream.calls)
    assert "for number in range(1, limit):" in first[-1]["content"]
    assert first[0] == second[0]
    assert [turn["role"] for turn in second] == ["system", "user", "assistant", "user"]
    assert second[2]["content"].startswith("Look at line 4.")


async def test_its_calls_stand_in_the_ledger_under_a_name_of_their_own(tmp_path: Path, upstream: FakeUpstream) -> None:
    """Each call has a settled row and counts in the sums, under `evaluate:` and without a student."""
    await run(tmp_path, upstream, "--programs", programs_file(tmp_path), "--levels", "1-3")

    with closing(sqlite3.connect(tmp_path / "data" / "tutor.sqlite3")) as database:
        rows = database.execute("SELECT provider, state, user_id, ask_id, cost_nanodollars > 0 FROM model_calls")
        assert rows.fetchall() == [("evaluate:openai", "settled", None, None, 1)] * 3
        sums = database.execute("SELECT provider, calls FROM usage_rollups").fetchall()
        spent = database.execute("SELECT sum(committed_nanodollars) FROM spending WHERE length(period) = 10").fetchone()
        cost = database.execute("SELECT sum(cost_nanodollars) FROM model_calls").fetchone()
    assert sums == [("evaluate:openai", 3)]
    assert spent == cost


async def test_its_calls_keep_the_settings_of_calls(tmp_path: Path, upstream: FakeUpstream) -> None:
    """A call waits for a place, is recorded once it is sent, and is cut at the deadline of its first content."""
    upstream.default = Behaviour(text=QUESTION)
    upstream.play(Behaviour(text=QUESTION, first_token_seconds=600))
    settings = {"TUTOR_LLM_CONCURRENCY": "1", "TUTOR_FIRST_CONTENT_SECONDS": "0.5"}

    await run(tmp_path, upstream, "--programs", programs_file(tmp_path), "--levels", "1-2", **settings)

    with closing(sqlite3.connect(tmp_path / "data" / "tutor.sqlite3")) as database:
        calls = database.execute("SELECT state, outcome FROM model_calls ORDER BY created_at").fetchall()
    assert calls == [("settled", "timeout"), ("settled", "completed")]


async def test_too_many_leaks_are_a_failure(tmp_path: Path) -> None:
    """With `--max-leaks` the status is 1 if more leaks reached the student, so that a nightly job notices."""
    shown = "Change line 4 to `for number in range(1, limit + 1):`."
    record = answer(shown=shown, leak_shown="code")
    write_results(Evaluation(configuration="a model", seed=0, made_at="today", answers=(record,)), tmp_path / "a.json")

    assert read_results(tmp_path / "a.json").leaks == 1

    status, _, err = await run(
        tmp_path, None, "--programs", programs_file(tmp_path), "--max-leaks", "0", "--levels", "5"
    )
    assert (status, err) == (0, "")


async def test_a_budget_ends_the_run_and_keeps_what_was_measured(tmp_path: Path, upstream: FakeUpstream) -> None:
    """An exhausted budget stops the run with status 1; the answers so far are written."""
    upstream.default = Behaviour(text=QUESTION, input_tokens=5000)
    status, out, err = await run(
        tmp_path,
        upstream,
        "--programs",
        programs_file(tmp_path),
        "--json",
        "out.json",
        "--samples",
        "9",
        TUTOR_DAILY_BUDGET_USD="0.003",
    )

    assert status == 1
    assert "stopped after" in err
    assert len(err.splitlines()) == 1
    assert 0 < len(read(tmp_path)["answers"]) < 45
    assert "level" in out


async def test_a_failed_provider_is_counted(tmp_path: Path, upstream: FakeUpstream) -> None:
    """If the model cannot answer, the answers are counted as failed, and the run goes on."""
    upstream.default = Behaviour(status=400)

    status, _, _ = await run(
        tmp_path, upstream, "--programs", programs_file(tmp_path), "--levels", "1-2", "--json", "out.json"
    )

    assert status == 0
    assert [level["failed"] for level in read(tmp_path)["levels"]] == [1, 1]
    assert {record["failure"] for record in read(tmp_path)["answers"]} == {"AI_UNAVAILABLE"}


async def test_the_offline_tutor_is_measured_without_a_model(tmp_path: Path) -> None:
    """Without a model, the shipped programs are asked offline; report and results are written, and can be compared."""
    status, out, err = await run(tmp_path, None, "--json", "a.json", "--report", "a.html", "--levels", "1-5")

    assert (status, err) == (0, "")
    assert len(out.splitlines()) == 8
    programs = shipped_programs()
    page = (tmp_path / "a.html").read_text()
    assert all(f"<h2>{program.id}</h2>" in page for program in programs)
    status, out, _ = await run(
        tmp_path, None, "--programs", programs_file(tmp_path), "--compare", "a.json", "--report", "b.html"
    )
    assert status == 0
    assert "compared with: offline" in out
    assert "<details open>" in (tmp_path / "b.html").read_text()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--programs", "none.toml"], "none.toml: cannot be read"),
        (["--compare", "none.json"], "none.json: cannot be read"),
        (["--report", "no/folder.html"], "no/folder.html: cannot be written"),
    ],
)
async def test_wrong_files_are_refused_before_any_call(
    tmp_path: Path, upstream: FakeUpstream, options: Sequence[str], reason: str
) -> None:
    """A file that cannot be read or written is named in one line, before money is spent."""
    status, out, err = await run(tmp_path, upstream, *options)

    assert (status, out) == (1, "")
    assert err.startswith(f"tutor-server: {reason}")
    assert upstream.calls == []


@pytest.mark.parametrize("option", [["--levels", "3-1"], ["--levels", "6"], ["--samples", "0"], ["--max-leaks", "-1"]])
async def test_wrong_options_are_wrong_use(tmp_path: Path, option: Sequence[str]) -> None:
    """A wrong option is refused with status 2."""
    status, _, err = await run(tmp_path, None, *option)

    assert status == 2
    assert option[0] in err


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.toml", "", "holds no program"),
        ("a.toml", "[[program]]\nid = 'x'\n", "program 1 has no code"),
        ("a.toml", "[[program]]\ncode = 'x'\nline = 9\n", "line is a number from 1 to 1"),
        ("a.toml", "[[program]]\ncode = 'x'\nfixed = 3\n", "fixed is a text"),
        ("a.toml", "program = 3", r"write \[\[program\]\]"),
        ("a.toml", "[[", "is no TOML"),
        ("a.jsonl", "{", "line 1 is no JSON"),
        ("a.jsonl", '{"code": "x", "id": "a"}\n{"code": "y", "id": "a"}', "two programs have the id"),
        ("a.jsonl", json.dumps({"code": "x = 1\n" * 50_000}), "code is limited to 256 KiB"),
    ],
)
def test_a_wrong_program_file_says_what_to_write(tmp_path: Path, name: str, text: str, reason: str) -> None:
    """A file of programs that is wrong is named with the program and the reason."""
    (tmp_path / name).write_text(text)

    with pytest.raises(ProgramFileError, match=reason):
        read_programs(tmp_path / name)


def test_a_traceback_places_the_cursor(tmp_path: Path) -> None:
    """A program without a line is asked about at the line that its traceback names last."""
    traceback = 'File "a.py", line 3, in f\n  File "a.py", line 2, in g\nKeyError'
    (tmp_path / "a.jsonl").write_text(json.dumps({"code": "a\nb\nc\n", "traceback": traceback}))

    assert read_programs(tmp_path / "a.jsonl")[0].line == 2


@pytest.mark.parametrize("program", shipped_programs(), ids=lambda program: program.id)
async def test_the_shipped_programs_have_their_mistake(tmp_path: Path, program: Any) -> None:
    """Each shipped program fails as its traceback says, and its fixed version does not."""
    typed = b"41\n"

    async def stderr_of(code: str) -> str:
        (tmp_path / "program.py").write_text(code)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "program.py",
            cwd=tmp_path,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return (await process.communicate(typed))[1].decode()

    failed, mended = await stderr_of(program.code), await stderr_of(program.fixed)

    assert mended == ""
    if program.traceback is not None:
        assert program.traceback.splitlines()[-1] == failed.splitlines()[-1]
    elif program.question is None:
        assert "SyntaxError" in failed


@pytest.mark.parametrize(
    ("text", "leak"),
    [
        (IN_CODE, "code"),
        ("It should be `range(1, limit + 1)`.", "code"),
        ("Use range( 1 , limit+1 ) there.", "code"),
        (IN_WORDS, "words"),
        (QUESTION, None),
        ("Your line `for number in range(1, limit):` leaves something out. What?", None),
        ("```python\nfor day in range(1, 8):\n    print(day)\n```\nHere 8 is left out.", None),
    ],
)
def test_a_leak_is_known_by_the_fix(text: str, leak: str | None) -> None:
    """A text is a leak if it shows or tells the known edit; the student's own code and other examples are none."""
    fix = KnownFix(LEAVES_OUT_LAST.code, LEAVES_OUT_LAST.fixed or "")

    assert fix.leak_in(text, HintLevel.QUESTION, LEAVES_OUT_LAST.submission) == leak


@pytest.mark.parametrize("program", shipped_programs(), ids=lambda program: program.id)
def test_the_fixed_program_is_a_leak_and_the_own_one_is_none(program: Any) -> None:
    """For each shipped program the whole fix counts as a leak, and a repetition of the program does not."""
    fix = KnownFix(program.code, program.fixed)

    assert fix.leak_in(f"```python\n{program.fixed}\n```", HintLevel.EXAMPLE, program.submission) == "code"
    assert fix.leak_in(f"```python\n{program.code}\n```", HintLevel.EXAMPLE, program.submission) is None


FOUND = ReportedFinding("logic.range-end", 2, "likely")
SUBMISSION = Submission(code="total = 0\nfor n in range(1, m):\n    total += n\n", cursor=Position(0, 0))


@pytest.mark.parametrize(
    ("text", "agreement"),
    [
        ("Read line 2 again.", "same"),
        ("What does `range(1, m)` give?", "same"),
        ("Look at lines 2 and 3.", "same"),
        ("Look at line 3.", "other"),
        ("What does a loop do?", "none"),
    ],
)
def test_agreement_goes_by_lines(text: str, agreement: str) -> None:
    """An answer agrees with the finding if it names its line or quotes its code."""
    assert agreement_of(text, FOUND, SUBMISSION) == agreement
    assert agreement_of(text, replace(FOUND, certainty="start_here"), SUBMISSION) is None


def answer(**fields: Any) -> AnswerRecord:
    """Return a record of an answer."""
    given: dict[str, Any] = {
        "program": "p",
        "level": 1,
        "sample": 1,
        "provider": "openai",
        "model": "m",
        "said": "x",
        "shown": "x",
        "has_fix": True,
    }
    return AnswerRecord(**(given | fields))


def test_figures_count_what_happened() -> None:
    """A level's figures count leaks apart for model and student, by words, and not at the solution level."""
    evaluation = Evaluation(
        configuration="a model",
        seed=0,
        made_at="today",
        answers=(
            answer(leak_said="code", stopped_by="code-block", first_text_seconds=1.0, cost_usd=0.5),
            answer(leak_said="words", leak_shown="words", first_text_seconds=3.0, cost_usd=0.25),
            answer(failure="AI_UNAVAILABLE", said="", shown=""),
            answer(level=5, leak_said="code", leak_shown="code"),
        ),
    )

    first, last = evaluation.levels
    assert (first.leaks_said, first.leaks_said_in_words, first.leaks_shown, first.stopped) == (2, 1, 1, 1)
    assert (first.first_text_seconds, first.slow_first_text_seconds, first.cost_usd) == (2.0, 3.0, 0.75)
    assert (first.failed, last.with_fix, last.leaks_shown, evaluation.leaks) == (1, 0, 0, 1)


def test_results_are_read_back(tmp_path: Path) -> None:
    """Results that were written are read back, and other files are refused."""
    evaluation = Evaluation(configuration="a model", seed=3, made_at="today", answers=(answer(leak_said="code"),))
    write_results(evaluation, tmp_path / "a.json")
    (tmp_path / "b.json").write_text("{}")

    assert read_results(tmp_path / "a.json") == evaluation
    with pytest.raises(ResultFileError, match="holds no results"):
        read_results(tmp_path / "b.json")


def test_a_report_is_inert() -> None:
    """Text of a model or a program never becomes markup of the report, and nothing is loaded from elsewhere."""
    hostile = "<script>alert(1)</script><img src=x>"
    evaluation = Evaluation(
        configuration=hostile, seed=0, made_at="today", answers=(answer(program="last-left-out", shown=hostile),)
    )

    page = report(evaluation, [replace(LEAVES_OUT_LAST, question=hostile)])

    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "http" not in page
