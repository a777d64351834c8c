"""Built-in functions and types that are evaluated, and the members of a few modules."""

from __future__ import annotations

import builtins
import collections
import math
import string
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import objects
from tutor_pedagogy.offline.evaluation.machine import MAX_LENGTH, is_known
from tutor_pedagogy.offline.evaluation.methods import sort
from tutor_pedagogy.offline.evaluation.texts import repr_of, text_of
from tutor_pedagogy.offline.evaluation.values import (
    UNKNOWN,
    Builtin,
    Closure,
    Instance,
    Method,
    NativeMethod,
    Stopped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

    Arguments = Sequence[Any]
    Named = Mapping[str, Any]
    Function = Callable[[Machine, Frame, Arguments, Named], Any]

_PLAIN = ("abs", "bin", "bool", "chr", "divmod", "hash", "hex", "int", "float", "oct", "ord", "round", "complex")
"""Functions of scalars, which are called natively."""
_CALLABLE = (Closure, Method, NativeMethod, Builtin, type)
_SCALARS = (int, float, bool, complex, bytes, range)
_COLLECTIONS = (list, tuple, set, frozenset, collections.Counter, collections.deque)
_TYPES = (
    "int",
    "float",
    "str",
    "bool",
    "list",
    "tuple",
    "set",
    "frozenset",
    "dict",
    "range",
    "bytes",
    "complex",
    "object",
)
NAMES: dict[str, Any] = {
    **{name: Builtin(name) for name in dir(builtins) if callable(getattr(builtins, name)) and not name.startswith("_")},
    **{name: getattr(builtins, name) for name in (*_TYPES, "type")},
    **{
        name: kind
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    },
    "__name__": "__main__",
    "Ellipsis": ...,
    "NotImplemented": NotImplemented,
}
"""The built-in names: types and exceptions are themselves, functions are `Builtin`."""
_MATH = ("ceil", "comb", "cos", "degrees", "exp", "fabs", "floor", "fmod", "gcd", "hypot", "isclose", "isqrt", "lcm")
_MORE_MATH = ("log", "log10", "log2", "pow", "radians", "sin", "sqrt", "tan", "trunc", "isnan", "isinf", "dist", "prod")
LIBRARIES: dict[str, dict[str, Any]] = {
    "math": {
        **{name: Builtin(f"math.{name}") for name in (*_MATH, *_MORE_MATH, "factorial")},
        **{name: getattr(math, name) for name in ("pi", "e", "inf", "nan", "tau")},
    },
    "string": {
        name: getattr(string, name)
        for name in ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "punctuation", "whitespace")
    },
    "collections": {
        "Counter": collections.Counter,
        "defaultdict": collections.defaultdict,
        "deque": collections.deque,
    },
    "sys": {"exit": Builtin("exit")},
    "os": {"_exit": Builtin("exit"), "abort": Builtin("exit")},
    "copy": {"copy": Builtin("copy.copy"), "deepcopy": Builtin("copy.deepcopy")},
}
"""The members of a module that are evaluated. Other members, and other modules, are not known."""
PURE = frozenset(("random", "time", "datetime", "os", "sys", "string", "math", "json", "re", "itertools", "functools"))
"""Modules whose functions do not change their arguments, except for those in `CHANGING`."""
CHANGING = frozenset(("shuffle", "heappush", "heappop", "heapify", "insort"))


def call_builtin(machine: Machine, frame: Frame, name: str, arguments: Arguments, named: Named) -> Any:
    """Return the result of a built-in function."""
    function = _FUNCTIONS.get(name)
    if function is not None:
        return function(machine, frame, arguments, named)
    if not is_known((*arguments, *named.values())):
        return UNKNOWN
    if name in _PLAIN:
        return _plain(machine, frame, getattr(builtins, name), arguments, named)
    if name.startswith("math."):
        _check_integers(arguments)
        arguments = [_listed(machine, frame, each) for each in arguments]
        return machine.native(frame, getattr(math, name[5:]), *arguments, **named)
    return UNKNOWN


def call_type(machine: Machine, frame: Frame, kind: type, arguments: Arguments, named: Named) -> Any:
    """Return the value that a built-in type makes of its arguments."""
    if not is_known((*arguments, *named.values())):
        return UNKNOWN
    make = _MAKERS.get(kind)
    if make is not None:
        return make(machine, frame, arguments, named)
    if issubclass(kind, BaseException):
        return machine.native(frame, kind, *arguments)
    if kind in _COLLECTIONS and len(arguments) <= 1:
        if arguments and isinstance(arguments[0], dict) and kind is collections.Counter:
            return machine.native(frame, kind, *arguments)
        return machine.native(frame, kind, *(_collected(machine, frame, each, kind) for each in arguments), **named)
    return _plain(machine, frame, kind, arguments, named) if kind in _SCALARS else UNKNOWN


def _string(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) == 1 and not named:
        return text_of(machine, frame, arguments[0])
    return machine.native(frame, str, *arguments, **named)


def _type(_machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> Any:
    return _type_of(arguments[0]) if len(arguments) == 1 else UNKNOWN


def _default_dictionary(_machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> Any:
    is_evaluated = len(arguments) == 1 and arguments[0] in (int, list, str, set, dict, float)
    return collections.defaultdict(arguments[0]) if is_evaluated else UNKNOWN


def _dictionary(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if arguments and not isinstance(arguments[0], dict):
        pairs = [machine.listed(frame, pair) for pair in machine.listed(frame, arguments[0])]
        return machine.native(frame, dict, pairs, **named)
    return machine.native(frame, dict, *arguments, **named)


_MAKERS: dict[type, Function] = {
    str: _string,
    type: _type,
    dict: _dictionary,
    collections.defaultdict: _default_dictionary,
}


def _type_of(value: Any) -> Any:
    return UNKNOWN if isinstance(value, _CALLABLE) else type(value)


def _plain(machine: Machine, frame: Frame, function: Callable[..., Any], arguments: Arguments, named: Named) -> Any:
    if any(isinstance(each, Instance) for each in arguments):
        if function is bool:
            return machine.truth(frame, arguments[0])
        raise Stopped("a method of the program would be called")
    machine.pay_for(*arguments)
    return machine.native(frame, function, *arguments, **named)


def _check_integers(arguments: Arguments) -> None:
    if any(isinstance(each, int) and abs(each) > MAX_LENGTH**4 for each in arguments):
        raise Stopped("an integer is too large")


def _listed(machine: Machine, frame: Frame, value: Any) -> Any:
    return machine.listed(frame, value) if hasattr(value, "__next__") else value


def _collected(machine: Machine, frame: Frame, value: Any, kind: type) -> Any:
    """Return the items of an argument. The order of a set counts only for types that keep it."""
    if isinstance(value, set | frozenset) and kind in (set, frozenset):
        return value
    return machine.listed(frame, value)


def _print(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> None:
    if not named.keys() <= {"sep", "end", "flush"}:
        raise Stopped("print writes to a file")
    try:
        texts = [text_of(machine, frame, value) for value in arguments]
        separator, end = named.get("sep"), named.get("end")
        text = (" " if separator is None else separator).join(texts) + ("\n" if end is None else end)
    except Stopped:
        if machine.steps_left < 0:
            raise
        machine.is_certain = False
        machine.write(None)
    except TypeError as error:
        machine.throw(frame, error)
    else:
        machine.write(text)


def _len(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if len(arguments) == 1 and isinstance(arguments[0], Instance):
        value = arguments[0]
        if "__len__" in type(value).own_methods:
            return machine.call(frame, machine.attribute(frame, value, "__len__"), (), {})
    if not is_known(arguments):
        return UNKNOWN
    if len(arguments) == 1 and not hasattr(type(arguments[0]), "__len__"):
        machine.throw(frame, TypeError(f"object of type '{objects.type_name(arguments[0])}' has no len()"))
    return machine.native(frame, len, *arguments)


def _range(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    return machine.native(frame, range, *arguments) if is_known(arguments) else UNKNOWN


def _sum(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not arguments:
        return machine.native(frame, sum)
    items = machine.listed(frame, arguments[0])
    if not is_known(items):
        return UNKNOWN
    if any(isinstance(item, Instance | list | str) for item in items):
        machine.spend(len(items))
        if any(isinstance(item, Instance) for item in items):
            raise Stopped("a method of the program would be called")
    return machine.native(frame, sum, items, *arguments[1:], **named)


def _extreme(name: str) -> Function:
    function: Callable[..., Any] = getattr(builtins, name)

    def call(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
        values = machine.listed(frame, arguments[0]) if len(arguments) == 1 else list(arguments)
        if not is_known(values):
            return UNKNOWN
        machine.pay_for(values)
        key = named.get("key")
        if key is None:
            return machine.native(frame, function, values, **{k: v for k, v in named.items() if k != "key"})
        keys = [machine.call(frame, key, (value,), {}) for value in values]
        if not is_known(keys):
            return UNKNOWN
        if not keys:
            return named["default"] if "default" in named else machine.native(frame, function, [])
        return values[machine.native(frame, function, range(len(values)), key=keys.__getitem__)]

    return call


def _sorted(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) != 1:
        return machine.native(frame, sorted, *arguments)
    value = arguments[0]
    if value is UNKNOWN:
        return UNKNOWN
    values = list(value) if isinstance(value, set | frozenset) else machine.listed(frame, value)
    if not is_known(values):
        return UNKNOWN
    sort(machine, frame, values, named)
    if isinstance(value, set | frozenset) and "key" in named:
        raise Stopped("the order of a set is not fixed")
    return values


def _truth_of(name: str, *, wanted: bool) -> Function:
    def call(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
        if len(arguments) != 1:
            return machine.native(frame, getattr(builtins, name), *arguments)
        iterator = machine.items(frame, arguments[0])
        for value in iterator:
            machine.spend()
            if machine.truth(frame, value) is wanted:
                return wanted
        return not wanted

    return call


def _mapped(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    function, *iterables = arguments
    rows = zip(*(machine.listed(frame, each) for each in iterables), strict=False)
    return map(_itself, [machine.call(frame, function, row, {}) for row in rows])


def _filtered(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    function, iterable = arguments
    values = machine.listed(frame, iterable)
    if function is None:
        return filter(_always, [value for value in values if machine.truth(frame, value)])
    kept = [value for value in values if machine.truth(frame, machine.call(frame, function, (value,), {}))]
    return filter(_always, kept)


def _itself(value: Any) -> Any:
    return value


def _always(_: Any) -> bool:
    return True


def _enumerated(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    start = named.get("start", arguments[1] if len(arguments) > 1 else 0)
    if start is UNKNOWN:
        return UNKNOWN
    return machine.native(frame, enumerate, machine.listed(frame, arguments[0]), start)


def _zipped(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    return zip(*(machine.listed(frame, each) for each in arguments), strict=False)


def _reversed(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    return machine.native(frame, reversed, *arguments) if is_known(arguments) else UNKNOWN


def _next(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    return machine.native(frame, next, *arguments) if is_known(arguments[:1]) else UNKNOWN


def _iter(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    return machine.items(frame, arguments[0]) if len(arguments) == 1 else UNKNOWN


def _isinstance(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not is_known(arguments) or any(isinstance(each, Builtin) for each in arguments):
        return UNKNOWN
    if isinstance(arguments[0], _CALLABLE):
        return UNKNOWN
    return machine.native(frame, isinstance, *arguments)


def _repr(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    return repr_of(machine, frame, arguments[0]) if len(arguments) == 1 and is_known(arguments) else UNKNOWN


def _pow(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not is_known(arguments) or len(arguments) != 2 or not all(isinstance(each, int | float) for each in arguments):  # noqa: PLR2004 - a base and an exponent
        return UNKNOWN
    base, exponent = arguments
    is_integer = isinstance(base, int) and isinstance(exponent, int)
    if is_integer and abs(exponent) * max(base.bit_length(), 1) > MAX_LENGTH:
        raise Stopped("a power is too large")
    return machine.native(frame, pow, base, exponent)


def _factorial(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not is_known(arguments) or any(isinstance(each, int) and each > 400 for each in arguments):  # noqa: PLR2004 - the factorial of 400 has under 4,096 bits
        raise Stopped("a factorial is too large")
    return machine.native(frame, math.factorial, *arguments)


def _copy(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    value = arguments[0] if arguments else UNKNOWN
    kinds = (list, dict, set)
    return machine.native(frame, type(value), value) if type(value) in kinds else UNKNOWN


def _deep_copy(machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> Any:
    return _deeply(machine, arguments[0], 0) if arguments else UNKNOWN


def _deeply(machine: Machine, value: Any, depth: int) -> Any:
    machine.spend()
    if depth > 12 or isinstance(value, Instance):  # noqa: PLR2004 - the depth limit of texts
        raise Stopped("a value is not copied")
    if type(value) in (list, tuple):
        return type(value)(_deeply(machine, item, depth + 1) for item in value)
    if type(value) is dict:
        return {key: _deeply(machine, item, depth + 1) for key, item in value.items()}
    return set(value) if type(value) is set else value


def _unknown(_machine: Machine, _frame: Frame, _arguments: Arguments, _named: Named) -> Any:
    return UNKNOWN


def _stop(_machine: Machine, _frame: Frame, _arguments: Arguments, _named: Named) -> Any:
    raise Stopped("a function is not evaluated")


_FUNCTIONS: dict[str, Function] = {
    "print": _print,
    "len": _len,
    "range": _range,
    "sum": _sum,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "sorted": _sorted,
    "any": _truth_of("any", wanted=True),
    "all": _truth_of("all", wanted=False),
    "map": _mapped,
    "filter": _filtered,
    "enumerate": _enumerated,
    "zip": _zipped,
    "reversed": _reversed,
    "next": _next,
    "iter": _iter,
    "isinstance": _isinstance,
    "repr": _repr,
    "pow": _pow,
    "math.pow": _pow,
    "math.factorial": _factorial,
    "copy.copy": _copy,
    "copy.deepcopy": _deep_copy,
    "input": _unknown,
    "id": _unknown,
    "open": _unknown,
    "exit": _stop,
    "quit": _stop,
    "exec": _stop,
    "eval": _unknown,
    "setattr": _stop,
    "globals": _stop,
    "locals": _stop,
    "vars": _stop,
    "object.__init__": lambda *_: None,
}
