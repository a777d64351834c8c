"""The client of the service's account routes: device sign-in, refresh, sign-out, the student's account and progress."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from tutor_lsp.service.session import (
    CONNECT_SECONDS,
    ServiceFault,
    SignedOut,
    Unreachable,
    fault_of,
    host_of,
    open_session,
    proxy_for,
    refusal,
)
from tutor_lsp.sign_in.token_store import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

MAX_REPLY_BYTES = 64 * 1024
MAX_PAGE_BYTES = 4 * 1024 * 1024
"""The maximum size in bytes of one page of a list. A page has 20 modules with statements of up to 20,000 characters."""
PAGE_ITEMS = 20
MOST_PAGES = 100
CLIENT_ID = "ask-tutor"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
"""The grant type of RFC 8628 §3.4."""
_GATEWAY_ERRORS = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


@dataclass(frozen=True, slots=True)
class Profile:
    """The student's account, and the number of messages used today."""

    email: str
    messages_today: int
    daily_message_cap: int
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Module:
    """A learning module of the course, with the student's progress.

    `id` is the module's slug, or its id if several of the student's courses have a module of that slug.
    """

    id: str
    title: str
    status: str
    """`not_started`, `in_progress` or `completed`."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """The exercise of a module: its statement in Markdown, and the names and texts of its files."""

    title: str
    statement: str
    starter: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A course of the student, the student's role in it, and how many messages are left in it today, if known."""

    id: str
    slug: str
    title: str
    role: str
    remaining_today: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """The reply to a device authorisation request (RFC 8628 §3.2). `expires_in` and `interval` are in seconds."""

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    expires_in: float
    interval: float


class DeviceRefusal(Exception):
    """The service refuses tokens for a device code, or has none yet. `error` is an error code of RFC 8628 §3.5."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    fields: dict[str, Any]

    @property
    def code(self) -> str:
        """The `code` in the service's error envelope, or an empty string."""
        return str(self.fields.get("code") or "") if self.status >= HTTPStatus.BAD_REQUEST else ""


class AccountService:
    """A client of the service at an address that `check_server_url` has returned. It sends requests nowhere else.

    Every method raises `Unreachable` if the service cannot be used. `now` returns seconds since the epoch.
    """

    def __init__(self, server_url: str, *, now: Callable[[], float] = time.time) -> None:
        self._server_url = server_url
        self._now = now

    async def refresh(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token for new tokens, and return them. Raise `SignedOut` if the service rejects it."""
        reply = await self._call("POST", "/api/auth/refresh", json_body={"refresh_token": refresh_token})
        if reply.status == HTTPStatus.UNAUTHORIZED and reply.code:
            raise SignedOut
        return self._tokens(reply)

    async def log_out(self, refresh_token: str) -> None:
        """End the sign-in that a refresh token belongs to."""
        reply = await self._call("POST", "/api/auth/logout", json_body={"refresh_token": refresh_token})
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self._fault(reply)

    async def profile(self, access_token: str) -> Profile:
        """Return the student's account. Raise `SignedOut` if the service rejects the token."""
        reply = await self._call("GET", "/api/auth/me", access_token=access_token)
        try:
            return Profile(
                email=str(reply.fields["email"]),
                messages_today=int(reply.fields["messages_today"]),
                daily_message_cap=int(reply.fields["daily_message_cap"]),
                resets_at=datetime.fromisoformat(reply.fields["resets_at"]),
            )
        except (KeyError, TypeError, ValueError):
            raise self._fault(reply) from None

    async def modules(self, access_token: str) -> list[Module]:
        """Return the modules of the course in their order, with the student's progress.

        Raise `SignedOut` as `profile` does.
        """
        progress = await self._items("/api/progress", access_token, lambda item: (item["module_id"], item["status"]))
        status = dict(progress)
        items = await self._items("/api/modules", access_token, lambda item: item)
        slugs = Counter(str(item.get("slug")) for item in items)
        try:
            return [
                Module(
                    id=str(item["slug"] if item.get("slug") and slugs[item["slug"]] == 1 else item["id"]),
                    title=str(item["title"]),
                    status=str(status.get(item["id"], "not_started")),
                )
                for item in items
            ]
        except (KeyError, TypeError):
            raise self._stranger() from None

    async def courses(self, access_token: str) -> list[Course]:
        """Return the student's courses, ordered by slug. Raise `SignedOut` as `profile` does."""
        return await self._items("/api/courses", access_token, _course)

    async def join_course(self, access_token: str, code: str) -> Course | None:
        """Join the course that a code opens, or return None if it opens none. Raise `SignedOut` as `profile` does."""
        reply = await self._call("POST", "/api/courses/join", json_body={"code": code}, access_token=access_token)
        if reply.status == HTTPStatus.NOT_FOUND and reply.code:
            return None
        try:
            return _course(reply.fields)
        except (KeyError, TypeError, ValueError):
            raise self._fault(reply) from None

    async def leave_course(self, access_token: str, course: str) -> bool:
        """Leave a course, by its slug; return False if the student is in no such course.

        Raise `SignedOut` as `profile` does.
        """
        reply = await self._call("POST", "/api/courses/leave", json_body={"course": course}, access_token=access_token)
        if reply.code == "NOT_FOUND":
            return False
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self._fault(reply)
        return True

    async def complete_module(self, access_token: str, module: Module) -> Module:
        """Mark a module as completed by the student, and return it. Raise `SignedOut` as `profile` does."""
        path = f"/api/progress/{quote(module.id, safe='')}"
        reply = await self._call("PUT", path, json_body={"status": "completed"}, access_token=access_token)
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self._fault(reply)
        return replace(module, status="completed")

    async def exercise(self, access_token: str, module_id: str) -> Exercise | None:
        """Return the exercise of a module, or None if no module has this id. Raise `SignedOut` as `profile` does."""
        path = f"/api/modules/{quote(module_id, safe='')}"
        module, files = [
            await self._call("GET", part, access_token=access_token, max_bytes=MAX_PAGE_BYTES)
            for part in (path, f"{path}/files")
        ]
        if module.code == "NOT_FOUND":
            return None
        try:
            return Exercise(
                title=str(module.fields["title"]),
                statement=str(module.fields["statement"]),
                starter=tuple((str(file["name"]), str(file["content"])) for file in files.fields["starter"]),
                tests=tuple((str(file["name"]), str(file["content"])) for file in files.fields["tests"]),
            )
        except (KeyError, TypeError):
            raise self._fault(files if module.status < HTTPStatus.BAD_REQUEST else module) from None

    async def ask_for_device_code(self, client_name: str) -> DeviceCode:
        """Request a device code (RFC 8628 §3.1). The approval page shows `client_name` to the student."""
        form = {"client_id": CLIENT_ID, "client_name": client_name}
        reply = await self._call("POST", "/api/auth/device", form=form)
        try:
            complete = reply.fields.get("verification_uri_complete")
            return DeviceCode(
                device_code=str(reply.fields["device_code"]),
                user_code=str(reply.fields["user_code"]),
                verification_uri=str(reply.fields["verification_uri"]),
                verification_uri_complete=None if complete is None else str(complete),
                expires_in=float(reply.fields["expires_in"]),
                interval=float(reply.fields.get("interval", 5)),
            )
        except (KeyError, TypeError, ValueError):
            raise self._fault(reply) from None

    async def exchange_device_code(self, device_code: str) -> Tokens:
        """Return the tokens for an approved device code (RFC 8628 §3.4). Raise `DeviceRefusal` until it is approved."""
        form = {"grant_type": DEVICE_GRANT, "device_code": device_code, "client_id": CLIENT_ID}
        reply = await self._call("POST", "/api/auth/device/token", form=form)
        error = reply.fields.get("error")
        if reply.status >= HTTPStatus.BAD_REQUEST and isinstance(error, str):
            raise DeviceRefusal(error)
        return self._tokens(reply)

    async def _items(self, path: str, access_token: str, read: Callable[[dict[str, Any]], T]) -> list[T]:
        """Return all items of a list that the service returns in pages."""
        items: list[T] = []
        query: dict[str, str | int] = {"limit": PAGE_ITEMS}
        for _ in range(MOST_PAGES):
            reply = await self._call(
                "GET", f"{path}?{urlencode(query)}", access_token=access_token, max_bytes=MAX_PAGE_BYTES
            )
            try:
                items += [read(item) for item in reply.fields["items"]]
                cursor = reply.fields["next"]
            except (KeyError, TypeError):
                raise self._fault(reply) from None
            if cursor is None:
                return items
            query["cursor"] = str(cursor)
        raise self._stranger()

    def _tokens(self, reply: _Reply) -> Tokens:
        try:
            return Tokens(
                access_token=str(reply.fields["access_token"]),
                refresh_token=str(reply.fields["refresh_token"]),
                expires_at=self._now() + float(reply.fields["expires_in"]),
            )
        except (KeyError, TypeError, ValueError):
            raise self._fault(reply) from None

    def _fault(self, reply: _Reply) -> ServiceFault:
        """Return the `ServiceFault` for an unexpected reply, with the reply's own sentence if the service wrote it."""
        detail = reply.fields.get("detail")
        if reply.status == HTTPStatus.UNAUTHORIZED:
            return SignedOut() if reply.code else self._stranger()
        if reply.code and isinstance(detail, str) and reply.status not in _GATEWAY_ERRORS:
            return Unreachable(detail)
        return refusal(self._server_url, reply.status)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        json_body: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        access_token: str | None = None,
        max_bytes: int = MAX_REPLY_BYTES,
    ) -> _Reply:
        headers = {"Accept": "application/json"}
        if access_token is not None:
            headers["Authorization"] = f"Bearer {access_token}"
        session = await open_session(headers)
        import aiohttp  # noqa: PLC0415 - `open_session` has already imported it

        try:
            async with (
                asyncio.timeout(CONNECT_SECONDS),
                session.request(
                    method,
                    self._server_url + path,
                    json=json_body,
                    data=form,
                    proxy=await proxy_for(self._server_url),
                ) as response,
            ):
                content = bytearray()
                async for chunk in response.content.iter_any():
                    content += chunk
                    if len(content) > max_bytes:
                        break
                return _Reply(response.status, self._read(response.status, bytes(content)))
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is a subclass of OSError.
            raise fault_of(self._server_url, error) from error
        finally:
            await session.close()

    def _read(self, status: int, content: bytes) -> dict[str, Any]:
        """Return the JSON object in a reply's body. Raise `Unreachable` if the reply is not from a tutor service."""
        if status == HTTPStatus.NO_CONTENT:
            return {}
        try:
            fields = json.loads(content)
        except (ValueError, RecursionError):
            fields = None
        if isinstance(fields, dict):
            return fields
        if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.UNAUTHORIZED:
            raise self._stranger()
        raise refusal(self._server_url, status)

    def _stranger(self) -> Unreachable:
        """Return the `ServiceFault` for a reply that is not from the service, such as a network's sign-in page."""
        return Unreachable(
            f"Something else answers at {host_of(self._server_url)}, perhaps the sign-in page of this network."
        )


def _course(item: dict[str, Any]) -> Course:
    left = item.get("remaining_today")
    return Course(
        id=str(item.get("id") or ""),
        slug=str(item["slug"]),
        title=str(item["title"]),
        role=str(item["role"]),
        remaining_today=left if isinstance(left, int) else None,
    )
