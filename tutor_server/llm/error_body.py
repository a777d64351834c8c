"""Reads the body of a refused call. Servers with the same API describe errors in many shapes.

Known shapes: OpenAI's `{"error": {…}}`; the same object at the top (vLLM); in a list (Gemini); FastAPI's `detail`, a
sentence or a list of pydantic's errors (Bedrock gateways, Mistral); JSON inside a string (proxies); plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAX_DEPTH = 8
_MAX_TEXT = 4096
"""The characters of a body that are read. A longer body quotes the request."""
_ECHOES = frozenset({"input", "ctx", "flagged_input", "url", "documentation_url"})
"""Fields that repeat the request, such as pydantic's `input`. A student's words must not be taken for the server's."""
_ECHO = re.compile(r"""['"]input['"]: .*?(?=\}, \{|$)""", re.DOTALL)
"""The same field in pydantic's errors as plain text."""
_MAX_NUMBER = 10_000_000


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What a server says about a refused call.

    `fields` has the values of `code`, `type`, `status` and `param`, the innermost ones. `places` names the parts of the
    request that the error is about. `text` has all sentences, in lower case; it is never logged or shown, since it may
    quote the student.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    places: frozenset[str] = frozenset()
    text: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)
    is_html: bool = False

    def names(self, option: str) -> bool:
        """Return whether the error is about a field of the request: in its structure, or by name in its text."""
        return option in self.places or re.search(rf"(?<![\w.]){re.escape(option)}(?!\w)", self.text) is not None


def read_error(content: bytes | bytearray) -> ErrorBody:
    """Return what the body of a refused call says. Any bytes are a body."""
    text = bytes(content).decode(errors="replace").strip()
    if text[:15].lower().startswith(("<!doctype", "<html")):
        return ErrorBody(text=_plain(text), is_html=True)
    walk = _Walk()
    walk.read(text, "message", 0)
    return ErrorBody(walk.fields, frozenset(walk.places), _plain(" ".join(walk.sentences)), walk.numbers)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())[:_MAX_TEXT]


class _Walk:
    """Collects the parts of an error's body."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.places: set[str] = set()
        self.sentences: list[str] = []
        self.numbers: dict[str, int] = {}

    def read(self, value: Any, name: str, depth: int) -> None:
        """Collect a value that stands in a field of this name."""
        if depth > _MAX_DEPTH:
            return
        match value:
            case dict():
                for key, inner in value.items():
                    if key == "loc":
                        self._read_place(inner)
                    elif key not in _ECHOES:
                        self.read(inner, key, depth + 1)
            case list():
                for inner in value:
                    self.read(inner, name, depth + 1)
            case str():
                self._read_text(value, name, depth)
            case int() if not isinstance(value, bool) and 0 <= value <= _MAX_NUMBER:
                self.numbers.setdefault(name, value)

    def _read_text(self, value: str, name: str, depth: int) -> None:
        if (inner := _json_in(value)) is not None:
            self.read(inner, name, depth + 1)
            return
        if name in {"code", "type", "status", "param"}:
            self.fields[name] = value
        if name in {"param", "field"}:
            self.places |= set(_parts(value))
        self.sentences.append(_ECHO.sub("", value))

    def _read_place(self, value: Any) -> None:
        """Read pydantic's `loc`, such as `["body", "messages", 0, "system", "name"]`."""
        if isinstance(value, list):
            self.places |= {part for part in value if isinstance(part, str)} - {"body"}


def _parts(path: str) -> Iterator[str]:
    """Yield the names in a path such as `messages[0].role`, and the path itself."""
    yield path
    yield from re.findall(r"[A-Za-z_]\w*", path)


def _json_in(text: str) -> Any:
    """Return the JSON object or list that a text holds, or None."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
