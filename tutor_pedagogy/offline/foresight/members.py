"""Attributes, methods and items of the built-in kinds: what they give, or the words in which Python refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight.predicted import PredictedException, type_error
from tutor_pedagogy.offline.foresight.value_types import (
    ANY,
    ARRAY,
    BOOL,
    BYTES,
    FUNCTIONS,
    INT,
    ITERATORS,
    NEVER,
    NONE,
    NUMBER,
    STR,
    VIEWS,
    Type,
    collection,
    items_of,
    tuple_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_TYPES: dict[str, type] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "list": list,
    "tuple": tuple,
    "dict": dict,
    "set": set,
    "range": range,
    "NoneType": type(None),
}
_NO_ARRAY_HAS = frozenset(("append", "extend", "push", "insert", "remove", "pop", "index", "add", "length", "len"))
"""Methods of lists that students try on arrays; numpy itself is not imported to ask."""

_STRING_METHODS = (
    "upper lower strip lstrip rstrip replace title capitalize casefold swapcase format join zfill center ljust rjust"
)
_METHODS: dict[tuple[str, str], Type] = {
    **dict.fromkeys((("str", name) for name in _STRING_METHODS.split()), STR),
    **dict.fromkeys((("str", name) for name in ("find", "index", "count", "rfind", "rindex")), INT),
    **dict.fromkeys((("str", name) for name in ("split", "splitlines", "rsplit")), collection("list", STR)),
    **dict.fromkeys((("str", name) for name in ("isdigit", "isalpha", "isupper", "startswith", "endswith")), BOOL),
    ("str", "encode"): BYTES,
    **dict.fromkeys(
        (("list", name) for name in ("append", "extend", "insert", "remove", "sort", "reverse", "clear")), NONE
    ),
    **dict.fromkeys(((owner, name) for owner in ("list", "tuple") for name in ("index", "count")), INT),
    **dict.fromkeys((("set", name) for name in ("add", "remove", "discard", "update", "clear")), NONE),
    **dict.fromkeys((("dict", name) for name in ("update", "clear")), NONE),
    ("float", "is_integer"): BOOL,
    **dict.fromkeys(
        (("numpy.ndarray", name) for name in ("copy", "astype", "cumsum", "round", "flatten", "ravel", "clip")), ARRAY
    ),
    **dict.fromkeys((("numpy.ndarray", name) for name in ("sort", "fill")), NONE),
    ("numpy.ndarray", "tolist"): collection("list", ANY),
}
_ARGUMENTS = {
    ("list", "append"): 1,
    ("list", "remove"): 1,
    ("list", "reverse"): 0,
    ("list", "insert"): 2,
    ("str", "upper"): 0,
    ("str", "lower"): 0,
    ("set", "add"): 1,
}
"""How many values these methods take."""


def attribute(owner: Type, name: str) -> Type | PredictedException:  # noqa: PLR0911 - one answer for each kind of owner
    """Give what a dot and a name after a built-in kind gives."""
    type_ = _TYPES.get(owner.name)
    if type_ is not None:
        if not hasattr(type_, name):
            return _missing(owner, name)
        if callable(getattr(type_, name)):
            return Type("builtin_function_or_method", parts=(owner,), of=f".{name}")
        return ANY
    if owner.name == "numpy.ndarray":
        if name in _NO_ARRAY_HAS:
            return _missing(owner, name)
        if name == "T":
            return ARRAY
        return Type("builtin_function_or_method", parts=(owner,), of=f".{name}") if name in _known_array() else ANY
    return ANY


def _known_array() -> frozenset[str]:
    return frozenset(name for owner, name in _METHODS if owner == "numpy.ndarray")


def _missing(owner: Type, name: str) -> PredictedException:
    return PredictedException("AttributeError", f"'{owner.name}' object has no attribute '{name}'")


def method(owner: Type, name: str, arguments: Sequence[Type], *, plain: bool) -> Type | PredictedException:  # noqa: PLR0911 - one answer for each method
    """Give what the call of a method of a built-in kind gives; `plain`: all values are given by position."""
    wanted = _ARGUMENTS.get((owner.name, name))
    if plain and wanted is not None and len(arguments) != wanted:
        return _count(owner.name, name, wanted, len(arguments))
    if owner.name == "str" and name == "join" and len(arguments) == 1:
        item = items_of(arguments[0])
        if arguments[0].is_number:
            return type_error("can only join an iterable")
        if item.is_number and item is not NUMBER:
            return type_error(f"sequence item 0: expected str instance, {item.name} found")
    if (owner.name, name) == ("set", "add") and len(arguments) == 1 and arguments[0].name in ("list", "dict", "set"):
        return type_error(f"unhashable type: '{arguments[0].name}'")
    if (owner.name, name) in _METHODS:
        return _METHODS[owner.name, name]
    if owner.name == "dict":
        return _of_dictionary(owner, name)
    if name == "copy":
        return owner
    if owner.name in ("list", "set") and name == "pop":
        return items_of(owner)
    return ANY


def _of_dictionary(owner: Type, name: str) -> Type:
    key, value = owner.parts or (ANY, ANY)
    if name == "keys":
        return collection("dict_keys", key)
    if name == "values":
        return collection("dict_values", value)
    if name == "items":
        return collection("dict_items", tuple_of(key, value))
    return owner if name == "copy" else ANY


def _count(owner: str, name: str, wanted: int, given: int) -> PredictedException:
    if wanted > 1:
        return type_error(f"{name} expected {wanted} arguments, got {given}")
    takes = "exactly one argument" if wanted else "no arguments"
    return type_error(f"{owner}.{name}() takes {takes} ({given} given)")


def item(owner: Type, index: Type | None) -> Type | PredictedException:  # noqa: PLR0911 - one answer for each kind of owner
    """Give what square brackets after a value give; the index is None for a slice."""
    if NEVER in (owner, index):
        return NEVER
    if (
        owner.is_number
        or owner.name in FUNCTIONS
        or owner.name in ("NoneType", "set")
        or owner.name in ITERATORS | VIEWS
    ):
        return type_error(f"'{owner.shown}' object is not subscriptable")
    if owner.name == "dict":
        if index is not None and index.name in ("list", "dict", "set"):
            return type_error(f"unhashable type: '{index.name}'")
        return owner.parts[1] if owner.parts and owner.parts[1] is not NEVER else ANY
    if owner.name in ("str", "list", "tuple", "range"):
        if index is None:
            return Type(owner.name, owner.item)
        return _wrong_index(owner, index) or items_of(owner)
    if owner.name == "numpy.ndarray":
        return ARRAY if index is None or index == ARRAY else ANY
    return ANY


def _wrong_index(owner: Type, index: Type) -> PredictedException | None:
    if index.name in ("int", "bool", "number") or (not index.is_number and index.name not in _TYPES):
        return None
    if owner.name == "str":
        return type_error(f"string indices must be integers, not '{index.name}'")
    return type_error(f"{owner.name} indices must be integers or slices, not {index.name}")


def item_assigned(owner: Type, index: Type | None) -> PredictedException | None:
    """Give the complaint about an item that cannot be given a value."""
    if owner.is_number or owner.name in ("str", "tuple", "range", "NoneType", "set") or owner.name in FUNCTIONS:
        return type_error(f"'{owner.shown}' object does not support item assignment")
    if owner.name == "list" and index is not None:
        return _wrong_index(owner, index)
    if owner.name == "dict" and index is not None and index.name in ("list", "dict", "set"):
        return type_error(f"unhashable type: '{index.name}'")
    return None


def iterated(type_: Type) -> PredictedException | None:
    """Give the complaint about a value that no loop can go through."""
    if type_.is_number or type_ is NONE or type_.name in FUNCTIONS:
        return type_error(f"'{type_.shown}' object is not iterable")
    return None
