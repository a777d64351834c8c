"""The `%` operator on strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from tutor_pedagogy.offline.evaluation.bounds import ITEMS_PER_STEP, MAX_LENGTH
from tutor_pedagogy.offline.evaluation.texts import repr_of, text_of, widths
from tutor_pedagogy.offline.evaluation.values import DICTIONARIES, NUMBERS, UNKNOWN, Instance, Stopped

if TYPE_CHECKING:
    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_STARRED_WIDTH = re.compile(r"%[-+ #0]*\*|\.\*")


def percent(machine: Machine, frame: Frame, template: Any, values: Any) -> Any:
    """Return `template % values`."""
    if type(template) is bytes or _STARRED_WIDTH.search(template) or widths(template) > MAX_LENGTH:
        raise Stopped("a format specification is not evaluated")
    machine.spend(len(template) // ITEMS_PER_STEP)
    if type(values) is tuple:
        shown: Any = tuple(_shown(machine, frame, template, value) for value in values)
    elif type(values) in DICTIONARIES:
        shown = {key: _shown(machine, frame, template, value) for key, value in values.items()}
    else:
        shown = _shown(machine, frame, template, values)
    each_shown = shown if type(shown) is tuple else shown.values() if type(shown) is dict else (shown,)
    if max((len(str(each)) for each in each_shown), default=0) * template.count("%") > 2 * MAX_LENGTH:
        raise Stopped("a string is too long")
    try:
        return machine.charged(template % shown)
    except TypeError as error:
        if "_S" in str(error) or type(values) in DICTIONARIES:
            raise Stopped("a format specification is not evaluated") from None
        machine.throw(frame, type(error)(*error.args))
    except (ValueError, KeyError, OverflowError) as error:
        machine.throw(frame, type(error)(*error.args))


class _Shown:
    """A stand-in whose `str` and `repr` are given, as an operand for the native `%` operator."""

    def __init__(self, text: str, representation: str) -> None:
        self._texts = text, representation

    def __str__(self) -> str:
        return self._texts[0]

    def __repr__(self) -> str:
        return self._texts[1]


class _Subscripted(_Shown):
    """A stand-in for a value with `__getitem__`. A key in the template, as in `%(name)s`, raises `Stopped`."""

    def __getitem__(self, _: object) -> NoReturn:
        raise Stopped("a format specification is not evaluated")


def _is_subscripted(value: Any) -> bool:
    return "__getitem__" in value.own_methods if isinstance(value, Instance) else hasattr(type(value), "__getitem__")


def _shown(machine: Machine, frame: Frame, template: str, value: Any) -> Any:
    """Return a value that the native `%` operator can print: numbers and strings as they are, others as their text."""
    if value is UNKNOWN:
        raise Stopped("a value is not known")
    if type(value) in NUMBERS or type(value) in (str, type(None)):
        return value
    text = text_of(machine, frame, value)
    kind = _Subscripted if _is_subscripted(value) else _Shown
    return kind(text, repr_of(machine, frame, value) if "%r" in template else text)
