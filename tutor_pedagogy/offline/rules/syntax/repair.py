"""The bounded search for a small edit after which the program compiles, ranked by how students err."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import tokens_of
from tutor_pedagogy.offline.engine.program import Fault, check, parse
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, apply

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_pedagogy.offline.rules.syntax.rule import SyntaxRule

MOST_TOKENS_CHANGED = 3
MOST_TOKENS_OF_ONE_CAUSE = 24
"""Up to which a rewriting that alone mends the whole program is an edit: a comment, a header of another language."""
COMPILED_CHARACTERS = 60_000
"""How much code one search compiles, counted over all its trials: what bounds its time."""
MOST_TRIALS = 40
MOST_GUESSES = 16
"""How many guesses of one cause are looked at; on a line of thousands of signs there could be thousands."""
_LONGEST_LINE = 2000
"""Tokens of the line at fault beyond which nothing is guessed: some causes go through the line once a token."""
CERTAIN = 0.4
"""The cost up to which a guess is right without a trial, so that none is made where it names no edit."""
DEEPEST_CHAIN = 4
"""How many faults of one program are mended, one after the other."""


_UNKNOWN = Fault("cannot be read", 0, 0, 0, 0)
"""What a trial leaves that CPython cannot judge: it counts as no progress."""
_TOKENIZER = re.compile("unterminated|never closed|unmatched|does not match|invalid character|decimal literal|indent")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The cause of a program's first fault.

    `mended` is the whole code with every fault edited away, if that took few enough tokens; `first_step` is the code
    with this fault alone edited away, where more are left further on.
    """

    cause: SyntaxRule
    candidate: Candidate
    mended: str | None = None
    first_step: str | None = None


@dataclass(frozen=True, slots=True)
class _Trial:
    cause: SyntaxRule
    candidate: Candidate
    code: str
    fault: Fault | None


class Search:
    """One search over the guesses that the causes make; trials are counted, not timed, so that it is deterministic."""

    def __init__(self, causes: Sequence[SyntaxRule], *, cell: bool) -> None:
        self._causes = causes
        self._cell = cell
        self._characters = 0
        self._trials = 0

    def diagnose(self, code: str, fault: Fault) -> Diagnosis | None:
        """Find the likeliest cause of a fault; None when no cause speaks for it."""
        guesses = self._guesses(code, fault)
        if not guesses:
            return None
        cause, surest = guesses[0]
        if surest.cost <= CERTAIN and not surest.changes:
            return Diagnosis(cause, surest)
        steps = self._confirmed(code, fault, guesses)
        for step in steps:
            if step.fault is None:
                small = _tokens(step.candidate, code) <= MOST_TOKENS_OF_ONE_CAUSE
                return Diagnosis(step.cause, step.candidate, step.code if small else None, step.code)
        for step in steps[:2]:
            mended = self._mend(
                step.code, step.fault, MOST_TOKENS_CHANGED - _tokens(step.candidate, code), DEEPEST_CHAIN - 1
            )
            if mended is not None:
                return Diagnosis(step.cause, step.candidate, mended, step.code)
        if steps:
            return Diagnosis(steps[0].cause, steps[0].candidate, None, steps[0].code)
        return Diagnosis(cause, surest)

    def _guesses(self, code: str, fault: Fault) -> list[tuple[SyntaxRule, Candidate]]:
        broken = Broken(code, fault)
        if len(broken.here) > _LONGEST_LINE:
            return []
        guesses = [
            (cause, candidate)
            for cause in self._causes
            if cause.message.search(fault.message)
            for candidate in islice(cause.guess(broken), MOST_GUESSES)
        ]
        return sorted(guesses, key=lambda guess: guess[1].cost)

    def _confirmed(self, code: str, fault: Fault, guesses: Iterable[tuple[SyntaxRule, Candidate]]) -> list[_Trial]:
        """Try guesses in order: those that leave no fault end it, those that move it further down are kept."""
        steps: list[_Trial] = []
        for cause, candidate in guesses:
            if not candidate.changes:
                continue
            if not self._may_try(code):
                break
            edited = apply(code, candidate.changes)
            left = self._compile(edited)
            trial = _Trial(cause, candidate, edited, left)
            if left is None:
                if steps and steps[0].candidate.cost < candidate.cost - 1:
                    steps.append(trial)
                    return steps
                return [trial, *steps]
            if _is_progress(fault, candidate, left):
                steps.append(trial)
        return steps

    def _mend(self, code: str, fault: Fault | None, tokens: int, depth: int) -> str | None:
        if fault is None:
            return code
        if tokens <= 0 or depth <= 0:
            return None
        fitting = [(cause, guess) for cause, guess in self._guesses(code, fault) if 0 < _tokens(guess, code) <= tokens]
        steps = self._confirmed(code, fault, fitting)
        for step in steps:
            if step.fault is None:
                return step.code
        for step in steps[:1]:
            return self._mend(step.code, step.fault, tokens - _tokens(step.candidate, code), depth - 1)
        return None

    def _may_try(self, code: str) -> bool:
        return self._trials < MOST_TRIALS and (self._trials < 3 or self._characters + len(code) <= COMPILED_CHARACTERS)  # noqa: PLR2004 - a long program gets three trials

    def _compile(self, code: str) -> Fault | None:
        self._trials += 1
        self._characters += len(code)
        tree = parse(code, cell=self._cell)
        if tree is None:
            return _UNKNOWN
        return tree if isinstance(tree, Fault) else check(tree, cell=self._cell)


def _is_progress(fault: Fault, candidate: Candidate, left: Fault) -> bool:
    """Tell whether an edit has mended its fault, so that another one shows: further down, or found by a later stage."""
    if left is _UNKNOWN:
        return False
    if left.line > max(fault.line, candidate.line):
        return True
    if left.line == fault.line == candidate.line and left.column > fault.column + 1:
        return True
    return left.line < min(fault.line, candidate.line) and bool(_TOKENIZER.search(fault.message))


def _tokens(candidate: Candidate, code: str) -> int:
    """Count the tokens that a guess changes; blanks at a line's start count once, as the block they make."""
    in_lines = sum(
        max(len(tokens_of(code[change.start : change.end])), len(tokens_of(change.text)))
        for change in candidate.changes
    )
    return in_lines or min(len(candidate.changes), 1)
