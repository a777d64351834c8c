"""Recognise expressions that only look at the student's own values, such as `len(x)`, `key in d` and `df.dtypes`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Protocol

from tutor_pedagogy.guard.tokens import tokens_of
from tutor_pedagogy.guard.vocabulary import table_of
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

_BY_KIND = {kind: frozenset(names.split()) for kind, names in table_of("looks")}
_FUNCTIONS, _TRAITS, _METHODS = _BY_KIND["functions"], _BY_KIND["attributes"], _BY_KIND["methods"]
_AFTER_A_METHOD, _TYPES, _MODULES = _BY_KIND["after-a-method"], _BY_KIND["types"], _BY_KIND["modules"]
_OF_MODULES, _OF_SOLUTIONS = _BY_KIND["of-modules"], _BY_KIND["of-solutions"]
_LIKELY_FUNCTIONS, _LIKELY_METHODS = _BY_KIND["likely-functions"], _BY_KIND["likely-methods"]
_QUESTIONS = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set)
"""Collections written out, which a condition of a solution has, unlike a look: `x in [1, 2]`."""
_MOST_TOKENS = 40


class Known(Protocol):
    """The facts about the student's program that a look is compared with."""

    def is_value(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are a value of the student's."""

    def is_near(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are nearly the student's code, but not quite."""

    def is_fix(self, tokens: Sequence[str]) -> bool:
        """Return whether the known edit adds the tokens."""

    @property
    def knows_edit(self) -> bool:
        """Whether an edit that mends the program is known."""


class Looks:
    """Recognises looks, by what is `known` of the student's program."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def permit(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are one expression, or several with commas, that only look at the student's values."""
        if len(tokens) > _MOST_TOKENS or not any(map(str.isidentifier, tokens)):
            return False
        code = " ".join(tokens)
        try:
            match syntax_tree(code).body:
                case [ast.Expr(value=ast.Tuple(elts=several))]:
                    return all(self._looks(code, one) for one in several)
                case [ast.Expr(value=one)]:
                    return self._looks(code, one)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
        return False

    def _looks(self, code: str, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=function, args=values, keywords=[]):
                looked_at, is_likely = self._of_call(function, values)
            case ast.Compare(left=left, ops=[question], comparators=[right]):
                is_condition = isinstance(right, _DISPLAYS) and not isinstance(left, ast.Constant)
                looked_at, is_likely = [] if is_condition else [left, right], not isinstance(question, _QUESTIONS)
            case ast.Attribute(value=thing, attr=name):
                looked_at, is_likely = [thing] if name in _TRAITS else [], None
            case ast.Subscript(value=ast.Attribute() | ast.Call() as thing, slice=ast.Constant()):
                return self._looks(code, thing)
            case ast.Subscript(value=thing, slice=ast.Slice(lower=None | ast.Constant(), upper=None | ast.Constant())):
                looked_at, is_likely = [thing], True
            case ast.BinOp(left=ast.Call(func=ast.Name(id="len")) as length, op=ast.Sub(), right=ast.Constant()):
                looked_at, is_likely = [length], True
            case _:
                return False
        tokens = _tokens(code, node)
        is_kept = is_likely is not None and ((is_likely and not self._known.knows_edit) or self._known.is_near(tokens))
        is_look = bool(looked_at) and not is_kept and not self._known.is_fix(tokens)
        return is_look and all(self._is_value(code, one) for one in looked_at)

    def _of_call(self, function: ast.expr, values: list[ast.expr]) -> tuple[list[ast.expr], bool | None]:
        """Return the values that a call looks at, and whether it is likely to be a solution, or None if never."""
        match function, values:
            case ast.Name(id="list" | "tuple" | "dict" | "next"), [
                ast.Call(func=ast.Name(id="enumerate" | "zip" | "iter"), args=inner, keywords=[])
            ]:
                return inner, None
            case ast.Name(id=name), _ if name in _FUNCTIONS | _LIKELY_FUNCTIONS:
                return values, True if name in _LIKELY_FUNCTIONS else None
            case ast.Attribute(value=ast.Name(id=module), attr=name), [_] if module in _MODULES:
                return values if name in _OF_MODULES else [], None
            case ast.Attribute(value=thing, attr=name), _ if name in _METHODS | _LIKELY_METHODS | _AFTER_A_METHOD:
                is_likely = name in _LIKELY_METHODS and not (name in _AFTER_A_METHOD and isinstance(thing, ast.Call))
                return [thing, *values], True if is_likely else (False if self._may_mend(name) else None)
        return [], None

    def _may_mend(self, method: str) -> bool:
        """Return whether a method can be the mended part of a line: the student's code calls one of the same kind."""
        return method in _OF_SOLUTIONS and any(self._known.is_value([other]) for other in _OF_SOLUTIONS)

    def _is_value(self, code: str, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in _TYPES):
            return True
        return self._known.is_value(_tokens(code, node)) or self._looks(code, node)


def _tokens(code: str, node: ast.expr) -> list[str]:
    return tokens_of(ast.get_source_segment(code, node) or "")
