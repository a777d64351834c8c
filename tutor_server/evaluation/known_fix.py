"""The known fix of a program, and whether a text gives it away: as code, or in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from tutor_pedagogy.guard import KnownEdit
from tutor_pedagogy.guard.checks import edit_in_words
from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
from tutor_pedagogy.guard.tokens import flat, holds
from tutor_pedagogy.guard.units import split
from tutor_pedagogy.guard.vocabulary import BUILTINS, KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.ladder.levels import HintLevel
    from tutor_protocol import Submission

Leak = Literal["code", "words"]

_OF_PYTHON = KEYWORDS | BUILTINS
_FEWEST_TOKENS = 3
"""The minimum number of tokens of code that shows a fix: what the fix adds, with the tokens beside it."""


@dataclass(frozen=True)
class KnownFix:
    """The difference between a program and its fixed version. Comments and spacing inside lines do not count."""

    code: str
    fixed: str

    @cached_property
    def edits(self) -> tuple[KnownEdit, ...]:
        """The edits of neighbouring lines that turn the program into the fixed one."""
        before, after = self.code.splitlines(), self.fixed.splitlines()
        codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        return tuple(
            KnownEdit(first + 1, "\n".join(before[first:end]), "\n".join(after[new_first:new_end]))
            for kind, first, end, new_first, new_end in codes
            if kind != "equal"
        )

    @cached_property
    def _enclosed(self) -> frozenset[tuple[str, str]]:
        """The lines that belong to another line above after the fix, which only moves their indentation."""
        own = frozenset(line.strip() for line in self.code.splitlines())
        return frozenset(
            pair for pair in _enclosed_lines(self.fixed) - _enclosed_lines(self.code) if own.issuperset(pair)
        )

    @cached_property
    def _shown(self) -> tuple[tuple[str, ...], ...]:
        """The shortest runs of tokens that show a part of the fix and do not stand in the program."""
        own = flat(self.code)
        runs = dict.fromkeys(run for edit in self.edits for run in _added_runs(edit))
        return tuple(run for run in runs if not holds(own, run))

    def leak_in(self, text: str, level: HintLevel, submission: Submission) -> Leak | None:
        """Return how a text gives the fix away, or None. Each edit counts alone: half a fix is a leak."""
        tokens = flat(text)
        if any(holds(tokens, run) for run in self._shown) or not self._enclosed.isdisjoint(_enclosed_lines(text)):
            return "code"
        return "words" if any(_told(text, level, submission, edit) for edit in self.edits) else None


def _added_runs(edit: KnownEdit) -> Iterator[tuple[str, ...]]:
    """Yield what an edit adds, each with the tokens beside it that make it recognisable."""
    old, new = flat(edit.before), flat(edit.after)
    for kind, _, _, first, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal" or first == end:
            continue
        start, stop = max(first - 1, 0), min(end + 1, len(new))
        while not _is_telling(new[start:stop]) and (start > 0 or stop < len(new)):
            start, stop = max(start - 1, 0), min(stop + 1, len(new))
        if stop - start > 1:
            yield tuple(new[start:stop])
    lines = [flat(line) for line in edit.after.splitlines()]
    yield from (tuple(line) for line in lines if len(line) >= _FEWEST_TOKENS)
    yield from (tuple(one + other) for one, other in pairwise(lines) if 0 < len(one) < _FEWEST_TOKENS and other)


def _enclosed_lines(text: str) -> frozenset[tuple[str, str]]:
    """Return each indented line with the line above that it belongs to by its indentation."""
    found: list[tuple[str, str]] = []
    open_lines: list[tuple[int, str]] = []
    for line in filter(str.strip, text.expandtabs().splitlines()):
        indentation = len(line) - len(line.lstrip())
        while open_lines and open_lines[-1][0] >= indentation:
            open_lines.pop()
        if open_lines:
            found.append((open_lines[-1][1], line.strip()))
        open_lines.append((indentation, line.strip()))
    return frozenset(found)


def _is_telling(run: Sequence[str]) -> bool:
    """Return whether tokens are enough to recognise the student's program by: an example on other data has others."""
    return len(run) >= _FEWEST_TOKENS and any(token.isidentifier() and token not in _OF_PYTHON for token in run)


def _told(text: str, level: HintLevel, submission: Submission, edit: KnownEdit) -> bool:
    context = GuardContext.of(level, submission, frozenset(), edit)
    return any(edit_in_words.check(context, JudgedUnit(unit, context.material)) is not None for unit in split(text))
