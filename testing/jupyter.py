"""A real JupyterLab, with the classic notebook beside it, in a headless Chromium."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession

from testing.chromium import chromium
from testing.servers import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from testing.chromium import Page

PROGRAMS = Path(__file__).resolve().parents[1] / ".jupyter-for-tests" / "bin"
"""The folder to which `make jupyter-for-tests` installs JupyterLab, the classic notebook, and this checkout."""
TOKEN = "a-token-of-the-tests"
WAIT_SECONDS = 60
"""Seconds after which a wait fails. They are far more than any wait should need, even on a busy machine."""
POLL_SECONDS = 0.1
LAB = "lab/tree"
CLASSIC = "notebooks"
RUN_ALL = {
    LAB: "window.jupyterapp.commands.execute('notebook:run-all-cells') && true",
    CLASSIC: "Jupyter.notebook.execute_all_cells() || true",
}
RUN_LAST = {
    LAB: "window.jupyterapp.shell.currentWidget.content.activeCellIndex ="
    " window.jupyterapp.shell.currentWidget.content.widgets.length - 1,"
    " window.jupyterapp.commands.execute('notebook:run-cell') && true",
    CLASSIC: "Jupyter.notebook.execute_cells([Jupyter.notebook.ncells() - 1]) || true",
}
IS_READY = {
    LAB: "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
    CLASSIC: "window.Jupyter?.notebook?.kernel?.is_connected() && Jupyter.notebook._fully_loaded",
}
"""JavaScript expressions that are true once a notebook is shown with a kernel that can run cells."""


class Jupyter:
    """A notebook in a frontend, shown in a browser."""

    def __init__(self, page: Page, frontend: str) -> None:
        self._page = page
        self._frontend = frontend

    async def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        answer = await self._page.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return None if "exceptionDetails" in answer else answer["result"].get("value")

    async def until(self, expression: str) -> Any:
        """Wait until a JavaScript expression is true, and return its value."""
        end = asyncio.get_running_loop().time() + WAIT_SECONDS
        while not (value := await self.evaluate(expression)):
            if asyncio.get_running_loop().time() > end:
                await self.picture("failed")
                shown = await self.evaluate("document.body.innerText")
                raise AssertionError(f"never came: {expression}\nShown: {shown}")
            await asyncio.sleep(POLL_SECONDS)
        return value

    async def until_shown(self, text: str) -> str:
        """Wait until the page shows a text, and return all that it shows."""
        shown = "document.body.innerText"
        return str(await self.until(f"{shown}.includes({json.dumps(text)}) && {shown}"))

    async def run_all(self) -> None:
        """Run all cells, in their order."""
        await self.until(RUN_ALL[self._frontend])

    async def run_below_the_failure(self) -> None:
        """Run the last cell, which a failure above has left out."""
        await self.until(RUN_LAST[self._frontend])

    async def click(self, selector: str) -> None:
        """Scroll to an element that can be clicked, and click it with the mouse."""
        found = f"document.querySelector({json.dumps(selector)})"
        await self.until(f"{found} && !{found}.disabled")
        x, y = await self.until(
            f"(() => {{ {found}.scrollIntoView({{ block: 'center' }});"
            f" const box = {found}.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self._page.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def picture(self, name: str) -> None:
        """Save a screenshot if `TUTOR_TEST_PICTURES` names a folder."""
        folder = os.environ.get("TUTOR_TEST_PICTURES")
        if folder is not None:
            shot = await self._page.call("Page.captureScreenshot")
            path = Path(folder, f"jupyter-{name}.png")
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook with these code cells."""
    described: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": described}
    path.write_text(json.dumps(notebook), encoding="utf-8")


@asynccontextmanager
async def jupyter(
    program: str, folder: Path, frontend: str, cells: Sequence[str], **environment: str
) -> AsyncIterator[Jupyter]:
    """Start a server and a browser on a notebook with these cells, and wait for its kernel.

    `environment` holds variables to add to an otherwise minimal environment of the server and its kernels.
    """
    work, settings = folder / "work", folder / "settings" / "@jupyterlab" / "apputils-extension"
    for path in (work, settings):
        path.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}', encoding="utf-8")
    write_notebook(work / "course.ipynb", cells)
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        str(PROGRAMS / "jupyter-lab"),
        *("--no-browser", "--allow-root", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={work}", "--LabApp.expose_app_in_browser=True"),
        cwd=work,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={
            "PATH": os.pathsep.join((str(PROGRAMS), os.environ["PATH"])),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "TUTOR_DATA_DIR": str(folder / "data"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **environment,
        },
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await _answers(f"{url}/api/status?token={TOKEN}")
        async with chromium(program, scripts=True) as page:
            await page.resize(1100, 900)
            await page.open(f"{url}/{frontend}/course.ipynb?token={TOKEN}")
            shown = Jupyter(page, frontend)
            await shown.until(IS_READY[frontend])
            yield shown
    finally:
        server.terminate()
        await server.wait()


async def _answers(url: str) -> None:
    """Wait until a server answers."""
    async with ClientSession() as session, asyncio.timeout(WAIT_SECONDS):
        while True:
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            except ClientError:
                await asyncio.sleep(POLL_SECONDS)
