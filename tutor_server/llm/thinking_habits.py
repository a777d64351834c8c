"""How one model thinks: what the operator declares, and what its answers have shown in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.llm.provider import Finish
from tutor_server.llm.thoughts import ThoughtFilter

if TYPE_CHECKING:
    from typing import Literal

    from tutor_server.llm.model_options import ModelOptions


class ThinkingHabits:
    """The habits of one model. All answers of a provider share them."""

    def __init__(self, options: ModelOptions, *, watches_beginnings: bool = False) -> None:
        self._thinks = options.asks_to_think
        self._may_think_unseen: bool | None = None
        """Whether the model may think without sending its thoughts; None: no answer has suggested it."""
        self._room = options.room_for_thoughts
        self._begins_in_thoughts = options.thinking == "unmarked"
        self._likely_begins_in_thoughts = False
        self._watches = watches_beginnings

    @property
    def tokens(self) -> int:
        """The tokens that a call gets for thoughts beside the longest answer: 0 if the model does not think."""
        return self._room if self._thinks or self._may_think_unseen else 0

    def note_thoughts(self) -> None:
        """Note that the model thinks."""
        self._thinks = True

    def note_silence(self, *, had_room: bool) -> bool:
        """Note an answer that ended at its limit without a word. Return whether the next call has room that it had not.

        If even the room for thoughts was used up, the model does not think unseen: small models ramble in tokens that
        stand for no text, and more room would only make that longer.
        """
        if had_room:
            self._may_think_unseen = False
        elif self._may_think_unseen is None:
            self._may_think_unseen = True
        return not had_room and self.tokens > 0

    def answer(self) -> AnswerThoughts:
        """Return the record of a new answer's thoughts."""
        texts = ThoughtFilter(
            begins_in_thoughts=self._begins_in_thoughts,
            likely_begins_in_thoughts=self._likely_begins_in_thoughts,
            may_begin_in_thoughts=self._watches,
        )
        return AnswerThoughts(self, texts, room=self.tokens)

    def note_end(self, answer: AnswerThoughts) -> None:
        """Note what an answer has shown by its end."""
        if answer.texts.ended_unopened:
            self._likely_begins_in_thoughts = True
        elif answer.texts.held_in_vain:  # It speaks to the student as others think, or has a parser of thoughts now.
            self._watches = self._watches and self._likely_begins_in_thoughts
            self._likely_begins_in_thoughts = False


class AnswerThoughts:
    """The thoughts in one answer. `room` is the number of tokens that the call had for them."""

    def __init__(self, habits: ThinkingHabits, texts: ThoughtFilter, *, room: int) -> None:
        self.texts = texts
        self.has_text = False
        self._habits = habits
        self._room = room

    def note_thoughts(self) -> None:
        """Note that the answer has thoughts in fields or blocks of their own."""
        self._habits.note_thoughts()

    def finish(self, reason: Literal["stop", "length", "refusal"]) -> Finish:
        """Return the end of the answer.

        An answer that ends at its limit without a word was used up by thoughts, it seems, which some servers do not
        send. If the call had no room for them, the next one has.
        """
        if self.texts.has_thoughts:
            self._habits.note_thoughts()
        self._habits.note_end(self)
        used_up = reason == "length" and not self.has_text
        return Finish(reason, adapted=used_up and self._habits.note_silence(had_room=self._room > 0))
