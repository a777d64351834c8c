"""The context builder, which selects the parts of a prompt within a token budget."""

from __future__ import annotations

from tutor_protocol import Cell, Diagnostic, Position, Submission
from tutor_server.storage.background import PastMessage
from tutor_server.tutoring.context import build_context, estimate_tokens

CODE = "\n".join(f"value_{number} = {number}" for number in range(1, 401))


def submission(**fields: object) -> Submission:
    """Build a submission with the cursor in the middle of a long program."""
    return Submission(**{"code": CODE, "cursor": Position(200, 0), **fields})  # type: ignore[arg-type]  # each test passes valid fields


def messages(count: int) -> list[PastMessage]:
    """Return a history, newest message first."""
    return [PastMessage("user", f"message number {number} " * 5) for number in range(count, 0, -1)]


def test_only_the_newest_messages_that_fit_are_kept() -> None:
    """Of 50 messages, the newest that fit into a small budget are kept, in chronological order."""
    history = messages(50)

    context = build_context(submission(), history, 1000)

    kept = len(context.history)
    assert 0 < kept < 50
    assert context.history == tuple(reversed(history[:kept]))


def test_a_large_budget_keeps_the_whole_history() -> None:
    """With a large budget the whole history is kept."""
    assert len(build_context(submission(), messages(50), 100_000).history) == 50


def test_no_history_is_no_trouble() -> None:
    """A first ask without a history works."""
    assert build_context(submission(), (), 1000).history == ()


def test_an_overlong_message_is_not_jumped_over() -> None:
    """Messages before one that does not fit are dropped, too, since a gap in the history would mislead the model."""
    history = [PastMessage("user", "short"), PastMessage("assistant", "long " * 5000), PastMessage("user", "older")]

    assert build_context(submission(), history, 1000).history == (history[0],)


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
    context = build_context(submission(first_line=10), messages(50), 500)

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

    context = build_context(everything, messages(50), 2000)

    parts = [context.code, context.traceback, context.question, *context.diagnostics, *context.cells]
    total = sum(map(estimate_tokens, parts)) + sum(estimate_tokens(message.content) for message in context.history)
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
