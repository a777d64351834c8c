"""The earlier asks about a problem that a prompt repeats, as turns of the student and the tutor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.llm.provider import Turn
from tutor_server.tutoring.prompt_texts import filled_text
from tutor_server.tutoring.speaking import OUTAGE_NOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tutor_server.storage.conversation import PastAsk

GUARDED_ANSWERS = 10
"""The maximum number of earlier answers on a problem that the guard takes into account."""


def repeatable(asks: Iterable[PastAsk]) -> list[PastAsk]:
    """Return the asks that a prompt may repeat.

    An answer that the guard has stopped, that was cut at the output limit, cancelled or interrupted, or that the
    student has rated as no help, would be an example for the next one.
    """
    return [ask for ask in asks if _is_whole(ask) and ask.is_helpful is not False]


def answers_for_guard(asks: Sequence[PastAsk]) -> tuple[str, ...]:
    """Return the texts that the student was shown last, oldest first, however they ended."""
    shown = tuple(ask.answer for ask in asks if ask.answer)
    return shown[-GUARDED_ANSWERS:]


def turns_of(asks: Iterable[PastAsk], block: Callable[[str, str], str]) -> list[Turn]:
    """Return two turns for each ask. `block` puts a student's text, which has a title, between the markers."""
    turns = []
    for ask in asks:
        question = block("question", ask.question) if ask.question else ""
        turns.append(Turn("user", filled_text("earlier_ask", level=ask.hint_level) + question))
        turns.append(Turn("assistant", ask.answer.removeprefix(OUTAGE_NOTE)))
    return turns


def _is_whole(ask: PastAsk) -> bool:
    return ask.state == "done" and not ask.is_withheld and not ask.was_cut and bool(ask.answer)
