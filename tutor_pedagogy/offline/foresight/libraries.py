"""Built-in functions and those of math, random, time and numpy: result types, and calls that raise exceptions."""

from __future__ import annotations

import ast
import builtins
import math
import random
import time
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.vocabulary import words
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
"""Standard library modules whose attributes are known. A module that a submission imports is never imported."""
NUMPY = "numpy"

_ITERATING = words("list tuple set sorted sum enumerate max min any all reversed")
_ARGUMENTS = {"input": (0, 1), "len": (1, 1), "abs": (1, 1), "ord": (1, 1), "chr": (1, 1), "sum": (1, 2)}
"""The minimum and maximum number of positional arguments of built-in functions."""
_RESULTS: dict[str, Type] = {
    **dict.fromkeys(words("str input repr chr format ascii hex bin oct"), STR),
    **dict.fromkeys(words("int len ord hash id"), INT),
    **dict.fromkeys(words("bool isinstance any all callable hasattr issubclass"), BOOL),
    "float": FLOAT,
    "range": Type("range", INT),
    "print": NONE,
    "dict": Type("dict"),
}
_COLLECTED = {"sorted": "list", **{name: name for name in ("list", "tuple", "set", "frozenset", "reversed")}}
_FLOAT_FUNCTIONS = words(
    "sqrt sin cos tan asin acos atan atan2 exp log log10 log2 radians degrees hypot fabs pow",
)
_MODULE_RESULTS: dict[str, Type] = {
    **dict.fromkeys((f"math.{name}" for name in _FLOAT_FUNCTIONS), FLOAT),
    **dict.fromkeys(words("math.floor math.ceil math.factorial math.gcd math.isqrt math.comb"), INT),
    **dict.fromkeys(words("random.randint random.randrange"), INT),
    **dict.fromkeys(words("random.random random.uniform random.gauss time.time time.perf_counter"), FLOAT),
    **dict.fromkeys(words("random.shuffle random.seed time.sleep"), NONE),
}
_CONSTANTS: dict[str, Type] = dict.fromkeys(words("math.pi math.e math.tau math.inf math.nan"), FLOAT)
_ARRAYS = words("array asarray zeros ones empty full linspace arange logspace zeros_like ones_like")
_SHAPED = words("zeros ones empty")
_BY_ITEM = words("sin cos tan exp log log10 sqrt abs radians degrees square power round floor")


def of_module(module: str, name: str) -> Type | PredictedException:
    """Return the type of an attribute of a module, or the predicted AttributeError."""
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
    """Return the type of a call's result, or the predicted exception. `name` is dotted for a function of a module."""
    plain = not call.keywords and not any(isinstance(argument, ast.Starred) for argument in call.args)
    if name.startswith("numpy."):
        return _numpy(name.removeprefix("numpy."), call, arguments, plain=plain)
    if "." in name:
        return _module_result(name, arguments)
    predicted = _wrong_count(name, len(arguments)) if plain else None
    if predicted is None and arguments:
        predicted = _wrong_type(name, arguments)
    return predicted if predicted is not None else result(name, arguments, plain=plain)


def _wrong_count(name: str, given: int) -> PredictedException | None:
    fewest, most = _ARGUMENTS.get(name, (0, given))
    if fewest <= given <= most:
        return None
    if fewest == most:
        return type_error(f"{name}() takes exactly one argument ({given} given)")
    bound, wanted = ("at most", most) if given > most else ("at least", fewest)
    return type_error(f"{name} expected {bound} {wanted} argument{'s' * (wanted > 1)}, got {given}")


def _wrong_type(name: str, arguments: Sequence[Type]) -> PredictedException | None:
    first = arguments[0]
    if name == "len" and (first.is_number or first == NONE or first.name in FUNCTIONS | ITERATORS):
        return type_error(f"object of type '{first.shown}' has no len()")
    if name == "range":
        wrong = (each.name for each in arguments if each.name in words("str list tuple float NoneType dict set"))
        return next((type_error(f"'{each}' object cannot be interpreted as an integer") for each in wrong), None)
    if name in ("abs", "round") and first.name in ("str", "list", "tuple"):
        of_abs = f"bad operand type for abs(): '{first.name}'"
        return type_error(of_abs if name == "abs" else f"type {first.name} doesn't define __round__ method")
    if name in ("int", "float"):
        return _not_a_number(name, first)
    if name == "sum" and len(arguments) == 1 and items_of(first).name == "str":
        return type_error("unsupported operand type(s) for +: 'int' and 'str'")
    return iterated(first) if name in _ITERATING and len(arguments) == 1 else None


def _not_a_number(name: str, given: Type) -> PredictedException | None:
    if given == ARRAY:
        return type_error("only size-1 arrays can be converted to Python scalars")
    if given.name in ("list", "tuple", "dict", "NoneType", "map", "set") or given.name in FUNCTIONS:
        wanted = "a string, a bytes-like object or a real number" if name == "int" else "a string or a real number"
        return type_error(f"{name}() argument must be {wanted}, not '{given.name}'")
    return None


def result(name: str, arguments: Sequence[Type], *, plain: bool = True) -> Type:
    """Return the result type of a built-in function for valid arguments. `plain`: all arguments are positional."""
    first = arguments[0] if arguments else ANY
    item = items_of(first)
    if name in _RESULTS:
        return _RESULTS[name]
    if name in _COLLECTED:
        return collection(_COLLECTED[name], item)
    found = ANY
    match name:
        case "enumerate":
            found = collection("enumerate", tuple_of(INT, item))
        case "zip" if plain:
            found = collection("zip", tuple_of(*map(items_of, arguments)))
        case "filter" if len(arguments) > 1:
            found = collection("filter", items_of(arguments[1]))
        case "max" | "min" if plain:
            found = join_all(arguments) if len(arguments) > 1 else item
        case "sum" if item.is_number:
            found = NUMBER
        case "abs" if first.is_number:
            found = first
        case "round" if first.is_number:
            found = INT if len(arguments) == 1 else FLOAT
    return found


def _module_result(name: str, arguments: Sequence[Type]) -> Type | PredictedException:
    module = name.partition(".")[0]
    if module == "math" and _MODULE_RESULTS.get(name) == FLOAT:
        for argument in arguments:
            if argument == ARRAY:
                return type_error("only size-1 arrays can be converted to Python scalars")
            if argument.name in ("str", "list", "tuple", "NoneType"):
                return type_error(f"must be real number, not {argument.name}")
    if name == "random.choice" and len(arguments) == 1:
        return items_of(arguments[0])
    return _MODULE_RESULTS.get(name, ANY)


def _numpy(name: str, call: ast.Call, arguments: Sequence[Type], *, plain: bool) -> Type | PredictedException:
    match call.args:
        case [_, ast.Constant(value=int() | float() as number), *_] if plain and name in _SHAPED:
            return type_error(f"Cannot interpret '{number}' as a data type")
        case [_, _, _, *_] if plain and name == "array" and all(map(_is_number, call.args)):
            return type_error(f"array() takes from 1 to 2 positional arguments but {len(arguments)} were given")
    if name in _ARRAYS:
        return _array(name, call, arguments)
    return ARRAY if name in _BY_ITEM and arguments and arguments[0].name == ARRAY.name else ANY


def _array(name: str, call: ast.Call, arguments: Sequence[Type]) -> Type:
    """Return the array type, or ANY if the array may have a single element: only such an array can be a condition."""
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


def builtin(name: str) -> Type:
    """Return the type of the object that a built-in name refers to."""
    value = getattr(builtins, name)
    if name.startswith("__") or not callable(value):
        return ANY  # Names such as `__name__` are in `builtins`, but every module has its own value.
    return Type("type" if isinstance(value, type) else "builtin_function_or_method", of=name)
