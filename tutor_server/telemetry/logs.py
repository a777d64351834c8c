"""The log: one event per line on stderr, from the service and its libraries, in printable ASCII only.

Event names are constants, and all variable data are fields. A student appears only as an opaque id.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TextIO

import orjson
import structlog

from tutor_analysis.processor_time import OverBudget
from tutor_server.telemetry.failures import describe

if TYPE_CHECKING:
    import asyncio

    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

    from tutor_server.telemetry.failures import Failure

log: FilteringBoundLogger = structlog.get_logger()

_NOT_PLAIN = re.compile(r"[^\x00-\x7e]")
_BARE_WORD = re.compile(r"[\w.:/+-]+", re.ASCII)
_LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)


def configure_logs(
    level: Literal["debug", "info", "warning", "error"],
    style: Literal["json", "console"],
    stream: BinaryIO | None = None,
) -> None:
    """Send all logs of this process to one stream (default: stderr) in one format.

    Libraries log only warnings and errors, since the SDKs log whole requests at lower levels.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso", utc=True),
            _describe_failure,
            _render_json if style == "json" else _render_console,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(stream or sys.stderr.buffer),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_LibraryHandler()]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    warnings.showwarning = _log_warning
    threading.excepthook = _log_thread_failure
    sys.unraisablehook = _log_ignored_exception


def log_loop_failure(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an exception that no task has retrieved. This is the event loop's exception handler."""
    log.error("loop_failure", message=context.get("message"), exc_info=context.get("exception"))


class _LibraryHandler(logging.Handler):
    """Forwards log records of libraries without their arguments, which may quote a request."""

    def emit(self, record: logging.LogRecord) -> None:
        level = max(standard for standard in _LEVELS if standard <= max(record.levelno, logging.DEBUG))
        failure = record.exc_info[1] if record.exc_info else None
        log.log(level, "library", logger=record.name, message=str(record.msg), exc_info=failure)


def _log_warning(  # noqa: PLR0917 - the signature of `warnings.showwarning`
    message: Warning | str,  # noqa: ARG001 - not logged, since its text may quote a student
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - required by the signature
    line: str | None = None,  # noqa: ARG001 - required by the signature
) -> None:
    log.warning("python_warning", category=category.__name__, file=filename.rpartition("/")[2], line=lineno)


def _log_thread_failure(failure: threading.ExceptHookArgs) -> None:
    log.error("thread_failure", thread=failure.thread.name if failure.thread else None, exc_info=failure.exc_value)


def _log_ignored_exception(ignored: sys.UnraisableHookArgs) -> None:
    """Log an exception in a destructor. Leave out an exceeded budget, whose timer strikes again."""
    if not isinstance(ignored.exc_value, OverBudget):
        place = getattr(ignored.object, "__qualname__", type(ignored.object).__qualname__)
        log.error("ignored_exception", place=place, exc_info=ignored.exc_value)


def _describe_failure(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exception()
    if isinstance(failure, BaseException):
        event["exception"] = describe(failure)
    return event


def _render_json(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    head = {"timestamp": event.pop("timestamp"), "level": event.pop("level"), "event": event.pop("event")}
    return _json(head | {name: value for name, value in event.items() if value is not None})


def _render_console(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    failures: list[Failure] = event.pop("exception", [])
    head = f"{event.pop('timestamp')} {event.pop('level'):<8} {_word(event.pop('event'))}"
    lines = [" ".join([head, *(f"{name}={_word(value)}" for name, value in event.items() if value is not None)])]
    for failure in failures:
        lines.append(f"    {failure['type']} {failure.get('reason', '')}".rstrip())
        lines += [f"      {frame}" for frame in failure["frames"]]
    return "\n".join(lines).encode("ascii", "backslashreplace")


def _word(value: object) -> str:
    if isinstance(value, str) and _BARE_WORD.fullmatch(value):
        return value
    return _json(value).decode()


def _json(value: object) -> bytes:
    """Return JSON in printable ASCII, so that terminals and line-based tools see only text."""
    try:
        line = orjson.dumps(value, default=_opaque)
    except TypeError:  # The value contains a lone surrogate or an integer beyond 64 bits.
        line = orjson.dumps(_cleaned(value), default=_opaque)
    if line.isascii() and b"\x7f" not in line:
        return line
    return _NOT_PLAIN.sub(lambda match: json.dumps(match[0])[1:-1], line.decode()).replace("\x7f", "\\u007f").encode()


def _opaque(value: object) -> str:
    return f"<{type(value).__name__}>"


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_cleaned(str(name)): _cleaned(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return str(value) if isinstance(value, int) else value
