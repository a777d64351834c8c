"""Redaction of asks to the service: private values are replaced in each ask, and restored in its answer."""

from __future__ import annotations

import secrets
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_analysis.pool import NotAnalysed, Pool, PoolLimits
from tutor_analysis.size import is_small
from tutor_lsp.sign_in.private_file import read_json, write_json
from tutor_protocol import Delta, Done, Error, ErrorCode

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path
    from uuid import UUID

    from tutor_lsp.capture.redaction.redaction import Redactor
    from tutor_lsp.capture.redaction.restoring import Restoration
    from tutor_lsp.tutors.tutor import Status, Tutor
    from tutor_protocol import Ask, FromService

KEY_FILE = "redaction.json"
_KEY_BYTES = 32
_REDACTION = PoolLimits(processes=1, processor=5.0, wall=20.0, allowance=1e9)
"""The limits of a redaction in a child process, in seconds. An ask that exceeds them is refused, and not sent."""

TOO_LONG = "This is too much for one question. Ask about a smaller file."


class RedactingTutor:
    """A `Tutor` that redacts asks before it passes them on to another tutor, such as the remote service."""

    def __init__(self, tutor: Tutor, redactor: Redactor) -> None:
        self._tutor = tutor
        self._redactor = redactor
        self._pool = Pool(_REDACTION)

    @property
    def status(self) -> Status:
        """The state of the connection to the other tutor."""
        return self._tutor.status

    async def ask(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Send the redacted ask, and yield the restored answer.

        The deltas are renumbered, because the restored text of a delta may be held back until the next one.
        """
        try:
            if is_small(ask):
                redacted, restoration = self._redactor.redact(ask)
            else:  # A child process redacts, so that the editor need not wait.
                redacted, restoration = await self._pool.run(None, redact, self._redactor, ask)
        except (ValueError, NotAnalysed):
            yield Error(request_id=ask.request_id, code=ErrorCode.PAYLOAD_TOO_LARGE, content=TOO_LONG, retryable=False)
            return
        text, seq = restoration.stream(), 0
        async with aclosing(self._tutor.ask(redacted)) as messages:
            async for message in messages:
                content = ""
                if isinstance(message, Delta):
                    content = text.feed(message.content)
                elif isinstance(message, Done | Error):
                    content = text.finish()
                if content:
                    yield Delta(request_id=ask.request_id, seq=seq, content=content)
                    seq += 1
                if isinstance(message, Done):
                    yield _with_own_edit(message, restoration)
                elif not isinstance(message, Delta):
                    yield message

    async def cancel(self, request_id: UUID) -> None:
        """Stop an answer."""
        await self._tutor.cancel(request_id)

    async def rate(self, message_id: str, *, helpful: bool) -> None:
        """Send the student's rating of an answer."""
        await self._tutor.rate(message_id, helpful=helpful)

    async def close(self) -> None:
        """Close the other tutor, and the child process."""
        await self._tutor.close()
        await self._pool.close()


def redact(redactor: Redactor, ask: Ask) -> tuple[Ask, Restoration]:
    """Return the redacted ask and the mapping that restores its values. Raise `ValueError` if the ask gets too long."""
    return redactor.redact(ask)


def _with_own_edit(done: Done, restoration: Restoration) -> Done:
    """Return the end of an answer with the student's own values in its edit. The edit is whole, so it is no stream."""
    if done.edit is None:
        return done
    return replace(done, edit=replace(done.edit, new_text=restoration.restored(done.edit.new_text)))


def redaction_key(data_dir: Path) -> bytes:
    """Return this computer's key for placeholders. The first call creates and stores it.

    If it cannot be stored, each process has a key of its own.
    """
    path = data_dir / KEY_FILE
    try:
        key = _key(read_json(path))
        if key is None:
            write_json(path, {"key": secrets.token_hex(_KEY_BYTES)})
            key = _key(read_json(path))  # Another window may have replaced the key at the same time.
    except OSError:
        key = None
    return key or secrets.token_bytes(_KEY_BYTES)


def _key(content: object) -> bytes | None:
    try:
        key = bytes.fromhex(content["key"]) if isinstance(content, dict) else None
    except (KeyError, TypeError, ValueError):
        return None
    return key if key is not None and len(key) == _KEY_BYTES else None
