"""Measure how much a student who floods the service with frames delays other users.

`python -m benchmarks.floods [--also CHECKOUT] [KIND …]`. For each kind of cheap frame, one student sends frames as fast
as possible over three WebSockets, and opens a new one whenever one is closed. Meanwhile `GET /api/health` is requested
every 20 ms, and another student sends a frame every 150 ms. With `--also`, each flood is run against the service of
another checkout, too. Each run has a service of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

from aiohttp import ClientSession

from benchmarks.figures import percentile

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parents[1]
SECONDS = 8.0
SOCKETS = 3
BATCH_BYTES = 64 * 1024
MOST_MEDIAN_MS = 50.0
CODE = "def total(prices):\n    for price in prices\n        print(price)\n"
HANDSHAKE = (
    "GET /api/chat/ws HTTP/1.1\r\nHost: tutor\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: tutor.v1\r\nAuthorization: Bearer {token}\r\n\r\n"
)
TEXT, BINARY, CONTINUATION, PING, PONG = 0x81, 0x82, 0x00, 0x89, 0x8A


def frame(first_byte: int, payload: bytes) -> bytes:
    """Return a masked frame (RFC 6455 §5.2) with a mask of zeros, which leaves the payload unchanged."""
    if len(payload) < 126:
        return struct.pack("!BB4x", first_byte, 0x80 | len(payload)) + payload
    return struct.pack("!BBH4x", first_byte, 0x80 | 126, len(payload)) + payload


def message(kind: str, token: str) -> bytes:
    """Return one frame of this kind of flood."""
    contents = {
        "auth": {"type": "auth", "access_token": token},
        "cancel": {"type": "cancel", "request_id": str(uuid4())},
        "resume": {"type": "resume", "request_id": str(uuid4()), "next_seq": 0},
        "refused": {"type": "ask", "request_id": str(uuid4()), "code": CODE, "cursor": {"line": 1, "character": 4}},
        "wrong auth": {"type": "auth", "access_token": "x"},
    }
    match kind:
        case "garbage":
            return frame(TEXT, b"{")
        case "binary":
            return frame(BINARY, b"\0" * 8)
        case "ping":
            return frame(PING, b"")
        case "pong":
            return frame(PONG, b"")
        case "fragments":
            return frame(CONTINUATION, b"")
    return frame(TEXT, json.dumps(contents[kind]).encode())


KINDS = ("garbage", "binary", "auth", "ping", "cancel", "resume", "refused", "pong", "fragments", "wrong auth")


def flood(url: str, kind: str, token: str, seconds: float) -> None:
    """Flood the service for `seconds`, and print as JSON how often each close code occurred."""
    ends_at = time.monotonic() + seconds
    codes: Counter[str] = Counter()
    host, _, port = url.removeprefix("http://").rpartition(":")

    def read(line: socket.socket) -> None:
        last = b""
        with suppress(OSError):
            while got := line.recv(65536):
                last = (last + got)[-64:]
        found = re.search(rb"\x88[\x02-\x7d](..)", last, re.DOTALL)
        codes[str(struct.unpack("!H", found[1])[0]) if found else "cut"] += 1

    def send() -> None:
        while time.monotonic() < ends_at:
            line = socket.create_connection((host, int(port)))
            line.settimeout(1)
            with line, suppress(OSError):
                line.sendall(HANDSHAKE.format(token=token).encode())
                reader = threading.Thread(target=read, args=(line,), daemon=True)
                if kind == "fragments":
                    line.sendall(frame(0x01, b""))
                line.settimeout(None)
                reader.start()
                batch = BATCH_BYTES // len(message(kind, token)) + 1
                while time.monotonic() < ends_at and reader.is_alive():
                    if kind in {"refused", "resume"}:  # Each of these frames needs its own request id.
                        line.sendall(b"".join(message(kind, token) for _ in range(50)))
                    else:
                        line.sendall(message(kind, token) * batch)

    threads = [threading.Thread(target=send, daemon=True) for _ in range(SOCKETS)]
    print("flooding", flush=True)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends_at + 1 - time.monotonic()))
    print(json.dumps(codes), flush=True)
    os._exit(0)


@contextmanager
def running_service(checkout: Path) -> Iterator[tuple[str, list[str]]]:
    """Run the service of a checkout; yield its URL and its log."""
    with TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "TUTOR_DATA_DIR": f"{folder}/data"}
        environment["PYTHONPATH"] = str(checkout)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tutor_server.cli.main", "serve", "--port", "0"],
            cwd=folder,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines: list[str] = []
        found = threading.Event()

        def read() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                lines.append(line.strip())
                if line.startswith("listening on "):
                    found.set()

        threading.Thread(target=read, daemon=True).start()
        try:
            assert found.wait(60), lines
            address = next(line for line in lines if line.startswith("listening on "))
            yield address.removeprefix("listening on "), lines
        finally:
            process.kill()
            process.wait()


async def sign_up(client: ClientSession) -> str:
    """Register a student and return the access token."""
    body = {"email": f"{uuid4().hex}@uni.example", "password": "a quiet long password"}
    async with client.post("/api/auth/register", json=body) as response:
        return str((await response.json())["access_token"])


@dataclass
class Seen:
    """The observations of other users during a flood: response times in ms, and the count of failed health requests."""

    health: list[float] = field(default_factory=list)
    pings: list[float] = field(default_factory=list)
    failures: int = 0
    codes: str = ""


async def look_at_health(client: ClientSession, seen: Seen) -> None:
    """Request the health route every 20 ms until cancelled, and record the times and failures."""
    while True:
        begun = time.monotonic()
        async with client.get("/api/health") as response:
            seen.failures += response.status != 200
        seen.health.append((time.monotonic() - begun) * 1000)
        await asyncio.sleep(0.02)


async def look_at_socket(client: ClientSession, token: str, seen: Seen) -> None:
    """Send invalid frames, well below the frame rate limit, until cancelled, and record the time to each reply."""
    async with client.ws_connect(
        "/api/chat/ws", headers={"Authorization": f"Bearer {token}"}, protocols=("tutor.v1",)
    ) as chat:
        while True:
            begun = time.monotonic()
            await chat.send_str("{}")
            await chat.receive_str()
            seen.pings.append((time.monotonic() - begun) * 1000)
            await asyncio.sleep(0.15)


async def measure(url: str, kind: str | None) -> Seen:
    """Flood a service, and return what other users observed meanwhile."""
    seen = Seen()
    async with ClientSession(url) as client:
        flooding, other = await sign_up(client), await sign_up(client)
        command = [sys.executable, "-m", "benchmarks.floods", "--flood", url, str(kind), flooding, str(SECONDS)]
        process = None
        if kind is not None:
            process = await asyncio.create_subprocess_exec(*command, cwd=HERE, stdout=asyncio.subprocess.PIPE)
            assert process.stdout is not None
            await process.stdout.readline()  # The process prints a line when the flood begins.
        looking = [look_at_health(client, seen), look_at_socket(client, other, seen)]
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                await asyncio.gather(*looking)
        if process is not None:
            seen.codes = (await process.communicate())[0].decode().strip()
    return seen


def main() -> int:
    """Print the table. Return 1 if this checkout's median health time exceeded `MOST_MEDIAN_MS` in a run, else 0."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--also", type=Path)
    parser.add_argument("--flood", nargs=4, metavar=("URL", "KIND", "TOKEN", "SECONDS"), help=argparse.SUPPRESS)
    parser.add_argument("kinds", nargs="*")
    options = parser.parse_args()
    if options.flood:
        url, kind, token, seconds = options.flood
        flood(url, kind, token, float(seconds))
    print(
        f"{'flood':12}{'checkout':>9}{'health p50':>12}{'p99 ms':>9}{'times':>7}{'503':>6}"
        f"{'socket p50':>11}{'p99 ms':>9}{'log':>5}  closed with"
    )
    is_slow = False
    for kind in (None, *(options.kinds or KINDS)):
        for checkout in (HERE, options.also):
            if checkout is None:
                continue
            with running_service(checkout) as (url, lines):
                seen = asyncio.run(measure(url, kind))
                logged = sum('"frames_past_rate"' in line for line in lines)
            median = percentile(seen.health, 50)
            is_slow |= checkout == HERE and median > MOST_MEDIAN_MS
            print(
                f"{kind or 'none':12}{'this' if checkout == HERE else 'other':>9}"
                f"{median:>12.1f}{percentile(seen.health, 99):>9.1f}{len(seen.health):>7}{seen.failures:>6}"
                f"{percentile(seen.pings, 50):>11.1f}{percentile(seen.pings, 99):>9.1f}{logged:>5}  {seen.codes}",
                flush=True,
            )
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())
