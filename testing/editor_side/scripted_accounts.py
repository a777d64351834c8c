"""A real HTTP server on loopback that plays the service's account routes for one student, as a test prescribes."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from testing.editor_side.scripted_service import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EMAIL = "ada@uni.example"
USER_CODE = "BCDF-GHJK"


@dataclass
class ScriptedAccounts:
    """A service with one sign-in at a time. Each refresh token is valid once: a second use ends the sign-in.

    `device_errors` are error codes of RFC 8628. The token route answers one request with each of them, and then returns
    tokens. `instead` maps a path to a response that is sent in place of the real one.
    """

    device_errors: list[str] = field(default_factory=list)
    instead: dict[str, web.Response] = field(default_factory=dict)
    device: dict[str, Any] = field(default_factory=dict)
    """Fields that are added to the response of the device route, or that replace its own."""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """The path and body of every request."""
    url: str = ""
    lifetime: int = 900
    """Seconds for which an access token is valid."""
    _issued: int = 0
    _refresh_token: str | None = None

    @property
    def paths(self) -> list[str]:
        """The paths of all requests, oldest first, without the prefix `/api/auth/`."""
        return [path.removeprefix("/api/auth/") for path, _ in self.requests]

    @property
    def access_token(self) -> str:
        """The only access token that is currently accepted."""
        return f"access-{self._issued}"

    def issue(self) -> dict[str, Any]:
        """Start or refresh a sign-in, and return the response's body with new tokens."""
        self._issued += 1
        self._refresh_token = f"refresh-{self._issued}"
        return {
            "access_token": self.access_token,
            "refresh_token": self._refresh_token,
            "token_type": "bearer",
            "expires_in": self.lifetime,
        }

    def end_sign_in(self) -> None:
        """End the sign-in, as a password change does."""
        self._refresh_token = None

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[str]:
        """Run on loopback and yield the server's URL."""
        async with serving(self._handle, port=port) as self.url:
            yield self.url

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.content_type == "application/json":
            body = json.loads(await request.text())
        else:
            body = {name: str(value) for name, value in (await request.post()).items()}
        self.requests.append((request.path, body))
        if request.path in self.instead:
            return self.instead[request.path]
        routes = {
            "/api/auth/refresh": lambda: self._refresh(body["refresh_token"]),
            "/api/auth/logout": self._log_out,
            "/api/auth/me": lambda: self._me(request.headers.get("Authorization")),
            "/api/auth/device": self._give_device_code,
            "/api/auth/device/token": self._take_device_code,
        }
        return routes.get(request.path, lambda: envelope(404, "NOT_FOUND"))()

    def _log_out(self) -> web.Response:
        self.end_sign_in()
        return web.Response(status=204)

    def _give_device_code(self) -> web.Response:
        page = f"{self.url}/device"
        return web.json_response(
            {
                "device_code": "device-code",
                "user_code": USER_CODE,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?code={USER_CODE}",
                "expires_in": 600,
                "interval": 5,
                **self.device,
            }
        )

    def _take_device_code(self) -> web.Response:
        if self.device_errors:
            return envelope(400, "VALIDATION_FAILED", error=self.device_errors.pop(0))
        return web.json_response(self.issue())

    def _refresh(self, token: str) -> web.Response:
        if token == self._refresh_token:
            return web.json_response(self.issue())
        self.end_sign_in()
        return envelope(401, "TOKEN_INVALID")

    def _me(self, authorization: str | None) -> web.Response:
        if authorization != f"Bearer {self.access_token}" or self._refresh_token is None:
            return envelope(401, "UNAUTHENTICATED")
        return web.json_response(
            {
                "id": "5e551011-0000-4000-8000-000000000000",
                "email": EMAIL,
                "programming_level": 3,
                "maths_level": 3,
                "messages_today": 12,
                "daily_message_cap": 100,
                "resets_at": "2026-03-02T00:00:00Z",
            }
        )


def envelope(status: int, code: str, detail: str = "No.", **more: Any) -> web.Response:
    """Return an error response in the service's format."""
    return web.json_response({"detail": detail, "code": code, **more}, status=status)
