"""What a client sends about asks: the ask itself, its end, other checkers' diagnostics, a rating."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
from lsprotocol import types

from tutor_lsp.protocol_texts import CHECKED_BOOLEAN


@attrs.frozen(kw_only=True)
class AskArgument:
    """The argument of `tutor.ask`. The code action fills it in. A client may add fields to it, or build its own."""

    uri: str
    position: types.Position
    diagnostics: Sequence[types.Diagnostic] | None = None
    """The diagnostics of the editor's checkers at the position. If absent, those that the language server knows."""
    traceback: str | None = None
    question: str | None = None
    run_id: str | None = None
    """The UUID of the run whose `traceback` this is. A new run counts as an effort under the ladder policy `earned`."""
    ask_id: str | None = None
    """A UUID. A client chooses it if it needs the id before the reply."""
    follow_up_to: str | None = None
    """The `answerId` of the answer that the question is about. Such an ask does not climb."""
    local: Any = attrs.field(default=None, metadata=CHECKED_BOOLEAN)
    """True: the offline tutor in the language server answers, even if a service is set.

    A client sends it only if the student has chosen this for the ask.
    """


@attrs.frozen(kw_only=True)
class AskStarted:
    """The ask has started. Its notifications carry the same id."""

    ask_id: str


@attrs.frozen(kw_only=True)
class CancelAsk:
    """Stop an answer, or all answers if there is no id."""

    ask_id: str | None = None


@attrs.frozen(kw_only=True)
class OtherDiagnostics:
    """All diagnostics of a document from other checkers. LSP itself sends a server only those under the cursor.

    A client that sends this notification does so at each change. The server ignores its own diagnostics in it.
    """

    uri: str
    diagnostics: Sequence[types.Diagnostic]


@attrs.frozen(kw_only=True)
class Rating:
    """The student's rating of an answer. `message_id` is from `AnswerEnded`."""

    message_id: str
    helpful: Any = attrs.field(metadata=CHECKED_BOOLEAN)
