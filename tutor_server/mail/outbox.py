"""The outbox: mails are sent in background tasks, apart from their request, with a bounded number of attempts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tutor_server.errors import DatabaseUnavailable
from tutor_server.mail.letters import write_mail
from tutor_server.mail.server import MAIL_FAILURES, MailRefused, mail_problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from email.message import EmailMessage

    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.mail.letters import Letter
    from tutor_server.mail.server import MailServer

    Compose = Callable[[], Awaitable[Letter | None]]

log: FilteringBoundLogger = structlog.get_logger()

WAITS = (5.0, 30.0, 120.0)
"""Seconds before the second, the third and the last attempt."""
MOST_WAITING = 2_000
"""The maximum number of unsent mails: enough if a whole lecture hall registers, and a limit against floods."""
CONNECTIONS = 4
CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: str
    is_final: bool = False


class Outbox:
    """Sends letters through one mail server. Addresses and texts are never logged."""

    def __init__(self, server: MailServer, sender: str, clock: Clock, *, waits: Sequence[float] = WAITS) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._waits = waits
        self._connections = asyncio.Semaphore(CONNECTIONS)
        self._sending: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    def post(self, compose: Compose) -> None:
        """Compose and send a letter in a background task. Nothing is sent if `compose` returns None.

        The caller returns at once, so that its response time does not reveal whether a mail is sent.
        """
        if len(self._sending) >= MOST_WAITING:
            log.error("mail_unsent", reason="too many mails wait")
            return
        task = asyncio.create_task(self._compose_and_send(compose), name="mail")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def send(self, letter: Letter) -> str | None:
        """Send a letter, with a bounded number of attempts. Return None, or the reason why the last attempt failed."""
        message = write_mail(letter, self._sender, self._clock.now())
        failure: _Failure | None = None
        for wait in (0.0, *self._waits):
            if failure is not None:
                log.warning("mail_delayed", mail=letter.kind, reason=failure.reason, retry_after=wait)
                if await self._closes_within(wait):
                    break
            failure = await self._attempt(message)
            if failure is None:
                log.info("mail_sent", mail=letter.kind)
                return None
            if failure.is_final:
                break
        reason = failure.reason if failure is not None else ""
        log.error("mail_unsent", mail=letter.kind, reason=reason)
        return reason

    async def _attempt(self, message: EmailMessage) -> _Failure | None:
        try:
            async with self._connections:
                await self._server.deliver(message)
        except MailRefused as error:
            return _Failure(mail_problem(error), is_final=True)
        except MAIL_FAILURES as error:
            return _Failure(mail_problem(error))
        return None

    async def close(self) -> None:
        """Wait at most `CLOSE_SECONDS` for unsent mails. A student whose mail is lost can request another."""
        self._closing.set()
        if self._sending:
            await asyncio.wait(self._sending, timeout=CLOSE_SECONDS)
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _closes_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return False
        return True

    async def _compose_and_send(self, compose: Compose) -> None:
        letter, failure = await _composed(compose)
        if failure is not None:
            log.error("mail_unsent", reason=failure)
        if letter is not None:
            await self.send(letter)


async def _composed(compose: Compose) -> tuple[Letter | None, str | None]:
    """Return the letter, or the name of the exception, whose text may contain an e-mail address."""
    try:
        return await compose(), None
    except (DatabaseUnavailable, SQLAlchemyError) as error:
        return None, type(error).__name__
