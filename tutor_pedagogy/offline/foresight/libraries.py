"""Built-in functions and those of math, random and numpy: what a call gives, or the words in which Python refuses."""

from __future__ import annotations

import ast
import builtins
import math
import random
import time
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight.members import iterated
from tutor_pedagogy.offline.foresight.predicted import PredictedException, type_error
from tutor_pedagogy.offline.foresight.value_types import (
    ANY,
    ARRAY,
    BOOL,
    FLOAT,
    FUNCTIONS,
    INT,
    ITERATORS,
    NONE,
    NUMBER,
    STR,
    Type,
    collection,
    items_of,
    join_all,
    tuple_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_MODULES: dict[str, ModuleType] = {"math": math, "random": random, "time": time}
"""Modules of the standard library that are asked whether they have a name; none is imported for a student's sake."""

NUMPY = "numpy"
_STRINGS = frozenset(("str", "input", "repr", "chr", "format", "ascii", "hex", "bin", "oct"))
_WHOLE = frozenset(("int", "len", "ord", "hash", "id"))
_TRUTH = frozenset(("bool", "isinstance", "any", "all", "callable", "hasattr", "issubclass"))
_COLLECTED = {"list": "list", "set": "set", "frozenset": "frozenset", "sorted": "list", "reversed": "reversed"}
_GOES_THROUGH = frozenset(
    ("list", "tuple", "set", "sorted", "sum", "enumerate", "max", "min", "any", "all", "reversed")
)
_ARGUMENTS = {"input": (0, 1), "len": (1, 1), "abs": (1, 1), "ord": (1, 1), "chr": (1, 1), "sum": (1, 2)}
"""Fewest and most values by position."""

_POINTED = "sqrt sin cos tan asin acos atan atan2 exp log log10 log2 radians degrees hypot fabs pow"
_OF_MODULES: dict[str, Type] = {
    **dict.fromkeys((f"math.{name}" for name in _POINTED.split()), FLOAT),
    **dict.fromkeys(("math.floor", "math.ceil", "math.factorial", "math.gcd", "math.isqrt", "math.comb"), INT),
    **dict.fromkeys(("random.randint", "random.randrange"), INT),
    **dict.fromkeys(("random.random", "random.uniform", "random.gauss", "time.time", "time.perf_counter"), FLOAT),
    **dict.fromkeys(("random.shuffle", "random.seed", "time.sleep"), NONE),
}
_CONSTANTS: dict[str, Type] = dict.fromkeys(("math.pi", "math.e", "math.tau", "math.inf", "math.nan"), FLOAT)
_ARRAYS = frozenset(
    ("array", "asarray", "zeros", "ones", "empty", "full", "linspace", "arange", "logspace", "zeros_like", "ones_like")
)
_SHAPED = frozenset(("zeros", "ones", "empty"))
_BY_ITEM = frozenset(
    (
        "sin",
        "cos",
        "tan",
        "exp",
        "log",
        "log10",
        "sqrt",
        "abs",
        "radians",
        "degrees",
        "square",
        "power",
        "round",
        "floor",
    )
)


def of_module(module: str, name: str) -> Type | PredictedException:
    """Give what a name of a module is."""
    dotted = f"{module}.{name}"
    known = _MODULES.get(module)
    if known is not None and not hasattr(known, name):
        return PredictedException("AttributeError", f"module '{module}' has no attribute '{name}'")
    if dotted in _CONSTANTS:
        return _CONSTANTS[dotted]
    if (known is not None and callable(getattr(known, name))) or module == NUMPY:
        return Type("builtin_function_or_method" if module != NUMPY else "?", of=dotted)
    return ANY


def call(name: str, call: ast.Call, arguments: Sequence[Type]) -> Type | PredictedException:
    """Give what the call of a built-in function gives, or of one of a module by its dotted name."""
    plain = not call.keywords and not any(isinstance(argument, ast.Starred) for argument in call.args)
    if name.startswith("numpy."):
        return _numpy(name.removeprefix("numpy."), call, arguments, plain=plain)
    if "." in name:
        return _of_module(name, arguments)
    predicted = _count(name, len(arguments)) if plain else None
    if predicted is None and arguments:
        predicted = _refused(name, arguments)
    return predicted if predicted is not None else result(name, arguments, plain=plain)


def _count(name: str, given: int) -> PredictedException | None:
    fewest, most = _ARGUMENTS.get(name, (0, given))
    if fewest <= given <= most:
        return None
    if fewest == most:
        return type_error(f"{name}() takes exactly one argument ({given} given)")
    bound, wanted = ("at most", most) if given > most else ("at least", fewest)
    return type_error(f"{name} expected {bound} {wanted} argument{'s' * (wanted > 1)}, got {given}")


def _refused(name: str, arguments: Sequence[Type]) -> PredictedException | None:
    first = arguments[0]
    if name == "len" and (first.is_number or first == NONE or first.name in FUNCTIONS | ITERATORS):
        return type_error(f"object of type '{first.shown}' has no len()")
    if name == "range":
        for argument in arguments:
            if argument.name in ("str", "list", "tuple", "float", "NoneType", "dict", "set"):
                return type_error(f"'{argument.name}' object cannot be interpreted as an integer")
    if name in ("abs", "round") and first.name in ("str", "list", "tuple"):
        message = f"bad operand type for abs(): '{first.name}'"
        return type_error(message if name == "abs" else f"type {first.name} doesn't define __round__ method")
    if name in ("int", "float"):
        return _no_number(name, first)
    if name in _GOES_THROUGH and len(arguments) == 1:
        return iterated(first) or _summed(name, first)
    return None


def _no_number(name: str, given: Type) -> PredictedException | None:
    if given == ARRAY:
        return type_error("only size-1 arrays can be converted to Python scalars")
    if given.name in ("list", "tuple", "dict", "NoneType", "map", "set") or given.name in FUNCTIONS:
        what = "a string, a bytes-like object or a real number" if name == "int" else "a string or a real number"
        return type_error(f"{name}() argument must be {what}, not '{given.name}'")
    return None


def _summed(name: str, given: Type) -> PredictedException | None:
    if name == "sum" and items_of(given).name == "str":
        return type_error("unsupported operand type(s) for +: 'int' and 'str'")
    return None


def result(name: str, arguments: Sequence[Type], *, plain: bool = True) -> Type:  # noqa: PLR0911 - one answer for each function
    """Give what a built-in function gives for values that it takes; `plain`: none is given by name."""
    first = arguments[0] if arguments else ANY
    if name in _STRINGS:
        return STR
    if name in _WHOLE:
        return INT
    if name in _TRUTH:
        return BOOL
    if name == "float":
        return FLOAT
    if name == "range":
        return Type("range", INT)
    if name in _COLLECTED:
        return collection(_COLLECTED[name], items_of(first) if arguments else ANY)
    if name == "print":
        return NONE
    if name in ("dict", "tuple"):
        return Type(name) if name == "dict" else collection("tuple", items_of(first))
    return _of_items(name, arguments, plain=plain)


def _of_items(name: str, arguments: Sequence[Type], *, plain: bool) -> Type:  # noqa: PLR0911 - one answer for each function
    first = arguments[0] if arguments else ANY
    if name == "enumerate":
        return collection("enumerate", tuple_of(INT, items_of(first)))
    if name == "zip" and plain:
        return collection("zip", tuple_of(*map(items_of, arguments)))
    if name == "filter" and len(arguments) > 1:
        return collection("filter", items_of(arguments[1]))
    if name in ("max", "min") and plain:
        return join_all(arguments) if len(arguments) > 1 else items_of(first)
    if name == "sum":
        return NUMBER if items_of(first).is_number else ANY
    if name in ("abs", "round") and first.is_number:
        return first if name == "abs" else (INT if len(arguments) == 1 else FLOAT)
    return ANY


def _of_module(name: str, arguments: Sequence[Type]) -> Type | PredictedException:
    module = name.partition(".")[0]
    if module == "math" and _OF_MODULES.get(name) == FLOAT:
        for argument in arguments:
            if argument == ARRAY:
                return type_error("only size-1 arrays can be converted to Python scalars")
            if argument.name in ("str", "list", "tuple", "NoneType"):
                return type_error(f"must be real number, not {argument.name}")
    if name == "random.choice" and len(arguments) == 1:
        return items_of(arguments[0])
    return _OF_MODULES.get(name, ANY)


def _numpy(name: str, call: ast.Call, arguments: Sequence[Type], *, plain: bool) -> Type | PredictedException:
    if plain and name in _SHAPED and len(arguments) > 1 and _is_number(call.args[1]):
        return type_error(f"Cannot interpret '{_number(call.args[1])}' as a data type")
    if plain and name == "array" and len(arguments) > 2 and all(map(_is_number, call.args)):  # noqa: PLR2004 - data, dtype
        return type_error(f"array() takes from 1 to 2 positional arguments but {len(arguments)} were given")
    if name in _ARRAYS:
        return _array(name, call, arguments)
    if name in _BY_ITEM and arguments:
        return ARRAY if arguments[0].name == "numpy.ndarray" else ANY
    return ANY


def _array(name: str, call: ast.Call, arguments: Sequence[Type]) -> Type:
    """Give an array, unless it may hold a single value, which has a truth of its own."""
    if not arguments:
        return ANY
    first = call.args[0]
    if name in ("array", "asarray"):
        several = isinstance(first, ast.List | ast.Tuple) and len(first.elts) > 1
        if several or isinstance(first, ast.ListComp):
            return Type(ARRAY.name, items_of(arguments[0]) if items_of(arguments[0]) == FLOAT else None)
        return ARRAY if arguments[0].name in ("list", "range") and not isinstance(first, ast.List) else ANY
    is_one = isinstance(first, ast.Constant) and first.value in (0, 1) and len(arguments) == 1
    return ANY if is_one else ARRAY


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _number(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def builtin(name: str) -> Type:
    """Give what a built-in name is."""
    value = getattr(builtins, name)
    if name.startswith("__") or not callable(value):
        return ANY  # A module has names such as `__name__` of its own.
    return Type("type" if isinstance(value, type) else "builtin_function_or_method", of=name)
