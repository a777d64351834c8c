"""The built-in functions and types that the evaluator supports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.arity import takes
from tutor_pedagogy.offline.evaluation.attribute_functions import ATTRIBUTES
from tutor_pedagogy.offline.evaluation.bounds import END
from tutor_pedagogy.offline.evaluation.decorators import make
from tutor_pedagogy.offline.evaluation.inspection import is_known
from tutor_pedagogy.offline.evaluation.iteration import ITERATIONS
from tutor_pedagogy.offline.evaluation.library_functions import LIBRARY_FUNCTIONS
from tutor_pedagogy.offline.evaluation.methods import call_method
from tutor_pedagogy.offline.evaluation.numeric import NUMERIC
from tutor_pedagogy.offline.evaluation.operators import binary
from tutor_pedagogy.offline.evaluation.searching import check_keys
from tutor_pedagogy.offline.evaluation.texts import formatted, repr_of, text_of
from tutor_pedagogy.offline.evaluation.values import (
    DICTIONARIES,
    STAND_INS,
    UNKNOWN,
    Builtin,
    Closure,
    Instance,
    Method,
    NativeMethod,
    Stopped,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine
    from tutor_pedagogy.offline.evaluation.numeric import Function

    Arguments = Sequence[Any]
    Named = Mapping[str, Any]

_OPERATORS = {"add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "truediv": ast.Div}
_CODE = (Closure, Method, Instance)
_METHODS_OF_TYPES: Mapping[str, type] = {
    kind.__name__: kind for kind in (str, list, tuple, set, frozenset, dict, int, float, bytes)
}


def call_builtin(machine: Machine, frame: Frame, name: str, arguments: Arguments, named: Named) -> Any:
    """Return the result of a built-in function."""
    function = _FUNCTIONS.get(name)
    if function is not None:
        return function(machine, frame, arguments, named)
    if not is_known((*arguments, *named.values())):
        return UNKNOWN
    module, dot, _ = name.partition(".")
    if dot and module in _METHODS_OF_TYPES:
        return _method_of_type(machine, frame, name, arguments, named)
    if dot and module in ("functools", "dataclasses", "operator"):
        return make(name, arguments, named)
    if dot and module in ("object", "collections", "BaseException"):
        raise Stopped("a function is not evaluated")
    if any(isinstance(each, _CODE) for each in (*arguments, *named.values())):
        raise Stopped("a function that is not known may call a function of the program")
    return UNKNOWN


def _method_of_type(machine: Machine, frame: Frame, function: str, arguments: Arguments, named: Named) -> Any:
    """Return the result of a function such as `str.upper`, whose first argument is the receiver."""
    module, _, name = function.partition(".")
    kind = _METHODS_OF_TYPES[module]
    if not arguments or type(arguments[0]) is not kind:
        if not arguments or isinstance(arguments[0], kind):
            raise Stopped("a function is not evaluated")
        kinds = f"'{module}' objects doesn't apply to a '{type_name(arguments[0])}' object"
        machine.throw(frame, TypeError(f"descriptor '{name}' for {kinds}"))
    return call_method(machine, frame, NativeMethod(arguments[0], name), arguments[1:], named)


def _print(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> None:
    if not named.keys() <= {"sep", "end", "flush"}:
        raise Stopped("print writes to a file")
    separator, end = named.get("sep"), named.get("end")
    for name, value in (("sep", separator), ("end", end)):
        if value is not None and value is not UNKNOWN and not isinstance(value, str):
            machine.throw(frame, TypeError(f"{name} must be None or a string, not {type_name(value)}"))
    text = _printed(machine, frame, arguments)
    if text is None or separator is UNKNOWN or end is UNKNOWN:
        machine.is_certain = False
        machine.write(None)
        return
    machine.write(machine.joined(" " if separator is None else separator, text) + ("\n" if end is None else end))


def _printed(machine: Machine, frame: Frame, arguments: Arguments) -> list[str] | None:
    """Return the strings that `print` writes for its arguments, or None if the value of an argument is not known."""
    depth = machine.depth
    try:
        return [text_of(machine, frame, value) for value in arguments]
    except Stopped:
        if machine.steps_left < 0 or any(_has_own_text(each) for each in arguments):
            raise
        machine.depth = depth
        return None


def _has_own_text(value: Any) -> bool:
    """Return whether the program itself defines the string for an object. Without it, the string has its address."""
    return isinstance(value, Instance) and not value.own_methods.isdisjoint(("__str__", "__repr__", "__format__"))


def _length(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if len(arguments) != 1 or named:
        return machine.native(frame, len, *arguments, **named)
    value = arguments[0]
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, Instance) and "__len__" in type(value).own_methods:
        result = machine.asked(value, "__len__")
        if not isinstance(result, int):
            machine.throw(frame, TypeError(f"'{type_name(result)}' object cannot be interpreted as an integer"))
        if result < 0:
            machine.throw(frame, ValueError("__len__() should return >= 0"))
        return int(result)
    if isinstance(value, Instance) or type(value) in STAND_INS or not hasattr(type(value), "__len__"):
        machine.throw(frame, TypeError(f"object of type '{type_name(value)}' has no len()"))
    return machine.native(frame, len, value)


def _isinstance(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
    if not takes(arguments, 2) or named:
        return machine.throw(frame, TypeError(f"isinstance expected 2 arguments, got {len(arguments)}"))
    if not is_known(arguments) or type(arguments[0]) in STAND_INS:
        return UNKNOWN
    kinds = arguments[1] if type(arguments[1]) is tuple else (arguments[1],)
    if any(not isinstance(kind, type) for kind in kinds):
        if any(kind is UNKNOWN or type(kind) in (*STAND_INS, tuple) for kind in kinds):
            raise Stopped("a type is not known")
        return machine.native(frame, isinstance, arguments[0], 0)
    return isinstance(arguments[0], kinds)


def _issubclass(_machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> Any:
    is_simple = takes(arguments, 2) and all(isinstance(each, type) for each in arguments)
    return issubclass(arguments[0], arguments[1]) if is_simple else UNKNOWN


def _callable(_machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> Any:
    if len(arguments) != 1 or arguments[0] is UNKNOWN:
        return UNKNOWN
    value = arguments[0]
    if isinstance(value, Instance):
        return "__call__" in value.own_methods
    return isinstance(value, Closure | Method | NativeMethod | Builtin | type)


def _repr(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    return repr_of(machine, frame, arguments[0]) if len(arguments) == 1 and is_known(arguments) else UNKNOWN


def _format(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not is_known(arguments) or not takes(arguments, 1, 2):
        return UNKNOWN
    spec = arguments[1] if len(arguments) > 1 else ""
    if not isinstance(spec, str):
        raise Stopped("a format specification is not evaluated")
    return formatted(machine, frame, arguments[0], spec)


def _input(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if len(arguments) > 1:
        return machine.throw(frame, TypeError(f"input expected at most 1 argument, got {len(arguments)}"))
    texts = _printed(machine, frame, arguments)
    machine.write(None if texts is None else machine.joined("", texts))
    if machine.inputs is None:
        return UNKNOWN
    given = next(machine.inputs, END)
    if given is END:
        return machine.throw(frame, EOFError("EOF when reading a line"))
    return machine.charged(str(given))


def _operator(kind: type[ast.operator]) -> Function:
    def call(machine: Machine, frame: Frame, arguments: Arguments, named: Named) -> Any:
        if not takes(arguments, 2) or named:
            raise Stopped("a function is not evaluated")
        return binary(machine, frame, kind, *arguments, in_place=False)

    return call


def _from_keys(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    if not takes(arguments, 1, 2):
        raise Stopped("a function is not evaluated")
    keys = machine.listed(frame, arguments[0])
    check_keys(machine, keys, 0)
    return machine.native(frame, dict.fromkeys, keys, *arguments[1:])


def _copy(machine: Machine, frame: Frame, arguments: Arguments, _: Named) -> Any:
    value: Any = arguments[0] if arguments else UNKNOWN
    if isinstance(value, Instance):
        raise Stopped("a value is not copied")
    if type(value) in (list, set) or type(value) in DICTIONARIES:
        return machine.native(frame, value.copy)
    return value


def _deep_copy(machine: Machine, _frame: Frame, arguments: Arguments, _: Named) -> Any:
    return _deeply(machine, arguments[0], set()) if arguments else UNKNOWN


def _deeply(machine: Machine, value: Any, around: set[int]) -> Any:
    machine.spend()
    kind = type(value)
    if value is UNKNOWN or isinstance(value, Instance) or kind in STAND_INS or id(value) in around:
        raise Stopped("a value is not copied")
    if kind not in (list, tuple, dict, set):
        return value
    machine.enter(3)
    inner = around | {id(value)}
    if kind is dict:
        made: Any = {key: _deeply(machine, item, inner) for key, item in value.items()}
    else:
        made = set(value) if kind is set else kind([_deeply(machine, item, inner) for item in value])
    machine.depth -= 3
    return made


def _unknown(_machine: Machine, _frame: Frame, _arguments: Arguments, _named: Named) -> Any:
    return UNKNOWN


def _nothing(_machine: Machine, _frame: Frame, _arguments: Arguments, _named: Named) -> None:
    return None


def _stop(_machine: Machine, _frame: Frame, _arguments: Arguments, _named: Named) -> Any:
    raise Stopped("a function is not evaluated")


def _eval(_machine: Machine, _frame: Frame, arguments: Arguments, _named: Named) -> Any:
    if is_known(arguments):
        raise Stopped("a function is not evaluated")
    return UNKNOWN


_FUNCTIONS: dict[str, Function] = {
    **ITERATIONS,
    **ATTRIBUTES,
    **LIBRARY_FUNCTIONS,
    **{name: function for name, function in NUMERIC.items() if name not in ("int", "float", "complex", "bool")},
    "print": _print,
    "len": _length,
    "isinstance": _isinstance,
    "issubclass": _issubclass,
    "callable": _callable,
    "repr": _repr,
    "ascii": _unknown,
    "format": _format,
    "input": _input,
    **{f"operator.{name}": _operator(kind) for name, kind in _OPERATORS.items()},
    "object.__init__": _nothing,
    "object.__init_subclass__": _nothing,
    "dict.fromkeys": _from_keys,
    "copy.copy": _copy,
    "copy.deepcopy": _deep_copy,
    "time.sleep": _nothing,
    "random.seed": _nothing,
    "id": _unknown,
    "open": _unknown,
    "eval": _eval,
    **dict.fromkeys(("exit", "quit", "exec", "delattr", "globals", "locals", "vars", "compile", "__import__"), _stop),
    **dict.fromkeys(("breakpoint", "memoryview", "bytearray", "aiter", "anext", "help", "dir", "slice"), _stop),
}
