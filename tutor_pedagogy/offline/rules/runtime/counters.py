"""Counters that a loop should raise and does not, so that a division by them fails."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


@runtime_rule("counter-never-raised", ("ZeroDivisionError",), before=("division-by-zero", "condition-never-true"))
def counter_never_raised(case: CrashContext) -> Match | None:
    """Return the line that begins a counter at 0, if nothing else changes it and a loop runs before the division."""
    for node in case.likely(ast.BinOp):
        match node:
            case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), left=left, right=ast.Name(id=name) as divisor):
                pass
            case _:
                continue
        bound = case.bound(name)
        match bound:
            case [(line, ast.Constant(value=0))] if line < case.line:
                loops = [each for each in _loops(case) if line < each.lineno < case.line]
                if len(loops) != 1:
                    return None
                slots: dict[str, str | ast.AST] = {"name": divisor, "division": node, "value": left}
                slots |= {"loop": str(case.program.shown(loops[0].lineno)), "stop": str(case.program.shown(case.line))}
                slots["raise"] = Code(name)
                return replace(case.at(line, edit=_raised(case, loops[0], name), slots=slots), is_proved=True)
    return None


def _loops(case: CrashContext) -> list[ast.For]:
    """Return the outermost `for` loops of the failing function."""
    return [
        loop
        for loop in case.program.each(ast.For)
        if case.program.function_at(loop.lineno) is case.function
        and not any(isinstance(up, ast.For | ast.While) for up in case.program.above(loop))
    ]


def _raised(case: CrashContext, loop: ast.For, name: str) -> Edit | None:
    """Return the edit that raises the counter where the loop adds something up: right below that line."""
    adding = [node for node in case.program.each(ast.AugAssign) if any(up is loop for up in case.program.above(node))]
    if len(adding) != 1 or adding[0].lineno != adding[0].end_lineno:
        return None
    line = case.program.line(adding[0].lineno)
    indent = line[: len(line) - len(line.lstrip())]
    return case.program.edit(adding[0].lineno, f"{line}\n{indent}{name} += 1")
