"""The offline tutor in a conversation: it reacts to a change, says nothing twice and answers questions about a hint.

`answering.explain` is the entry point. It chooses among the texts of `tutor_pedagogy.offline`, and adds to them what
the conversation so far (`conversation/talk.py`) asks for.
"""

from __future__ import annotations

from tutor_pedagogy.dialogue.answering import explain
from tutor_pedagogy.dialogue.choosing import unread_again
from tutor_pedagogy.dialogue.reaction import react

__all__ = ["explain", "react", "unread_again"]
