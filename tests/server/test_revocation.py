"""Revocation: ending a sign-in ends its tokens and sockets, at once in this process and soon in all others."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text

from testing.chat_client import Chat, Closed, connect
from testing.held_service import SECRET, HeldService, held_service
from testing.service import PASSWORD
from testing.waiting import until
from tutor_server.api.chat_socket import CHAT_SOCKETS
from tutor_server.api.keys import AUTHENTICATOR
from tutor_server.cli import accounts as users
from tutor_server.identity import revocations
from tutor_server.settings import Settings
from tutor_server.storage.models import EndedSignIn

if TYPE_CHECKING:
    import io
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

    from testing.clock import HeldClock
    from tutor_server.admission.limiter import Slot
    from tutor_server.identity.revocations import Revocations

EMAIL = "ada@uni.example"
PROTECTED = (401, {"detail": "Sign in first.", "code": "UNAUTHENTICATED"})


@dataclass(frozen=True, slots=True)
class Process:
    """One of several processes of a service."""

    held: HeldService
    app: web.Application

    @property
    def revocations(self) -> Revocations:
        """The ended sign-ins that this process has in memory."""
        return self.app[AUTHENTICATOR]._revocations


@dataclass(frozen=True, slots=True)
class Site:
    """The folder, clock and database that the processes of one service share."""

    folder: Path
    clock: HeldClock
    database_url: str

    @property
    def settings(self) -> Settings:
        """The settings with which the operator's commands run."""
        return Settings.model_validate({"data_dir": self.folder, "database_url": self.database_url})

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Process]:
        """Yield another process of the service."""
        apps: list[web.Application] = []
        async with held_service(
            self.folder, self.clock, prepare=apps.append, database_url=self.database_url, jwt_secret=SECRET
        ) as held:
            yield Process(held, apps[0])


@pytest.fixture
def site(tmp_path: Path, clock: HeldClock, database_url: str) -> Site:
    """Return a service without a running process, on each kind of database in turn."""
    return Site(tmp_path, clock, database_url)


@pytest.fixture
async def here(site: Site) -> AsyncIterator[Process]:
    """Yield a process of the service."""
    async with site.process() as process:
        yield process


@pytest.fixture
async def there(site: Site, here: Process) -> AsyncIterator[Process]:
    """Yield a second process of the same service."""
    async with site.process() as process:
        yield process


async def log_in(process: Process) -> dict[str, Any]:
    """Sign in again."""
    status, answer = await process.held.post("/api/auth/login", {"email": EMAIL, "password": PASSWORD})
    assert status == 200, answer
    assert isinstance(answer, dict)
    return answer


async def log_out(process: Process, account: dict[str, Any]) -> None:
    """Sign out."""
    assert await process.held.post("/api/auth/logout", {"refresh_token": account["refresh_token"]}) == (204, None)


async def change_password(process: Process, account: dict[str, Any]) -> None:
    """Change the password."""
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    assert await process.held.post("/api/auth/password", body, account["access_token"]) == (204, None)


async def reuse(process: Process, account: dict[str, Any]) -> None:
    """Refresh, and use the old token again 31 seconds later, as a thief would."""
    body = {"refresh_token": account["refresh_token"]}
    assert (await process.held.post("/api/auth/refresh", body))[0] == 200
    process.held.clock.seconds += 31
    assert (await process.held.post("/api/auth/refresh", body))[0] == 401


async def erase(process: Process, account: dict[str, Any]) -> None:
    """Erase the account."""
    headers = {"Authorization": f"Bearer {account['access_token']}"}
    async with process.held.client.delete("/api/me", headers=headers) as response:
        assert response.status == 204


async def close_code(chat: Chat) -> int | None:
    """Wait until the service closes a socket; return the close code."""
    with pytest.raises(Closed) as closed:
        await chat.receive()
    return closed.value.code


async def is_open(chat: Chat) -> bool:
    """Return whether an ask on a socket is answered."""
    frames = await chat.answer()
    return bool(frames[-1]["type"] == "done")


ONE, ALL = "one", "all"
WAYS = pytest.mark.parametrize(
    ("end", "reach"),
    [(log_out, ONE), (reuse, ONE), (change_password, ALL), (erase, ALL)],
    ids=["sign-out", "reuse", "password", "erasure"],
)


@WAYS
async def test_s3_the_end_of_a_sign_in_is_at_once_here(here: Process, end: Any, reach: str) -> None:
    """S3: after the end of a sign-in its token is refused and its socket closed with 4001.

    Other sign-ins of the account stay valid unless the password was changed or the account erased.
    """
    first = await here.held.register(EMAIL)
    second = await log_in(here)

    async with (
        connect(here.held.url, first["access_token"]) as ended,
        connect(here.held.url, second["access_token"]) as other,
    ):
        await end(here, first)

        assert await close_code(ended) == 4001
        assert await here.held.me(first["access_token"]) == PROTECTED
        if reach == ONE:
            assert await is_open(other)
            assert (await here.held.me(second["access_token"]))[0] == 200
        else:
            assert await close_code(other) == 4001
            assert await here.held.me(second["access_token"]) == PROTECTED


@WAYS
async def test_s3_the_end_of_a_sign_in_is_soon_elsewhere(here: Process, there: Process, end: Any, reach: str) -> None:
    """S3: another process refuses the token and closes the socket after it has next polled the database."""
    first = await here.held.register(EMAIL)
    second = await log_in(here)

    async with (
        connect(there.held.url, first["access_token"]) as ended,
        connect(there.held.url, second["access_token"]) as other,
    ):
        await end(here, first)
        await there.revocations.poll()

        assert await close_code(ended) == 4001
        assert await there.held.me(first["access_token"]) == PROTECTED
        if reach == ONE:
            assert await is_open(other)
        else:
            assert await close_code(other) == 4001


async def test_s3_a_disabled_account(site: Site, here: Process) -> None:
    """S3: disabling an account ends all its sign-ins, and no new one is possible until it is enabled."""
    account = await here.held.register(EMAIL)
    login = {"email": EMAIL, "password": PASSWORD}

    async with connect(here.held.url, account["access_token"]) as chat:
        await users.disable(site.settings, EMAIL)
        await here.revocations.poll()
        assert await close_code(chat) == 4001

    assert await here.held.me(account["access_token"]) == PROTECTED
    refreshed = await here.held.post("/api/auth/refresh", {"refresh_token": account["refresh_token"]})
    assert (refreshed[0], refreshed[1]["code"]) == (401, "TOKEN_INVALID")
    assert await here.held.post("/api/auth/login", login) == (
        403,
        {"detail": "This account is disabled. Ask your instructor.", "code": "ACCOUNT_DISABLED"},
    )
    wrong = await here.held.post("/api/auth/login", login | {"password": "not the password"})
    assert (wrong[0], wrong[1]["code"]) == (401, "INVALID_CREDENTIALS")

    await users.enable(site.settings, EMAIL)
    again = await log_in(here)
    assert (await here.held.me(again["access_token"]))[0] == 200
    assert await here.held.me(account["access_token"]) == PROTECTED


async def test_s3_a_new_process_knows_what_ended_before_it(site: Site, here: Process) -> None:
    """S3: ended sign-ins stay ended after a restart."""
    account = await here.held.register(EMAIL)
    await log_out(here, account)

    async with site.process() as restarted:
        assert await restarted.held.me(account["access_token"]) == PROTECTED


async def test_an_ended_sign_in_is_forgotten_once_its_tokens_are_dead(here: Process, there: Process) -> None:
    """Ended sign-ins are deleted from memory and database once their tokens would have expired anyway."""
    account = await here.held.register(EMAIL)
    await log_out(here, account)
    await there.revocations.poll()

    async def stored() -> int | None:
        return await here.held.database.read(
            lambda connection: connection.scalar(select(func.count(EndedSignIn.family_id)))
        )

    here.held.clock.seconds += timedelta(minutes=20).total_seconds()
    await here.revocations.poll()
    assert (len(here.revocations._ended), await stored()) == (1, 1)

    here.held.clock.seconds += 1
    for process in (here, there):
        await process.revocations.poll()
    assert (len(here.revocations._ended), len(there.revocations._ended), await stored()) == (0, 0, 0)
    status, answer = await here.held.me(account["access_token"])
    assert (status, answer["code"]) == (401, "TOKEN_EXPIRED")


async def test_while_the_database_is_away_what_is_known_stays(
    tmp_path: Path, clock: HeldClock, log_output: io.BytesIO
) -> None:
    """If a poll fails, it is logged, the known ended sign-ins stay ended, and the next poll finds the others."""
    async with Site(tmp_path, clock, "").process() as process:
        account = await process.held.register(EMAIL)
        await log_out(process, account)
        await process.held.database.commit(
            lambda connection: connection.execute(text("ALTER TABLE ended_sign_ins RENAME TO elsewhere"))
        )

        await process.revocations.catch_up()

        assert await process.held.me(account["access_token"]) == PROTECTED
    assert b"revocations_delayed" in log_output.getvalue()


async def test_a_poll_that_breaks_is_not_silent(
    tmp_path: Path, clock: HeldClock, log_output: io.BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected exception in the background task that polls is logged."""
    monkeypatch.setattr(revocations, "POLL_SECONDS", 0)

    async with Site(tmp_path, clock, "").process() as process:
        # `has_ended` takes an argument, so calling it as `poll` raises `TypeError`.
        monkeypatch.setattr(process.revocations, "poll", process.revocations.has_ended)
        await until(lambda: b"background_work_failed" in log_output.getvalue())

    assert b'"work":"Revocations.run"' in log_output.getvalue()


class SlowSlots:
    """Connection slots that sign the student out before they give a slot."""

    def __init__(self, process: Process, account: dict[str, Any]) -> None:
        self._slots = process.app[CHAT_SOCKETS]._services.slots
        self._process = process
        self._account = account

    async def acquire(self, subject: str) -> Slot | None:
        """Sign the student out, then return a slot."""
        await log_out(self._process, self._account)
        return await self._slots.acquire(subject)


async def test_s3_no_socket_slips_through_while_it_opens(here: Process) -> None:
    """S3: if a sign-in ends after its token was checked and before its socket is open, the socket is closed."""
    account = await here.held.register(EMAIL)
    sockets = here.app[CHAT_SOCKETS]
    sockets._services = replace(sockets._services, slots=SlowSlots(here, account))

    async with connect(here.held.url, account["access_token"]) as chat:
        assert await close_code(chat) == 4001


async def test_s3_a_socket_belongs_to_the_sign_in_that_renewed_it(here: Process) -> None:
    """S3: after an `auth` frame with a token of another sign-in, the socket is closed when that sign-in ends."""
    first = await here.held.register(EMAIL)
    second = await log_in(here)

    async with connect(here.held.url, first["access_token"]) as chat:
        await chat.send({"type": "auth", "access_token": second["access_token"]})
        await log_out(here, first)
        assert await is_open(chat)
        await chat.send({"type": "auth", "access_token": first["access_token"]})
        assert await close_code(chat) == 4001


async def test_s3_what_is_asked_after_the_end_is_not_heard(here: Process) -> None:
    """S3: frames that arrive after the end of the sign-in are ignored."""
    account = await here.held.register(EMAIL)

    async with connect(here.held.url, account["access_token"]) as chat:
        await asyncio.gather(log_out(here, account), *(chat.send({"type": "nonsense"}) for _ in range(3)))
        code = None
        while code is None:
            try:
                await chat.receive()
            except Closed as closed:
                code = closed.code
        await asyncio.sleep(0)
    assert code == 4001
