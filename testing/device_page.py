"""The pages of device sign-in, used over HTTP as a browser without JavaScript would use them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, CookieJar

if TYPE_CHECKING:
    from aiohttp import ClientResponse

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Shown:
    """A page as the browser received it: status, headers, form fields, text, heading and error message."""

    status: int
    headers: Any
    source: str
    fields: dict[str, str] = field(default_factory=dict)
    text: str = ""
    title: str = ""
    problem: str = ""


class Browser:
    """The browser of one person, with its cookies."""

    def __init__(self, url: str) -> None:
        # `unsafe` makes the cookie jar accept cookies from IP addresses.
        self.session = ClientSession(url, cookie_jar=CookieJar(unsafe=True))
        self.page: Shown

    async def open(self, path: str = "/device") -> Shown:
        """Open a page."""
        async with self.session.get(path) as response:
            return await self.show(response)

    async def submit(self, **fields: str) -> Shown:
        """Submit the page's form to `/device`, with these fields filled in."""
        async with self.session.post("/device", data=self.page.fields | fields) as response:
            return await self.show(response)

    async def send(self, path: str, **fields: str) -> Shown:
        """Submit the page's form to `path`, with these fields filled in, and follow redirects."""
        async with self.session.post(path, data=self.page.fields | fields) as response:
            return await self.show(response)

    async def post(self, path: str, **fields: str) -> Shown:
        """Post only these fields and the page's CSRF token to another path."""
        form = {"csrf": self.page.fields["csrf"]} | fields
        async with self.session.post(path, data=form) as response:
            return await self.show(response)

    def cookie(self, name: str) -> str:
        """Return the value of one of the browser's cookies."""
        return next(each.value for each in self.session.cookie_jar if each.key == name)

    async def sign_in(self, user_code: str, email: str, password: str) -> Shown:
        """Open `/device`, enter the user code and sign in. The resulting page asks whether to approve the device."""
        await self.open()
        await self.submit(user_code=user_code)
        return await self.submit(email=email, password=password)

    async def close(self) -> None:
        """Close the browser."""
        await self.session.close()

    async def show(self, response: ClientResponse) -> Shown:
        """Take a response for the page that is open, and return it."""
        reader = _Reader()
        source = await response.text()
        reader.feed(source)
        texts = {name: " ".join("".join(parts).split()) for name, parts in reader.texts.items()}
        self.page = Shown(
            status=response.status,
            headers=response.headers,
            source=source,
            fields=reader.fields,
            text=texts["main"],
            title=texts["h1"],
            problem=texts["problem"],
        )
        return self.page


async def start_device(session: ClientSession, url: str = "", **form: str) -> dict[str, Any]:
    """Request a device code and a user code, as an editor does."""
    async with session.post(f"{url}/api/auth/device", data=form or None) as response:
        started: dict[str, Any] = await response.json()
        assert response.status == 200, started
        return started


async def poll_device(session: ClientSession, device_code: str, url: str = "") -> tuple[int, dict[str, Any]]:
    """Request the tokens for a device code. Return the status and the body."""
    form = {"grant_type": GRANT_TYPE, "device_code": device_code}
    async with session.post(f"{url}/api/auth/device/token", data=form) as response:
        return response.status, await response.json()


async def approve_a_device(url: str, email: str, password: str) -> dict[str, Any]:
    """Start a device sign-in, approve it in a browser, and return its codes."""
    browser = Browser(url)
    try:
        started = await start_device(browser.session)
        await browser.sign_in(started["user_code"], email, password)
        shown = await browser.submit(decision="approve")
        assert shown.title == "Approved", shown.text
        return started
    finally:
        await browser.close()


class _Reader(HTMLParser):
    """Collects the text of the elements that tests read, and the fields that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.texts: dict[str, list[str]] = {"main": [], "h1": [], "problem": []}
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            self.fields[str(given["name"])] = given.get("value") or ""
        elif tag != "meta":
            self._inside.append("problem" if given.get("role") == "alert" else tag)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the overridden method of the base class has this parameter
        self._inside.pop()

    def handle_data(self, data: str) -> None:
        for name in {"main", "h1", "problem"} & set(self._inside):
            self.texts[name].append(data)
