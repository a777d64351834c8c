"""The log: each event is one valid line, whatever its fields contain, and tracebacks contain no student's text."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sqlite3
import threading
import warnings
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from tutor_analysis.processor_time import OverBudget
from tutor_server.errors import DatabaseUnavailable
from tutor_server.telemetry.failures import describe
from tutor_server.telemetry.logs import _render_console, _render_json, configure_logs, log_loop_failure

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

    from aiohttp import ClientSession
    from structlog.typing import FilteringBoundLogger

    from testing.service import Service

log: FilteringBoundLogger = structlog.get_logger()

NASTY = {
    "CR and LF": "a\r\nlevel=critical event=forged",
    "ANSI": "\x1b[2J\x1b]0;title\x07",
    "C1": "\x9b31m",
    "DEL": "\x7f",
    "NUL": "\x00",
    "line separators": "\u2028\u2029\x85\x0b\x0c\x1c",
    "bidi": "\u202eevil\u2066",
    "lone surrogate": "\ud800",
    "astral": "\U0001f40d",
    "quote": '"} {"event": "forged',
}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters()
field_values = st.recursive(
    scalars | st.sampled_from([*NASTY.values()]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def entries(output: io.BytesIO) -> list[dict[str, Any]]:
    """Return the log's entries, after checking that each is one line of printable ASCII with a JSON object."""
    text = output.getvalue().decode("ascii")
    lines = text.splitlines()
    assert text == "".join(f"{line}\n" for line in lines)
    assert all(line.isprintable() for line in lines)
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
def test_h9_no_field_can_break_a_line(log_output: io.BytesIO, value: str) -> None:
    """H9: if a field contains CR, LF or ANSI sequences, the line is still valid JSON with the same value."""
    log.info("event", value=value, nested={value: [value]})

    (entry,) = entries(log_output)
    assert entry["event"] == "event"
    readable = value.replace("\ud800", "?")
    assert (entry["value"], entry["nested"]) == (readable, {readable: [readable]})


@given(value=field_values)
def test_h9_whatever_the_value(value: object) -> None:
    """H9: a field with any value is logged as one line of printable ASCII, in JSON and on a console."""
    event = {"timestamp": "t", "level": "info", "event": "event", "value": value}

    line = _render_json(None, "info", dict(event)).decode("ascii")
    shown = _render_console(None, "info", dict(event)).decode("ascii")

    assert line.isprintable()
    assert shown.isprintable()
    assert json.loads(line)["event"] == "event"


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
async def test_h9_over_http(service: Service, client: ClientSession, value: str) -> None:
    """H9: text that a client sends in path, query, headers or body is in no log line of the running service."""
    marker = uuid4().hex
    async with client.get("/api/nowhere", params={marker: value.replace("\ud800", "")}) as response:
        assert response.status == 404
    async with client.get(f"/api/{marker}", headers={"User-Agent": marker, "X-Request-Id": marker}) as response:
        assert response.status == 404
    body = json.dumps({"email": marker + value, "password": value})
    async with client.post("/api/auth/login", data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 422

    assert all(entry["level"] in {"info", "warning", "error"} for entry in service.log)
    assert not [line for line in service.lines if marker in line]


def test_empty_fields_are_left_out(log_output: io.BytesIO) -> None:
    """A field without a value is omitted; time and level are always present."""
    log.warning("event", given=0, empty=None)

    (entry,) = entries(log_output)
    assert entry.keys() == {"timestamp", "level", "event", "given"}
    assert entry["level"] == "warning"
    assert entry["timestamp"].endswith("Z")


def test_lower_levels_are_silent(log_output: io.BytesIO) -> None:
    """Only entries at or above the configured level are written."""
    configure_logs("warning", "json", log_output)

    log.info("quiet")
    log.error("loud")

    assert [entry["event"] for entry in entries(log_output)] == ["loud"]


def fail_on_students_text() -> None:
    """Raise a chain of exceptions whose messages contain a student's text."""
    try:
        int("print(secret_answer)")
    except ValueError as error:
        raise DatabaseUnavailable("secret_answer") from error


def failure_of(function: Callable[[], object]) -> Exception:
    """Return the exception that a function raises."""
    try:
        function()
    except Exception as error:  # noqa: BLE001 - any exception is returned to the test
        return error
    raise AssertionError("nothing was raised")


def test_a_traceback_is_types_and_places(log_output: io.BytesIO) -> None:
    """A logged traceback has exception types and frames, but no messages or source lines, which may quote students."""
    try:
        fail_on_students_text()
    except DatabaseUnavailable:
        log.exception("event")

    (entry,) = entries(log_output)
    assert "secret_answer" not in log_output.getvalue().decode()
    assert [failure["type"] for failure in entry["exception"]] == [
        "tutor_server.errors.DatabaseUnavailable",
        "ValueError",
    ]
    assert entry["exception"][0]["frames"][-1].startswith("tests.server.test_logs:")
    assert entry["exception"][0]["frames"][-1].endswith(" fail_on_students_text")


def test_a_reason_that_the_system_gave_is_kept() -> None:
    """The reason of an operating system error is kept for the operator."""
    missing = failure_of(lambda: open("/nowhere/at/all"))  # noqa: PTH123, SIM115 - the call is expected to fail
    locked = failure_of(lambda: sqlite3.connect("/nowhere/at/all"))

    assert describe(missing)[0]["reason"] == "ENOENT"
    assert describe(locked)[0]["reason"] == "SQLITE_CANTOPEN"


def test_a_group_of_failures_shows_its_members() -> None:
    """Exception groups are logged with all members, without their messages."""
    group = ExceptionGroup("secret_answer", [ValueError("secret_answer"), KeyError("secret_answer")])

    (failure,) = describe(group)

    assert [member["type"] for member in failure["group"]] == ["ValueError", "KeyError"]
    assert "secret_answer" not in str(failure)


def test_a_long_chain_is_cut() -> None:
    """Deep recursion, or a long chain of causes, is cut so that the line has a limited length."""

    def recurse() -> None:
        recurse()

    error = failure_of(recurse)
    for _ in range(20):
        wrapped = RuntimeError()
        wrapped.__cause__ = error
        error = wrapped

    assert len(describe(error)) == 6
    assert len(describe(failure_of(recurse))[0]["frames"]) == 30


def test_libraries_are_heard_without_what_they_quote(log_output: io.BytesIO) -> None:
    """Log records of libraries, from level warning, have the same format, but their arguments are omitted."""
    library = logging.getLogger("some.sdk")
    library.debug("request body %s", "secret_answer")
    library.info("sending %s", "secret_answer")
    library.warning("retrying after %s\r\n", "secret_answer")
    try:
        fail_on_students_text()
    except DatabaseUnavailable:
        library.exception("failed on %r", "secret_answer")

    warned, failed = entries(log_output)
    assert "secret_answer" not in log_output.getvalue().decode()
    assert warned | {"timestamp": ""} == {
        "timestamp": "",
        "level": "warning",
        "event": "library",
        "logger": "some.sdk",
        "message": "retrying after %s\r\n",
    }
    assert failed["exception"][0]["type"] == "tutor_server.errors.DatabaseUnavailable"


def test_python_warnings_are_one_line(log_output: io.BytesIO) -> None:
    """A Python warning is logged with its category and place, without its line of source."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning("secret_answer", UserWarning, "/some/where/module.py", 7)

    (entry,) = entries(log_output)
    assert (entry["event"], entry["category"], entry["file"], entry["line"]) == (
        "python_warning",
        "UserWarning",
        "module.py",
        7,
    )


def test_failures_of_threads_and_of_the_loop_are_logged(log_output: io.BytesIO) -> None:
    """Exceptions in threads and in the event loop are logged."""
    thread = threading.Thread(target=fail_on_students_text, name="worker")
    thread.start()
    thread.join()

    async def never_awaited() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(log_loop_failure)
        loop.call_exception_handler({"message": "Task exception was never retrieved", "exception": ValueError("x")})

    asyncio.run(never_awaited())

    of_thread, of_loop = entries(log_output)
    assert (of_thread["event"], of_thread["thread"]) == ("thread_failure", "worker")
    assert (of_loop["event"], of_loop["exception"][0]["type"]) == ("loop_failure", "ValueError")


class Dropped:
    """An object whose destructor raises an exception."""

    def __init__(self, failure: BaseException) -> None:
        self.failure = failure

    def __del__(self) -> None:
        raise self.failure


def test_exceptions_in_destructors_are_one_line(log_output: io.BytesIO) -> None:
    """An exception that Python ignores is logged with its place; an exceeded budget, which strikes again, is not."""
    for failure in (ValueError("secret_answer"), OverBudget()):
        Dropped(failure)
        gc.collect()

    (entry,) = entries(log_output)
    assert (entry["event"], entry["place"]) == ("ignored_exception", "Dropped.__del__")
    assert entry["exception"][0]["type"] == "ValueError"
    assert "secret_answer" not in log_output.getvalue().decode()


def test_the_console_is_for_people(log_output: io.BytesIO) -> None:
    """On a terminal an event is readable text, with the frames of a traceback below it."""
    configure_logs("info", "console", log_output)

    log.info("event", name="plain", text="with space\r\n\x1b[31m", count=3, empty=None)
    try:
        fail_on_students_text()
    except DatabaseUnavailable:
        log.exception("broken")

    first, second, *traceback = log_output.getvalue().decode("ascii").splitlines()
    assert first.split(" ", 1)[1] == 'info     event name=plain text="with space\\r\\n\\u001b[31m" count=3'
    assert second.endswith("error    broken")
    assert traceback[0] == "    tutor_server.errors.DatabaseUnavailable"
    assert "secret_answer" not in "".join(traceback)
