"""Judges the tutor's edit: runs the original, the edited and the fixed program, and compares the outcomes."""

from __future__ import annotations

import difflib
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from benchmarks.teaching.running import Outcome, imported, missing, run
from tutor_pedagogy.offline.engine.lexing import tokens_of

if TYPE_CHECKING:
    from benchmarks.teaching.rows import Row
    from tutor_pedagogy.offline import Edit

Effect = Literal["mends", "does not compile", "error stays", "another error", "another result", "undecided"]
"""The effect of an edit; `undecided` if the mistake does not show here or the right behaviour is not known."""

MOST_TOKENS = 3
_INPUTS = ("7\n3\n12\n5\n2\n9\n", "4,9\n2,6\n8,3\n", "4 9\n2 6\n8 3\n", "word\nother\nthird\n")
"""Standard input for programs that read some, used if the row has none."""
_READS_INPUT = re.compile(r"\binput\b|\bstdin\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEdit:
    """An edit and its effect on the program; `equals_fix` is None if no fix is known."""

    edit: Edit
    compiles: bool
    keeps_statements: bool
    tokens: int
    equals_fix: bool | None
    effect: Effect

    @property
    def is_good(self) -> bool:
        """Whether the edited program compiles, keeps every statement and differs in few tokens."""
        return self.compiles and self.keeps_statements and self.tokens <= MOST_TOKENS


def judge_edit(row: Row, edit: Edit) -> JudgedEdit:
    """Apply an edit, compare the text of the edited program with the original, and run it."""
    edited = edit.apply(row.code)
    return JudgedEdit(
        edit=edit,
        compiles=compiles(edited),
        keeps_statements=statements(edited) >= statements(row.code),
        tokens=tokens_changed(row.code, edited),
        equals_fix=_equals_fix(row, edit),
        effect=effect(row, edited),
    )


def effect(row: Row, edited: str) -> Effect:
    """Return the effect of an edit, by the row's check, or else by its fixed program, or else by how the program ends.

    A check counts only if it fails before the edit and passes on the fixed program. Without a check, the edited program
    must have the fixed program's outcome for each input. Without both, it must keep its statements and end without an
    exception. This cannot judge a wrong result, for which the effect is `undecided`.
    """
    if not compiles(edited):
        return "does not compile"
    if is_out_of_reach(row):
        return "undecided"
    inputs = inputs_of(row)
    before = _outcomes(row.code, row.ending, inputs)
    after = _outcomes(edited, row.ending, inputs)
    if row.check and (by_check := _by_check(row, edited, inputs)) is not None:
        return by_check
    if row.fixed is not None:
        return _by_fix(row, before, after, inputs)
    if row.family == "logic" or not any(_shows(row, outcome) for outcome in before):
        return "undecided"
    return _by_end(row, before, after, keeps_statements=statements(edited) >= statements(row.code))


def is_out_of_reach(row: Row) -> bool:
    """Return whether a row's programs need a library that is not installed here, unless its absence is the mistake."""
    needed = (*row.needs, *imported(row.fixed or row.code))
    return missing(needed) and "No module named" not in (row.reported or "")


def inputs_of(row: Row) -> tuple[str, ...]:
    """Return the inputs for a row's programs: the row's own, or several standard ones if the program reads input."""
    if row.stdin is not None:
        return (row.stdin,)
    return _INPUTS if _READS_INPUT.search(row.code) else ("",)


def compiles(code: str) -> bool:
    """Return whether the code compiles."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "edited", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def statements(code: str) -> int:
    """Return the number of lines with code, which excludes blank lines and comments."""
    return sum(1 for line in code.splitlines() if line.strip() and not line.strip().startswith("#"))


def tokens_changed(before: str, after: str) -> int:
    """Return the number of tokens that were inserted, deleted or replaced."""
    old, new = ([token.text for token in tokens_of(text) if token.type != "newline"] for text in (before, after))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")


def _equals_fix(row: Row, edit: Edit) -> bool | None:
    """Return whether every line that the edit changes is also in the fixed program, or None without a fix.

    Blanks are ignored.
    """
    if row.fixed is None:
        return None
    fixed = {re.sub(r"\s", "", line) for line in row.fixed.splitlines()}
    before, after = edit.before.split("\n"), edit.after.split("\n")
    pairs = [*zip(before, after, strict=False), *(("", line) for line in after[len(before) :])]
    changed = [re.sub(r"\s", "", new) for old, new in pairs if old != new]
    return all(line in fixed for line in changed)


def _outcomes(code: str, ending: str, inputs: tuple[str, ...]) -> list[Outcome]:
    whole = f"{code}\n{ending}\n" if ending else code
    return [run(whole, stdin) for stdin in inputs]


def _by_check(row: Row, edited: str, inputs: tuple[str, ...]) -> Effect | None:
    """Return the effect by the row's check, or None if the original passes the check or the fixed program fails it."""
    unmended = _outcomes(row.code, row.check, inputs)
    mended = _outcomes(row.fixed, row.check, inputs) if row.fixed is not None else None
    if any(outcome.is_clean for outcome in unmended) or (mended and not all(outcome.is_clean for outcome in mended)):
        return None
    checked = _outcomes(edited, row.check, inputs)
    if all(outcome.is_clean for outcome in checked):
        return "mends"
    if all(outcome.exception in ("", "AssertionError") for outcome in checked):
        return "another result"
    return _fault(unmended, checked, mended or [])


def _by_fix(row: Row, before: list[Outcome], after: list[Outcome], inputs: tuple[str, ...]) -> Effect:
    assert row.fixed is not None
    fixed = _outcomes(row.fixed, row.fixed_ending, inputs)
    if before == fixed or not any(outcome.is_clean for outcome in fixed):
        return "undecided"  # The mistake does not show with these inputs, or the fixed program does not run here.
    if after == fixed:
        return "mends"
    if fixed != _outcomes(row.fixed, row.fixed_ending, inputs):
        return "undecided"  # The program behaves differently in each run.
    return _fault(before, after, fixed)


def _fault(before: list[Outcome], after: list[Outcome], fixed: list[Outcome]) -> Effect:
    """Return the fault of an edited program that is not mended: the old error, another error, or another result."""
    right = {outcome.error for outcome in fixed}
    wrong = [outcome for outcome in after if not outcome.is_clean and outcome.error not in right]
    if any(outcome.repeats(old) for outcome in wrong for old in before):
        return "error stays"
    return "another error" if wrong else "another result"


def _by_end(row: Row, before: list[Outcome], after: list[Outcome], *, keeps_statements: bool) -> Effect:
    """Return the effect of an edit if no fix is known: the mistake must be gone, and the program must end normally."""
    if any(outcome.is_clean for outcome in after) and not any(_shows(row, outcome) for outcome in after):
        return "mends" if keeps_statements else "undecided"
    fault = _fault(before, after, [])
    return "undecided" if fault == "another result" else fault


def _shows(row: Row, outcome: Outcome) -> bool:
    """Return whether a run of a row without a fix shows the mistake, by a syntax error or the reported exception."""
    if row.family == "syntax":
        return outcome.exception in ("SyntaxError", "IndentationError", "TabError")
    return bool(outcome.exception) and outcome.exception in (row.reported or "")
