"""Judges the offline tutor on programs with a mistake: the cause, its line, its certainty, the edit and the texts."""

from __future__ import annotations

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from benchmarks.teaching.generic import is_mistake, names_cause
from benchmarks.teaching.lines import pythons_line, right_lines, tutors_line
from benchmarks.teaching.mending import JudgedEdit, inputs_of, is_out_of_reach, judge_edit
from benchmarks.teaching.running import run
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import Explanation, explain
from tutor_pedagogy.offline.engine import diagnosis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.teaching.rows import Row
    from tutor_protocol import Submission

PROCESSES = 2
_STUDENT = StudentLevels()

Truth = Literal["borne out", "generic", "another line", "the edit does not mend", "unchecked"]
"""The verdict on an answer, by its edit or else its line: `borne out` means right, `unchecked` that neither decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedBug:
    """One program with the tutor's answers. `edit` is None if the answer has none, or before its edit is judged.

    `alone` is the answer to the code without a report or question. `on_fix` is the answer to the fixed program, or None
    if no fix is known or the fixed program ends with an exception.
    """

    row: Row
    answer: Explanation
    texts: dict[int, str]
    flagged: dict[int, str]
    """For each hint level whose text the guard would stop, the rule by which it would stop the text."""
    milliseconds: list[float]
    right_lines: frozenset[int]
    line: int | None
    """The line that the tutor names to the student."""
    pythons_line: int | None
    alone: Explanation
    edit: JudgedEdit | None = None
    on_fix: Explanation | None = None

    @property
    def is_named(self) -> bool:
        """Whether the answer names a cause: its rule is not one of the generic rules."""
        return names_cause(self.answer.rule)

    @property
    def has_right_line(self) -> bool:
        """Whether the line that the tutor names is one of the right lines."""
        return self.line in self.right_lines

    @property
    def python_has_right_line(self) -> bool:
        """Whether the line that Python names is one of the right lines."""
        return self.pythons_line in self.right_lines

    @property
    def truth(self) -> Truth:
        """The verdict on the answer, by the effect of its edit or, if that is undecided, by its line."""
        if not self.is_named:
            return "generic"
        effect = self.edit.effect if self.edit is not None else "undecided"
        if effect != "undecided":
            return "borne out" if effect == "mends" else "the edit does not mend"
        if not self.right_lines:
            return "unchecked"
        return "borne out" if self.has_right_line else "another line"

    def as_json(self) -> dict[str, Any]:
        """Return the row's result as JSON-compatible data."""
        found: dict[str, Any] = {
            "id": self.row.id,
            "family": self.row.family,
            "rule": self.answer.rule,
            "certainty": self.answer.certainty,
            "truth": self.truth,
            "lines": self.answer.lines,
            "right_lines": sorted(self.right_lines),
            "line": self.line,
            "pythons_line": self.pythons_line,
            "texts": self.texts,
            "flagged": self.flagged,
            "ms": max(self.milliseconds),
            "alone": [self.alone.rule, self.alone.certainty, self.alone.lines],
            "on_fix": self.on_fix and [self.on_fix.rule, self.on_fix.certainty, self.on_fix.lines],
        }
        if self.edit is not None:
            edit = self.edit
            found["edit"] = {"line": edit.edit.line, "before": edit.edit.before, "after": edit.edit.after}
            found |= {"effect": edit.effect, "edit_tokens": edit.tokens, "edit_equals_fix": edit.equals_fix}
        return found


def is_claim(answer: Explanation) -> bool:
    """Return whether an answer claims a mistake: it says that something is wrong, and is `certain` or `likely`."""
    return is_mistake(answer.rule) and answer.certainty != "start_here"


def judge_all(rows: Sequence[Row]) -> list[JudgedBug]:
    """Judge the answers one after another, since they are timed; then run the programs in parallel.

    What has been imported is excluded from garbage collection, as in the service and the language server.
    """
    gc.collect()
    gc.freeze()
    judged = [judge_answers(row) for row in rows]
    with ThreadPoolExecutor(PROCESSES) as pool:
        return list(pool.map(run_programs, judged))


def judge_answers(row: Row) -> JudgedBug:
    """Generate a row's five texts, time each, and find the right lines and the named ones; run no program."""
    asked = row.submission()
    texts, stopped, times = {}, {}, []
    for level in HintLevel:
        diagnosis.examine.cache_clear()  # Each answer is timed without a cached diagnosis.
        start = time.process_time()
        answer = explain(asked, level, _STUDENT)
        times.append((time.process_time() - start) * 1000)
        texts[int(level)] = answer.text
        if level < HintLevel.SOLUTION and (rule := flagged(asked, level, answer.text)):
            stopped[int(level)] = rule
    return JudgedBug(
        row=row,
        answer=answer,
        texts=texts,
        flagged=stopped,
        milliseconds=times,
        right_lines=right_lines(row),
        line=tutors_line(answer.lines, texts[int(HintLevel.STRUCTURE)]),
        pythons_line=pythons_line(row),
        alone=explain(row.submission(alone=True), HintLevel.QUESTION, _STUDENT),
    )


def run_programs(judged: JudgedBug) -> JudgedBug:
    """Judge the edit by running the edited program, and get the answer to the fixed program if that runs."""
    row, edit = judged.row, judged.answer.edit
    on_fix = None
    if row.fixed is not None and not is_out_of_reach(row) and runs_clean(row, row.fixed, row.fixed_ending):
        on_fix = explain(row.submission(code=row.fixed, alone=True), HintLevel.QUESTION, _STUDENT)
    return replace(judged, edit=judge_edit(row, edit) if edit is not None else None, on_fix=on_fix)


def runs_clean(row: Row, code: str, ending: str = "") -> bool:
    """Return whether a program ends without an exception for at least one of the row's inputs."""
    return any(run(f"{code}\n{ending}\n", stdin).is_clean for stdin in inputs_of(row))


def flagged(asked: Submission, level: HintLevel, text: str) -> str | None:
    """Return the rule by which the guard would stop the text if a model had written it, or None."""
    guard = Guard(level, asked)
    guard.feed(text)
    guard.finish()
    return guard.verdict.rule if guard.verdict else None
