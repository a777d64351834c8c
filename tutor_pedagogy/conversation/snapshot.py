"""A snapshot of one ask: what a later ask about the same unit of code is compared with."""

from __future__ import annotations

import base64
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor_pedagogy.conversation.behaviour import Behaviour

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_protocol import Certainty

MAX_LINES = 1_000
"""The maximum number of lines of a unit whose digests a snapshot holds. A longer unit has none."""
DIGEST_BYTES = 4
DIAGNOSTIC = "diagnostic"
"""The exception of an ask whose only evidence is an error of the editor's checkers."""
TRACE = "logic.trace-by-hand"
"""The rule of an answer that names no problem."""
MAX_NAME = 200
"""The maximum number of characters of the name of a test."""


class Wanted(NamedTuple):
    """The result that a student wants: of a call, by its digest, or in a line of the output, from 0."""

    value: bytes
    call: bytes = b""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A unit of code, its finding and its reported error at the time of one ask. It holds digests, and no code.

    `unit` identifies the unit by its kind and qualified name. `shape` is equal for two texts that differ only in the
    spelling of names. `lines` are digests of the unit's lines, one after another. `line` is the finding's line within
    the unit, from 0; it is None if the finding is outside the unit.
    """

    fingerprint: str
    shape: str
    unit: str
    lines: bytes = b""
    rule: str | None = None
    line: int | None = None
    shown_line: int | None = None
    """The finding's line from 1, as the editor shows it."""
    certainty: Certainty | None = None
    exception: str | None = None
    """The exception of the traceback, or `DIAGNOSTIC`."""
    error: str | None = None
    """The digest of the exception with its message."""
    error_line: int | None = None
    """The line within the unit, from 0, to which the traceback or the diagnostic points; None if it is outside."""
    culprit: str | None = None
    """The digest of the line to which the traceback or the diagnostic points."""
    is_at_module_level: bool = False
    parses: bool = True
    finishes: bool = False
    """Whether the evaluator ran the program to its end."""
    document: str | None = None
    """What the client calls the document; None if it does not tell its documents apart."""
    program: str | None = None
    """The digest of all code of the ask, without blank lines and the spaces at the ends of lines."""
    is_solved: bool = False
    """Whether the ask was told that the problem is gone."""
    is_open: bool = False
    """Whether the finding is that of an earlier ask: it is gone, but nothing shows that the problem is mended."""
    is_of_syntax: bool = False
    """Whether the problem that is kept open is a syntax error, although this program parses."""
    tried: Behaviour | None = None
    """What the program of this ask does, if the problem is kept open; `behaviour` is then that of the problem."""
    is_green: bool = False
    """Whether all tests of a test run passed."""
    is_told_wrong: bool = False
    """Whether the student's words say that the result is wrong."""
    is_open_statement: bool = False
    """Whether the student's words tell of a result, and not that it is right."""
    words: int = 0
    """The number of words in the program."""
    words_digest: str = ""
    """The digest of the program's words, without the signs between them."""
    behaviour: Behaviour | None = None
    """What the program does; None if that is not known."""
    sought: Behaviour | None = None
    """What the program would do with the finding's edit; None without one."""
    goals: tuple[Behaviour, ...] = ()
    """What the program would have done with the edits of earlier findings, since a problem was last solved."""
    wanted: Wanted | None = None
    """The result that the student wants, if the words or a failing test tell it."""
    failing: int | None = None
    """The number of failing tests in the report of a test run; None without a report."""
    failed_test: str | None = None

    @property
    def claims(self) -> bool:
        """Whether the finding names a mistake."""
        return self.certainty in {"certain", "likely"}

    @property
    def names_problem(self) -> bool:
        """Whether the ask spoke of something that can be gone: a mistake, an error, or a wrong result."""
        is_symptom = self.rule is not None and self.rule.startswith("logic.") and self.rule != TRACE
        return self.claims or self.reports_error or is_symptom

    @property
    def reports_error(self) -> bool:
        """Whether an exception, an error of the editor's checkers or a failing test came with the ask."""
        return self.exception is not None or self.failed_test is not None or bool(self.failing)

    @property
    def points_at_error(self) -> bool:
        """Whether a traceback or an error of the editor's checkers came with the ask."""
        return self.exception is not None

    def has_error_of(self, other: Snapshot) -> bool:
        """Return whether two asks that point at an error point at the same one, by exception and tokens of the line."""
        if self.culprit != other.culprit:
            return False
        return self.exception == other.exception or DIAGNOSTIC in {self.exception, other.exception}

    def is_of_other_document(self, other: Snapshot) -> bool:
        """Return whether two asks are known to be about two documents."""
        return None not in {self.document, other.document} and self.document != other.document

    def to_json(self) -> dict[str, Any]:
        """Return the snapshot as plain values for JSON, without the fields that have their default value."""
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        values = {name: value for name, value in kept.items() if value != _DEFAULTS.get(name, ...)}
        if self.lines:
            values["lines"] = base64.b64encode(self.lines).decode("ascii")
        for name in _BEHAVIOURS & values.keys():
            values[name] = values[name].to_json()
        if self.goals:
            values["goals"] = [goal.to_json() for goal in self.goals]
        if self.wanted is not None:
            values["wanted"] = [self.wanted.value.hex(), self.wanted.call.hex(), self.wanted.line]
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Snapshot:
        """Return the snapshot of values that `to_json` has returned. Unknown fields are ignored."""
        known = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        if "lines" in known:
            known["lines"] = base64.b64decode(known["lines"])
        for name in _BEHAVIOURS & known.keys():
            known[name] = Behaviour.from_json(known[name])
        if "goals" in known:
            known["goals"] = tuple(map(Behaviour.from_json, known["goals"]))
        if "wanted" in known:
            value, call, line = known["wanted"]
            known["wanted"] = Wanted(bytes.fromhex(value), bytes.fromhex(call), line)
        return cls(**known)


_BEHAVIOURS = frozenset(("behaviour", "sought", "tried"))
_DEFAULTS = {field.name: field.default for field in fields(Snapshot)}


def digests(lines: Sequence[str]) -> bytes:
    """Return the digests of a unit's lines, without the spaces around them; empty if there are too many lines."""
    return b"" if len(lines) > MAX_LINES else b"".join(map(digest, lines))


def digest_of_program(code: str) -> str:
    """Return the digest of a program's lines, without blank ones and the spaces at their ends."""
    lines = "\n".join(filter(None, map(str.rstrip, code.splitlines())))
    return blake2b(lines.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def digest(line: str) -> bytes:
    """Return the digest of a line without the spaces around it."""
    return blake2b(line.strip().encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()
