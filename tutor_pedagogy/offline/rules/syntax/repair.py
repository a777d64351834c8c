"""The search for a small edit after which the program compiles, ranked by the mistakes that students make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import tokens_of
from tutor_pedagogy.offline.engine.parsing import Fault, check, parse
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, apply

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_pedagogy.offline.rules.syntax.rule import SyntaxRule

    Guess = tuple[SyntaxRule, Candidate]

MOST_TOKENS_CHANGED = 3
MOST_TOKENS_OF_ONE_RULE = 24
"""The most tokens of an edit that mends the whole program alone, such as a header of another language."""
COMPILED_CHARACTERS = 60_000
"""The most characters that one search compiles in all its trials together; this bounds its time."""
MOST_TRIALS = 40
FREE_TRIALS = 3
"""The trials that every search has, however long the program is."""
MOST_GUESSES = 16
"""The most guesses of one rule that are considered; a line of thousands of operators could have thousands."""
LONGEST_LINE = 2000
"""If the line at fault has more tokens, nothing is guessed: some rules scan the line once for each token."""
CERTAIN = 0.4
"""A guess without changes is taken untried if it costs no more."""
DEEPEST_CHAIN = 4
"""The most faults of one program that are mended, one after the other."""


_UNKNOWN = Fault("cannot be read", 0, 0, 0, 0)
"""The result of a trial that CPython cannot compile for want of memory or depth: it counts as no progress."""
_TOKENIZER = re.compile("unterminated|never closed|unmatched|does not match|invalid character|decimal literal|indent")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The cause of a program's first fault.

    `mended` is the whole code with every fault mended, if that changes few enough tokens; `first_step` is the code
    with this fault alone mended, if others are left further down.
    """

    rule: SyntaxRule
    candidate: Candidate
    mended: str | None = None
    first_step: str | None = None


@dataclass(frozen=True, slots=True)
class _Trial:
    rule: SyntaxRule
    candidate: Candidate
    code: str
    fault: Fault | None


class Search:
    """One search over the guesses of the rules; it counts trials instead of measuring time, to be deterministic."""

    def __init__(self, rules: Sequence[SyntaxRule], *, cell: bool) -> None:
        self._rules = rules
        self._cell = cell
        self._characters = 0
        self._trials = 0

    def diagnose(self, code: str, fault: Fault) -> Diagnosis | None:
        """Return the likeliest cause of a fault, or None if no rule has a guess."""
        guesses = self._guesses(code, fault)
        if not guesses:
            return None
        rule, surest = guesses[0]
        if surest.cost <= CERTAIN and not surest.changes:
            return Diagnosis(rule, surest)
        steps = self._confirmed(code, fault, guesses)
        for step in steps:
            if step.fault is None:
                is_small = _tokens(step.candidate, code) <= MOST_TOKENS_OF_ONE_RULE
                return Diagnosis(step.rule, step.candidate, step.code if is_small else None, step.code)
        for step in steps[:2]:
            tokens = MOST_TOKENS_CHANGED - _tokens(step.candidate, code)
            mended = self._mend(step.code, step.fault, tokens, DEEPEST_CHAIN - 1)
            if mended is not None:
                return Diagnosis(step.rule, step.candidate, mended, step.code)
        for step in steps[:1]:
            return Diagnosis(step.rule, step.candidate, None, step.code)
        return Diagnosis(rule, surest)

    def _guesses(self, code: str, fault: Fault) -> list[Guess]:
        """Return the guesses of every rule that goes with the fault's message, the likeliest first."""
        broken = Broken(code, fault)
        if len(broken.here) > LONGEST_LINE:
            return []
        guesses = [
            (rule, candidate)
            for rule in self._rules
            if rule.message.search(fault.message)
            for candidate in islice(rule.guess(broken), MOST_GUESSES)
        ]
        return sorted(guesses, key=lambda guess: guess[1].cost)

    def _confirmed(self, code: str, fault: Fault, guesses: Iterable[Guess]) -> list[_Trial]:
        """Return the guesses that move the fault further down, up to one that leaves no fault, in order of trial."""
        steps: list[_Trial] = []
        for rule, candidate in guesses:
            if not candidate.changes:
                continue
            if not self._may_try(code):
                break
            edited = apply(code, candidate.changes)
            left = self._compile(edited)
            trial = _Trial(rule, candidate, edited, left)
            if left is None:
                is_unlikely = bool(steps) and steps[0].candidate.cost < candidate.cost - 1
                return [*steps, trial] if is_unlikely else [trial, *steps]
            if _is_progress(fault, candidate, left):
                steps.append(trial)
        return steps

    def _mend(self, code: str, fault: Fault | None, tokens: int, depth: int) -> str | None:
        """Return the code with a fault and those after it mended, or None if that changes too many tokens."""
        if fault is None:
            return code
        if tokens <= 0 or depth <= 0:
            return None
        fitting = [(rule, guess) for rule, guess in self._guesses(code, fault) if 0 < _tokens(guess, code) <= tokens]
        steps = self._confirmed(code, fault, fitting)
        for step in steps:
            if step.fault is None:
                return step.code
        for step in steps[:1]:
            return self._mend(step.code, step.fault, tokens - _tokens(step.candidate, code), depth - 1)
        return None

    def _may_try(self, code: str) -> bool:
        is_affordable = self._trials < FREE_TRIALS or self._characters + len(code) <= COMPILED_CHARACTERS
        return self._trials < MOST_TRIALS and is_affordable

    def _compile(self, code: str) -> Fault | None:
        """Return the first fault of edited code, and count the trial."""
        self._trials += 1
        self._characters += len(code)
        tree = parse(code, cell=self._cell)
        if tree is None:
            return _UNKNOWN
        return tree if isinstance(tree, Fault) else check(tree, cell=self._cell)


def _is_progress(fault: Fault, candidate: Candidate, left: Fault) -> bool:
    """Return whether an edit has mended its fault, so that CPython reports one further down or of a later stage."""
    if left is _UNKNOWN:
        return False
    if left.line > max(fault.line, candidate.line):
        return True
    if left.line == fault.line == candidate.line and left.column > fault.column + 1:
        return True
    return left.line < min(fault.line, candidate.line) and bool(_TOKENIZER.search(fault.message))


def _tokens(candidate: Candidate, code: str) -> int:
    """Return the number of tokens that a guess changes; changes of indentation count as one together."""
    changed = sum(
        max(len(tokens_of(code[change.start : change.end])), len(tokens_of(change.text)))
        for change in candidate.changes
    )
    return changed or min(len(candidate.changes), 1)
