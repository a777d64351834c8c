"""The trial of a guess: the edited code, its next error and its meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import StillWrong
from tutor_pedagogy.offline.engine.lexing import tokens_of
from tutor_pedagogy.offline.engine.parsing import Fault
from tutor_pedagogy.offline.rules.syntax.sense import SOUND, Meaning, Sense

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.syntax.broken import Candidate
    from tutor_pedagogy.offline.rules.syntax.rule import SyntaxRule

UNREADABLE = Fault("cannot be read", 0, 0, 0, 0)
"""The result of a trial for which CPython lacks the memory or stack depth. It counts as no progress."""
_TOKENIZER = re.compile("unterminated|never closed|unmatched|does not match|invalid character|decimal literal|indent")


@dataclass(frozen=True, slots=True)
class Trial:
    """A guess that was applied to code: the edited code, its next error, and its meaning if it has none."""

    rule: SyntaxRule
    candidate: Candidate
    code: str
    fault: Fault | None
    meaning: Meaning = SOUND

    @property
    def sense(self) -> Sense:
        """The sense of the edited code."""
        return self.meaning.sense

    @property
    def still_wrong(self) -> StillWrong | None:
        """The error that the program has after this trial."""
        fault = self.fault
        if fault is None:
            return self.meaning.still_wrong
        return None if fault is UNREADABLE else StillWrong(fault.line, fault.message)


def lines_of(steps: list[Trial]) -> tuple[int, ...]:
    """Return the lines of the steps that correct the same kind of error as the first, without its own line.

    Lines are left out if a step before them has changed the number of lines.
    """
    first, lines = steps[0], steps[0].code.count("\n")
    same = [step.candidate.line for step in steps[1:] if step.rule is first.rule and step.code.count("\n") == lines]
    return tuple(line for line in dict.fromkeys(same) if line != first.candidate.line)


def last_line(trial: Trial) -> int:
    """Return the last line of the code that a trial has changed."""
    end = max((change.start for change in trial.candidate.changes), default=0)
    return max(trial.candidate.line, trial.code.count("\n", 0, end) + 1)


def has_text(candidate: Candidate, code: str) -> bool:
    """Return whether a guess changes more than indentation. A placeholder for a block does not count as text."""
    texts = {text.strip() for change in candidate.changes for text in (code[change.start : change.end], change.text)}
    return bool(texts - {"", "pass"})


def belongs_to(first: Trial, later: Trial) -> bool:
    """Return whether a later step corrects the same kind of error as the first, or one on the same line."""
    return later.rule is first.rule or later.candidate.line == first.candidate.line


def is_progress(fault: Fault, candidate: Candidate, left: Fault) -> bool:
    """Return whether an edit has corrected its error, so that the remaining error is further down in the code.

    After an error of the tokenizer, such as an unclosed string, the remaining error may also be further up.
    """
    if left is UNREADABLE:
        return False
    if left.line > max(fault.line, candidate.line):
        return True
    if left.line == fault.line == candidate.line and left.column > fault.column + 1:
        return True
    return left.line < min(fault.line, candidate.line) and bool(_TOKENIZER.search(fault.message))


def tokens_changed(candidate: Candidate, code: str) -> int:
    """Return the number of tokens that a guess changes; all changes of indentation together count as one."""
    changed = sum(
        max(len(tokens_of(code[change.start : change.end])), len(tokens_of(change.text)))
        for change in candidate.changes
    )
    return changed or min(len(candidate.changes), 1)
