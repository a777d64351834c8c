"""Show answers below a cell: as Markdown that grows while it streams, with a button for the next hint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.display import display

from tutor_lsp.protocol import AI_LABEL
from tutor_lsp.terminal.answer_view import inert
from tutor_lsp.terminal.language_client import ConnectionChanged, Ended, Piece, Started, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tutor_lsp.terminal.language_client import Event

ASKING = "*Asking…*"
STOPPED = "Stopped."
NEXT_HINT = "Next hint"
HOW_TO_GO_ON = "`%tutor next` gives the next hint, `%tutor QUESTION` answers a question about it."


class AnswerArea:
    """The answers below one cell. Later ones come below the earlier."""

    def __init__(self) -> None:
        self._text = ""
        self._handle: Any = None
        self._button: Any = None

    def show(self, events: Iterable[Event], place_in_words: Callable[[str, int], str]) -> Ended:
        """Show an answer while it streams, and return its end. An interrupt of the kernel stops it.

        `place_in_words` returns a sentence on the place, by URI and line, that the answer is about, if it needs one.
        """
        before, text, end = self._text, "", Ended("cancelled", STOPPED)
        self._draw(before, ASKING)
        try:
            for event in events:
                match event:
                    case Started():
                        place = place_in_words(event.uri, event.line)
                        about = f"{place}\n\n" if place and place not in before else ""
                        text = f"{about}**{event.heading}**\n\n"
                    case Piece(piece):
                        text += inert(piece)
                    case Ended():
                        end = event
                note = event.place if isinstance(event, Waiting) else ""
                if isinstance(event, ConnectionChanged) and event.state == "reconnecting":
                    note = event.message
                self._draw(before, text, note and f"*{note}*")
        except KeyboardInterrupt:
            pass
        self._text = _joined(before, text, *self._last_words(end))
        self._draw(self._text)
        return end

    def say(self, text: str) -> None:
        """Show a sentence that is not an answer."""
        self._text = _joined(self._text, text)
        self._draw(self._text)

    def offer_next(self, on_click: Callable[[], object]) -> None:
        """Show a button for the next hint, if the kernel has ipywidgets, else say what to type."""
        if self._button is None:
            self._button = _button(on_click)
            if self._button is None:
                self.say(HOW_TO_GO_ON)
            else:
                display(self._button)

    def _last_words(self, end: Ended) -> list[str]:
        if end.reason == "completed":
            return [f"*{AI_LABEL}*"] if end.is_ai else []
        again = f" Try again in {end.retry_after} s." if end.retry_after else ""
        return [f"{inert(end.message) or STOPPED}{again}"]

    def _draw(self, *parts: str) -> None:
        text = _joined(*parts)
        bundle = {"text/markdown": text, "text/plain": text}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def _joined(*parts: str) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def _button(on_click: Callable[[], object]) -> Any:
    """Return the button, or None without ipywidgets."""
    try:
        import ipywidgets  # noqa: PLC0415 - an optional package
    except ImportError:
        return None
    button = ipywidgets.Button(description=NEXT_HINT, icon="lightbulb-o")

    def clicked(_: Any) -> None:
        button.disabled = True
        try:
            on_click()
        finally:
            button.disabled = False

    button.on_click(clicked)
    return button
