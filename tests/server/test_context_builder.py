"""The context builder, which selects the parts of a prompt within a token budget."""

from __future__ import annotations

from itertools import pairwise

from tutor_protocol import Cell, Diagnostic, FirstFailure, KnownCase, Position, Submission, TestReport
from tutor_server.storage.conversation import PastAsk
from tutor_server.tutoring.context import build_context, estimate_tokens

CODE = "\n".join(f"value_{number} = {number}" for number in range(1, 401))


def submission(**fields: object) -> Submission:
    """Build a submission with the cursor in the middle of a long program."""
    return Submission(**{"code": CODE, "cursor": Position(200, 0), **fields})  # type: ignore[arg-type]  # each test passes valid fields


def asks(count: int) -> list[PastAsk]:
    """Return a history, oldest ask first."""
    return [
        PastAsk(question=f"question {number}", answer=f"answer number {number} " * 5, hint_level=1)
        for number in range(count)
    ]


def test_only_the_newest_asks_that_fit_are_kept() -> None:
    """Of 50 asks, the newest that fit into a small budget are kept, in chronological order."""
    history = asks(50)

    context = build_context(submission(), history, 1000)

    kept = len(context.history)
    assert 0 < kept < 50
    assert context.history == tuple(history[-kept:])


def test_a_large_budget_keeps_the_whole_history() -> None:
    """With a large budget the whole history is kept."""
    assert len(build_context(submission(), asks(50), 100_000).history) == 50


def test_the_oldest_asks_are_left_out_in_steps() -> None:
    """As the history grows, its first ask stays the same over several asks, so that prompts begin alike."""
    history = asks(50)

    firsts = [build_context(submission(), history[:count], 2000).history[0].question for count in range(1, 51)]

    changes = sum(first != before for before, first in pairwise(firsts))
    assert 0 < changes <= 12


def test_a_longer_question_does_not_move_the_history() -> None:
    """The history that is kept depends on its own length, not on that of a usual question."""
    history = asks(50)

    kept = {len(build_context(submission(question="why? " * n), history, 2000).history) for n in range(1, 100, 7)}

    assert len(kept) == 1


def test_no_history_is_no_trouble() -> None:
    """A first ask without a history works."""
    assert build_context(submission(), (), 1000).history == ()


def test_an_overlong_answer_is_not_jumped_over() -> None:
    """Asks before one that does not fit are dropped, too, since a gap in the history would mislead the model."""
    older, short = asks(2)
    history = [older, PastAsk(question="", answer="long " * 5000, hint_level=2), short]

    assert build_context(submission(), history, 1000).history == (short,)


def test_a_test_report_keeps_its_beginning() -> None:
    """The numbers of a test report and the first failing test are in the context, within its share."""
    failure = FirstFailure(name="test_mean", message="assert 0 == 5\n" * 100, line=3, values=("total = 0",))
    report = TestReport(passed=1, failed=2, errors=0, first_failure=failure)

    text = build_context(submission(test_report=report), (), 1000).test_report

    assert text.startswith("1 passed, 2 failed, 0 errors\nfirst failure on line 3: test_mean\nassert 0 == 5\n")
    assert estimate_tokens(text) <= 100


def test_the_cases_of_a_test_report_follow() -> None:
    """Each known case is a line with its outcome, what was given and what should come of it."""
    cases = (
        KnownCase(given="mean([4])", expected="4", outcome="passed"),
        KnownCase(given="mean([2, 4])", expected="3", got="6", outcome="failed"),
        KnownCase(given="2", expected="4", got="8", outcome="failed", kind="input"),
    )
    report = TestReport(passed=1, failed=2, errors=0, cases=cases)

    assert build_context(submission(test_report=report), (), 1000).test_report.split("\n")[1:] == [
        "passed: mean([4]), expected 4",
        "failed: mean([2, 4]), expected 3, got 6",
        "failed: input '2', expected 4, got 8",
    ]


def test_a_long_edit_is_left_out() -> None:
    """An edit that does not fit its share is left out: the code itself is in the context."""
    edits = {edit: build_context(submission(), (), 1000, edit=edit).edit for edit in ("+ 1 | a", "+ 1 | a\n" * 500)}

    assert list(edits.values()) == ["+ 1 | a", ""]


def test_cells_and_their_error_output_appear() -> None:
    """The notebook's earlier cells are in the prompt, with their output."""
    cells = (Cell(source="import math"), Cell(source="xs = []\nxs[0]", output="IndexError: list index out of range"))

    context = build_context(submission(kind="cell", code="print(xs)", cells=cells), (), 2000)

    assert context.cells == ("[1]\nimport math", "[2]\nxs = []\nxs[0]\n--- output\nIndexError: list index out of range")


def test_nearest_cells_win() -> None:
    """If not all cells fit, those closest before the student's cell are kept."""
    cells = tuple(Cell(source=f"cell_{number} = " + "'x' * 100 + " * 20 + "''") for number in range(50))

    context = build_context(submission(cells=cells), (), 2000)

    assert context.cells[-1].startswith("[50]")
    assert 0 < len(context.cells) < 50


def test_the_line_under_the_cursor_is_always_there() -> None:
    """Long code is cut around the cursor, and keeps the editor's line numbers."""
    context = build_context(submission(first_line=10), asks(50), 500)

    assert "211 | value_201 = 201" in context.code
    assert "value_400" not in context.code


def test_a_small_program_goes_whole() -> None:
    """A small program is not cut."""
    context = build_context(submission(code="a = 1\nb = 2\n", cursor=Position(1, 0)), (), 1000)

    assert context.code == "1 | a = 1\n2 | b = 2\n3 | "


def test_the_end_of_a_long_traceback_is_kept() -> None:
    """Of a long traceback the last lines, which name the error, are kept."""
    traceback = "\n".join(f'  File "loop.py", line {number}' for number in range(2000)) + "\nRecursionError: too deep"

    context = build_context(submission(traceback=traceback), (), 1000)

    assert context.traceback.endswith("RecursionError: too deep")
    assert estimate_tokens(context.traceback) <= 200


def test_the_whole_stays_within_the_budget() -> None:
    """The whole context stays within the budget."""
    everything = submission(
        traceback="line\n" * 1000,
        diagnostics=tuple(
            Diagnostic(line=1, character=0, end_line=1, end_character=1, message="wrong " * 10) for _ in range(100)
        ),
        cells=tuple(Cell(source="x = 1\n" * 20) for _ in range(100)),
        question="why?",
    )

    context = build_context(everything, asks(50), 2000, edit="+ 1 | a\n" * 10)

    parts = [context.code, context.traceback, context.question, context.edit, *context.diagnostics, *context.cells]
    said = [text for ask in context.history for text in (ask.question, ask.answer)]
    total = sum(map(estimate_tokens, (*parts, *said)))
    assert total <= 2000


def test_one_huge_line_is_cut_around_the_cursor() -> None:
    """One overlong line is cut around the cursor, to stay within the budget."""
    code = "data = [" + "1, " * 50_000 + "]"

    context = build_context(submission(code=code, cursor=Position(0, 9000)), (), 1000)

    assert estimate_tokens(context.code) < 300


def test_e3_lines_are_those_of_the_editor() -> None:
    """E3: LF, CRLF and a lone CR end a line, but a form feed or a line separator in a string does not."""
    code = 's = "a\x0cb"\r\nt = "c\u2028d"\rbug = 1 / 0\n'

    context = build_context(submission(code=code, cursor=Position(2, 0)), (), 1000)

    assert "3 | bug = 1 / 0" in context.code
    assert context.cursor_line == 3
