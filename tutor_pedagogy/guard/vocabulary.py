"""The names that are nobody's own: Python's keywords and builtins, methods of its types, its standard library."""

from __future__ import annotations

import builtins
import keyword
import sys

KEYWORDS = frozenset(keyword.kwlist) | {"match", "case"}

CONSTANTS = frozenset({"True", "False", "None", "Ellipsis", "NotImplemented"})

BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_")) | {
    "self",
    "cls",
    "__init__",
    "__name__",
}

_TYPES = (str, bytes, list, dict, set, frozenset, tuple, int, float, complex, range, type(sys.stdout), BaseException)
METHODS = frozenset(name for type_ in _TYPES for name in dir(type_) if not name.startswith("_"))
"""Methods of the builtin types, of files and of exceptions."""

LIBRARIES = frozenset(sys.stdlib_module_names) | {"numpy", "np", "matplotlib", "plt", "pyplot", "scipy", "sp"}
"""What level 3 may name functions of: the standard library and numerical Python."""

ENGLISH_KEYWORDS = frozenset(
    {
        *(
            "and",
            "as",
            "assert",
            "break",
            "case",
            "class",
            "continue",
            "del",
            "else",
            "except",
            "finally",
            "for",
            "from",
        ),
        *(
            "global",
            "if",
            "import",
            "in",
            "is",
            "match",
            "not",
            "or",
            "pass",
            "raise",
            "return",
            "try",
            "while",
            "with",
        ),
        *("yield", "await"),
    }
)
"""Keywords that are words of English as well, so that alone in a sentence they say nothing."""

ENGLISH_NAMES = frozenset(
    {
        *(
            "all",
            "any",
            "compile",
            "filter",
            "format",
            "hash",
            "help",
            "id",
            "input",
            "iter",
            "list",
            "map",
            "max",
            "min",
        ),
        *("next", "object", "open", "property", "print", "range", "round", "set", "slice", "sorted", "sum", "super"),
        *("type", "a", "i", "self", "copy", "index", "count", "copyright", "credits", "license", "quit", "exit"),
    }
)
"""Builtins that are words of English as well."""

ENGLISH = ENGLISH_KEYWORDS | ENGLISH_NAMES
"""Words of Python's that are words of English as well."""
