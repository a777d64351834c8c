"""The steps of a student in VS Code: open a program, ask the tutor, type an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testing.vscode import THREAD, VSCode

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = """\
\"\"\"How far a walk was.\"\"\"


def total(distances):
    \"\"\"Add them up.\"\"\"
    way = 0
    for distance in distances:
        way = way + distence
    return way


print(total([1.5, 2.0]))
"""
BAD_LINE = 8
LIGHT_BULB = ".monaco-editor .lightBulbWidget"
ASK_TUTOR = '.action-widget .monaco-list-row:has-text("Ask tutor")'
NEXT_HINT = f'{THREAD} a:has-text("Next hint")'
DEVICE_CODE = """(() => {
  const shown = [...document.querySelectorAll(".notification-toast")].map((one) => one.innerText).join("\\n");
  return (/Code ([A-Z0-9]{4}-?[A-Z0-9]{4})/.exec(shown) || [])[1];
})()"""
TOAST = ".notification-toast"
BAD_LINE_IS_SEEN = """(() => {
  const isIt = (one) => one.innerText.includes("distence");
  const line = [...document.querySelectorAll(".monaco-editor .view-line")].find(isIt);
  const name = line && [...line.querySelectorAll("span span")].find(isIt);
  if (!name) return false;
  const { left, right, top, bottom } = name.getBoundingClientRect();
  const points = [[left + 2, top + 2], [right - 2, top + 2], [left + 2, bottom - 2], [right - 2, bottom - 2]];
  return points.every(([x, y]) => line.contains(document.elementFromPoint(x, y)));
})()"""
"""A JavaScript expression that is true if the mistyped name is visible and no element covers any of its corners."""


def open_program(editor: VSCode) -> None:
    """Open the program and wait for the light bulb. The cursor is on the line with the error, outside the squiggle."""
    editor.open("walk.py", PROGRAM, line=BAD_LINE, column=10)
    editor.wait_for(".squiggly-error")
    wait_for_light_bulb(editor)


def wait_for_light_bulb(editor: VSCode) -> None:
    """Move the cursor until the light bulb appears.

    VS Code requests code actions only when the cursor moves, and the tutor may still be starting.
    """
    for key in ("ArrowRight", "ArrowLeft") * 10:
        editor.press(key)
        if editor.is_there(LIGHT_BULB, seconds=1.5):
            return
    editor.wait_for(LIGHT_BULB)


def ask(editor: VSCode) -> None:
    """Choose the code action "Ask tutor" from the light bulb's menu."""
    open_menu(editor, lambda: click_light_bulb(editor))
    editor.click(ASK_TUTOR)


def click_light_bulb(editor: VSCode) -> None:
    """Click the light bulb. Move the cursor first if its menu was closed, because VS Code hides the bulb until then."""
    if not editor.is_there(LIGHT_BULB, seconds=0.5):
        wait_for_light_bulb(editor)
    editor.click(LIGHT_BULB)


def open_menu(editor: VSCode, opens: Callable[[], None]) -> None:
    """Open the menu of code actions. If the tutor's action is missing, open it again, up to six times.

    VS Code drops the menu if a diagnostic changes or another extension becomes ready before the menu is shown.
    Its own actions ("Fix", "Explain") appear before the tutor's language server has started.
    """
    for _ in range(6):
        opens()
        if editor.is_there(ASK_TUTOR, seconds=3):
            return
        editor.press("Escape")
    editor.wait_for(ASK_TUTOR)


def type_address(editor: VSCode, address: str) -> None:
    """Replace the text of the input box with an address."""
    editor.wait_for('.quick-input-widget :text("Address of your course")')
    editor.press("Control+A")
    editor.type(address)
