"""The search for a small edit that makes the program compile, ranked by how often students make each mistake."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import partial
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.parsing import Fault, check, parse
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, apply
from tutor_pedagogy.offline.rules.syntax.sense import SOUND, Meaning, Sense, meaning_of
from tutor_pedagogy.offline.rules.syntax.trial import (
    UNREADABLE,
    Trial,
    belongs_to,
    has_text,
    is_progress,
    last_line,
    lines_of,
    tokens_changed,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tutor_pedagogy.offline.engine.finding import StillWrong
    from tutor_pedagogy.offline.rules.syntax.rule import SyntaxRule

    Guess = tuple[SyntaxRule, Candidate]

MOST_TOKENS_CHANGED = 3
MOST_TOKENS_OF_ONE_RULE = 60
"""The maximum number of tokens in one edit that by itself makes the program parse.

Rewriting a C-style `for` header is such an edit, and renaming a variable at every place.
"""
COMPILED_CHARACTERS = 60_000
"""The maximum number of characters that all trials of one search compile together, to bound the search's time."""
MOST_TRIALS = 40
FREE_TRIALS = 3
"""The number of trials that every search has, even for a program beyond `COMPILED_CHARACTERS`."""
MOST_SOLVED = 4
"""The maximum number of edits without a remaining error that are compared by their sense."""
MOST_GUESSES = 16
"""The maximum number of guesses of one rule: a line with thousands of operators could have thousands of guesses."""
LONGEST_LINE = 2000
"""The maximum number of tokens of a faulty line for which guesses are made: some rules take quadratic time."""
CERTAIN = 0.4
"""The maximum cost of a guess without changes that is accepted without a trial."""
DEEPEST_CHAIN = 4
"""The maximum number of consecutive syntax errors of one program that are corrected."""
DEEPEST_REPETITION = 12
"""The maximum number of consecutive syntax errors of the same kind that are corrected."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The cause of a program's first syntax error.

    `mended` is the whole code with every error corrected, if that changes few enough tokens. `first_step` is the code
    with only the first error corrected, if others remain below. `still_wrong` is the error that Python reports after
    either. `also` are the other lines with the same mistake. `sense` says whether the corrected code means anything.
    """

    rule: SyntaxRule
    candidate: Candidate
    mended: str | None = None
    first_step: str | None = None
    still_wrong: StillWrong | None = None
    sense: Sense = Sense.SOUND
    also: tuple[int, ...] = ()


class Search:
    """A search over the guesses of all rules. For determinism it limits the number of trials instead of the time."""

    def __init__(self, rules: Sequence[SyntaxRule], *, cell: bool, words: Collection[str], is_complete: bool) -> None:
        self._rules = rules
        self._cell = cell
        self._words = words
        self._is_complete = is_complete
        self._characters = 0
        self._trials = 0
        self._parsed: tuple[str, ast.Module | Fault | None] = ("", None)

    def diagnose(self, code: str, fault: Fault) -> Diagnosis | None:
        """Return the likeliest cause of a syntax error, or None if no rule has a guess."""
        guesses = self._guesses(code, fault)
        if not guesses:
            return None
        rule, surest = guesses[0]
        if surest.cost <= CERTAIN and not surest.changes:
            return Diagnosis(rule, surest)
        steps = self._confirmed(code, fault, guesses)
        solved = [step for step in steps if step.fault is None]
        if solved and solved[0].sense < Sense.NONE:
            return self._solved(code, solved)
        chained = self._chained(code, [step for step in steps if step.fault is not None])
        if chained is not None:
            return chained
        if solved:
            step = solved[0]
            cheaper = [guess for guess in guesses if not guess[1].changes and guess[1].cost <= step.candidate.cost]
            return Diagnosis(*(cheaper or [(step.rule, step.candidate)])[0], sense=Sense.NONE)
        return Diagnosis(rule, surest)

    def _solved(self, code: str, solved: list[Trial]) -> Diagnosis:
        """Return the best of these trials. Of two that are as likely and mean as much, neither is an edit."""
        best = solved[0]
        is_small = tokens_changed(best.candidate, code) <= MOST_TOKENS_OF_ONE_RULE
        is_only = all(
            step.sense > best.sense or step.candidate.cost > best.candidate.cost or step.code == best.code
            for step in solved[1:]
        )
        if not is_only:
            return Diagnosis(best.rule, best.candidate, sense=best.sense)
        mended = best.code if is_small else None
        return Diagnosis(best.rule, best.candidate, mended, best.code, best.still_wrong, best.sense)

    def _chained(self, code: str, steps: list[Trial]) -> Diagnosis | None:
        """Return the first of these steps, with the later errors of the program corrected as well if that is small.

        Where a later error needs another lesson and is on another line, only the steps before it are kept: the reason
        of the edit would not explain that change.
        """
        for step in steps[:2]:
            tokens = MOST_TOKENS_CHANGED - tokens_changed(step.candidate, code)
            later = self._mend(step, tokens, DEEPEST_CHAIN - 1)
            if later is None:
                continue
            sense, failure = self._meaning(code, later[-1].code)
            if sense is Sense.NONE and step is not steps[0]:
                continue
            same = [step, *takewhile(partial(belongs_to, step), later)]
            last = same[-1]
            is_whole = last is later[-1]
            mended = last.code if is_whole and sense < Sense.NONE else None
            still_wrong = failure if is_whole else last.still_wrong
            return Diagnosis(step.rule, step.candidate, mended, last.code, still_wrong, sense, lines_of(same))
        for step in steps[:1]:
            same = self._repeated(step)
            last = same[-1]
            is_whole_line = last.fault is None or last.fault.line > last_line(last)
            if is_whole_line:
                also = lines_of(same)
                return Diagnosis(step.rule, step.candidate, None, last.code, last.still_wrong, also=also)
            return Diagnosis(step.rule, step.candidate)
        return None

    def _repeated(self, step: Trial) -> list[Trial]:
        """Return a trial and those that correct the same kind of error on the next lines at fault."""
        steps = [step]
        for _ in range(DEEPEST_REPETITION):
            if step.fault is None or step.fault is UNREADABLE:
                break
            nearest = self._guesses(step.code, step.fault)[:1]
            same = [guess for guess in nearest if guess[0] is step.rule and has_text(guess[1], step.code)]
            later = self._confirmed(step.code, step.fault, same)
            if not later:
                break
            step = later[0]
            steps.append(step)
        return steps

    def _guesses(self, code: str, fault: Fault) -> list[Guess]:
        """Return the guesses of every rule for the error's message, the likeliest first."""
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

    def _confirmed(self, code: str, fault: Fault, guesses: Iterable[Guess]) -> list[Trial]:
        """Return the trials that correct the error, in order, up to the first that leaves no error and has a sense.

        Trials that leave no error come first, those with the most sense before the others.
        """
        steps: list[Trial] = []
        solved: list[Trial] = []
        for rule, candidate in guesses:
            is_settled = solved and (solved[0].sense is Sense.SOUND or len(solved) >= MOST_SOLVED)
            if is_settled and candidate.cost > solved[0].candidate.cost:
                break
            if not candidate.changes:
                continue
            if not self._may_try(code):
                break
            edited = apply(code, candidate.changes)
            left = self._compile(edited)
            if left is None:
                solved.append(Trial(rule, candidate, edited, None, self._meaning(code, edited)))
                solved.sort(key=lambda trial: trial.sense)
            elif is_progress(fault, candidate, left):
                steps.append(Trial(rule, candidate, edited, left))
        is_unlikely = steps and solved and steps[0].candidate.cost < solved[0].candidate.cost - 1
        return [*steps, *solved] if is_unlikely else [*solved, *steps]

    def _mend(self, done: Trial, tokens: int, depth: int) -> list[Trial] | None:
        """Return the trials that correct the errors after a trial, or None if they change too many tokens.

        Corrections by the same rule are not counted: they are one edit at every place of the same mistake. Changes of
        the indentation are counted, since each of them is a guess at the block that was meant.
        """
        if depth <= -DEEPEST_REPETITION or done.fault is None or done.fault is UNREADABLE:
            return None
        fitting = [
            (rule, guess)
            for rule, guess in self._guesses(done.code, done.fault)
            if (rule is done.rule and has_text(guess, done.code))
            or (depth > 0 and 0 < tokens_changed(guess, done.code) <= tokens)
        ]
        steps = self._confirmed(done.code, done.fault, fitting)
        for step in steps:
            if step.fault is None:
                return [step]
        for step in steps[:1]:
            is_same = step.rule is done.rule and has_text(step.candidate, done.code)
            used = 0 if is_same else tokens_changed(step.candidate, done.code)
            later = self._mend(step, tokens - used, depth - 1)
            return later and [step, *later]
        return None

    def _may_try(self, code: str) -> bool:
        is_affordable = self._trials < FREE_TRIALS or self._characters + len(code) <= COMPILED_CHARACTERS
        return self._trials < MOST_TRIALS and is_affordable

    def _compile(self, code: str) -> Fault | None:
        """Return the first syntax error of edited code, and count the trial."""
        self._trials += 1
        self._characters += len(code)
        tree = parse(code, cell=self._cell)
        self._parsed = (code, tree)
        if tree is None:
            return UNREADABLE
        return tree if isinstance(tree, Fault) else check(tree, cell=self._cell)

    def _meaning(self, code: str, edited: str) -> Meaning:
        known, tree = self._parsed
        tree = tree if known == edited else parse(edited, cell=self._cell)
        if not isinstance(tree, ast.Module):
            return SOUND
        return meaning_of(tree, code, edited, self._words, is_complete=self._is_complete)
