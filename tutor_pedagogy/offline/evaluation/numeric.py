"""Built-in functions and members of `math` for numbers. Each checks the size of its result before it computes it."""

from __future__ import annotations

import ast
import builtins
import math
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import operators
from tutor_pedagogy.offline.evaluation.arity import takes
from tutor_pedagogy.offline.evaluation.bounds import ITEMS_PER_STEP, MAX_BITS
from tutor_pedagogy.offline.evaluation.inspection import is_known
from tutor_pedagogy.offline.evaluation.libraries import LIBRARIES
from tutor_pedagogy.offline.evaluation.values import NUMBERS, TEXTS, UNKNOWN, Builtin, Instance, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

    Arguments = Sequence[Any]
    Named = Mapping[str, Any]
    Function = Callable[[Machine, Frame, Arguments, Named], Any]

_MAX_COUNT = 400
"""The maximum number whose factorial is computed. Its factorial has fewer than 4,096 bits."""
_OWN = {
    "abs": ("__abs__",),
    "round": ("__round__",),
    "int": ("__int__", "__index__", "__trunc__"),
    "float": ("__float__", "__index__"),
    "complex": ("__complex__", "__float__", "__index__"),
    "divmod": ("__divmod__", "__rdivmod__"),
    "bin": ("__index__",),
    "hex": ("__index__",),
    "oct": ("__index__",),
    "chr": ("__index__",),
    "ord": (),
    "pow": ("__pow__", "__rpow__"),
}
"""For each function, the special methods that it calls."""
_POWERS = re.compile(r"comb|perm|factorial")


def _scalar(name: str) -> Function:
    function: Callable[..., Any] = getattr(builtins, name)

    def call(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
        given = (*arguments, *named.values())
        if not is_known(given):
            return UNKNOWN
        _check(machine, given, _OWN[name])
        if name == "round" and takes(given, 2) and type(given[1]) is int and abs(given[1]) > MAX_BITS:
            raise Stopped("a number is rounded to too many digits")
        if name in _METHODS_OF_ONE and len(arguments) == 1 and isinstance(arguments[0], Instance):
            own = next((each for each in _OWN[name] if each in arguments[0].own_methods), None)
            if own is not None:
                return machine.asked(arguments[0], own)
        return machine.native(frame, function, *arguments, **named)

    return call


_METHODS_OF_ONE = ("abs", "int", "float", "round")


def _check(machine: Machine, given: Sequence[Any], own: Sequence[str]) -> None:
    """Charge steps for strings among the arguments. Raise `Stopped` for objects whose methods would be called."""
    for value in given:
        if type(value) in TEXTS:
            machine.spend(len(value) // ITEMS_PER_STEP)
        elif isinstance(value, Instance) and len(given) > 1 and not value.own_methods.isdisjoint(own):
            raise Stopped("a method of the program would be called")


def _bool(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) != 1 or named:
        return machine.native(frame, bool, *arguments[:2], **named)
    return UNKNOWN if arguments[0] is UNKNOWN else machine.truth(frame, arguments[0])


def _hash(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if len(arguments) == 1 and type(arguments[0]) in NUMBERS:
        return machine.native(frame, hash, arguments[0])
    if len(arguments) == 1 and isinstance(arguments[0], list | dict | set):
        return machine.throw(frame, TypeError(f"unhashable type: '{type(arguments[0]).__name__}'"))
    return UNKNOWN


def _pow(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not is_known(arguments) or not takes(arguments, 2) or named:
        return UNKNOWN
    return operators.binary(machine, frame, ast.Pow, arguments[0], arguments[1], in_place=False)


def _math(name: str) -> Function:
    function: Callable[..., Any] = getattr(math, name)

    def call(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
        given = (*arguments, *named.values())
        if not is_known(given):
            return UNKNOWN
        _check(machine, given, ("__float__", "__index__", "__ceil__", "__floor__", "__trunc__"))
        if any(isinstance(each, Instance) and each.own_methods for each in given):
            raise Stopped("a method of the program would be called")
        if _POWERS.fullmatch(name) and any(type(each) is int and each > _MAX_COUNT for each in given):
            raise Stopped("a factorial is too large")
        return machine.native(frame, function, *arguments, **named)

    return call


def _of_numbers(name: str) -> Function:
    """Return the evaluation of a function of `math` whose arguments are collections of numbers."""
    function: Callable[..., Any] = getattr(math, name)

    def call(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
        lists = [machine.listed(frame, each) for each in arguments]
        if named or any(type(each) not in (int, float) for numbers in lists for each in numbers):
            raise Stopped("a function is not evaluated")
        return machine.native(frame, function, *lists)

    return call


def _product(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) != 1 or not named.keys() <= {"start"}:
        raise Stopped("a function is not evaluated")
    total = named.get("start", 1)
    for item in machine.listed(frame, arguments[0]):
        machine.spend()
        total = operators.binary(machine, frame, ast.Mult, total, item, in_place=False)
    return total


def _common_multiple(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not is_known(arguments) or named:
        return UNKNOWN
    total: Any = 1
    for item in arguments:
        machine.spend()
        _check(machine, (item,), ())
        total = machine.native(frame, math.lcm, total, item)
    return total


NUMERIC: dict[str, Function] = {
    **{name: _scalar(name) for name in _OWN if name != "pow"},
    **{f"math.{name}": _math(name) for name, value in LIBRARIES["math"].items() if isinstance(value, Builtin)},
    "bool": _bool,
    "hash": _hash,
    "pow": _pow,
    "math.prod": _product,
    "math.lcm": _common_multiple,
    "math.dist": _of_numbers("dist"),
    "math.fsum": _of_numbers("fsum"),
}
"""The functions by name. Each is called with the machine, the frame, the positional and the keyword arguments."""
