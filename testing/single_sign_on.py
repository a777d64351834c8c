"""A service in the test's process that knows the tests' identity provider, and a browser that signs in there."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

from aiohttp import ClientSession, CookieJar, web
from yarl import URL

from testing.held_service import held_service
from testing.identity_provider import CLIENT_ID, CLIENT_SECRET
from testing.received_page import ReceivedPage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from http.cookies import Morsel
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.held_service import HeldService
    from testing.identity_provider import IdentityProvider

ADA = "ada@uni.example"
NAME = "Uni Example"


class Browser:
    """A browser with cookies of its own, which follows no redirect by itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = ClientSession(url, cookie_jar=CookieJar(unsafe=True))

    @property
    def cookies(self) -> list[Morsel[str]]:
        """The cookies that it keeps."""
        return list(self._session.cookie_jar)

    def set_cookie(self, name: str, value: str) -> None:
        """Replace a cookie, as a page under the same domain could."""
        self._session.cookie_jar.update_cookies({name: value}, URL(self.url))

    async def get(self, path: str, **query: str) -> ReceivedPage:
        """Open a page."""
        async with self._session.get(path, params=query, allow_redirects=False) as response:
            return await ReceivedPage.read(response)

    async def post(self, path: str, **form: str) -> ReceivedPage:
        """Send a form."""
        async with self._session.post(path, data=form, allow_redirects=False) as response:
            return await ReceivedPage.read(response)

    async def sign_in(self, provider: IdentityProvider, goal: str = "account", **answer: str) -> ReceivedPage:
        """Sign in at the provider, and return the page after it. `answer` replaces what the provider sends back."""
        return await self.answer(provider, await self.get("/auth/oidc/start", goal=goal), **answer)

    async def answer(self, provider: IdentityProvider, begun: ReceivedPage, **answer: str) -> ReceivedPage:
        """Finish a sign-in that has begun, and return the page after it."""
        assert begun.status == 303, begun.text
        code, state = provider.authorize(begun.location)
        return await self.get("/auth/oidc/callback", **({"code": code, "state": state} | answer))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self._session.close()


@asynccontextmanager
async def service_of(
    provider: IdentityProvider, folder: Path, clock: HeldClock, **settings: Any
) -> AsyncIterator[HeldService]:
    """Run a service that knows the provider."""
    given = {
        "oidc_issuer": provider.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": NAME,
    }
    async with held_service(folder, clock, **(given | settings)) as running:
        yield running


def without(name: str) -> Callable[[dict[str, Any]], object]:
    """Return a change of claims or metadata that leaves one out."""
    return lambda claims: claims.pop(name, None)


def with_(**values: Any) -> Callable[[dict[str, Any]], object]:
    """Return a change of claims or metadata that replaces some."""
    return lambda claims: claims.update(values)


def broken(endpoint: str, response: Callable[[web.Request], Any]) -> Callable[[str, web.Request], Any]:
    """Return a behaviour that replaces the response of one endpoint."""
    return lambda name, request: response(request) if name == endpoint else None
