"""Functions that read a student's material or a model's text. Their time is measured as the text grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns
from tutor_lsp.capture.redaction.redaction import Redactor
from tutor_lsp.lsp.text_document import split_lines
from tutor_lsp.runner.traceback import exception_line, find_traceback, innermost_frame
from tutor_pedagogy.classification import classify
from tutor_pedagogy.conversation.said import digests_of
from tutor_pedagogy.conversation.talk import Talk, Told
from tutor_pedagogy.dialogue import explain as answer
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain, report
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import MAX_QUESTION_CHARACTERS, Ask, Cell, Diagnostic, Position, Submission
from tutor_server.tutoring.code_edit import edit_between
from tutor_server.tutoring.context import build_context
from tutor_server.tutoring.stored_words import without_code

if TYPE_CHECKING:
    from collections.abc import Callable

_CODE = """\
def mean(numbers):
    total = 0
    for n in numbers:
        total += n
    return total
print(mean([1, 2]))
"""
_REDACTOR = Redactor(PrivatePatterns(home=PurePosixPath("/home/ada")), b"k" * 16)
_LINE = 3900
_REQUEST = UUID(int=1)


class Entry(NamedTuple):
    """A function to measure: its name, the kind of seeds for its texts, and a call with one text."""

    name: str
    kind: str
    run: Callable[[str], object]


def _middle(code: str) -> Position:
    return Position(code.count("\n") // 2, 0)


def _as_code(text: str) -> Submission:
    return Submission(code=text, cursor=_middle(text))


def _as_traceback(text: str) -> Submission:
    return Submission(code=_CODE, cursor=Position(4, 0), traceback=text)


def _as_cells(text: str) -> Submission:
    half = len(text) // 2
    return Submission(
        code="print(mean(3))",
        cursor=Position(0, 0),
        kind="cell",
        cells=(Cell(source=text[:half]), Cell(source=text[half:], output=text)),
    )


def _as_diagnostic(text: str) -> Submission:
    found = Diagnostic(line=4, character=0, end_line=4, end_character=9, message=text)
    return Submission(code=_CODE, cursor=Position(4, 0), diagnostics=(found,))


def _guard_of(submission: Submission, answer: str, level: int) -> object:
    guard = Guard(HintLevel(level), submission)
    guard.read_ahead()
    # Each line has the maximum length that the guard reads, because a longer line ends the answer at once.
    answer = "\n".join(answer[start : start + _LINE] for start in range(0, len(answer), _LINE))
    for start in range(0, len(answer), 512):
        guard.feed(answer[start : start + 512])
    return guard.finish()


def _explained(submission: Submission) -> object:
    return [explain(submission, level, StudentLevels()) for level in HintLevel]


def _replied(submission: Submission, question: str) -> object:
    asked = replace(submission, question=question[:MAX_QUESTION_CHARACTERS])
    return [answer(asked, level, StudentLevels(), Talk(follow_up_to=Told(level))) for level in HintLevel]


def _redacted(submission: Submission) -> object:
    return _REDACTOR.redact(
        Ask(
            request_id=_REQUEST,
            code=submission.code,
            cursor=submission.cursor,
            kind=submission.kind,
            diagnostics=submission.diagnostics,
            traceback=submission.traceback,
            cells=submission.cells,
        )
    )


def _edited(text: str) -> str:
    lines = text.split("\n")
    return edit_between(text, "\n".join((*lines[1::2], *lines[::2])), 1)


def _read_run(text: str) -> object:
    return find_traceback(text), exception_line(text), innermost_frame(text, Path("a.py"))


_PLACES: tuple[tuple[str, str, Callable[[str], Submission]], ...] = (
    ("code", "code", _as_code),
    ("traceback", "traceback", _as_traceback),
    ("cells", "code", _as_cells),
    ("diagnostic", "traceback", _as_diagnostic),
)


def _everywhere(name: str, read: Callable[[Submission], object]) -> list[Entry]:
    """Return the entries of a function that reads a whole submission: one for each field that can contain the text."""

    def of(place: Callable[[str], Submission]) -> Callable[[str], object]:
        return lambda text: read(place(text))

    return [Entry(f"{name} {where}", kind, of(place)) for where, kind, place in _PLACES]


ENTRIES = (
    Entry("identify code", "code", lambda text: identify(text, _middle(text))),
    *_everywhere("classify", classify),
    *_everywhere("explain", _explained),
    *_everywhere("report", report),
    Entry("answer why", "code", lambda text: _replied(_as_code(text), "why?")),
    Entry("answer what", "code", lambda text: _replied(_as_code(text), "what is total, and what does line 2 do?")),
    Entry("answer question", "words", lambda text: _replied(_as_code(_CODE), text)),
    Entry("digests of sentences", "words", digests_of),
    *_everywhere("context", lambda submission: build_context(submission, [], 3000)),
    *_everywhere("redact", _redacted),
    Entry("redact words", "words", lambda text: _redacted(_as_traceback(text))),
    Entry(
        "guard student's code",
        "code",
        lambda text: _guard_of(_as_code(text), "Look at `x` on line 1: what is it?\n", 3),
    ),
    Entry("guard student's cells", "code", lambda text: _guard_of(_as_cells(text), "Look at `x` on line 1.\n", 3)),
    Entry("guard answer", "words", lambda text: _guard_of(_as_code(_CODE), text, 3)),
    Entry("guard block", "code", lambda text: _guard_of(_as_code(_CODE), f"Look:\n\n```\n{text}\n```\n", 4)),
    Entry("stored words", "words", without_code),
    Entry("edit since the last ask", "code", _edited),
    Entry("traceback of a run", "traceback", _read_run),
    Entry("lines of a document", "code", split_lines),
)
