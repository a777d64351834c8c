"""Built-in functions that go through iterables."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import operators, sorting
from tutor_pedagogy.offline.evaluation.arity import takes
from tutor_pedagogy.offline.evaluation.bounds import END
from tutor_pedagogy.offline.evaluation.inspection import is_iterable, is_known
from tutor_pedagogy.offline.evaluation.lazy import Filter, Map, filtered, mapped
from tutor_pedagogy.offline.evaluation.values import (
    NUMBERS,
    STAND_INS,
    TEXTS,
    UNKNOWN,
    Instance,
    Raised,
    Stopped,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

    Arguments = Sequence[Any]
    Named = Mapping[str, Any]
    Function = Callable[[Machine, Frame, Arguments, Named], Any]

_MAX_PERMUTED = 8
"""The maximum number of positions of a product or a permutation."""
_MAX_CHOSEN = 100
"""The maximum number of items from which permutations and combinations are formed."""


def _sum(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    start = arguments[1] if len(arguments) > 1 else named.get("start", 0)
    if not takes(arguments, 1, 2) or not named.keys() <= {"start"}:
        return machine.native(frame, sum, *arguments, **named)
    items = machine.listed(frame, arguments[0])
    if not is_known((*items, start)):
        return UNKNOWN
    if type(start) in NUMBERS and all(type(item) in NUMBERS for item in items):
        return machine.native(frame, sum, items, start)
    if type(start) in TEXTS:
        machine.native(frame, sum, [], start)
    for item in items:
        machine.spend()
        start = operators.binary(machine, frame, ast.Add, start, item, in_place=False)
    return start


def _sorted(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) != 1:
        return machine.native(frame, sorted, *[[]] * len(arguments), **named)
    value = arguments[0]
    if value is UNKNOWN:
        return UNKNOWN
    is_set = type(value) in (set, frozenset)
    values = list(value) if is_set else machine.listed(frame, value)
    if not is_known(values):
        return UNKNOWN
    sorting.sort(machine, frame, values, (), named)
    if is_set and "key" in named:
        raise Stopped("the order of a set is not fixed")
    return values


def _truth_of(*, wanted: bool) -> Function:
    name = "any" if wanted else "all"

    def call(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
        if len(arguments) != 1 or named:
            return machine.throw(frame, TypeError(f"{name}() takes exactly one argument ({len(arguments)} given)"))
        values = arguments[0]
        iterator = iter(values) if type(values) in (set, frozenset) else machine.items(frame, values)
        while (value := machine.advance(frame, iterator)) is not END:
            machine.spend()
            if machine.truth(frame, value) is wanted:
                return wanted
        return not wanted

    return call


def _map(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not arguments[1:] or named:
        return machine.throw(frame, TypeError("map() must have at least two arguments."))
    iterators = [machine.items(frame, each) for each in arguments[1:]]
    return Map(machine, frame, mapped(machine, frame, arguments[0], iterators))


def _filter(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not takes(arguments, 2) or named:
        return machine.throw(frame, TypeError(f"filter expected 2 arguments, got {len(arguments)}"))
    return Filter(machine, frame, filtered(machine, frame, arguments[0], machine.items(frame, arguments[1])))


def _enumerate(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    start = named.get("start", arguments[1] if len(arguments) > 1 else 0)
    if start is UNKNOWN:
        return UNKNOWN
    if not takes(arguments, 1, 2) or not named.keys() <= {"start"}:
        return machine.native(frame, enumerate, *arguments, **named)
    machine.wrapped()
    return machine.native(frame, enumerate, machine.items(frame, arguments[0]), start)


def _zip(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    strict = named.get("strict", False)
    if not named.keys() <= {"strict"} or strict is UNKNOWN:
        raise Stopped("a function is not evaluated")
    for each in arguments:
        if each is not UNKNOWN and not is_iterable(each):
            machine.throw(frame, TypeError(f"'{type_name(each)}' object is not iterable"))
    machine.wrapped()
    iterators = [machine.items(frame, each) for each in arguments]
    return zip(*iterators, strict=machine.truth(frame, strict))


def _reversed(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not is_known(arguments):
        return UNKNOWN
    if any(isinstance(each, Instance) or type(each) in STAND_INS for each in arguments):
        raise Stopped("a function is not evaluated")
    machine.wrapped()
    return machine.native(frame, reversed, *arguments)


def _next(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not is_known(arguments[:1]):
        return UNKNOWN
    if not takes(arguments, 1, 2):
        return machine.native(frame, next, *arguments)
    if isinstance(arguments[0], Instance):
        return _next_of_own(machine, frame, arguments)
    if not hasattr(type(arguments[0]), "__next__"):
        machine.throw(frame, TypeError(f"'{type_name(arguments[0])}' object is not an iterator"))
    item = machine.advance(frame, arguments[0])
    if item is not END:
        return item
    return arguments[1] if len(arguments) > 1 else machine.throw(frame, StopIteration())


def _next_of_own(machine: Machine, frame: Frame, arguments: Arguments) -> Any:
    if "__next__" not in arguments[0].own_methods:
        machine.throw(frame, TypeError(f"'{type_name(arguments[0])}' object is not an iterator"))
    place, line = machine.place(), machine.line
    try:
        return machine.call(frame, machine.attribute(frame, arguments[0], "__next__"), (), {})
    except Raised as raised:
        if len(arguments) == 1 or not isinstance(raised.value, StopIteration):
            raise
        machine.back_to(place)
        machine.line = line
    return arguments[1]


def _iter(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if len(arguments) != 1 or not is_known(arguments):
        return UNKNOWN
    if isinstance(arguments[0], Instance) and "__iter__" in arguments[0].own_methods:
        return machine.asked(arguments[0], "__iter__")
    machine.wrapped()
    return machine.items(frame, arguments[0])


def _chained(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    machine.wrapped()
    return itertools.chain(*(machine.items(frame, each) for each in arguments))


def _chained_from(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    machine.wrapped()
    return itertools.chain(*(machine.items(frame, each) for each in machine.listed(frame, *arguments)))


def _counted(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    given = (*arguments, *named.values())
    if not all(type(each) in NUMBERS for each in given):
        raise Stopped("a function is not evaluated")
    return machine.native(frame, itertools.count, *arguments, **named)


def _combined(name: str) -> Function:
    function: Callable[..., Any] = getattr(itertools, name)

    def call(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
        if not is_known((*arguments, *named.values())):
            return UNKNOWN
        places = len(arguments) if name == "product" else 1
        if not arguments:
            return machine.native(frame, function, *arguments, **named)
        lists = [machine.listed(frame, each) for each in arguments[:places]]
        rest = [*arguments[places:], *named.values()]
        if any(type(each) is not int or not 0 <= each <= _MAX_PERMUTED for each in rest):
            raise Stopped("a function is not evaluated")
        if len(lists) > _MAX_PERMUTED or (name != "product" and len(lists[0]) > _MAX_CHOSEN):
            raise Stopped("a function is not evaluated")
        machine.wrapped()
        return machine.native(frame, function, *lists, *arguments[places:], **named)

    return call


def _accumulated(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) != 1 or named:
        raise Stopped("a function is not evaluated")
    total: Any = None
    found: list[Any] = []
    for item in machine.listed(frame, arguments[0]):
        machine.spend()
        total = operators.binary(machine, frame, ast.Add, total, item, in_place=False) if found else item
        found.append(total)
    return iter(found)


def _reduced(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not takes(arguments, 2, 3) or named:
        raise Stopped("a function is not evaluated")
    items = machine.listed(frame, arguments[1])
    if takes(arguments, 2):
        if not items:
            machine.throw(frame, TypeError("reduce() of empty iterable with no initial value"))
        total = items.pop(0)
    else:
        total = arguments[2]
    for item in items:
        total = machine.call(frame, arguments[0], (total, item), {})
    return total


ITERATIONS: dict[str, Function] = {
    "sum": _sum,
    "min": lambda machine, frame, arguments, named: sorting.extreme(machine, frame, "min", arguments, named),
    "max": lambda machine, frame, arguments, named: sorting.extreme(machine, frame, "max", arguments, named),
    "sorted": _sorted,
    "any": _truth_of(wanted=True),
    "all": _truth_of(wanted=False),
    "map": _map,
    "filter": _filter,
    "enumerate": _enumerate,
    "zip": _zip,
    "reversed": _reversed,
    "next": _next,
    "iter": _iter,
    "itertools.chain": _chained,
    "itertools.chain.from_iterable": _chained_from,
    "itertools.count": _counted,
    "itertools.accumulate": _accumulated,
    "itertools.product": _combined("product"),
    "itertools.permutations": _combined("permutations"),
    "itertools.combinations": _combined("combinations"),
    "functools.reduce": _reduced,
}
"""The functions by name. Each is called with the machine, the frame, the positional and the keyword arguments."""
