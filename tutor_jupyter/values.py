"""The values on the line where a cell failed, as a comment below the traceback."""

from __future__ import annotations

import re
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING

from tutor_lsp.runner.test_drivers.values import shown

if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

MAX_VALUES = 8
MAX_CHARACTERS = 80
_NAME = re.compile(r"(?<![\w.'\"])[^\W\d]\w*")
_CODE = (BuiltinFunctionType, FunctionType, MethodType, ModuleType, type)


def values_line(frame: FrameType, number: int, code: str) -> str | None:
    """Return the values of the names on a line of code, in the form of a run's; None if there are none to show.

    No code of the student's runs for it.
    """
    found: dict[str, str] = {}
    for name in _NAME.findall(code):
        value = _look_up(name, frame)
        text = None if value is None else shown(value[0])
        if text is not None and len(text) <= MAX_CHARACTERS and len(found) < MAX_VALUES:
            found[name] = text
    told = ", ".join(f"{name} = {text}" for name, text in found.items())
    return f"# values on line {number}: {told}" if told else None


def _look_up(name: str, frame: FrameType) -> tuple[Any] | None:
    """Return the value of a variable in a tuple, or None if there is none or it is code."""
    for scope in (frame.f_locals, frame.f_globals):
        if name in scope:
            value = scope[name]
            return None if issubclass(type(value), _CODE) else (value,)
    return None
