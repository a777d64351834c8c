"""What the language server tells of an answer."""

from __future__ import annotations

from typing import Literal

import attrs
from lsprotocol import types

Purpose = Literal["find", "explain", "start", "check", "improve", "follow_up", "other_language"]


Change = Literal["none", "same", "nearer", "worse", "solved", "new"]


@attrs.frozen(kw_only=True)
class AnswerStarted:
    """The ask was accepted. The answer is shown beside the code at `range`."""

    ask_id: str
    uri: str
    range: types.Range
    hint_level: int
    max_hint_level: int
    error_type: str
    purpose: Purpose | None = None
    """The purpose that the ask was understood as. It is absent if the code could not be analysed."""
    change: Change | None = None
    """What became of the problem since the student's last ask about the same unit of code."""
    label: str
    """The number and the name of the hint's level, such as `Hint 2 · concept`, or `Solved`."""
    level_note: str | None = None
    """Why the ask did not climb, in a few words that go behind the label."""


@attrs.frozen(kw_only=True)
class AnswerQueued:
    """The ask waits for the model, or has waited for it."""

    ask_id: str
    place: int
    """The place in the queue from 1, which is next; 0: the wait is over."""
    message: str | None = None
    """The place in words, such as `Waiting: 3rd in line`. It is absent if the wait is over."""


@attrs.frozen(kw_only=True)
class AnswerUpdated:
    """The next part of the answer, in Markdown. `seq` counts 0, 1, 2, … without gaps."""

    ask_id: str
    seq: int
    delta: str


EndReason = Literal["completed", "cancelled", "refused", "failed"]


@attrs.frozen(kw_only=True)
class Finding:
    """The offline tutor's finding: the rule's stable name, the line from 1, and how sure it is of it."""

    rule: str
    line: int
    certainty: Literal["certain", "likely", "start_here"]


@attrs.frozen(kw_only=True)
class Edit:
    """An edit of whole lines of the document, as it was when the student asked."""

    range: types.Range
    new_text: str


Tried = Literal["passed", "failed", "not_run"]


@attrs.frozen(kw_only=True)
class AnswerEnded:
    """The answer has ended. This is sent exactly once for each ask, even if the answer never started."""

    ask_id: str
    reason: EndReason
    message_id: str | None = None
    """The id by which the student can rate the answer. An answer of this computer beside a service has none."""
    answer_id: str | None = None
    """The id of a completed answer, for `followUpTo`. An answer of this computer has one, too."""
    provider: str | None = None
    fallback: bool | None = None
    withheld: bool | None = None
    ai: bool | None = None
    """True: words of a model are in the answer, so that it is labelled as made by AI that can be wrong."""
    remaining_today: int | None = None
    code: str | None = None
    message: str | None = None
    """A sentence for the student. It comes with a `code`."""
    retry_after: int | None = None
    """Seconds until the student may ask again."""
    stale: bool | None = None
    """True: the student has changed the code since the ask."""
    finding: Finding | None = None
    edit: Edit | None = None
    """The edit that an answer of hint level 5 shows. An edit that was tried and has failed is not shown."""
    tried: Tried | None = None
    """What became of the edit when the server tried it on a copy, if the tests or a run had failed before."""
