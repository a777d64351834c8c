"""Functions of the standard library: `json`, and one possible outcome of `random` in a run with a guessed input."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.arity import takes
from tutor_pedagogy.offline.evaluation.bounds import ITEMS_PER_STEP
from tutor_pedagogy.offline.evaluation.inspection import is_known
from tutor_pedagogy.offline.evaluation.values import COLLECTIONS, STAND_INS, TEXTS, UNKNOWN, Instance, Stopped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine
    from tutor_pedagogy.offline.evaluation.numeric import Function

    Arguments = Sequence[Any]
    Named = Mapping[str, Any]

_MANY_DIGITS = re.compile(r"\d{400}")
_LAYOUT = frozenset(("indent", "ensure_ascii", "sort_keys"))


def _loads(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not is_known(arguments):
        return UNKNOWN
    if not takes(arguments, 1) or named or isinstance(arguments[0], bytes):
        raise Stopped("a function is not evaluated")
    text = arguments[0]
    if isinstance(text, str):
        machine.spend(len(text) // ITEMS_PER_STEP)
        if _MANY_DIGITS.search(text):
            raise Stopped("an integer is too large")
    found = machine.native(frame, json.loads, text)
    machine.weigh(found)
    return found


def _dumps(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not takes(arguments, 1) or not named.keys() <= _LAYOUT or not is_known(named.values()):
        raise Stopped("a function is not evaluated")
    if not _is_plain(machine, arguments[0]):
        return UNKNOWN
    machine.weigh(arguments[0])
    return machine.native(frame, json.dumps, arguments[0], **named)


def _is_plain(machine: Machine, value: Any) -> bool:
    """Return whether a value and all that it contains are known, within the bounds of nesting."""
    machine.weigh(value)
    level = [value]
    while level:
        if not is_known(level) or any(type(each) in STAND_INS for each in level):
            return False
        inner = (each for each in level if type(each) in COLLECTIONS)
        level = [part for each in inner for part in ((*each, *each.values()) if isinstance(each, dict) else each)]
    return True


def _lowest(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    """Return the lowest number that `randint`, `randrange` or `uniform` can give, in a guessed run."""
    if not machine.is_guessed or not takes(arguments, 1, 3) or any(type(each) is not int for each in arguments):
        return UNKNOWN
    del frame
    return arguments[0] if len(arguments) > 1 else 0


def _random(machine: Machine, _frame: Frame, _arguments: Arguments, _: Named) -> Any:
    return 0.5 if machine.is_guessed else UNKNOWN


def _choice(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    """Return the first item, which is one that `choice` can give, in a guessed run."""
    if not machine.is_guessed or not takes(arguments, 1) or type(arguments[0]) not in {list, tuple, *TEXTS}:
        return UNKNOWN
    if not arguments[0]:
        machine.throw(frame, IndexError("Cannot choose from an empty sequence"))
    return arguments[0][0]


def _shuffle(machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> None:
    """Leave the items in their order, which is one that `shuffle` can give, in a guessed run."""
    if not machine.is_guessed or not takes(arguments, 1) or isinstance(arguments[0], Instance):
        raise Stopped("a function that is not known may change a value")


LIBRARY_FUNCTIONS: dict[str, Function] = {
    "json.loads": _loads,
    "json.dumps": _dumps,
    "random.choice": _choice,
    "random.randint": _lowest,
    "random.randrange": _lowest,
    "random.random": _random,
    "random.shuffle": _shuffle,
}
"""The functions by name. Each is called with the machine, the frame, the positional and the keyword arguments."""
