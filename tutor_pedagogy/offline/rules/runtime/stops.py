"""Stops that were meant to come first: a program goes on since `exit` was named and not called."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.lessons.logic.effects import METHOD_NAMED_NOT_CALLED
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site


def _exit_named(case: Case) -> Site | None:
    """Find the line that names `exit`, in the function of the line that should not have been reached."""
    if "exit" not in case.program.code and "quit" not in case.program.code:
        return None
    here = case.program.function_at(case.line)
    for node in case.program.each(ast.Expr):
        match node:
            case ast.Expr(value=ast.Name(id="exit" | "quit" as name) as value) if (
                node.lineno < case.line and case.program.function_at(node.lineno) is here
            ):
                edit = case.rewrite(value, f"{name}()")
                return Site(lines=(node.lineno,), expression=name, edit=edit, facts={"name": Code(name)})
    return None


RULES = (
    RuntimeRule(
        "runtime.exit-not-called",
        "runtime",
        METHOD_NAMED_NOT_CALLED,
        frozenset(),
        re.compile(""),
        _exit_named,
    ),
)
