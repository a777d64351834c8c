"""Built-in functions that get and set attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import objects
from tutor_pedagogy.offline.evaluation.arity import takes
from tutor_pedagogy.offline.evaluation.inspection import is_known
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Raised, Stopped, Super

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine
    from tutor_pedagogy.offline.evaluation.numeric import Function

    Arguments = Sequence[Any]
    Named = Mapping[str, Any]


def _get_attribute(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not is_known(arguments[:2]) or not takes(arguments, 2, 3) or type(arguments[1]) is not str:
        return UNKNOWN
    place, line = machine.place(), machine.line
    try:
        return machine.attribute(frame, arguments[0], arguments[1])
    except Raised as raised:
        if takes(arguments, 2) or not isinstance(raised.value, AttributeError):
            raise
        machine.back_to(place)
        machine.line = line
    return arguments[2]


def _has_attribute(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not takes(arguments, 2):
        return UNKNOWN
    missing = Super(object, None)
    found = _get_attribute(machine, frame, (*arguments, missing), named)
    return UNKNOWN if found is UNKNOWN else found is not missing


def _set_attribute(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> None:
    if not takes(arguments, 3) or type(arguments[1]) is not str:
        raise Stopped("a function is not evaluated")
    objects.set_attribute(machine, frame, *arguments)


def _set_plainly(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> None:
    if not takes(arguments, 3):
        raise Stopped("a function is not evaluated")
    objects.set_plainly(machine, frame, *arguments)


def _set_arguments(_machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> None:
    if not arguments or not isinstance(arguments[0], BaseException):
        raise Stopped("a function is not evaluated")
    arguments[0].args = tuple(arguments[1:])


def _super(_machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not takes(arguments, 2) or not isinstance(arguments[0], type):
        raise Stopped("a function is not evaluated")
    return Super(arguments[0], arguments[1])


ATTRIBUTES: dict[str, Function] = {
    "getattr": _get_attribute,
    "hasattr": _has_attribute,
    "setattr": _set_attribute,
    "object.__setattr__": _set_plainly,
    "BaseException.__init__": _set_arguments,
    "super": _super,
}
"""The functions by name. Each is called with the machine, the frame, the positional and the keyword arguments."""
