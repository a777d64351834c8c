"""Values that a loop starts from: reset in every round, zero where it can never be beaten or multiplied."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import Function, Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import is_start, loops_in, names_in, range_call, stored_in
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.program import Program


@logic_rule("accumulator-reset", 0.9, ("value", "short", "other"), needs=(Loop, ast.Assign))
def accumulator_reset(program: Program) -> Iterator[Match]:
    """Find where an accumulator gets its first value inside the loop that fills it, and is used after the loop."""
    for loop in program.each(ast.For, ast.While):
        if not isinstance(loop, ast.For | ast.While):
            continue
        for statement in loop.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    pass
                case _:
                    continue
            is_name = isinstance(value, ast.Name) and value.id not in stored_in(loop)
            if not (is_start(value) or is_name):
                continue
            later = [n for n in loop.body if n.lineno > statement.lineno]
            changed = [
                n
                for other in later
                for n in walk(other)
                if (isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name) and n.target.id == name)
                or (
                    isinstance(n, ast.Assign)
                    and any(isinstance(t, ast.Name) and t.id == name for t in n.targets)
                    and name in names_in(n.value)
                )
                or (
                    isinstance(n, ast.Call)
                    and isinstance(n.func, ast.Attribute)
                    and n.func.attr in IN_PLACE
                    and isinstance(n.func.value, ast.Name)
                    and n.func.value.id == name
                )
            ]
            inside = loop.end_lineno or 0
            used_inside = [
                n
                for other in later
                for n in walk(other)
                if isinstance(n, ast.Name)
                and n.id == name
                and isinstance(n.ctx, ast.Load)
                and not any(n in walk(c) for c in changed)
            ]
            used_after = any(isinstance(use.ctx, ast.Load) and use.lineno > inside for use in program.uses[name])
            if changed and used_after and not used_inside:
                text = program.line(statement.lineno).strip()
                yield Match(
                    lines=(statement.lineno,),
                    expression=text,
                    edit=_above_loop(program, loop, statement),
                    slots={"name": Code(name), "header": Code(program.line(loop.lineno).strip())},
                )


def _above_loop(program: Program, loop: ast.For | ast.While, statement: ast.stmt) -> Edit | None:
    """Move a statement of the body in front of the header; None where it shares its line with something else."""
    header, moved = program.lines[loop.lineno - 1 : statement.lineno - 1], program.line(statement.lineno)
    if program.segment(statement) != moved.strip() or not header:
        return None
    margin = header[0][: len(header[0]) - len(header[0].lstrip())]
    return program.edit(loop.lineno, "\n".join((margin + moved.strip(), *header)), before_lines=len(header) + 1)


@logic_rule("smallest-starts-at-zero", 0.85, ("value", "less", "other"), needs=(Loop, ast.If, ast.Compare, ast.Assign))
def smallest_starts_at_zero(program: Program) -> Iterator[Match]:
    """Find where the smallest value starts at 0, so that nothing is ever smaller."""
    for node in program.each(ast.If):
        match node:
            case ast.If(test=ast.Compare(left=ast.Name(id=a), ops=[ast.Lt()], comparators=[ast.Name(id=b)])):
                name = b
            case ast.If(test=ast.Compare(left=ast.Name(id=a), ops=[ast.Gt()], comparators=[ast.Name(id=b)])):
                name, a = a, b
            case _:
                continue
        if not any(
            isinstance(s, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in s.targets)
            for s in node.body
        ):
            continue
        if not any(isinstance(up, ast.For | ast.While) for up in program.above(node)):
            continue
        starts = [
            (at, v)
            for at, v in program.assignments(name)
            if at < node.lineno and isinstance(v, ast.Constant) and v.value == 0 and not isinstance(v.value, bool)
        ]
        lowers = any(isinstance(s, ast.Assign) and isinstance(s.value, ast.Name) and s.value.id == a for s in node.body)
        if starts and lowers and name != a:
            at = starts[-1][0]
            yield Match(
                lines=(at,),
                expression=program.line(at).strip(),
                slots={"name": Code(name), "test": Code(program.segment(node.test))},
            )


@logic_rule(
    "best-starts-out-of-reach",
    0.95,
    ("value", "none", "more", "less", "other"),
    needs=(Loop, ast.If, ast.Compare, ast.Assign),
)
def best_starts_out_of_reach(program: Program) -> Iterator[Match]:
    """Find where the best value so far starts at an end that nothing in the data can ever go beyond."""
    for node in program.each(ast.If):
        match node.test:
            case ast.Compare(ops=[ast.Gt() | ast.Lt() as sign], comparators=[ast.Name(id=name)]):
                pass
            case _:
                continue
        is_set = any(isinstance(s, ast.Assign) and name in stored_in(s) for s in node.body)
        start = program.last_value(name, node.lineno)
        limit = _limit(start) if start is not None else 0
        looped = (
            any(isinstance(up, ast.For | ast.While) and up.lineno > start.lineno for up in program.above(node))
            if start
            else False
        )
        if is_set and looped and start is not None and limit == (1 if isinstance(sign, ast.Gt) else -1):
            yield Match(
                lines=(start.lineno,),
                expression=program.line(start.lineno).strip(),
                slots={"name": Code(name), "test": Code(program.segment(node.test))},
            )


def _limit(value: ast.expr) -> int:
    """Tell whether a value is infinity, 1, or minus infinity, -1."""
    match value:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(text))]):
            text = text.lower().lstrip("+")
            return 1 if text in ("inf", "infinity") else -1 if text in ("-inf", "-infinity") else 0
        case ast.Attribute(attr="inf"):
            return 1
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_limit(inner)
    return 0


@logic_rule(
    "not-found-looks-like-first",
    0.8,
    ("value", "more", "off"),
    needs=(Function, ast.For, ast.If, ast.Eq, ast.Assign, ast.Return),
)
def not_found_looks_like_first(program: Program) -> Iterator[Match]:
    """Find where a position starts at 0 and is given back, so that “not found” looks like “found first”."""
    for function in program.functions.values():
        for statement in function.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=0)):
                    pass
                case _:
                    continue
            returned = any(
                isinstance(n, ast.Return) and isinstance(n.value, ast.Name) and n.value.id == name
                for n in function.body
            )
            for loop in loops_in(function):
                if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name | ast.Tuple):
                    continue
                variables = names_in(loop.target)
                sets = [
                    n
                    for n in walk(loop)
                    if isinstance(n, ast.If)
                    and any(
                        isinstance(m, ast.Assign)
                        and isinstance(m.value, ast.Name)
                        and m.value.id in variables
                        and any(isinstance(t, ast.Name) and t.id == name for t in m.targets)
                        for m in n.body
                    )
                    and isinstance(n.test, ast.Compare)
                    and isinstance(n.test.ops[0], ast.Eq)
                ]
                if sets and returned:
                    line = program.line(statement.lineno)
                    yield Match(
                        lines=(statement.lineno,),
                        expression=line.strip(),
                        edit=program.edit(statement.lineno, line.replace("0", "-1", 1)),
                        slots={"name": Code(name), "test": Code(program.segment(sets[0].test))},
                    )


@logic_rule("product-with-zero", 0.9, ("value", "less", "zero", "other"), needs=(Loop, ast.Mult))
def product_with_zero(program: Program) -> Iterator[Match]:
    """Find where a product starts at 0 or takes 0 as a factor."""
    for node in program.each(ast.AugAssign, ast.Assign):
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Mult()):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Mult()) as value) if name in names_in(
                value
            ):
                pass
            case _:
                continue
        if not any(isinstance(up, ast.For | ast.While) for up in program.above(node)):
            continue
        starts = [(at, v) for at, v in program.assignments(name) if at < node.lineno and isinstance(v, ast.Constant)]
        if starts and starts[-1][1].value == 0 and not isinstance(starts[-1][1].value, bool):
            line = program.line(starts[-1][0])
            yield Match(
                lines=(starts[-1][0],),
                expression=line.strip(),
                edit=program.edit(starts[-1][0], line.replace("0", "1", 1)),
                slots={"name": Code(name), "product": Code(program.line(node.lineno).strip())},
            )
            continue
        for up in program.above(node):
            match up:
                case ast.For(target=ast.Name(id=variable), iter=iterated) if (args := range_call(iterated)) is not None:
                    factor = node.value if isinstance(node, ast.AugAssign) else None
                    plain = (isinstance(factor, ast.Name) and factor.id == variable) or (
                        isinstance(node, ast.Assign)
                        and isinstance(node.value, ast.BinOp)
                        and any(
                            isinstance(side, ast.Name) and side.id == variable
                            for side in (node.value.left, node.value.right)
                        )
                    )
                    zero = len(args) == 1 or (isinstance(args[0], ast.Constant) and args[0].value == 0)
                    if plain and zero:
                        text = program.segment(iterated)
                        bound = program.segment(args[-1] if len(args) > 1 else args[0])
                        line = program.line(up.lineno)
                        yield Match(
                            lines=(up.lineno,),
                            expression=text,
                            edit=program.edit(
                                up.lineno, line.replace(text, f"range(1, {bound}{'' if '+' in bound else ' + 1'})", 1)
                            ),
                            slots={"name": Code(name), "product": Code(program.line(node.lineno).strip())},
                        )
