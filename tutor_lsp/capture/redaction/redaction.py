"""Replace private values in an ask by placeholders, which are restored in its answer.

A placeholder has the format of its value: a word for a secret, an address for an address, as many digits for a number.
So code still tokenizes, and line numbers stay the same. A placeholder is a keyed hash of the value. It is the same in
every ask from this computer, so that a problem keeps its identity, and it reveals nothing to those without the key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from tutor_lsp.capture.redaction.edits import redacted_edit
from tutor_lsp.capture.redaction.private_code import find_in_program, identifiers, read_program
from tutor_lsp.capture.redaction.private_patterns import START, Found
from tutor_lsp.capture.redaction.reports import (
    redacted_report,
    redacted_trace,
    texts_of,
    texts_of_trace,
)
from tutor_lsp.capture.redaction.restoring import Restoration
from tutor_protocol import MAX_QUESTION_CHARACTERS, Position

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from tutor_lsp.capture.redaction.private_code import Program
    from tutor_lsp.capture.redaction.private_patterns import PrivateKind, PrivatePatterns
    from tutor_protocol import Ask, Diagnostic

_SHORTEST_WORD_TO_FOLLOW = 5
"""The minimum length in characters of a secret that is replaced wherever it occurs. A shorter one is replaced only
next to its name in the program, since elsewhere it may be any word.
"""
_DIGEST_CHARACTERS = 6
_MARKERS = re.compile(r"[ \t]*[~^][ ~^]*")
"""The line of `^^^^` markers that CPython prints below a line of a traceback."""


class Replacement(NamedTuple):
    """A placeholder, and the range of the text that it replaces."""

    start: int
    end: int
    placeholder: str


@dataclass(frozen=True, slots=True)
class RedactedText:
    """A text with its replacements, in order and without overlaps. None of them crosses a line end."""

    original: str
    replacements: tuple[Replacement, ...]

    @property
    def text(self) -> str:
        """The redacted text."""
        pieces: list[str] = []
        position = 0
        for start, end, placeholder in self.replacements:
            pieces += (self.original[position:start], placeholder)
            position = end
        return "".join((*pieces, self.original[position:]))

    def column(self, line_start: int, character: int) -> int:
        """Return the column, after redaction, of a character in the line that starts at offset `line_start`."""
        place = line_start + character
        shift = 0
        for start, end, placeholder in self.replacements:
            if end <= line_start:
                continue
            if start >= place:
                break
            if place < end:
                return start - line_start + shift + min(place - start, len(placeholder))
            shift += len(placeholder) - (end - start)
        return character + shift


class Redactor:
    """Redacts asks. `key` never leaves this computer. Thread-safe, since it keeps no state of an ask."""

    def __init__(self, patterns: PrivatePatterns, key: bytes) -> None:
        self._patterns = patterns
        self._key = key

    def redact(self, ask: Ask) -> tuple[Ask, Restoration]:
        """Return the redacted ask, and the mapping that restores its private values.

        Raise `ValueError` if placeholders make the ask longer than allowed.
        """
        edited = "" if ask.found_edit is None else ask.found_edit.new_text or ""
        sources = (ask.code, *(cell.source for cell in ask.cells), edited)
        programs = [read_program(source) for source in sources]
        texts = [diagnostic.message for diagnostic in ask.diagnostics]
        texts += [*(cell.output for cell in ask.cells), ask.traceback or "", ask.question or ""]
        texts += [*texts_of(ask.test_report), *texts_of_trace(ask.trace)]
        places = _Places(self._patterns, programs, texts)
        words = self._placeholders(places)
        code, *cells, edit = places.programs(words)
        redacted = replace(
            ask,
            code=code.text,
            cursor=_moved(code, ask.cursor),
            diagnostics=tuple(
                _moved_diagnostic(code, item, places.text(item.message, words).text) for item in ask.diagnostics
            ),
            traceback=ask.traceback and _redacted_lines(places.text(ask.traceback, words)),
            cells=tuple(
                replace(cell, source=source.text, output=_redacted_lines(places.text(cell.output, words)))
                for cell, source in zip(ask.cells, cells, strict=True)
            ),
            test_report=ask.test_report
            and redacted_report(ask.test_report, lambda text: _redacted_lines(places.text(text, words))),
            trace=ask.trace and redacted_trace(ask.trace, lambda text: places.text(text, words).text),
            found_edit=ask.found_edit and redacted_edit(ask, code.text, edit.text),
            question=ask.question and places.text(ask.question, words).text[:MAX_QUESTION_CHARACTERS],
        )
        return redacted, Restoration({placeholder: value for value, placeholder in words.items()})

    def _placeholders(self, places: _Places) -> dict[str, str]:
        """Return a unique placeholder for each private value. No placeholder occurs in the ask itself."""
        words: dict[str, str] = {}
        taken: set[str] = set()
        for value, kind in sorted(places.kinds.items()):
            candidates = (self._placeholder(value, kind, attempt) for attempt in count())
            words[value] = next(word for word in candidates if word not in taken and word not in places.material)
            taken.add(words[value])
        return words

    def _placeholder(self, value: str, kind: PrivateKind, attempt: int) -> str:
        message = f"{kind}:{attempt}:{value}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, message, hashlib.sha256)
        if kind == "student" and value.isascii() and value.isdecimal():
            return _number_like(value, int.from_bytes(digest), attempt)
        word = base64.b32encode(digest).decode("ascii").lower()[:_DIGEST_CHARACTERS]
        match kind:
            case "email":
                return f"person_{word}@redacted.example"
            case "person" | "student":
                return f"{kind}_{word}"
        return f"redacted_{word}"


def _number_like(value: str, seed: int, attempt: int) -> str:
    """Return a number with as many digits and leading zeros as `value`, so that it is valid in the same places.

    If all such numbers are taken, it has one digit more.
    """
    zeros = len(value) - len(value.lstrip("0"))
    width = max(len(value) - zeros, 1) + (attempt > 9 * 10 ** (len(value) - zeros - 1))
    smallest = 10 ** (width - 1)
    return "0" * zeros + str(smallest + seed % (9 * smallest))


class _Places:
    """The private values of an ask, and the ranges in which each text of the ask contains them."""

    def __init__(self, patterns: PrivatePatterns, programs: Sequence[Program], texts: Sequence[str]) -> None:
        self.material = "\n".join([*(program.text for program in programs), *texts])
        """All texts of the ask. A placeholder must not occur in any of them."""
        in_programs = [_whole_words(program.text, find_in_program(program, patterns)) for program in programs]
        in_texts = {text: _whole_words(text, patterns.in_text(text)) for text in texts}
        found = [(program.text, item) for program, items in zip(programs, in_programs, strict=True) for item in items]
        found += [(text, item) for text, items in in_texts.items() for item in items]
        first_seen = _kinds(found)
        names = {name for program in programs for name in identifiers(program)}
        followed = [value for value, kind in first_seen.items() if _is_followed(value, kind, names)]
        words, numbers = _any_of(followed), _any_of([value for value in followed if value.isdecimal()])

        def occurrences(values: re.Pattern[str] | None, text: str, start: int, end: int) -> Iterable[Found]:
            for match in values.finditer(text, start, end) if values is not None else ():
                yield Found(*match.span(), first_seen[match[0]])

        for program, items in zip(programs, in_programs, strict=True):
            for start, end in program.regions.words:
                items.extend(occurrences(words, program.text, start, end))
            for start, end in program.regions.code:
                items.extend(occurrences(numbers, program.text, start, end))
        self._programs = [(program.text, _apart(items)) for program, items in zip(programs, in_programs, strict=True)]
        self._texts = {
            text: _apart([*items, *occurrences(words, text, 0, len(text))]) for text, items in in_texts.items()
        }
        self.kinds = _kinds((text, item) for text, items in [*self._programs, *self._texts.items()] for item in items)
        """The kind of each private value, such as `secret` or `email`."""

    def programs(self, words: Mapping[str, str]) -> list[RedactedText]:
        """Return the redacted programs, in their order."""
        return [_replaced(text, items, words) for text, items in self._programs]

    def text(self, text: str, words: Mapping[str, str]) -> RedactedText:
        """Return another text of the ask, such as the traceback, after redaction."""
        return _replaced(text, self._texts[text], words)


def _kinds(found: Iterable[tuple[str, Found]]) -> dict[str, PrivateKind]:
    kinds: dict[str, PrivateKind] = {}
    for text, item in found:
        kinds.setdefault(text[item.start : item.end], item.kind)
    return kinds


def _is_followed(value: str, kind: PrivateKind, names: Container[str]) -> bool:
    """Return whether a value is replaced wherever it occurs. Short secrets and the program's own names are not."""
    if kind == "secret":
        return len(value) >= _SHORTEST_WORD_TO_FOLLOW and value not in names
    return kind != "person"


def _any_of(values: Sequence[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds any of these values as a whole word, trying the longest first."""
    if not values:
        return None
    choices = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    return re.compile(rf"{START}(?<!\d\.)(?:{choices})(?!\w|\.\d)")


def _whole_words(text: str, found: Iterable[Found]) -> list[Found]:
    """Return the findings in order, extended to whole words, since placeholders inside words cannot be restored."""
    whole = []
    for item in _apart(found):
        start, end = item.start, item.end
        while start and text[start - 1].isalnum() and text[max(start - 2, 0) : start - 1] != "\\":
            start -= 1
        while end < len(text) and text[end].isalnum():
            end += 1
        whole.append(Found(start, end, item.kind))
    return _apart(whole)


def _apart(found: Iterable[Found]) -> list[Found]:
    """Return the findings in order. Findings that overlap are merged into one."""
    merged: list[Found] = []
    for item in sorted(found, key=lambda item: (item.start, -item.end)):
        if item.start == item.end:
            continue
        if merged and item.start < merged[-1].end:
            last = merged[-1]
            if item.end > last.end:
                merged[-1] = Found(last.start, item.end, "secret")
        else:
            merged.append(item)
    return merged


def _replaced(text: str, found: Iterable[Found], words: Mapping[str, str]) -> RedactedText:
    placed = _apart(found)
    return RedactedText(text, tuple(Replacement(start, end, words[text[start:end]]) for start, end, _ in placed))


def _within(replacements: Iterable[Replacement], start: int, end: int) -> Iterable[Replacement]:
    """Yield the replacements between the offsets `start` and `end` of one line, as columns of that line."""
    for item in replacements:
        if start <= item.start < end:
            yield Replacement(item.start - start, item.end - start, item.placeholder)


def _moved_markers(above: RedactedText, markers: str) -> str:
    """Return a line of `^` markers moved to the columns of the redacted line above it.

    A placeholder is marked if any part of its value was.
    """
    pieces: list[str] = []
    position = 0
    for start, end, placeholder in above.replacements:
        marked = markers[start:end]
        mark = "^" if "^" in marked else (marked.strip()[:1] or " ")
        pieces += (markers[position:start], mark * len(placeholder) if marked else "")
        position = end
    return "".join((*pieces, markers[position:]))


def _moved(redacted: RedactedText, position: Position) -> Position:
    start = _line_start(redacted.original, position.line)
    end = redacted.original.find("\n", start)
    length = (len(redacted.original) if end < 0 else end) - start
    within = min(position.character, length)
    return Position(position.line, redacted.column(start, within) + position.character - within)


def _moved_diagnostic(redacted: RedactedText, diagnostic: Diagnostic, message: str) -> Diagnostic:
    start = _moved(redacted, Position(diagnostic.line, diagnostic.character))
    end = _moved(redacted, Position(diagnostic.end_line, diagnostic.end_character))
    return replace(diagnostic, character=start.character, end_character=end.character, message=message)


def _redacted_lines(redacted: RedactedText) -> str:
    """Return a traceback, or other output, with each line of markers aligned to the redacted line above it."""
    text = redacted.original
    if not redacted.replacements or ("~" not in text and "^" not in text):
        return redacted.text
    lines, before, start = [], "", 0
    for line, shown in zip(text.split("\n"), redacted.text.split("\n"), strict=True):
        above = RedactedText(before, tuple(_within(redacted.replacements, start - len(before) - 1, start)))
        lines.append(_moved_markers(above, line) if _MARKERS.fullmatch(line) else shown)
        before, start = line, start + len(line) + 1
    return "\n".join(lines)


def _line_start(text: str, line: int) -> int:
    start = 0
    for _ in range(line):
        start = text.find("\n", start) + 1
        if not start:
            return len(text)
    return start
