"""New strings that are thrown away: a method of a string is called, and its result is not stored."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_METHODS = frozenset(
    (
        *("strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "replace", "casefold"),
        *("removesuffix", "removeprefix", "zfill", "swapcase"),
    )
)


@runtime_rule(
    "new-string-thrown-away",
    ("KeyError", "ValueError", "IndexError", "TypeError"),
    before=(
        *(
            "key-in-another-case",
            "text-is-no-number",
            "key-not-found",
            "not-in-collection",
            "several-numbers-in-string",
        ),
        *("empty-string-for-number", "key-of-another-type", "comma-in-number", "unpacking-count", "start-is-no-key"),
        *("key-in-two-spellings", "header-read-as-number", "split-at-another-sign", "counting-new-key"),
    ),
)
def new_string_thrown_away(case: CrashContext) -> Match | None:
    """Return the call of a string's method above the failing line, if nothing stores the string that it makes."""
    used: set[str] | None = None
    for node in reversed(case.program.each(ast.Expr)):
        match node.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as owner, attr=method)) as call:
                is_before = node.lineno < case.line and case.program.function_at(node.lineno) is case.function
                if method not in _METHODS or not is_before or node.lineno != node.end_lineno:
                    continue
                used = used or {*_names_used(case)}
                if name in used:
                    edit = case.rewrite_line(node.lineno, f"{name} = {case.text(call)}")
                    return case.at(call, edit=edit, name=owner, call=call, method=Code(method))
    return None


def _names_used(case: CrashContext) -> Iterator[str]:
    """Yield the names on the failing line, and those from which the loops around it take their items."""
    here = {node.id for node in case.nodes_here if isinstance(node, ast.Name)}
    yield from here
    if case.statement is not None:
        for loop in (case.statement, *case.loops_above(case.statement)):
            if isinstance(loop, ast.For):
                yield from names_in(loop.iter)
    for name in here:
        for line, value in case.bound(name):
            if value is not None and line < case.line:
                yield from names_in(value)
