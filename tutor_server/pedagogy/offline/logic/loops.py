"""Loops and accumulators: reset in every round, one step too few, never moving on, changed on the way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lessons.logic import loops as lessons
from tutor_server.pedagogy.offline.logic.smell import Smell, loops_in, names_in, stored_in
from tutor_server.pedagogy.offline.runtime.case import Site
from tutor_server.pedagogy.offline.runtime.origins import IN_PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.finding import Edit
    from tutor_server.pedagogy.offline.program import Program


def _is_start(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=0 | 1 | 0.0 | ""):
            return True
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Tuple(elts=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set"), args=[]):
            return True
    return False


def _reset(program: Program) -> Iterator[Site]:
    """Find where an accumulator gets its first value inside the loop that fills it, and is used after the loop."""
    for loop in program.nodes:
        if not isinstance(loop, ast.For | ast.While):
            continue
        for statement in loop.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    pass
                case _:
                    continue
            is_name = isinstance(value, ast.Name) and value.id not in stored_in(loop)
            if not (_is_start(value) or is_name):
                continue
            later = [n for n in loop.body if n.lineno > statement.lineno]
            changed = [
                n
                for other in later
                for n in ast.walk(other)
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
                for n in ast.walk(other)
                if isinstance(n, ast.Name)
                and n.id == name
                and isinstance(n.ctx, ast.Load)
                and not any(n in ast.walk(c) for c in changed)
            ]
            used_after = any(
                isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) and n.lineno > inside
                for n in program.nodes
            )
            if changed and used_after and not used_inside:
                text = program.line(statement.lineno).strip()
                yield Site(
                    lines=(statement.lineno,),
                    expression=text,
                    edit=_above_loop(program, loop, statement),
                    facts={"name": Code(name), "header": Code(program.line(loop.lineno).strip())},
                )


def _above_loop(program: Program, loop: ast.For | ast.While, statement: ast.stmt) -> Edit | None:
    """Move a statement of the body in front of the header; None where it shares its line with something else."""
    header, moved = program.lines[loop.lineno - 1 : statement.lineno - 1], program.line(statement.lineno)
    if program.segment(statement) != moved.strip() or not header:
        return None
    margin = header[0][: len(header[0]) - len(header[0].lstrip())]
    return program.edit(loop.lineno, "\n".join((margin + moved.strip(), *header)), before_lines=len(header) + 1)


def _range_call(node: ast.expr) -> list[ast.expr] | None:
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args) if args:
            return args
    return None


def _bound_is_parameter(program: Program) -> Iterator[Site]:
    """Numbers up to n are added or multiplied, but `range` stops before n or starts at 0."""
    for node in program.nodes:
        if not isinstance(node, ast.For | ast.comprehension) or not isinstance(node.target, ast.Name):
            continue
        args = _range_call(node.iter)
        if args is None:
            continue
        bound = args[1] if len(args) > 1 else args[0]
        function = program.function_at(node.iter.lineno)
        if function is None or not isinstance(bound, ast.Name) or bound.id not in {a.arg for a in function.args.args}:
            continue
        variable = node.target.id
        if isinstance(node, ast.comprehension):
            sums = any(
                isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "sum"
                for n in ast.walk(function)
            )
            parent = program.parents.get(node)
            element = getattr(parent, "elt", None)
            plain = element is not None and names_in(element) == {variable} | ({"int"} & names_in(element))
            added = sums and plain
            product = False
        else:
            body = [n for s in node.body for n in ast.walk(s)]
            added = any(
                isinstance(n, ast.AugAssign)
                and isinstance(n.op, ast.Add)
                and isinstance(n.value, ast.Name)
                and n.value.id == variable
                for n in body
            ) or any(
                isinstance(n, ast.Assign)
                and isinstance(n.value, ast.BinOp)
                and isinstance(n.value.op, ast.Add)
                and any(isinstance(side, ast.Name) and side.id == variable for side in (n.value.left, n.value.right))
                and any(isinstance(t, ast.Name) and t.id in names_in(n.value) for t in n.targets)
                for n in body
            )
            product = any(
                isinstance(n, ast.AugAssign)
                and isinstance(n.op, ast.Mult)
                and isinstance(n.value, ast.Name)
                and n.value.id == variable
                for n in body
            ) or any(
                isinstance(n, ast.Assign)
                and isinstance(n.value, ast.BinOp)
                and isinstance(n.value.op, ast.Mult)
                and any(isinstance(side, ast.Name) and side.id == variable for side in (n.value.left, n.value.right))
                and any(isinstance(t, ast.Name) and t.id in names_in(n.value) for t in n.targets)
                for n in body
            )
        used_as_index = any(isinstance(n, ast.Subscript) and variable in names_in(n.slice) for n in ast.walk(function))
        added_after = any(
            isinstance(n, ast.Return) and n.value is not None and bound.id in names_in(n.value)
            for n in ast.walk(function)
        )
        if not (added or product) or used_as_index or added_after:
            continue
        text = program.segment(node.iter)
        first = program.segment(args[0]) if len(args) > 1 else "1" if product else ""
        new = f"range({first}, {bound.id} + 1)" if first else f"range({bound.id} + 1)"
        line = program.line(node.iter.lineno)
        yield Site(
            lines=(node.iter.lineno,),
            expression=text,
            edit=program.edit(node.iter.lineno, line.replace(text, new, 1)),
            facts={"name": Code(variable), "bound": Code(bound.id), "function": Code(function.name)},
        )


def _last_item_skipped(program: Program) -> Iterator[Site]:
    """Find where the loop leaves out the last item, or the first, without looking at a neighbour."""
    for node in program.nodes:
        if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name):
            continue
        args = _range_call(node.iter)
        if args is None or len(args) > 2:  # noqa: PLR2004 - start and stop
            continue
        variable = node.target.id
        indices = [
            n.slice
            for s in node.body
            for n in ast.walk(s)
            if isinstance(n, ast.Subscript) and variable in names_in(n.slice)
        ]
        if not indices or not all(isinstance(index, ast.Name) for index in indices):
            continue
        bound = args[-1]
        line = program.line(node.lineno)
        text = program.segment(node.iter)
        match bound:
            case ast.BinOp(
                left=ast.Call(func=ast.Name(id="len"), args=[owner]), op=ast.Sub(), right=ast.Constant(value=1)
            ):
                new = text.replace(program.segment(bound), program.segment(bound.left), 1)
                yield Site(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, new, 1)),
                    facts={"owner": Code(program.segment(owner)), "which": "last", "name": Code(variable)},
                )
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=owner_name)]) if (
                len(args) == 2 and isinstance(args[0], ast.Constant) and args[0].value == 1  # noqa: PLR2004 - start and stop
            ):
                function = program.function_at(node.lineno)
                scope = list(ast.walk(function)) if function else program.nodes
                first_used = any(
                    isinstance(n, ast.Subscript)
                    and isinstance(n.slice, ast.Constant)
                    and n.slice.value == 0
                    and isinstance(n.value, ast.Name)
                    and n.value.id == owner_name
                    for n in scope
                )
                if not first_used:
                    new = f"range(len({owner_name}))"
                    yield Site(
                        lines=(node.lineno,),
                        expression=text,
                        edit=program.edit(node.lineno, line.replace(text, new, 1)),
                        facts={"owner": Code(owner_name), "which": "first", "name": Code(variable)},
                    )


def _down_without_step(program: Program) -> Iterator[Site]:
    """`range` is to count down, but has no step."""
    for node in program.nodes:
        if not isinstance(node, ast.Call) or (args := _range_call(node)) is None or len(args) != 2:  # noqa: PLR2004 - start and stop
            continue
        start, stop = args
        low = isinstance(stop, ast.UnaryOp) and isinstance(stop.op, ast.USub) and isinstance(stop.operand, ast.Constant)
        low = low or (isinstance(stop, ast.Constant) and stop.value == 0)
        high = any(
            isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "len" for n in ast.walk(start)
        ) or (isinstance(start, ast.Constant) and isinstance(start.value, int) and start.value > 0)
        if low and high:
            line, text = program.line(node.lineno), program.segment(node)
            yield Site(
                lines=(node.lineno,),
                expression=text,
                edit=program.edit(node.lineno, line.replace(text, f"{text[:-1]}, -1)", 1)),
                facts={"start": Code(program.segment(start)), "stop": Code(program.segment(stop))},
            )


def _never_moves(program: Program) -> Iterator[Site]:
    """Nothing in a `while` loop changes what its condition asks about."""
    for node in program.nodes:
        if not isinstance(node, ast.While) or isinstance(node.test, ast.Constant):
            continue
        asked = names_in(node.test)
        if not asked or any(
            isinstance(n, ast.Call) and not (isinstance(n.func, ast.Name) and n.func.id in ("len", "abs", "int", "str"))
            for n in ast.walk(node.test)
        ):
            continue
        body = [n for s in node.body for n in ast.walk(s)]
        changed = (
            stored_in(node)
            | {
                n.func.value.id
                for n in body
                if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and isinstance(n.func.value, ast.Name)
            }
            | {
                n.target.value.id
                for n in body
                if isinstance(n, ast.AugAssign)
                and isinstance(n.target, ast.Subscript | ast.Attribute)
                and isinstance(n.target.value, ast.Name)
            }
        )
        changed |= {
            t.value.id
            for n in body
            if isinstance(n, ast.Assign)
            for t in n.targets
            if isinstance(t, ast.Subscript | ast.Attribute) and isinstance(t.value, ast.Name)
        }
        changed |= {
            a.id
            for n in body
            if isinstance(n, ast.Call)
            for a in n.args
            if isinstance(a, ast.Name)
            and isinstance(n.func, ast.Name)
            and n.func.id not in ("len", "print", "abs", "int", "str", "max", "min", "range")
        }
        leaves = any(isinstance(n, ast.Break | ast.Return | ast.Raise) for n in node.body)
        if not asked & changed and not leaves:
            test = program.segment(node.test)
            yield Site(
                lines=(node.lineno,),
                expression=test,
                facts={"test": Code(test), "name": Code(min(asked - {"len"}, default=test))},
            )


def _changed_while_looping(program: Program) -> Iterator[Site]:
    """Items are removed from the list that the loop goes through."""
    for node in program.nodes:
        if not isinstance(node, ast.For) or not isinstance(node.iter, ast.Name):
            continue
        for inner in (n for s in node.body for n in ast.walk(s)):
            match inner:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=owner), attr="remove" | "pop" | "insert" | "append" as method)
                ) if owner == node.iter.id:
                    line = program.line(node.lineno)
                    yield Site(
                        lines=(node.lineno,),
                        expression=program.line(node.lineno).strip(),
                        edit=program.edit(node.lineno, line.replace(f"in {owner}", f"in list({owner})", 1)),
                        facts={"owner": Code(owner), "call": Code(program.segment(inner)), "method": Code(method)},
                    )
                    break
                case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=owner))]) if owner == node.iter.id:
                    yield Site(
                        lines=(node.lineno,),
                        expression=program.line(node.lineno).strip(),
                        facts={"owner": Code(owner), "call": Code(program.segment(inner)), "method": Code("del")},
                    )
                    break


def _over_empty(program: Program) -> Iterator[Site]:
    """Find where the loop goes through a list that was only just made empty."""
    for node in program.nodes:
        if not isinstance(node, ast.For) or not isinstance(node.iter, ast.Name):
            continue
        name = node.iter.id
        before = [(at, value) for at, value in program.assignments(name) if at < node.lineno]
        if (
            not before
            or before[-1][1] is None
            or not _is_start(before[-1][1])
            or isinstance(before[-1][1], ast.Constant)
        ):
            continue
        at = before[-1][0]
        filled = any(isinstance(n, ast.Name) and n.id == name and at < n.lineno < node.lineno for n in program.nodes)
        around = [up for up in program.above(node) if isinstance(up, ast.For | ast.While)]
        if not filled and not around and program.function_at(at) is program.function_at(node.lineno):
            yield Site(lines=(node.lineno,), expression=program.line(node.lineno).strip(), facts={"name": Code(name)})


def _shared_variable(program: Program) -> Iterator[Site]:
    """Find where an inner loop uses the variable of the outer one."""
    for outer in program.nodes:
        if not isinstance(outer, ast.For) or not isinstance(outer.target, ast.Name):
            continue
        for inner in (loop for s in outer.body for loop in loops_in(s)):
            if isinstance(inner, ast.For) and isinstance(inner.target, ast.Name) and inner.target.id == outer.target.id:
                yield Site(
                    lines=(inner.lineno,),
                    expression=program.line(inner.lineno).strip(),
                    facts={"name": Code(outer.target.id), "header": Code(program.line(outer.lineno).strip())},
                )


def _smallest_from_zero(program: Program) -> Iterator[Site]:
    """Find where the smallest value starts at 0, so that nothing is ever smaller."""
    for node in program.nodes:
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
            yield Site(
                lines=(at,),
                expression=program.line(at).strip(),
                facts={"name": Code(name), "test": Code(program.segment(node.test))},
            )


def _not_found_is_first(program: Program) -> Iterator[Site]:
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
                    for n in ast.walk(loop)
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
                    yield Site(
                        lines=(statement.lineno,),
                        expression=line.strip(),
                        edit=program.edit(statement.lineno, line.replace("0", "-1", 1)),
                        facts={"name": Code(name), "test": Code(program.segment(sets[0].test))},
                    )


def _product_from_zero(program: Program) -> Iterator[Site]:
    """Find where a product starts at 0 or takes 0 as a factor."""
    for node in program.nodes:
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
            yield Site(
                lines=(starts[-1][0],),
                expression=line.strip(),
                edit=program.edit(starts[-1][0], line.replace("0", "1", 1)),
                facts={"name": Code(name), "product": Code(program.line(node.lineno).strip())},
            )
            continue
        for up in program.above(node):
            match up:
                case ast.For(target=ast.Name(id=variable), iter=iterated) if (
                    args := _range_call(iterated)
                ) is not None:
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
                        yield Site(
                            lines=(up.lineno,),
                            expression=text,
                            edit=program.edit(
                                up.lineno, line.replace(text, f"range(1, {bound}{'' if '+' in bound else ' + 1'})", 1)
                            ),
                            facts={"name": Code(name), "product": Code(program.line(node.lineno).strip())},
                        )


SMELLS = (
    Smell(
        "logic.accumulator-reset",
        "logic",
        lessons.ACCUMULATOR_RESET,
        0.9,
        frozenset(("value", "short", "other")),
        _reset,
    ),
    Smell(
        "logic.last-number-left-out",
        "logic",
        lessons.LAST_NUMBER_LEFT_OUT,
        0.75,
        frozenset(("less", "value", "off")),
        _bound_is_parameter,
    ),
    Smell(
        "logic.item-left-out",
        "logic",
        lessons.ITEM_LEFT_OUT,
        0.7,
        frozenset(("less", "short", "value", "none", "off")),
        _last_item_skipped,
    ),
    Smell(
        "logic.counting-down-without-step",
        "logic",
        lessons.COUNTING_DOWN_WITHOUT_STEP,
        0.95,
        frozenset(("none", "value", "less", "other")),
        _down_without_step,
    ),
    Smell(
        "logic.loop-never-ends",
        "logic",
        lessons.LOOP_NEVER_ENDS,
        0.9,
        frozenset(("endless", "value", "none", "other")),
        _never_moves,
    ),
    Smell(
        "logic.list-changed-while-looping",
        "logic",
        lessons.LIST_CHANGED_WHILE_LOOPING,
        0.75,
        frozenset(("value", "order", "long", "short", "endless", "none", "other")),
        _changed_while_looping,
    ),
    Smell(
        "logic.loop-over-empty-list",
        "logic",
        lessons.LOOP_OVER_EMPTY_LIST,
        0.95,
        frozenset(("empty", "value", "short", "other")),
        _over_empty,
    ),
    Smell(
        "logic.one-variable-two-loops",
        "logic",
        lessons.ONE_VARIABLE_TWO_LOOPS,
        0.8,
        frozenset(("value", "endless", "other")),
        _shared_variable,
    ),
    Smell(
        "logic.smallest-starts-at-zero",
        "logic",
        lessons.SMALLEST_STARTS_AT_ZERO,
        0.85,
        frozenset(("value", "less", "other")),
        _smallest_from_zero,
    ),
    Smell(
        "logic.not-found-looks-like-first",
        "logic",
        lessons.NOT_FOUND_LOOKS_LIKE_FIRST,
        0.8,
        frozenset(("value", "more", "off")),
        _not_found_is_first,
    ),
    Smell(
        "logic.product-with-zero",
        "logic",
        lessons.PRODUCT_WITH_ZERO,
        0.9,
        frozenset(("value", "less", "zero", "other")),
        _product_from_zero,
    ),
)
