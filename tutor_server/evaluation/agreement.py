"""Whether an answer speaks of the line that the offline tutor has found, by line numbers and quoted code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.tokens import flat, holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_protocol import ReportedFinding, Submission
    from tutor_server.evaluation.results import Agreement

_LINES = re.compile(r"\blines?\s+(\d{1,5})(?:\s*(?:,|-|and|to)\s*(\d{1,5}))?", re.IGNORECASE)
_SPAN = re.compile(r"`([^`\n]{2,200})`")
_FEWEST_TOKENS = 2
"""The minimum number of tokens of a quotation that identifies a line. A single name stands on many lines."""


def agreement_of(answer: str, finding: ReportedFinding | None, submission: Submission) -> Agreement | None:
    """Return whether an answer names the line of the finding. Return None if no mistake is certain or likely."""
    if finding is None or finding.certainty == "start_here" or not answer:
        return None
    named = frozenset(_named_lines(answer, submission))
    if finding.line in named:
        return "same"
    return "other" if named else "none"


def _named_lines(answer: str, submission: Submission) -> Iterator[int]:
    for numbers in _LINES.findall(answer):
        yield from (int(number) for number in numbers if number)
    lines = [flat(line) for line in submission.code.splitlines()]
    for span in _SPAN.findall(answer):
        tokens = flat(span)
        if len(tokens) >= _FEWEST_TOKENS:
            yield from (number for number, line in enumerate(lines, 1) if holds(line, tokens))
