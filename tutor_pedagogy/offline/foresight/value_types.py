"""Types of values, as far as they can be known without running the code, including the types of their items."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.nodes import Function

_DEEPEST = 3
"""The maximum depth of nested collections whose item types are tracked. Deeper items are unknown."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type, with the name that Python's messages use.

    `item` is the item type of a collection. `parts` are the types of a tuple's items in order, or the key and value
    types of a dictionary. For a module, a type or a built-in function, `of` is its name. `node` is the student's own
    function or class.
    """

    name: str
    item: Type | None = None
    parts: tuple[Type, ...] = ()
    of: str = ""
    node: Function | ast.ClassDef | None = None

    @property
    def is_known(self) -> bool:
        """Whether the type is known. For an unknown type nothing is predicted."""
        return self.name not in ("?", "never", "unbound")

    @property
    def is_number(self) -> bool:
        """Whether the type is numeric."""
        return self.name in _NUMBERS

    @property
    def depth(self) -> int:
        """The nesting depth of collections: 1 for a type without item types."""
        if self.item is None and not self.parts:
            return 1
        return 1 + max(inner.depth for inner in (self.item, *self.parts) if inner is not None)

    @property
    def shown(self) -> str:
        """The name of the type in Python's messages."""
        return "float" if self.name == "number" else self.name


ANY = Type("?")
NEVER = Type("never")
"""The type of an expression that is never reached or raises an exception, so that it has no value."""
UNBOUND = Type("unbound")
"""The type of a name before it is bound."""
NONE = Type("NoneType")
INT = Type("int")
FLOAT = Type("float")
BOOL = Type("bool")
NUMBER = Type("number")
"""The type of a value that is either an int or a float."""
STR = Type("str")
BYTES = Type("bytes")
ARRAY = Type("numpy.ndarray")

_NUMBERS = frozenset(("int", "float", "bool", "number", "complex"))
FUNCTIONS = frozenset(("function", "method", "builtin_function_or_method"))
SEQUENCES = frozenset(("str", "list", "tuple", "range", "bytes"))
ITERATORS = frozenset(("map", "filter", "zip", "enumerate", "generator", "reversed"))
VIEWS = frozenset(("dict_keys", "dict_values", "dict_items"))
COLLECTIONS = SEQUENCES | ITERATORS | VIEWS | {"dict", "set", "frozenset"}


def join(one: Type, other: Type) -> Type:
    """Return a type that covers two types: their common type, NUMBER for different numeric types, else ANY."""
    if one == other or other is NEVER:
        return one
    if one is NEVER:
        return other
    if one.is_number and other.is_number and "complex" not in (one.name, other.name):
        return NUMBER
    if one.name != other.name or not one.is_known or one.of != other.of or one.node is not other.node:
        return ANY
    parts: tuple[Type, ...] = ()
    if len(one.parts) == len(other.parts):
        parts = tuple(map(join, one.parts, other.parts))
    item = join(one.item, other.item) if one.item is not None and other.item is not None else None
    return Type(one.name, item, parts, one.of, one.node)


def join_all(types: Iterable[Type]) -> Type:
    """Return a type that covers all of these types, as `join` does for two types."""
    return reduce(join, types, NEVER)


def collection(name: str, item: Type) -> Type:
    """Return the type of a collection with items of one type."""
    return Type(name, ANY if item.depth > _DEEPEST else item)


def tuple_of(*parts: Type) -> Type:
    """Return the type of a tuple with items of these types."""
    known = tuple(ANY if part.depth > _DEEPEST else part for part in parts)
    return Type("tuple", join_all(known), known)


def dictionary(key: Type, value: Type) -> Type:
    """Return the type of a dictionary."""
    known = (key, ANY if value.depth > _DEEPEST else value)
    return Type("dict", key, known)


def items_of(type_: Type) -> Type:
    """Return the type of the items when iterating over a value; ANY if it is not known."""
    if type_.name in ("str", "range", "bytes"):
        return STR if type_.name == "str" else INT
    return type_.item if type_.item not in (None, NEVER, NONE) and type_.name in COLLECTIONS else ANY
