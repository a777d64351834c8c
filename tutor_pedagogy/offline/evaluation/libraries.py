"""The built-in names, and the members of a few modules."""

from __future__ import annotations

import builtins
import collections
import math
import string
from typing import Any

from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Builtin

_TYPES = (
    *("int", "float", "str", "bool", "list", "tuple", "set", "frozenset", "dict", "range", "bytes", "complex"),
    *("object", "type"),
)
NAMES: dict[str, Any] = {
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
"""The built-in names: types and exceptions are themselves, functions are `Builtin`."""
_MATH = (
    *("acos", "asin", "atan", "atan2", "ceil", "comb", "copysign", "cos", "degrees", "exp", "fabs", "floor", "fmod"),
    *("gcd", "hypot", "isclose", "isfinite", "isqrt", "lcm", "log", "log10", "log2", "perm", "pow", "radians", "sin"),
    *("sqrt", "tan", "tanh", "trunc", "isnan", "isinf", "dist", "prod", "factorial", "fsum", "modf"),
)
_UNFORESEEN = {
    "random": (
        *("choice", "choices", "gauss", "randint", "random", "randrange", "sample", "seed", "uniform", "betavariate"),
    ),
    "time": ("time", "sleep", "perf_counter", "monotonic", "ctime", "strftime", "localtime"),
}
"""Functions that change none of their arguments, with results that are not known."""


def _functions(module: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: Builtin(f"{module}.{name}") for name in names}


LIBRARIES: dict[str, dict[str, Any]] = {
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
        ("Any", "Callable", "Dict", "Iterable", "Iterator", "List", "Optional", "Sequence", "Set", "Tuple", "Union"),
        UNKNOWN,
    ),
    "__future__": {"annotations": UNKNOWN},
    **{module: _functions(module, names) for module, names in _UNFORESEEN.items()},
}
"""The members of a module that are evaluated. Other members, and other modules, are not known."""
