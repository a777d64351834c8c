"""The names that clients, operators and dashboards rely on are those of `public_names.txt`.

A refactoring must not change them. After an intended change, `python -m tests.test_public_names` rewrites the file.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_lsp import protocol as lsp
from tutor_protocol import FROM_EDITOR, FROM_SERVICE, Cell, Diagnostic, ErrorCode, Limit, Position, TokenUsage
from tutor_server import errors
from tutor_server.api.service_routes import ROUTES
from tutor_server.settings import Settings
from tutor_server.storage.models import Base

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOGS = re.compile(r"(?:\w+\.)*_?log\.(?:debug|info|warning|error|exception)|note|passed_over")
LIST = Path(__file__).with_name("public_names.txt")
SERVICE = Path(__file__).resolve().parents[1] / "tutor_server"


def test_every_public_name_is_written_down() -> None:
    """The public names in the code are exactly those in `public_names.txt`."""
    assert LIST.read_text(encoding="utf-8") == written(public_names())


def public_names() -> Mapping[str, set[str]]:
    """Return the public names by their kind."""
    return {
        "settings": {
            str(field.validation_alias or f"TUTOR_{name.upper()}") for name, field in Settings.model_fields.items()
        },
        "routes": {f"{route.method} {route.path}" for route in ROUTES},
        "error codes": {str(code) for code in ErrorCode} | {error.code for error in _error_classes()},
        "limits": {str(limit) for limit in Limit},
        "metrics": set(_metrics()),
        "frames": {
            f"{name}.{field.name}" for name, kind in (FROM_EDITOR | FROM_SERVICE).items() for field in fields(kind)
        }
        | {
            f"{kind.__name__}.{field.name}"
            for kind in (Position, Diagnostic, Cell, TokenUsage)
            for field in fields(kind)
        },
        "columns": {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns},
        "commands and notifications": {
            value for value in vars(lsp).values() if isinstance(value, str) and re.match(r"tutor[./]\w+", value)
        },
        "log events": set(_log_events()),
    }


def written(names: Mapping[str, set[str]]) -> str:
    """Return the text of `public_names.txt`: a heading for each kind, and a line for each name."""
    return "\n".join(f"# {kind}\n" + "".join(f"{name}\n" for name in sorted(names[kind])) for kind in names)


def _error_classes() -> Iterator[type[errors.TutorError]]:
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, errors.TutorError):
            yield value


def _metrics() -> Iterator[str]:
    source = (SERVICE / "api" / "metrics.py").read_text(encoding="utf-8")
    yield from (f"tutor_model_{name}_total" for name in re.findall(r'\bcounter\("(\w+)"', source))
    yield from re.findall(r'"(tutor_(?!server)\w+)"', source)


def _log_events() -> Iterator[str]:
    """Yield every event name in the first argument of a logging call, which may be a conditional expression."""
    for path in SERVICE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _LOGS.fullmatch(ast.unparse(node.func)):
                yield from re.findall(r"'(\w+)'", ast.unparse(node.args[0]))


if __name__ == "__main__":
    sys.exit(LIST.write_text(written(public_names()), encoding="utf-8") == 0)
