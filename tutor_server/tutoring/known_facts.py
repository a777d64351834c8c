"""What the service knows about an ask, in sentences for the model: finding, change, purpose and language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.purposes.questions import language_of_question
from tutor_server.tutoring.prompt_texts import filled_text, prompt_text

if TYPE_CHECKING:
    from tutor_pedagogy.conversation.change import Comparison
    from tutor_protocol import Purpose, ReportedFinding

_LANGUAGES = {"de": "German", "es": "Spanish", "fr": "French", "pt": "Portuguese", "zh": "Chinese"}
_WITH_A_TEXT = frozenset({"same", "nearer", "worse", "new"})
"""The changes that the model is told. After `none` nothing has changed, and `solved` is answered without a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFacts:
    """What the offline tutor and the earlier asks tell about an ask.

    `finding` is None if no mistake and no place to start is known. `comparison` is None if the student's code is not
    compared with that of an earlier ask.
    """

    purpose: Purpose | None = None
    finding: ReportedFinding | None = None
    comparison: Comparison | None = None


def known_text(known: KnownFacts, question: str) -> str:
    """Return the sentences on what is known. They contain no text of the student."""
    return "".join((_finding(known.finding), _change(known.comparison), _purpose(known.purpose), _language(question)))


def title_of(rule: str) -> str:
    """Return the title of a rule in plain words. The names of rules are made of them."""
    return rule.partition(".")[2].replace("-", " ")


def _finding(finding: ReportedFinding | None) -> str:
    if finding is None:
        return ""
    return filled_text(f"finding_{finding.certainty}", line=finding.line, title=title_of(finding.rule))


def _change(comparison: Comparison | None) -> str:
    if comparison is None or comparison.change not in _WITH_A_TEXT:
        return ""
    if comparison.is_open:
        return prompt_text("change_open")
    if comparison.change == "same" and not comparison.is_seen:
        return prompt_text("change_unseen")
    if comparison.change == "new" and comparison.before is None:
        return ""
    if comparison.change == "new" and comparison.is_introduced:
        return prompt_text("change_introduced")
    return prompt_text(f"change_{comparison.change}")


def _purpose(purpose: Purpose | None) -> str:
    return "" if purpose is None else prompt_text(f"purpose_{purpose}")


def _language(question: str) -> str:
    language = _LANGUAGES.get(language_of_question(question) or "")
    return "" if language is None else filled_text("language", language=language)
