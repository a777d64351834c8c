"""A browser over HTTP that is launched from a course platform, without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from aiohttp import ClientSession, CookieJar
from yarl import URL

from testing.received_page import ReceivedPage

if TYPE_CHECKING:
    from testing.lti_platform import LtiPlatform

FROM_OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


class LtiBrowser:
    """A browser with cookies of its own, which follows no redirect by itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True))

    async def get(self, url: str, **headers: str) -> ReceivedPage:
        """Open a page: an address, or a path of the service."""
        return await self._send("GET", url, None, headers)

    async def post(self, url: str, form: dict[str, str], **headers: str) -> ReceivedPage:
        """Send a form, as from another site unless the headers say otherwise."""
        return await self._send("POST", url, form, headers)

    async def begin(self, platform: LtiPlatform, **asked: Any) -> str:
        """Begin a launch at the platform. Return the location to which the service sends the browser."""
        to_service = await self.get(platform.launch_url(**asked))
        to_platform = await self.get(to_service.location)
        assert to_platform.status == 303, to_platform.text
        return to_platform.location

    async def receive(self, location: str, **headers: str) -> ReceivedPage:
        """Let the platform confirm the launch. Return the page that the service shows."""
        confirmed = await self.get(location)
        form = {name: confirmed.field(name) for name in ("state", "id_token")}
        return await self.post("/lti/launch", form, **headers)

    async def launch(self, platform: LtiPlatform, **asked: Any) -> ReceivedPage:
        """Launch in a frame. Return the page from which the person goes on."""
        return await self.receive(await self.begin(platform, **asked))

    async def enter(self, platform: LtiPlatform, **asked: Any) -> ReceivedPage:
        """Launch, and go on. Return the page after it, with redirects of the service followed."""
        page = await self.launch(platform, **asked)
        assert page.status == 200, page.problem
        entered = await self.post("/lti/open", {"ticket": page.field("ticket")}, **FROM_OWN_PAGE)
        return await self.follow(entered)

    async def follow(self, page: ReceivedPage) -> ReceivedPage:
        """Return the page that the browser is sent to, or the page itself."""
        return await self.get(str(URL(f"{self.url}/lti/").join(URL(page.location)))) if page.location else page

    async def _send(self, method: str, url: str, form: dict[str, str] | None, headers: dict[str, str]) -> ReceivedPage:
        address = url if url.startswith("http") else f"{self.url}{url}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, address, data=form, headers=named, allow_redirects=False) as response:
            return await ReceivedPage.read(response)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self.session.close()
