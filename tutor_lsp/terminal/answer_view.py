"""Show an answer in the terminal while it streams: rendered Markdown in a terminal, plain text in a pipe or file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, Self, TextIO

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.segment import Segment

_ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})")


class AnswerView(Protocol):
    """Shows one answer. As a context manager, it shows on entry that the tutor is working."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def start(self, heading: str) -> None:
        """Show the number and the name of the hint's level."""
        ...

    def wait(self, place: str) -> None:
        """Show the place in the queue until there is text; an empty one says that the wait is over."""
        ...

    def add(self, markdown: str) -> None:
        """Show the next part of the answer."""
        ...

    def note(self, text: str) -> None:
        """Show a note below the answer."""
        ...


def open_view(stream: TextIO) -> AnswerView:
    """Return the view that suits the output stream."""
    return LiveView(stream) if stream.isatty() else PlainView(stream)


def inert(text: str) -> str:
    """Return the text without control characters, which could control the terminal or reorder the text."""
    return _ACTIVE.sub("", text)


class PlainView:
    """Writes the Markdown source as it arrives, for pipes and files."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = "\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._last != "\n":
            self._write("\n")

    def start(self, heading: str) -> None:
        """Write the heading."""
        self._write(f"{inert(heading)}\n\n")

    def wait(self, place: str) -> None:
        """Write nothing: what is written cannot be taken back."""

    def add(self, markdown: str) -> None:
        """Write the part at once."""
        self._write(inert(markdown))

    def note(self, text: str) -> None:
        """Write the note on lines of its own."""
        self._write(("" if self._last == "\n" else "\n") + f"\n{inert(text)}\n")

    def _write(self, text: str) -> None:
        if text:
            self._stream.write(text)
            self._stream.flush()
            self._last = text[-1]


class LiveView:
    """Renders the Markdown. Finished blocks are printed once, and only the last block is redrawn.

    So an answer that is longer than the window scrolls like any other output, and no text appears twice.
    """

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - imported while the language server starts, to save time
        from rich.live import Live  # noqa: PLC0415 - imported while the language server starts, to save time
        from rich.spinner import Spinner  # noqa: PLC0415 - imported while the language server starts, to save time

        self._console = Console(file=stream, highlight=False)
        self._live = Live(
            Spinner("dots", "Asking…"),
            console=self._console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._growing = ""

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.update("", refresh=True)
        self._live.stop()
        if self._growing.strip():
            self._keep(self._growing)

    def start(self, heading: str) -> None:
        """Render the heading."""
        from rich.text import Text  # noqa: PLC0415 - needed only in a terminal

        self._live.update("", refresh=True)
        self._console.print(Text(inert(heading), style="bold cyan"))

    def wait(self, place: str) -> None:
        """Show the place beside a spinner, below the text so far."""
        from rich.console import Group  # noqa: PLC0415 - needed only in a terminal
        from rich.spinner import Spinner  # noqa: PLC0415 - needed only in a terminal

        drawn = self._draw(self._growing)
        self._live.update(Group(drawn, Spinner("dots", inert(place))) if place else drawn, refresh=True)

    def add(self, markdown: str) -> None:
        """Render the part at once."""
        self._growing += inert(markdown)
        end = finished(self._growing)
        if end:
            self._keep(self._growing[:end])
            self._growing = self._growing[end:]
        self._live.update(self._draw(self._growing), refresh=True)

    def note(self, text: str) -> None:
        """Render the note in a dimmed colour."""
        from rich.text import Text  # noqa: PLC0415 - needed only in a terminal

        self._live.console.print(Text(f"\n{inert(text)}", style="dim"))

    def _keep(self, markdown: str) -> None:
        self._console.print(self._draw(markdown))

    def _draw(self, markdown: str) -> RenderableType:
        return _Block(markdown) if markdown.strip() else ""


class _Block:
    """Render Markdown below one blank line, and remove the other blank lines that rich adds around it."""

    def __init__(self, markdown: str) -> None:
        from rich.markdown import Markdown  # noqa: PLC0415 - needed only in a terminal

        # Without hyperlinks the URL of a link is shown as text, so that no answer can hide it.
        self._markdown = Markdown(markdown, hyperlinks=False)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment  # noqa: PLC0415 - needed only in a terminal

        lines = console.render_lines(self._markdown, options, pad=False)
        while lines and not _has_ink(lines[0]):
            lines.pop(0)
        while lines and not _has_ink(lines[-1]):
            lines.pop()
        for line in ([], *lines):
            yield from line
            yield Segment.line()


def _has_ink(line: list[Segment]) -> bool:
    return any(segment.text.strip() for segment in line)


def finished(markdown: str) -> int:
    """Return the length in characters of the finished blocks at the start. Further text cannot change those.

    A block is finished at a blank line outside a fence, if the next line is neither indented nor part of a list item.
    """
    end, position, fence, is_after_blank = 0, 0, "", False
    for line in markdown.splitlines(keepends=True):
        is_blank = not line.strip()
        if not fence and is_after_blank and not is_blank and not line[0].isspace():
            end = position
        marker = _FENCE.match(line)
        if marker and not fence:
            fence = marker[1]
        elif marker and marker[1].startswith(fence) and not line[marker.end() :].strip():
            fence = ""
        is_after_blank = is_blank
        position += len(line)
    return end
