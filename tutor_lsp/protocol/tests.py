"""Tests of the student's file, and the recorded run of the first that fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import attrs
from lsprotocol import types

from tutor_lsp.protocol_texts import CHECKED_BOOLEAN


@attrs.frozen(kw_only=True)
class TestArgument:
    """The file whose tests are run. It must be open in the editor and saved. A client offers this when trusted only."""

    __test__ = False
    """Tells pytest that this is no class of tests."""
    uri: str
    ask: Any = attrs.field(default=None, metadata=CHECKED_BOOLEAN)
    """True: the server asks the tutor about the first test that fails."""


TestOutcome = Literal["passed", "failed", "error", "skipped"]


@attrs.frozen(kw_only=True)
class TestedCase:
    """One test. `failed`: an assertion failed, `error`: another exception ended it, or a bound."""

    __test__ = False
    """Tells pytest that this is no class of tests."""
    name: str
    outcome: TestOutcome
    message: str | None = None
    """Why it failed, in one or more lines: the call, the expected and the actual result."""


@attrs.frozen(kw_only=True)
class RunTable:
    """The recorded run of the first failing test, as lines of text for the student.

    A client first shows `header` and the first of `rows`, and each further row once the student has predicted it.
    """

    heading: str
    """What the table is of: the loop and the failing test."""
    header: str | None = None
    """The names of the columns. Without a table of a loop, `rows` is empty."""
    rows: Sequence[str] = ()
    """One line for each round of the loop, with the values after the round."""
    steps: Sequence[str] = ()
    """The last steps, one line each."""
    note: str | None = None
    """Why the run is not whole, or why another one may differ."""


@attrs.frozen(kw_only=True)
class TestsEnded:
    """The tests of a file have ended: all pass, some fail, or the student has stopped them.

    After `failed`, and after `passed` if the tutor was asked about this code before, the client can ask at `position`.
    The server adds the report of the tests to an ask there, until the code is edited.
    """

    __test__ = False
    """Tells pytest that this is no class of tests."""
    reason: Literal["passed", "failed", "cancelled"]
    message: str
    """One sentence for the student."""
    uri: str
    """The program that the tests are about. It differs from the argument's if that is a file of tests."""
    tests: Sequence[TestedCase] = ()
    position: types.Position | None = None
    """The position in the program to ask at."""
    ask_id: str | None = None
    """The id of the ask that the server has started, if the argument wanted one."""
    output: str | None = None
    """The end of what the tests printed."""
    trace: RunTable | None = None
    """The recorded run of the first failing test."""
