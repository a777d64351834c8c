"""Names of Python types: the pattern for them in messages, and words for the student."""

from __future__ import annotations

TWO_TYPES = (
    r"unsupported operand type\(s\) for \S{1,8}(?: \S{1,8}){0,3}: '([\w.]+)' and '([\w.]+)'"
    r"|not supported between instances of '([\w.]+)' and '([\w.]+)'|can only concatenate (\w+) \(not \"(\w+)\"\)"
)
"""A pattern for messages about an operation that name the types of both operands."""
_WORDS = {
    "str": "a string",
    "int": "an integer",
    "float": "a float",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dictionary",
    "set": "a set",
    "NoneType": "`None`",
    "bool": "a Boolean",
    "range": "a range",
    "module": "a module",
    "type": "a type",
    "function": "a function",
    "builtin_function_or_method": "a function",
    "method": "a method",
    "ndarray": "an array",
    "numpy.ndarray": "an array",
}


def in_words(name: str) -> str:
    """Return a type's name in words for the student, such as "a list" for `list`."""
    return _WORDS.get(name, f"a value of type `{name}`")


def count_in_words(count: int) -> str:
    """Return a small number as a word, a larger one in digits."""
    return {2: "two", 3: "three", 4: "four"}.get(count, str(count))
