"""The context builder: selects the student's work and history that go into a prompt, within a token budget."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_server.tutoring.recorded_run import recorded_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_protocol import Diagnostic, KnownCase, Submission, TestReport
    from tutor_server.storage.conversation import PastAsk

BYTES_PER_TOKEN = 3
"""The number of UTF-8 bytes that count as one token, since no tokenizer works offline and for every model."""

HISTORY_SHARE = 0.25
STEADY_HISTORY_SHARE = 0.2
"""The share of the whole budget that the history has at most.

It is the same for each ask with a short question, so that successive prompts begin alike.
"""
CELLS_SHARE = 0.25
TRACEBACK_SHARE = 0.2
RUN_SHARE = 0.1
EDIT_SHARE = 0.05
"""The share of the lines that the student has changed since the last ask."""
TURN_TOKENS = 20
"""The tokens that an earlier ask takes in a prompt besides the words of the student and the tutor."""
LINE_END = re.compile(r"\r\n|\r|\n")
"""Matches the line endings of an editor (LSP 3.17 §Text Documents). A form feed does not end a line."""
LINE_CHARACTERS = 500
"""The maximum number of characters of a line. A longer line, such as pasted data, is cut around the cursor."""
LONGEST_LINE_TOKENS = 700
"""The maximum number of tokens of a numbered line, if each of its characters takes four bytes."""


def estimate_tokens(text: str) -> int:
    """Return an estimate of the number of tokens of a text."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The parts of a prompt that come from the student, each within its share of the token budget."""

    code: str
    """The numbered lines around the cursor, with the line numbers of the editor."""
    cursor_line: int
    """The number of the line that the cursor is on."""
    diagnostics: tuple[str, ...]
    traceback: str
    cells: tuple[str, ...]
    """Earlier notebook cells with their outputs, oldest first."""
    question: str
    history: tuple[PastAsk, ...]
    """Earlier asks about the problem, oldest first."""
    test_report: str = ""
    recorded_run: str = ""
    """What the recorded steps of the failing test show."""
    edit: str = ""
    """The lines that the student has removed and added since the last ask."""


def build_context(submission: Submission, history: Sequence[PastAsk], budget: int, *, edit: str = "") -> Context:
    """Build the context from the parts that fit into `budget` tokens.

    The question and the line under the cursor are always included. The end of the traceback, the diagnostics, the
    nearest notebook cells, the newest asks and the last edit each have a share of the budget. The rest of the budget
    is for the code around the cursor. `history` starts with the oldest ask.
    """
    question = (submission.question or "").strip()
    left = budget - estimate_tokens(question)
    test_report = _first_lines(_report(submission.test_report), int(left * TRACEBACK_SHARE / 2))
    recorded = _first_lines(recorded_run(submission.trace), int(left * RUN_SHARE))
    traceback = _last_lines(submission.traceback or "", int(left * TRACEBACK_SHARE) - estimate_tokens(test_report))
    diagnostics = tuple(
        _take((_describe(submission, item) for item in submission.diagnostics), int(left * TRACEBACK_SHARE))
    )
    cells = tuple(reversed(_take(_newest_cells(submission), int(left * CELLS_SHARE))))
    chosen = _newest(history, int(min(budget * STEADY_HISTORY_SHARE, left * HISTORY_SHARE)))
    edit = edit if estimate_tokens(edit) <= left * EDIT_SHARE else ""
    used = sum(map(estimate_tokens, (test_report, recorded, traceback, edit, *diagnostics, *cells))) + sum(
        map(_size, chosen)
    )
    return Context(
        code=_lines_around_cursor(submission, left - used),
        cursor_line=shown_line(submission, submission.cursor.line),
        diagnostics=diagnostics,
        traceback=traceback,
        cells=cells,
        question=question,
        history=tuple(chosen),
        test_report=test_report,
        recorded_run=recorded,
        edit=edit,
    )


def shown_line(submission: Submission, line: int) -> int:
    """Return the line number that the student's editor shows for a line of the code."""
    return submission.first_line + line + 1


def _take(texts: Iterable[str], budget: int) -> list[str]:
    """Return the texts up to the first one that does not fit the budget, so that the selection has no gaps."""
    taken: list[str] = []
    for text in texts:
        budget -= estimate_tokens(text)
        if budget < 0:
            break
        taken.append(text)
    return taken


def _newest(oldest_first: Sequence[PastAsk], budget: int) -> Sequence[PastAsk]:
    """Return the newest asks that fit the budget, without gaps.

    If they do not all fit, the oldest are left out in steps of half the budget. So the first ask in a prompt changes
    rarely, and the prompts between two changes begin alike.
    """
    sizes = [_size(ask) for ask in oldest_first]
    step = max(budget // 2, 1)
    excess = -(-max(sum(sizes) - budget, 0) // step) * step
    first = 0
    while first < len(sizes) and excess > 0:
        excess -= sizes[first]
        first += 1
    return oldest_first[first:]


def _size(ask: PastAsk) -> int:
    return estimate_tokens(ask.question) + estimate_tokens(ask.answer) + TURN_TOKENS


def _report(report: TestReport | None) -> str:
    """Return the result of a test run as text, or an empty string."""
    if report is None:
        return ""
    lines = [f"{report.passed} passed, {report.failed} failed, {report.errors} errors"]
    failure = report.first_failure
    if failure is not None:
        place = "" if failure.line is None else f" on line {failure.line}"
        lines += [f"first failure{place}: {failure.name}", *failure.message.splitlines(), *failure.values]
    lines += map(_known_case, report.cases)
    return "\n".join(lines)


def _known_case(case: KnownCase) -> str:
    got = "" if case.got is None or case.outcome == "passed" else f", got {case.got}"
    given = case.given if case.kind == "call" else f"input {case.given!r}"
    return f"{case.outcome}: {given}, expected {case.expected}{got}"


def _describe(submission: Submission, diagnostic: Diagnostic) -> str:
    origin = " ".join(filter(None, (diagnostic.source, diagnostic.code)))
    text = f"line {shown_line(submission, diagnostic.line)}: {diagnostic.message}"
    return f"{text} ({origin})" if origin else text


def _newest_cells(submission: Submission) -> Iterable[str]:
    for number in range(len(submission.cells), 0, -1):
        cell = submission.cells[number - 1]
        yield f"[{number}]\n{cell.source}" + (f"\n--- output\n{cell.output}" if cell.output else "")


def _first_lines(text: str, budget: int) -> str:
    return "".join(_take(text.splitlines(keepends=True), budget)).rstrip("\n")


def _last_lines(text: str, budget: int) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(reversed(_take(reversed(lines), budget))).rstrip("\n")


def _lines_around_cursor(submission: Submission, budget: int) -> str:
    """Return the numbered lines around the cursor, alternating above and below, until the budget is used."""
    lines = LINE_END.split(submission.code)
    cursor = min(submission.cursor.line, len(lines) - 1)
    width = len(str(shown_line(submission, len(lines))))

    def numbered(line: int) -> str:
        return f"{shown_line(submission, line):>{width}} | {_clip(lines[line], submission.cursor.character)}"

    window = {cursor: numbered(cursor)}
    budget -= estimate_tokens(window[cursor] + "\n")
    above, below = cursor - 1, cursor + 1
    while above >= 0 or below < len(lines):
        for line in (above, below):
            if 0 <= line < len(lines) and line not in window:
                text = numbered(line)
                budget -= estimate_tokens(text + "\n")
                if budget < 0:
                    return "\n".join(window[number] for number in sorted(window))
                window[line] = text
        above, below = above - 1, below + 1
    return "\n".join(window[number] for number in sorted(window))


def _clip(line: str, character: int) -> str:
    """Return the part of an overlong line that contains the cursor."""
    if len(line) <= LINE_CHARACTERS:
        return line
    start = max(0, min(character - LINE_CHARACTERS // 2, len(line) - LINE_CHARACTERS))
    return line[start : start + LINE_CHARACTERS]
