"""A real VS Code in a browser, with the packaged extension and without the user's configuration."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import quote

from testing.servers import free_port

HERE = Path(__file__).resolve().parents[1] / "tests" / "editors"
PROGRAMS = HERE / "vscode_programs"
"""The folder into which `make vscode-for-tests` installs VS Code, Node and Playwright."""
VSIX = HERE.parents[1] / "vscode-client" / "ask-tutor.vsix"
"""The packaged extension, which `make vsix` builds."""

WAIT_SECONDS = 30
START_SECONDS = 90
STOP_SECONDS = 15

THREAD = ".review-widget .body"
"""The CSS selector of the body of a comment thread in VS Code."""
HINT = f"{THREAD} .comment-body"
LAST_HINT = f"{THREAD} .review-comment:last-child .comment-body"

USER_SETTINGS = {
    "window.autoDetectColorScheme": True,  # Tests choose the theme by the browser's colour scheme.
    "telemetry.telemetryLevel": "off",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "workbench.enableExperiments": False,
}
"""The settings that stop network access or that tests need. All others are VS Code's defaults, as students have."""


class StepFailed(AssertionError):
    """An expected state did not occur, or an element to click was not found."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The paths of the programs that VS Code in a browser needs."""

    node: str
    chromium: str


class VSCode:
    """A running VS Code with one folder, within `with`.

    With `keeps_secrets=False` its secret storage fails, as on a computer without a usable keyring.
    """

    def __init__(
        self,
        programs: Programs,
        folder: Path,
        *,
        settings: dict[str, Any] | None = None,
        machine_settings: dict[str, Any] | None = None,
        trusted: bool = True,
        keeps_secrets: bool = True,
        **environment: str,
    ) -> None:
        self._programs = programs
        self._home = folder / "home"
        # VS Code and the browser put their sockets here, since a socket's path has at most about a hundred characters.
        self._short = TemporaryDirectory(prefix="tutor-", ignore_cleanup_errors=True)
        self.workspace = folder / "course"
        self._port = free_port()
        self._trusted = trusted
        for path in (self._home, self.workspace):
            path.mkdir()
        self._environment = {
            "PATH": os.pathsep.join((str(Path(programs.node).parent), os.environ["PATH"])),
            "HOME": str(self._home),
            "LC_ALL": "C.UTF-8",
            "VSCODE_CLI": "1",  # Without this variable, VS Code starts a shell to read the environment.
            "TMPDIR": self._short.name,
            "TUTOR_DATA_DIR": str(folder / "data"),
            "TUTOR_VSCODE_PROGRAMS": str(PROGRAMS),
            "TUTOR_CHROMIUM": programs.chromium,
            **({} if keeps_secrets else {"TUTOR_VSCODE_REFUSES_SECRETS": "1"}),
            **environment,
        }
        self._write_settings("User", {**USER_SETTINGS, **(settings or {})})
        self._write_settings("Machine", machine_settings or {})
        self._replies: queue.Queue[dict[str, Any]] = queue.Queue()

    def __enter__(self) -> Self:
        self._install_extensions()
        trust = () if not self._trusted else ("--disable-workspace-trust",)
        entry = PROGRAMS / "node_modules" / "code-server" / "out" / "node" / "entry.js"
        self._editor = subprocess.Popen(
            [
                self._programs.node,
                str(entry),
                *("--auth", "none", "--bind-addr", f"127.0.0.1:{self._port}"),
                *("--user-data-dir", str(self._home / "data"), "--extensions-dir", str(self._home / "extensions")),
                *("--config", str(self._home / "config.yaml")),
                *("--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"),
                *trust,
                str(self.workspace),
            ],
            cwd=self._home,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._output: list[str] = []
        listening = threading.Event()
        self._driver = subprocess.Popen(
            [self._programs.node, str(HERE / "vscode_driver.mjs")],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._threads = [
            threading.Thread(target=self._listen, args=(listening,), daemon=True),
            threading.Thread(target=self._hear, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        if not listening.wait(START_SECONDS):
            self.__exit__()
            raise StepFailed("VS Code did not start:\n" + "".join(self._output))
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self._driver, self._editor):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(STOP_SECONDS)
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        for stream in (self._driver.stdin, self._driver.stdout, self._editor.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        self._short.cleanup()

    def open(self, name: str, text: str, *, line: int = 1, column: int = 1) -> None:
        """Write a file into the folder and open it, with the cursor at this line and column (both from 1)."""
        path = self.workspace / name
        path.write_text(text, encoding="utf-8")
        self.open_again(f"{path}:{line}:{column}")
        self.wait_for(".monaco-editor .view-line", seconds=START_SECONDS)
        self.wait_for(f'.tab[data-resource-name="{name}"]')

    def open_again(self, place: str) -> None:
        """Load the window with a file open, as after a restart of the browser."""
        payload = [["gotoLineMode", "true"], ["openFile", f"vscode-remote://127.0.0.1:{self._port}{place}"]]
        folder, files = quote(str(self.workspace)), quote(json.dumps(payload))
        self.step("open", url=f"http://127.0.0.1:{self._port}/?folder={folder}&payload={files}")

    def step(self, command: str, **parameters: Any) -> Any:
        """Run one command of the browser driver and return its result. Raise `StepFailed`."""
        reply = self._ask(command, {"seconds": WAIT_SECONDS, **parameters})
        if "error" in reply:
            self.picture("failed")
            shown = self._ask("evaluate", {"expression": "document.body.innerText"}).get("result")
            raise StepFailed(f"{command} {parameters}: {reply['error']}\nShown: {shown}")
        return reply["result"]

    def wait_for(self, selector: str, *, state: str = "visible", seconds: float = WAIT_SECONDS) -> None:
        """Wait until an element reaches a state. The default state is that it is visible."""
        self.step("wait", selector=selector, state=state, seconds=seconds)

    def is_there(self, selector: str, *, seconds: float) -> bool:
        """Return whether an element becomes visible within these seconds."""
        return "error" not in self._ask("wait", {"selector": selector, "seconds": seconds})

    def click(self, selector: str) -> None:
        """Wait until an element can be clicked, and click it."""
        self.step("click", selector=selector)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, such as `Control+K`."""
        for key in keys:
            self.step("press", key=key)

    def type(self, text: str) -> None:
        """Type into the focused element."""
        self.step("type", text=text)

    def texts(self, selector: str) -> list[str]:
        """Return the text of each matching element."""
        texts: list[str] = self.step("texts", selector=selector)
        return texts

    def until(self, expression: str, *, seconds: float = WAIT_SECONDS) -> Any:
        """Wait until a JavaScript expression is true in the page, and return its value."""
        return self.step("waitFor", expression=expression, seconds=seconds)

    def until_thread_says(self, text: str, *, seconds: float = WAIT_SECONDS) -> str:
        """Wait until a comment thread shows a text, and return the text of all threads."""
        return str(
            self.until(
                f"(() => {{ const shown = [...document.querySelectorAll({json.dumps(THREAD)})]"
                f".map((one) => one.parentElement.innerText).join('\\n');"
                f" return shown.includes({json.dumps(text)}) && shown; }})()",
                seconds=seconds,
            )
        )

    def run_command(self, title: str) -> None:
        """Run a command from the command palette, with the keyboard."""
        self.press("F1")
        self.wait_for(".quick-input-widget input")
        self.type(title)
        self.wait_for(f'.quick-input-list .monaco-list-row.focused[aria-label*="{title}"]')
        self.press("Enter")

    def picture(self, name: str) -> None:
        """Save a screenshot of the window if `TUTOR_TEST_PICTURES` names a folder."""
        folder = os.environ.get("TUTOR_TEST_PICTURES")
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._ask("screenshot", {"path": str(Path(folder) / f"vscode-{name}.png")})

    def choose_theme(self, theme: str, kind: str) -> None:
        """Choose a colour theme of a kind, `vs`, `vs-dark`, `hc-black` or `hc-light`, and wait until it is applied."""
        self.press("Control+K", "Control+T")
        self.wait_for(".quick-input-widget input")
        self.type(theme)
        self.wait_for(f'.quick-input-list .monaco-list-row.focused[aria-label^="{theme}"]')
        self.press("Enter")
        self.until(
            f"document.body.querySelector('.monaco-workbench.{kind}') !== null"
            " && !document.getAnimations().some((one) => one instanceof CSSTransition)"
        )

    def settings(self, scope: str) -> str:
        """Return the settings file of a scope: `User`, or `Machine` for the settings of the remote computer."""
        return self._settings_path(scope).read_text(encoding="utf-8")

    def log(self) -> str:
        """Return the extension's log."""
        logs = sorted((self._home / "data" / "logs").rglob("Ask Tutor.log"))
        return "\n".join(log.read_text(encoding="utf-8") for log in logs)

    def servers(self) -> list[int]:
        """Return the process ids of the language servers (Linux)."""
        return [pid for pid, command in self.processes() if "tutor_lsp/__main__.py" in command]

    def processes(self) -> list[tuple[int, str]]:
        """Return the id and command line of all processes of this VS Code and its browser (Linux)."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if f"HOME={self._home}\0".encode() in (process / "environ").read_bytes():
                    found.append((int(process.name), (process / "cmdline").read_text().replace("\0", " ")))
        return found

    def quit(self) -> list[tuple[int, str]]:
        """Close the window and then VS Code, as a user does. Return the processes that are still running afterwards."""
        self.step("close")
        self._driver.wait(STOP_SECONDS)
        self._editor.send_signal(signal.SIGTERM)
        self._editor.wait(STOP_SECONDS)
        deadline = time.monotonic() + STOP_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def _ask(self, command: str, parameters: dict[str, Any]) -> dict[str, Any]:
        assert self._driver.stdin is not None
        self._driver.stdin.write(json.dumps({"command": command, **parameters}) + "\n")
        self._driver.stdin.flush()
        try:
            return self._replies.get(timeout=parameters.get("seconds", 0) + WAIT_SECONDS)
        except queue.Empty:
            return {"error": "the browser does not answer"}

    def _install_extensions(self) -> None:
        extensions = self._home / "extensions"
        with zipfile.ZipFile(VSIX) as archive:
            members = [name for name in archive.namelist() if name.startswith("extension/")]
            archive.extractall(self._home, members)
        extensions.mkdir()
        (self._home / "extension").rename(extensions / "ask-tutor.ask-tutor-0.1.0")
        shutil.copytree(HERE / "vscode_classroom", extensions / "test.classroom-0.0.1")

    def _write_settings(self, scope: str, settings: dict[str, Any]) -> None:
        path = self._settings_path(scope)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings), encoding="utf-8")

    def _settings_path(self, scope: str) -> Path:
        return self._home / "data" / scope / "settings.json"

    def _listen(self, listening: threading.Event) -> None:
        assert self._editor.stdout is not None
        for line in self._editor.stdout:
            self._output.append(line)
            if "HTTP server listening" in line:
                listening.set()

    def _hear(self) -> None:
        assert self._driver.stdout is not None
        for line in self._driver.stdout:
            self._replies.put(json.loads(line))
