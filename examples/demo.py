"""`make demo`: one student asks five times about one bug, through every layer and in real processes.

Starts the service on a free port with an empty data folder, registers a student, starts the language server as an
editor would, and asks five times about the bug in `average.py`. With `PROVIDER=fake`, a fake model answers in the wire
format of OpenAI, in place of the offline tutor. At the end all processes and files are removed. The exit status is 0,
or 1 with a reason on stderr.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_lsp.lsp.stdio_rpc import RequestFailed, ServerStopped
from tutor_lsp.terminal.answer_view import open_view
from tutor_lsp.terminal.language_client import ConnectionChanged, Ended, LanguageClient, Piece, Started
from tutor_protocol import Position

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

PROGRAM = Path(__file__).with_name("average.py").resolve()
BUG = Position(7, 4)
ASKS = 5
SECONDS = 55
STOP_SECONDS = 10
LISTENING = "listening on "
FAKE_MODEL_KEY = "fake-key"


class DemoFailed(Exception):
    """The demo cannot continue. The message is one line that states the reason."""


async def demo(provider_name: str) -> None:
    """Run the whole demo with `offline` or `fake` answers. Raise `DemoFailed`, `ServerStopped` or `RequestFailed`."""
    if provider_name not in PROVIDERS:
        raise DemoFailed(f"PROVIDER is one of {', '.join(PROVIDERS)}")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ask-tutor-demo-")))
        environment = bare_environment(folder)
        say("Starting a service with an empty database …")
        provider = await stack.enter_async_context(PROVIDERS[provider_name]())
        url = await stack.enter_async_context(service(folder, {**environment, **provider}))
        say("Registering a student …")
        token = await register(url)
        say("Starting the language server …")
        signed_in = {**environment, "TUTOR_SERVER_URL": url, "TUTOR_ACCESS_TOKEN": token}
        editor = await stack.enter_async_context(await LanguageClient.start(signed_in))
        uri = await editor.open(PROGRAM, PROGRAM.read_text(encoding="utf-8"))
        bug = PROGRAM.read_text(encoding="utf-8").splitlines()[BUG.line].strip()
        say(f"Asking {ASKS} times about line {BUG.line + 1} of examples/{PROGRAM.name}:  {bug}")
        for _ in range(ASKS):
            say("")
            await ask(editor, uri)
    say(f"\n{LAST_WORDS[provider_name]}")


async def ask(editor: LanguageClient, uri: str) -> None:
    """Choose the code action "Ask tutor" at the bug, and show the answer as it streams."""
    argument = await editor.ask_action(uri, BUG)
    if argument is None:
        raise DemoFailed("the language server offers no help at the bug")
    with open_view(sys.stdout) as view:
        async with aclosing(editor.ask(argument)) as events:
            async for event in events:
                match event:
                    case Started(heading):
                        view.start(heading)
                    case Piece(text):
                        view.add(text)
                    case Ended("completed"):
                        pass
                    case Ended(message=message):
                        raise DemoFailed(message)
                    case ConnectionChanged():
                        pass


@asynccontextmanager
async def service(folder: Path, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """Run the service, and yield its address."""
    command = Path(sys.executable).with_name("tutor-server")
    async with running(str(command), "serve", "--port", "0", cwd=folder, env=environment) as process:
        assert process.stderr is not None
        last = ""
        while line := (await process.stderr.readline()).decode().strip():
            if line.startswith(LISTENING):
                break
            last = line
        else:
            raise DemoFailed(f"the service did not start: {last}")
        draining = asyncio.create_task(process.stderr.read())  # Read the log, so that the pipe never fills up.
        try:
            yield line.removeprefix(LISTENING)
        finally:
            draining.cancel()
            await asyncio.wait([draining])


@asynccontextmanager
async def offline_tutor() -> AsyncIterator[dict[str, str]]:
    """Yield no settings: without a key, the service answers with the offline tutor."""
    yield {}


@asynccontextmanager
async def fake_model() -> AsyncIterator[dict[str, str]]:
    """Run the fake model of the tests, and yield the settings with which the service uses it."""
    checkout = PROGRAM.parent.parent
    async with running(sys.executable, "-m", "testing.fake_upstream", cwd=checkout) as process:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        if not url:
            raise DemoFailed("the fake model did not start")
        yield {"OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": FAKE_MODEL_KEY}


PROVIDERS = {"offline": offline_tutor, "fake": fake_model}
LAST_WORDS = {
    "offline": "Done: five hints on one bug, and the solution only in the last.",
    "fake": "Done: five hints over the wire of a model, though this one knows a single answer.",
}


@asynccontextmanager
async def running(
    *command: str, cwd: Path, env: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a process within the context, and end it on exit."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()


async def register(url: str) -> str:
    """Create an account, and return its access token."""
    from aiohttp import ClientSession

    account = {"email": "student@uni.example", "password": "a long sentence of my own"}
    async with ClientSession(url) as session, session.post("/api/auth/register", json=account) as response:
        answer = await response.json()
        if response.status != HTTPStatus.CREATED:
            raise DemoFailed(f"the service did not register the student: {answer['detail']}")
        token: str = answer["access_token"]
        return token


def bare_environment(folder: Path) -> dict[str, str]:
    """Return an environment without the machine's own settings and keys, so that the demo is the same everywhere."""
    own = ("TUTOR_", "ANTHROPIC_", "OPENAI_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "TUTOR_DATA_DIR": str(folder / "data"), "TUTOR_LOG_LEVEL": "error"}


def say(text: str) -> None:
    """Print a line, and flush it."""
    print(text, flush=True)


def main() -> int:
    """Run the demo, with a time limit of `SECONDS`. Return the exit status."""

    async def in_time() -> None:
        async with asyncio.timeout(SECONDS):
            await demo(os.environ.get("PROVIDER") or "offline")

    try:
        asyncio.run(in_time())
    except (DemoFailed, ServerStopped, RequestFailed) as error:
        reason = str(error)
    except TimeoutError:
        reason = f"not done in {SECONDS} seconds"
    except KeyboardInterrupt:
        reason = "stopped"
    else:
        return 0
    print(f"demo: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
