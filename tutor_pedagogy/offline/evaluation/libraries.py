"""The built-in names, and the members of supported standard library modules."""

from __future__ import annotations

import builtins
import collections
import copy
import dataclasses
import functools
import itertools
import math
import operator
import random
import string
import time
import typing

from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Builtin

_TYPES = (
    *("int", "float", "str", "bool", "list", "tuple", "set", "frozenset", "dict", "range", "bytes", "complex"),
    *("object", "type"),
)
NAMES: dict[str, typing.Any] = {
    **{name: Builtin(name) for name in dir(builtins) if callable(getattr(builtins, name)) and not name.startswith("_")},
    **{name: getattr(builtins, name) for name in _TYPES},
    **{
        name: kind
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    },
    "__name__": "__main__",
    "Ellipsis": ...,
    "NotImplemented": NotImplemented,
}
"""The built-in names. Types and exceptions stand for themselves, and functions are `Builtin` objects."""
_MATH = (
    *("acos", "asin", "atan", "atan2", "ceil", "comb", "copysign", "cos", "degrees", "exp", "fabs", "floor", "fmod"),
    *("gcd", "hypot", "isclose", "isfinite", "isqrt", "lcm", "log", "log10", "log2", "perm", "pow", "radians", "sin"),
    *("sqrt", "tan", "tanh", "trunc", "isnan", "isinf", "dist", "prod", "factorial", "fsum", "modf"),
)
_UNFORESEEN = {
    "random": (
        *("choice", "choices", "gauss", "randint", "random", "randrange", "sample", "seed", "uniform", "betavariate"),
        "shuffle",
    ),
    "time": ("time", "sleep", "perf_counter", "monotonic", "ctime", "strftime", "localtime"),
}
"""Functions by module whose results cannot be known, and which do not change their arguments."""


def _functions(module: str, names: tuple[str, ...]) -> dict[str, typing.Any]:
    return {name: Builtin(f"{module}.{name}") for name in names}


LIBRARIES: dict[str, dict[str, typing.Any]] = {
    "json": _functions("json", ("loads", "dumps")),
    "math": {
        **_functions("math", _MATH),
        **{name: getattr(math, name) for name in ("pi", "e", "inf", "nan", "tau")},
    },
    "string": {
        name: getattr(string, name)
        for name in (
            *("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "punctuation", "whitespace"),
            *("hexdigits", "octdigits", "printable"),
        )
    },
    "collections": {
        "Counter": collections.Counter,
        "defaultdict": collections.defaultdict,
        "deque": collections.deque,
        "namedtuple": Builtin("collections.namedtuple"),
    },
    "copy": _functions("copy", ("copy", "deepcopy")),
    "dataclasses": _functions("dataclasses", ("dataclass", "field")),
    "functools": _functions("functools", ("reduce", "lru_cache", "cache", "wraps")),
    "itertools": _functions("itertools", ("chain", "count", "accumulate", "product", "permutations", "combinations")),
    "operator": _functions("operator", ("itemgetter", "attrgetter", "add", "sub", "mul", "truediv")),
    "sys": {"exit": Builtin("exit"), "maxsize": 2**63 - 1},
    "os": {"_exit": Builtin("exit"), "abort": Builtin("exit")},
    "typing": dict.fromkeys(
        typing.__all__,
        UNKNOWN,
    ),
    "__future__": {"annotations": UNKNOWN},
    **{module: _functions(module, names) for module, names in _UNFORESEEN.items()},
}
"""The supported members of each module. Other members and other modules have unknown values."""
_WHOLE = (collections, copy, dataclasses, functools, itertools, math, operator, random, string, time, typing)
STARRED: dict[str, dict[str, typing.Any]] = {
    module.__name__: {
        name: LIBRARIES[module.__name__].get(name, UNKNOWN)
        for name in getattr(module, "__all__", [each for each in dir(module) if not each.startswith("_")])
    }
    for module in _WHOLE
}
"""The names that `from module import *` binds, for each module whose public names are all known."""
