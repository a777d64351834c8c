"""Run LiteLLM's proxy from a virtual environment in the user's cache folder. It keeps keys and limits in memory."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import venv
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientSession
from platformdirs import user_cache_path

from benchmarks.service.processes import SERVICE_CORE, on_cores
from benchmarks.service.proxies import Proxy
from testing.servers import free_port

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "1.108.7"
INSTALL_SECONDS, START_SECONDS = 600, 120
KEY, MASTER_KEY = "sk-benchmark", "sk-master-key-of-a-benchmark-0123456789"
AUTH = f"""
from litellm.proxy._types import UserAPIKeyAuth


async def authenticate(request, api_key):
    if api_key != {KEY!r}:
        raise PermissionError
    return UserAPIKeyAuth(
        api_key=api_key, user_id="student", rpm_limit=10**8, tpm_limit=10**12, max_parallel_requests=10**6
    )
"""
"""Settings that keep every limit in force, but set it too high to be reached."""


class NotInstalled(Exception):
    """LiteLLM cannot be installed on this machine. The message states the reason."""


def installed() -> Path:
    """Return the path of LiteLLM's program, which is installed if it is missing. Raise `NotInstalled`."""
    folder = user_cache_path("ask-tutor") / f"litellm-{VERSION}"
    program = folder / "bin" / "litellm"
    if program.exists():
        return program
    venv.create(folder, with_pip=True, clear=True)
    pip = (folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", f"litellm[proxy]=={VERSION}")
    print(f"installing LiteLLM {VERSION} into {folder}", file=sys.stderr, flush=True)
    try:
        subprocess.run(pip, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"pip took more than {INSTALL_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise NotInstalled(error.stderr.decode(errors="replace").strip().rpartition("\n")[2]) from None
    return program


async def start(program: Path, folder: Path, upstream: str) -> Proxy:
    """Start LiteLLM with one worker, bound to the service's core, and wait until it answers."""
    model = {"model": "openai/bench", "api_base": upstream, "api_key": "none"}
    config: dict[str, object] = {
        "model_list": [{"model_name": "bench", "litellm_params": model}],
        "general_settings": {"custom_auth": "own_auth.authenticate", "master_key": MASTER_KEY},
        "litellm_settings": {"telemetry": False},
    }
    await asyncio.to_thread(_write, folder, config)
    port = free_port()
    process = await asyncio.to_thread(
        subprocess.Popen,
        [*on_cores(SERVICE_CORE), str(program), "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_LOG": "ERROR",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    proxy = Proxy(
        "LiteLLM", f"http://127.0.0.1:{port}/v1/chat/completions", process, {"Authorization": f"Bearer {KEY}"}
    )
    try:
        await _until_it_answers(f"http://127.0.0.1:{port}/health/liveliness")
    except TimeoutError:
        await proxy.close()
        raise NotInstalled(f"it did not answer within {START_SECONDS} s of its start") from None
    return proxy


def _write(folder: Path, config: dict[str, object]) -> None:
    folder.mkdir()
    (folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")
    (folder / "own_auth.py").write_text(AUTH, encoding="utf-8")


async def _until_it_answers(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    async with ClientSession() as session:
        while time.monotonic() < deadline:
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.2)
    raise TimeoutError
