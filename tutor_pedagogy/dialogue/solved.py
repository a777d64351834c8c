"""The answer to an ask about a program in which the mistake that was spoken of is gone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.snapshot import DIAGNOSTIC
from tutor_pedagogy.dialogue.depth import TOO_DEEP
from tutor_pedagogy.dialogue.tables import sentence
from tutor_pedagogy.offline.engine.lesson import lesson_of
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.purposes.check.cases import tested
from tutor_pedagogy.reported import is_green

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.conversation.snapshot import Snapshot
    from tutor_pedagogy.offline.engine.lesson import Lesson
    from tutor_protocol import Submission

RULE = "purpose.solved"
"""The name of this answer in statistics. It is no finding."""
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_ALTERNATIVES = re.compile(r"\[\[[^\[\]]*+\]\]")
_DANGLING = re.compile(
    r"(?:it|its|so|this|that|these|those|then|here|there|they|he|she|but|and|both|each)\b", re.IGNORECASE
)
"""The first words of a sentence that is not understood without the one before it."""
_FEWEST_WORDS = 5


def solved_texts(before: Snapshot, submission: Submission) -> Iterator[str]:
    """Yield texts that say what is gone, one sentence to keep and one case to try. They claim nothing else.

    The later ones say in a few words what is gone, for a mistake that is gone a second time.
    """
    lesson = _lesson(before.rule)
    kept = general_sentences(lesson) if lesson is not None else []
    tries = _tries(submission)
    again = [sentence("solved", "again")] if before.claims else []
    for gone in (f"{_green(submission)}{_gone(before)} {sentence('solved', 'limit')}", *again):
        for turn in range(max(len(kept), len(tries))):
            parts = [gone]
            if kept:
                parts.append(sentence("solved", "keep", sentence=kept[turn % len(kept)]))
            parts.append(tries[turn % len(tries)])
            yield "\n\n".join(parts)


def general_sentences(lesson: Lesson) -> list[str]:
    """Return the sentences of a lesson on the idea behind a mistake that hold without the values of a program."""
    found: list[str] = []
    for part in (lesson.concept, lesson.precise, lesson.picture):
        for each in _SENTENCE_END.split(_ALTERNATIVES.sub("", part).strip()):
            is_general = "$" not in each and " line" not in each and each.endswith(".")
            if is_general and len(each.split()) >= _FEWEST_WORDS and not _DANGLING.match(each):
                found.append(each)
    return found


def _green(submission: Submission) -> str:
    """Return a sentence on the tests that came with the ask if all of them pass, else an empty string."""
    report = submission.test_report
    if report is None or not is_green(report):
        return ""
    name = "green_one" if report.passed == 1 else "green"
    return f"{sentence('solved', name, passed=report.passed)} "


def _gone(before: Snapshot) -> str:
    named = before.exception not in {None, DIAGNOSTIC}
    if before.failed_test is not None:
        return sentence("solved", "test", test=before.failed_test)
    if named and before.claims and before.shown_line is not None:
        return sentence("solved", "exception", exception=before.exception, line=before.shown_line)
    if named:
        return sentence("solved", "exception_only", exception=before.exception)
    name = f"“{_name(before.rule or '')}”"
    return sentence("solved", "mistake", name=name, line=before.shown_line or 1)


def _name(rule: str) -> str:
    """Return the words of a rule's public name, such as “missing colon”."""
    return rule.rpartition(".")[2].replace("-", " ")


def _lesson(rule: str | None) -> Lesson | None:
    """Return the lesson of a rule; None if a snapshot from an older version names a rule that is gone."""
    try:
        return lesson_of(rule) if rule is not None and not rule.startswith("purpose.") else None
    except FileNotFoundError:
        return None


def _tries(submission: Submission) -> list[str]:
    """Return sentences that each name one case to try. A case that is known to end with an exception is left out."""
    try:
        program = Program(submission)
        function, cases = tested(program) if program.tree is not None else (None, [])
    except TOO_DEEP:
        cases, function = [], None
    name = "try_other" if function is None else "try_call"
    told = [
        sentence("solved", name, case=case.code, why=case.why) for case in cases if "where it ends with" not in case.why
    ]
    return told or [sentence("solved", "try_again")]
