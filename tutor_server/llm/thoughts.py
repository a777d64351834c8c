"""Separates a model's thoughts from its answer where a server sends both as one text, between tags such as `<think>`.

Thoughts must not reach the student: they hold the solution at any hint level.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_server.llm.provider import Thinking

if TYPE_CHECKING:
    from tutor_server.llm.provider import Event

_NAMES = ("think", "thinking", "thought", "thoughts", "reasoning", "mm:think", "seed:think")
_OPENING = (*(f"<{name}>" for name in _NAMES), "[think]")
_CLOSING = (*(f"</{name}>" for name in _NAMES), "[/think]")
_TAGS = _OPENING + _CLOSING
_LONGEST_TAG = max(map(len, _TAGS))
_TAG = re.compile("|".join(map(re.escape, _TAGS)), re.IGNORECASE)

_UNMARKED = re.compile(
    r"\s*+(?:okay|ok|alright|hmm+|well|wait|let me|let's|let us|we (?:need|have|are|should|must)|i (?:need|should|have"
    r"|must|will|think|am)|the (?:user|student|learner|task|question|problem)|first,? (?:i|let|we)|so,? (?:the|i|we)"
    r"|now,? (?:the|i|we)|got it|thinking process|here's (?:a|my|the) think|this (?:is a )?(?:student|user)|user\b"
    r"|student\b|my (?:task|job|goal))",
    re.IGNORECASE,
)
"""How thoughts without an opening tag begin: with the model's words to itself, and not with words to the student."""
_FIRST_WORDS = (
    *("okay", "ok", "alright", "hmm", "well", "wait", "let", "let's", "we", "i", "the", "first", "so", "now", "got"),
    *("thinking", "here's", "this", "user", "student", "my"),
)
_WORDS_TO_KNOW = 4
"""The words after which it is known whether a text begins like thoughts."""


class ThoughtFilter:
    """Takes the text of one answer in pieces, and returns the events of its text and its thoughts.

    Some chat templates put `<think>` at the end of the prompt, so that only the closing tag is in the answer. With
    `begins_in_thoughts` an answer is known to begin so. With `may_begin_in_thoughts`, an answer that begins like
    thoughts is held back until a closing tag or its end shows what it was; with `likely_begins_in_thoughts`, any answer
    is. `ended_unopened` and `held_in_vain` then say which.
    """

    def __init__(
        self,
        *,
        begins_in_thoughts: bool = False,
        likely_begins_in_thoughts: bool = False,
        may_begin_in_thoughts: bool = False,
    ) -> None:
        self.ended_unopened = False
        self.held_in_vain = False
        self.has_thoughts = False
        self._is_thinking = begins_in_thoughts
        self._was_opened = False
        self._watches = (may_begin_in_thoughts or likely_begins_in_thoughts) and not begins_in_thoughts
        self._begins_in_thoughts = begins_in_thoughts
        self._held: list[str] = []
        self._is_holding = likely_begins_in_thoughts
        self._has_text = False
        self._rest = ""

    def feed(self, piece: str) -> list[Event]:
        """Return the events of the next piece."""
        text = self._rest + piece
        self._rest = ""
        events: list[Event] = []
        while (tag := _TAG.search(text)) is not None:
            self._take(text[: tag.start()], events)
            text = text[tag.end() :]
            if tag[0].lower() in _OPENING:
                self._open(events)
            else:
                self._close()
        kept = _begun_tag(text)
        if kept:
            self._rest, text = text[-kept:], text[:-kept]
        self._take(text, events)
        return events

    def finish(self, *, is_cut: bool = False) -> list[Event]:
        """Return the events of what was held back: text if the answer is over and no closing tag came.

        If the answer was cut by its limit, what begins like thoughts is taken for thoughts that had no room to end.
        """
        events: list[Event] = []
        rest, self._rest = self._rest, ""
        self._take(rest, events)
        self._watches = False
        held, was_thinking = "".join(self._held), self._is_holding and is_cut
        self._held = []
        if was_thinking:
            self.has_thoughts = True
        elif held:
            self.held_in_vain = self._is_holding or self.held_in_vain
            self._has_text = True
            events.append(held)
        return events

    def _open(self, events: list[Event]) -> None:
        self._release(events)
        self._is_thinking = self._was_opened = self.has_thoughts = True
        events.append(Thinking(0))

    def _close(self) -> None:
        if not self._is_thinking or (self._begins_in_thoughts and not self._was_opened):
            self.ended_unopened = True
        self.has_thoughts = True
        self._held, self._is_holding, self._watches = [], False, False
        self._is_thinking = False

    def _release(self, events: list[Event]) -> None:
        """Pass on the text that was held back: it was no thought."""
        if self._held:
            self._has_text = True
            events.append("".join(self._held))
        self._held, self._is_holding, self._watches = [], False, False

    def _take(self, text: str, events: list[Event]) -> None:
        if not text:
            return
        if self._is_thinking:
            self.has_thoughts = True
            events.append(Thinking(_size(text)))
        elif self._watches:
            self._watch(text, events)
        else:
            text = text if self._has_text or not self.has_thoughts else text.lstrip()
            if text:
                self._has_text = True
                events.append(text)

    def _watch(self, text: str, events: list[Event]) -> None:
        """Hold the text back while it may be thoughts: until its beginning is known, or a tag or the end comes."""
        self._held.append(text)
        if not self._is_holding:
            begun = "".join(self._held)
            if _UNMARKED.match(begun):
                self._is_holding = True
            elif not _may_go_on(begun):
                self._release(events)
                return
        events.append(Thinking(_size(text)))  # Billed as thoughts, in case the call is cut before it is known.


def _may_go_on(begun: str) -> bool:
    """Return whether a text is too short to know whether it begins like thoughts."""
    words = begun.lower().split()
    if not words:
        return True
    first = words[0].rstrip(",.:;!")
    if len(words) == 1 and not begun[-1].isspace():
        return any(word.startswith(first) for word in _FIRST_WORDS)
    return first in _FIRST_WORDS and len(words) < _WORDS_TO_KNOW


def _begun_tag(text: str) -> int:
    """Return how many characters at the end of a text may be the beginning of a tag."""
    tail = text[-_LONGEST_TAG:].lower()
    for start, letter in enumerate(tail):
        if letter in "<[" and any(tag.startswith(tail[start:]) for tag in _TAGS):
            return len(tail) - start
    return 0


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
