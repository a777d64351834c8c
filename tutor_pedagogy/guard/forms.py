"""Forms of code that are told by their tokens alone: syntax, dotted names, arguments and calculations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.guard.tokens import BRACKETS, CLOSING, LITERAL_SIGNS, OPENING, is_value
from tutor_pedagogy.guard.vocabulary import BUILTINS, CONSTANTS, KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPERATORS = frozenset("+-*/%<>") | {"//", "**", "<=", ">=", "==", "!=", "and", "or", "not", "in", "is"}
_CALCULATING = _OPERATORS | LITERAL_SIGNS | BUILTINS
CALLING = BUILTINS | BRACKETS
_PLACEHOLDERS = frozenset({"...", "…", "_", "/", ","})
_SYNTAX = (KEYWORDS - CONSTANTS) | _PLACEHOLDERS | {":"}
_BRACKETS_OR_PLACEHOLDERS = BRACKETS | _PLACEHOLDERS
_SEPARATORS = frozenset({","})
_MAX_VALUE_TOKENS = 15


def is_syntax(tokens: Sequence[str]) -> bool:
    """Return whether tokens only name parts of Python's syntax: `if`/`else`, `not in`, `for ... in ...:`, `[ ]`."""
    return _SYNTAX.issuperset(tokens) or _BRACKETS_OR_PLACEHOLDERS.issuperset(tokens)


def are_dotted(parts: Sequence[str], dots: Sequence[str]) -> bool:
    """Return whether parts are names with dots between them."""
    return len(parts) == len(dots) + 1 and {"."}.issuperset(dots) and all(map(str.isidentifier, parts))


def arguments(inside: Sequence[str]) -> list[list[str]]:
    """Return the arguments of a call, each as a list of tokens, from the tokens between its parentheses."""
    arguments: list[list[str]] = [[]]
    depth = 0
    for token in inside:
        depth += (token in OPENING) - (token in CLOSING)
        if depth or token not in _SEPARATORS:
            arguments[-1].append(token)
        else:
            arguments.append([])
    return arguments


def is_calculation(tokens: Sequence[str]) -> bool:
    """Return whether tokens are values with operators and calls of built-in functions between them, and not many."""
    return (
        0 < len(tokens) <= _MAX_VALUE_TOKENS
        and (is_value(tokens[0]) or tokens[0] in CALLING or tokens[0] == "-")
        and all(token in _CALCULATING or is_value(token) for token in tokens)
    )


def without_empty_brackets(tokens: Sequence[str]) -> Sequence[str]:
    """Return the tokens of a call without its parentheses if nothing or an ellipsis is between them."""
    match tokens:
        case [_, *_, "(", ")"]:
            return tokens[:-2]
        case [_, *_, "(", "..." | "…", ")"]:
            return tokens[:-3]
    return tokens
