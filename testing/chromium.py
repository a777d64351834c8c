"""A headless Chromium, driven over the DevTools protocol by keys and by the accessibility tree, as a person would."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, ClientWebSocketResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START_SECONDS = 30
LOOK_SECONDS = 20

_KEYS = {"Enter": (13, "\r"), "Tab": (9, "\t"), "Space": (32, " "), "ArrowRight": (39, ""), "End": (35, "")}


class Page:
    """One tab. JavaScript is off unless a test enables it, to prove that the pages work without JavaScript."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.requests: list[str] = []
        """The URL of every request of the tab."""
        self.complaints: list[str] = []
        """Warnings and errors in the browser's console, such as styles or scripts that the page's policy blocks."""
        self.blocked: list[str] = []
        """Why the browser kept cookies from being stored or sent, one reason a cookie."""
        self.browser = ""
        """The address of the browser's debugging server."""
        self.target = ""
        """The id of the tab."""
        self._socket = socket
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command of the DevTools protocol and return its result."""
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(LOOK_SECONDS):
            result: dict[str, Any] = await answer
        return result

    async def prepare(self, *, scripts: bool) -> None:
        """Enable the protocol's events, and disable JavaScript unless `scripts` is true."""
        for domain in ("Page", "Network", "Log", "Accessibility"):
            await self.call(f"{domain}.enable")
        await self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        await self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    async def open(self, url: str) -> None:
        """Open a URL and wait until the page has loaded."""
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await self._wait_until_loaded()

    async def type(self, text: str) -> None:
        """Wait until an element has the focus, and type into it."""
        await self.focused()
        await self.call("Input.insertText", text=text)

    async def choose(self, field: str, *files: Path) -> None:
        """Choose files in the field with an id, as a person does in the window of the system."""
        root = (await self.call("DOM.getDocument"))["root"]["nodeId"]
        found = await self.call("DOM.querySelector", nodeId=root, selector=f"#{field}")
        await self.call("DOM.setFileInputFiles", nodeId=found["nodeId"], files=[str(file) for file in files])

    async def press(self, key: str, *, loads: bool = False) -> None:
        """Press a key. If it opens another page (`loads`), wait for the focus before, and for that page afterwards."""
        code, text = _KEYS[key]
        if loads:
            await self.focused()  # A page may focus its element after its load event; a key before that is lost.
        self._loaded.clear()
        for kind in ("keyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=text if key == "Space" else key,
                code=key,
                windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" and key != "Tab" else "",
            )
        if loads:
            await self._wait_until_loaded()

    async def frames(self) -> list[str]:
        """Return the ids of the frames in the page."""
        tree = (await self.call("Page.getFrameTree"))["frameTree"]
        return [child["frame"]["id"] for child in tree.get("childFrames", ())]

    async def told(self, frame: str | None = None) -> list[tuple[str, str]]:
        """Return role and name of each element that a screen reader reads, in order. An alert's name is its text."""
        of_frame = {} if frame is None else {"frameId": frame}
        nodes = (await self.call("Accessibility.getFullAXTree", **of_frame))["nodes"]
        children = {node["nodeId"]: node.get("childIds", ()) for node in nodes}
        names = {node["nodeId"]: node.get("name", {}).get("value", "") for node in nodes}
        told = []
        for node in nodes:
            role, name = node.get("role", {}).get("value", ""), names[node["nodeId"]]
            if role == "alert":
                name = "".join(names.get(child, "") for child in children[node["nodeId"]])
            if not node["ignored"]:
                told.append((role, name))
        return told

    async def focused(self) -> tuple[str, str]:
        """Wait until an element has the focus, and return its role and name."""
        async with asyncio.timeout(LOOK_SECONDS):
            while True:
                tree = await self.call("Accessibility.getFullAXTree")
                for node in tree["nodes"]:
                    if node["role"]["value"] != "RootWebArea" and _has_focus(node):
                        return node["role"]["value"], node["name"]["value"]

    async def focused_or_none(self) -> tuple[str, str] | None:
        """Return the role and name of the focused element, or None if no element has the focus."""
        tree = await self.call("Accessibility.getFullAXTree")
        for node in tree["nodes"]:
            if node["role"]["value"] != "RootWebArea" and _has_focus(node):
                return node["role"]["value"], node["name"]["value"]
        return None

    async def resize(self, width: int, height: int) -> None:
        """Set the tab's size in CSS pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    async def prefer(self, scheme: str, **features: str) -> None:
        """Emulate a preferred colour scheme, `light` or `dark`, and other media features: `forced_colors="active"`."""
        wanted = {"prefers-color-scheme": scheme, **{name.replace("_", "-"): value for name, value in features.items()}}
        emulated = [{"name": name, "value": value} for name, value in wanted.items()]
        await self.call("Emulation.setEmulatedMedia", features=emulated)

    async def evaluate(self, expression: str) -> Any:
        """Evaluate a JavaScript expression and return its value. Afterwards JavaScript is off for the page.

        The value of a promise is what it resolves to.
        """
        await self.call("Emulation.setScriptExecutionDisabled", value=False)
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        await self.call("Emulation.setScriptExecutionDisabled", value=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"]["value"]

    async def content_width(self) -> float:
        """Return the width of the page's content in CSS pixels. If it exceeds the tab's, the page scrolls sideways."""
        metrics = await self.call("Page.getLayoutMetrics")
        return float(metrics["cssContentSize"]["width"])

    async def close(self) -> None:
        """Stop reading messages from the browser."""
        self._reader.cancel()
        await asyncio.wait({self._reader})

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                answer = self._answers.pop(told["id"])
                if "error" in told:
                    answer.set_exception(RuntimeError(told["error"]["message"]))
                else:
                    answer.set_result(told["result"])
                continue
            match told["method"]:
                case "Page.loadEventFired":
                    self._loaded.set()
                case "Network.requestWillBeSent":
                    self.requests.append(told["params"]["request"]["url"])
                case "Network.responseReceivedExtraInfo":
                    self._note_blocked(told["params"]["blockedCookies"])
                case "Network.requestWillBeSentExtraInfo":
                    self._note_blocked(told["params"]["associatedCookies"])
                case "Log.entryAdded" if told["params"]["entry"]["level"] in {"warning", "error"}:
                    self.complaints.append(told["params"]["entry"]["text"])

    def _note_blocked(self, cookies: list[dict[str, Any]]) -> None:
        self.blocked += [reason for cookie in cookies for reason in cookie["blockedReasons"]]

    async def _wait_until_loaded(self) -> None:
        async with asyncio.timeout(LOOK_SECONDS):
            await self._loaded.wait()


def _has_focus(node: dict[str, Any]) -> bool:
    return any(each["name"] == "focused" and each["value"]["value"] for each in node.get("properties", ()))


@asynccontextmanager
async def chromium(program: str, *, scripts: bool = False, blocks_foreign_cookies: bool = False) -> AsyncIterator[Page]:
    """Start a Chromium with a fresh profile and yield its only tab.

    `blocks_foreign_cookies` is the setting of that name. Frames of other sites are in the tab's process then, so that
    the tab's connection shows them, too.
    """
    profile = Path(tempfile.mkdtemp(prefix="chromium-"))
    options = []
    if blocks_foreign_cookies:
        (profile / "Default").mkdir()
        preferences = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}
        (profile / "Default" / "Preferences").write_text(json.dumps(preferences), encoding="ascii")
        options = ["--disable-site-isolation-trials", "--disable-features=IsolateOrigins,site-per-process"]
    process = await asyncio.create_subprocess_exec(
        program,
        "--headless=new",
        "--no-sandbox",  # Chromium refuses to run as root with a sandbox.
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        *options,
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile)},
    )
    try:
        port = await _debugging_port(profile / "DevToolsActivePort")
        async with _tab(f"http://127.0.0.1:{port}", "", scripts=scripts) as page:
            yield page
    finally:
        process.kill()
        await process.wait()
        await asyncio.to_thread(shutil.rmtree, profile, ignore_errors=True)


@asynccontextmanager
async def other_tab(page: Page) -> AsyncIterator[Page]:
    """Wait until a page has opened another tab, and yield that."""
    async with _tab(page.browser, page.target, scripts=False) as other:
        yield other


@asynccontextmanager
async def _tab(browser: str, known: str, *, scripts: bool) -> AsyncIterator[Page]:
    """Wait for a tab that is not the known one, and yield it."""
    async with ClientSession() as session:
        async with asyncio.timeout(LOOK_SECONDS):
            tabs: list[dict[str, str]] = []
            while not tabs:
                async with session.get(f"{browser}/json/list") as response:
                    targets = await response.json()
                tabs = [each for each in targets if each["type"] == "page" and each["id"] != known]
        async with session.ws_connect(tabs[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            page = Page(socket)
            page.browser, page.target = browser, tabs[0]["id"]
            try:
                await page.prepare(scripts=scripts)
                yield page
            finally:
                await page.close()


async def _debugging_port(file: Path) -> int:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                return int((await asyncio.to_thread(file.read_text)).split("\n")[0])
            except (FileNotFoundError, ValueError):
                await asyncio.sleep(0.05)  # Chromium writes the port that it has chosen to this file, and nowhere else.
