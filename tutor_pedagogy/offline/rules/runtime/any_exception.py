"""Stops that were meant to come first: a program goes on since `exit` was named and not called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule("exit-not-called", before=("unpacking-count",))
def exit_not_called(case: CrashContext) -> Match | None:
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
                return Match(lines=(node.lineno,), expression=name, edit=edit, slots={"name": Code(name)})
    return None
