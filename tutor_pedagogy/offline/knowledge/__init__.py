"""What the tutor knows about Python, found by the words of a question and the places of a program."""

from __future__ import annotations

from tutor_pedagogy.offline.knowledge.abroad import known_abroad
from tutor_pedagogy.offline.knowledge.applied import filled, here, says_value, value_here
from tutor_pedagogy.offline.knowledge.entries import Entry, entries
from tutor_pedagogy.offline.knowledge.origins import origin_of
from tutor_pedagogy.offline.knowledge.subjects import CLEAR, Known, known

__all__ = [
    "CLEAR",
    "Entry",
    "Known",
    "entries",
    "filled",
    "here",
    "known",
    "known_abroad",
    "origin_of",
    "says_value",
    "value_here",
]
