"""Attributes, methods and items of built-in types: their types, or the exception that Python raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.vocabulary import words
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
    **{each.__name__: each for each in (str, int, float, bool, list, tuple, dict, set, range)},
    "NoneType": type(None),
}
_UNHASHABLE = frozenset(("list", "dict", "set"))
_NO_ARRAY_HAS = words("append extend push insert remove pop index add length len")
"""Names of list methods that students try on arrays. The list avoids importing numpy to look them up."""

_METHODS: dict[str, Type] = {
    **dict.fromkeys(words("str.upper str.lower str.strip str.lstrip str.rstrip str.replace str.title"), STR),
    **dict.fromkeys(words("str.casefold str.swapcase str.capitalize str.format str.join str.zfill"), STR),
    **dict.fromkeys(words("str.center str.ljust str.rjust"), STR),
    **dict.fromkeys(words("str.find str.index str.count str.rfind str.rindex"), INT),
    **dict.fromkeys(words("str.split str.splitlines str.rsplit"), collection("list", STR)),
    **dict.fromkeys(words("str.isdigit str.isalpha str.isupper str.startswith str.endswith float.is_integer"), BOOL),
    "str.encode": BYTES,
    **dict.fromkeys(words("list.append list.extend list.insert list.remove list.sort list.reverse list.clear"), NONE),
    **dict.fromkeys(words("list.index list.count tuple.index tuple.count"), INT),
    **dict.fromkeys(words("set.add set.remove set.discard set.update set.clear dict.update dict.clear"), NONE),
}
_ARRAY_METHODS: dict[str, Type] = {
    **dict.fromkeys(words("copy astype cumsum round flatten ravel clip"), ARRAY),
    **dict.fromkeys(words("sort fill"), NONE),
    "tolist": collection("list", ANY),
}
_ARGUMENTS = {
    **dict.fromkeys(words("list.append list.remove set.add"), 1),
    **dict.fromkeys(words("list.reverse str.upper str.lower"), 0),
    "list.insert": 2,
}
"""The exact number of arguments that each of these methods takes."""


def attribute(owner: Type, name: str) -> Type | PredictedException:
    """Return the type of an attribute of a value of a built-in type, or the predicted AttributeError."""
    method = Type("builtin_function_or_method", parts=(owner,), of=f".{name}")
    if owner.name in _TYPES:
        known = getattr(_TYPES[owner.name], name, None)
        is_missing, is_method = not hasattr(_TYPES[owner.name], name), callable(known)
    elif owner.name == ARRAY.name:
        is_missing, is_method = name in _NO_ARRAY_HAS, name in _ARRAY_METHODS
    else:
        return ANY
    if is_missing:
        return PredictedException("AttributeError", f"'{owner.name}' object has no attribute '{name}'")
    if is_method:
        return method
    return ARRAY if (owner.name, name) == (ARRAY.name, "T") else ANY


def method(owner: Type, name: str, arguments: Sequence[Type], *, plain: bool) -> Type | PredictedException:
    """Return the result type of a built-in type's method, or the exception. `plain`: all arguments are positional."""
    full_name = f"{owner.name}.{name}"
    predicted = _wrong_count(full_name, len(arguments)) if plain else None
    if predicted is None and len(arguments) == 1:
        predicted = _wrong_type(full_name, arguments[0])
    if predicted is not None:
        return predicted
    key, value = owner.parts if owner.name == "dict" and owner.parts else (ANY, ANY)
    found = owner if name == "copy" else ANY
    match owner.name, name:
        case "numpy.ndarray", _:
            found = _ARRAY_METHODS.get(name, found)
        case "dict", "keys":
            found = collection("dict_keys", key)
        case "dict", "values":
            found = collection("dict_values", value)
        case "dict", "items":
            found = collection("dict_items", tuple_of(key, value))
        case "list" | "set", "pop":
            found = items_of(owner)
    return _METHODS.get(full_name, found)


def _wrong_count(name: str, given: int) -> PredictedException | None:
    wanted = _ARGUMENTS.get(name, given)
    if wanted == given:
        return None
    if wanted > 1:
        return type_error(f"{name.partition('.')[2]} expected {wanted} arguments, got {given}")
    return type_error(f"{name}() takes {'exactly one argument' if wanted else 'no arguments'} ({given} given)")


def _wrong_type(name: str, given: Type) -> PredictedException | None:
    """Return the exception if a method does not accept an argument of this type, else None."""
    item = items_of(given)
    if name == "str.join" and given.is_number:
        return type_error("can only join an iterable")
    if name == "str.join" and item.is_number and item is not NUMBER:
        return type_error(f"sequence item 0: expected str instance, {item.name} found")
    return not_hashable(given) if name == "set.add" else None


def not_hashable(given: Type | None) -> PredictedException | None:
    """Return the TypeError if a value cannot be a dictionary key or set item, else None."""
    return type_error(f"unhashable type: '{given.name}'") if given and given.name in _UNHASHABLE else None


def item(owner: Type, index: Type | None) -> Type | PredictedException:
    """Return the type of `owner[index]`, or the exception that Python raises. For a slice, `index` is None."""
    if NEVER in (owner, index):
        return NEVER
    if owner.is_number or owner.name in FUNCTIONS | ITERATORS | VIEWS | {"NoneType", "set"}:
        return type_error(f"'{owner.shown}' object is not subscriptable")
    selected: Type | PredictedException = ANY
    if owner.name == "dict":
        value = owner.parts[1] if owner.parts and owner.parts[1] is not NEVER else ANY
        selected = not_hashable(index) or value
    elif owner.name in ("str", "list", "tuple", "range"):
        selected = Type(owner.name, owner.item) if index is None else _wrong_index(owner, index) or items_of(owner)
    elif owner.name == ARRAY.name and (index is None or index == ARRAY):
        selected = ARRAY
    return selected


def _wrong_index(owner: Type, index: Type) -> PredictedException | None:
    if index.name in ("int", "bool", "number") or (not index.is_number and index.name not in _TYPES):
        return None
    if owner.name == "str":
        return type_error(f"string indices must be integers, not '{index.name}'")
    return type_error(f"{owner.name} indices must be integers or slices, not {index.name}")


def item_assigned(owner: Type, index: Type | None) -> PredictedException | None:
    """Return the TypeError if an item of a value cannot be assigned to, else None."""
    if owner.is_number or owner.name in ("str", "tuple", "range", "NoneType", "set") or owner.name in FUNCTIONS:
        return type_error(f"'{owner.shown}' object does not support item assignment")
    if owner.name == "list" and index is not None:
        return _wrong_index(owner, index)
    return not_hashable(index) if owner.name == "dict" else None


def iterated(type_: Type) -> PredictedException | None:
    """Return the TypeError if a value is not iterable, else None."""
    if type_.is_number or type_ is NONE or type_.name in FUNCTIONS:
        return type_error(f"'{type_.shown}' object is not iterable")
    return None
