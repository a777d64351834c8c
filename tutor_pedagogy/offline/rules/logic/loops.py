"""Loops: one step too few, never moving on, changed on the way, over nothing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import Function
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import is_start, loops_in, names_in, range_call, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
_ONLY_LOOK = frozenset(("len", "print", "abs", "int", "str", "max", "min", "range"))


@logic_rule("last-number-left-out", 0.75, ("less", "value", "off"), needs=(Function, "range"))
def last_number_left_out(program: Program) -> Iterator[Match]:
    """Numbers up to n are added or multiplied, but `range` stops before n or starts at 0."""
    for node in program.each(ast.For, ast.comprehension):
        if not isinstance(node, ast.For | ast.comprehension) or not isinstance(node.target, ast.Name):
            continue
        args = range_call(node.iter)
        if args is None:
            continue
        bound = args[1] if len(args) > 1 else args[0]
        function = program.function_at(node.iter.lineno)
        if function is None or not isinstance(bound, ast.Name) or bound.id not in {a.arg for a in function.args.args}:
            continue
        variable = node.target.id
        if isinstance(node, ast.comprehension):
            sums = any(
                isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "sum" for n in walk(function)
            )
            parent = program.parents.get(node)
            element = getattr(parent, "elt", None)
            plain = element is not None and names_in(element) == {variable} | ({"int"} & names_in(element))
            added = sums and plain
            product = False
        else:
            body = [n for s in node.body for n in walk(s)]
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
        used_as_index = any(isinstance(n, ast.Subscript) and variable in names_in(n.slice) for n in walk(function))
        added_after = any(
            isinstance(n, ast.Return) and n.value is not None and bound.id in names_in(n.value) for n in walk(function)
        )
        if not (added or product) or used_as_index or added_after:
            continue
        text = program.segment(node.iter)
        first = program.segment(args[0]) if len(args) > 1 else "1" if product else ""
        new = f"range({first}, {bound.id} + 1)" if first else f"range({bound.id} + 1)"
        line = program.line(node.iter.lineno)
        yield Match(
            lines=(node.iter.lineno,),
            expression=text,
            edit=program.edit(node.iter.lineno, line.replace(text, new, 1)),
            slots={"name": Code(variable), "bound": Code(bound.id), "function": Code(function.name)},
        )


@logic_rule(
    "item-left-out", 0.7, ("less", "short", "value", "none", "off"), needs=(ast.For, ast.Subscript, "range", "len")
)
def item_left_out(program: Program) -> Iterator[Match]:
    """Find where the loop leaves out the last item, or the first, without looking at a neighbour."""
    for node in program.each(ast.For):
        if not isinstance(node.target, ast.Name):
            continue
        args = range_call(node.iter)
        if args is None or len(args) > 2:  # noqa: PLR2004 - start and stop
            continue
        variable = node.target.id
        indices = [
            n.slice
            for s in node.body
            for n in walk(s)
            if isinstance(n, ast.Subscript) and variable in names_in(n.slice)
        ]
        if not indices or not all(isinstance(index, ast.Name) for index in indices) or _looks_around(node, variable):
            continue
        bound = args[-1]
        line = program.line(node.lineno)
        text = program.segment(node.iter)
        match bound:
            case ast.BinOp(
                left=ast.Call(func=ast.Name(id="len"), args=[owner]), op=ast.Sub(), right=ast.Constant(value=1)
            ):
                new = text.replace(program.segment(bound), program.segment(bound.left), 1)
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, new, 1)),
                    slots={"owner": Code(program.segment(owner)), "which": "last", "name": Code(variable)},
                )
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=owner_name)]) if (
                len(args) == 2 and isinstance(args[0], ast.Constant) and args[0].value == 1  # noqa: PLR2004 - start and stop
            ):
                function = program.function_at(node.lineno)
                scope = walk(function) if function else program.nodes
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
                    yield Match(
                        lines=(node.lineno,),
                        expression=text,
                        edit=program.edit(node.lineno, line.replace(text, new, 1)),
                        slots={"owner": Code(owner_name), "which": "first", "name": Code(variable)},
                    )


def _looks_around(loop: ast.For, variable: str) -> bool:
    """Tell whether a loop also works with the positions next to its own, or with a second one in the same list."""
    places: dict[str, set[str]] = {}
    for node in (n for s in loop.body for n in walk(s)):
        match node:
            case ast.BinOp(left=left, right=right) if variable in names_in(left) | names_in(right):
                if any(isinstance(side, ast.Name) and side.id == variable for side in (left, right)):
                    return True
            case ast.Slice() | ast.While() if variable in names_in(node):
                return True
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=index)):
                places.setdefault(owner, set()).add(index)
    return any(variable in indices and len(indices) > 1 for indices in places.values())


@logic_rule("counting-down-without-step", 0.95, ("none", "value", "less", "other"), needs=("range",))
def counting_down_without_step(program: Program) -> Iterator[Match]:
    """`range` is to count down, but has no step."""
    for node in program.each(ast.Call):
        if (args := range_call(node)) is None or len(args) != 2:  # noqa: PLR2004 - start and stop
            continue
        start, stop = args
        low = isinstance(stop, ast.UnaryOp) and isinstance(stop.op, ast.USub) and isinstance(stop.operand, ast.Constant)
        low = low or (isinstance(stop, ast.Constant) and stop.value == 0)
        high = any(
            isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "len" for n in walk(start)
        ) or (isinstance(start, ast.Constant) and isinstance(start.value, int) and start.value > 0)
        is_negative = isinstance(start, ast.UnaryOp) and isinstance(start.op, ast.USub)
        if low and high and not is_negative:
            line, text = program.line(node.lineno), program.segment(node)
            yield Match(
                lines=(node.lineno,),
                expression=text,
                edit=program.edit(node.lineno, line.replace(text, f"{text[:-1]}, -1)", 1)),
                slots={"start": Code(program.segment(start)), "stop": Code(program.segment(stop))},
            )


@logic_rule("loop-never-ends", 0.9, ("endless", "value", "none", "other"), needs=(ast.While,))
def loop_never_ends(program: Program) -> Iterator[Match]:
    """Nothing in a `while` loop changes what its condition asks about."""
    for node in program.each(ast.While):
        if isinstance(node.test, ast.Constant):
            continue
        asked = names_in(node.test)
        if not asked or any(
            isinstance(n, ast.Call) and not (isinstance(n.func, ast.Name) and n.func.id in ("len", "abs", "int", "str"))
            for n in walk(node.test)
        ):
            continue
        changed = stored_in(node) | {name for s in node.body for n in walk(s) for name in _changed_by(n)}
        leaves = any(isinstance(n, ast.Break | ast.Return | ast.Raise) for n in node.body)
        if not asked & changed and not leaves:
            test = program.segment(node.test)
            yield Match(
                lines=(node.lineno,),
                expression=test,
                slots={"test": Code(test), "name": Code(min(asked - {"len"}, default=test))},
            )


def _changed_by(node: ast.AST) -> Iterator[str]:
    """Give the names whose values a node may change without binding them anew."""
    match node:
        case ast.Call(func=called, args=arguments):
            changed = [called.value] if isinstance(called, ast.Attribute) else []
            if not isinstance(called, ast.Name) or called.id not in _ONLY_LOOK:
                changed += arguments
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()) | ast.Attribute(value=value, ctx=ast.Store()):
            changed = [value]
        case _:
            return
    for expression in changed:
        root = expression
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name):
            yield root.id


@logic_rule(
    "list-changed-while-looping",
    0.75,
    ("value", "order", "long", "short", "endless", "none", "other"),
    needs=(ast.For,),
)
def list_changed_while_looping(program: Program) -> Iterator[Match]:
    """Items are removed from the list that the loop goes through."""
    for node in program.each(ast.For):
        if not isinstance(node.iter, ast.Name):
            continue
        for inner in (n for s in node.body for n in walk(s)):
            match inner:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=owner), attr="remove" | "pop" | "insert" | "append" as method)
                ) if owner == node.iter.id:
                    line = program.line(node.lineno)
                    yield Match(
                        lines=(node.lineno,),
                        expression=program.line(node.lineno).strip(),
                        edit=program.edit(node.lineno, line.replace(f"in {owner}", f"in list({owner})", 1)),
                        slots={"owner": Code(owner), "call": Code(program.segment(inner)), "method": Code(method)},
                    )
                    break
                case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=owner))]) if owner == node.iter.id:
                    yield Match(
                        lines=(node.lineno,),
                        expression=program.line(node.lineno).strip(),
                        slots={"owner": Code(owner), "call": Code(program.segment(inner)), "method": Code("del")},
                    )
                    break


@logic_rule("loop-over-empty-list", 0.95, ("empty", "value", "short", "other"), needs=(ast.For,))
def loop_over_empty_list(program: Program) -> Iterator[Match]:
    """Find where the loop goes through a list that was only just made empty."""
    for node in program.each(ast.For):
        if not isinstance(node.iter, ast.Name):
            continue
        name = node.iter.id
        before = [(at, value) for at, value in program.assignments(name) if at < node.lineno]
        at, made = before[-1] if before else (0, None)
        if (
            made is None
            or not is_start(made)
            or isinstance(made, ast.Constant)
            or _is_one_of_several_ways(program, made)
        ):
            continue
        filled = any(at < use.lineno < node.lineno for use in program.uses[name])
        around = [up for up in program.above(node) if isinstance(up, ast.For | ast.While)]
        if not filled and not around and program.function_at(at) is program.function_at(node.lineno):
            yield Match(lines=(node.lineno,), expression=program.line(node.lineno).strip(), slots={"name": Code(name)})


def _is_one_of_several_ways(program: Program, value: ast.expr) -> bool:
    """Tell whether a program may come by without having made a value, as with `if items is None: items = []`."""
    block = next(up for up in program.above(value) if not isinstance(up, ast.expr | ast.Assign | ast.AnnAssign))
    return isinstance(block, ast.If | ast.Try | ast.ExceptHandler | ast.match_case)


@logic_rule("collection-in-place-of-item", 0.85, ("value", "zero", "text", "kind", "long", "other"), needs=(ast.For,))
def collection_in_place_of_item(program: Program) -> Iterator[Match]:
    """Find a loop whose variable nothing reads, while its body asks about the whole collection instead."""
    for loop in program.each(ast.For):
        if not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, ast.Name):
            continue
        variable, collection = loop.target.id, loop.iter.id
        body = [node for statement in loop.body for node in walk(statement)]
        if variable.startswith("_") or any(isinstance(n, ast.Name) and n.id == variable for n in body):
            continue
        for node in body:
            match node:
                case ast.Compare(left=ast.Name(id=used), ops=[ast.In() | ast.NotIn()]) if used == collection:
                    pass
                case ast.Compare(comparators=[ast.Name(id=used)], ops=[ast.Eq() | ast.NotEq()]) if used == collection:
                    pass
                case ast.Call(args=args) if any(isinstance(arg, ast.Name) and arg.id == collection for arg in args):
                    if isinstance(node.func, ast.Name) and node.func.id in (
                        "len",
                        "print",
                        "sum",
                        "max",
                        "min",
                        "range",
                    ):
                        continue
                case _:
                    continue
            yield Match(
                lines=(node.lineno,),
                expression=program.segment(node),
                slots={
                    "name": Code(variable),
                    "collection": Code(collection),
                    "header": Code(program.line(loop.lineno).strip()),
                },
            )
            break


@logic_rule("one-variable-two-loops", 0.8, ("value", "endless", "other"), needs=(ast.For,))
def one_variable_two_loops(program: Program) -> Iterator[Match]:
    """Find where an inner loop uses the variable of the outer one."""
    loops = program.each(ast.For)
    for outer in loops if len(loops) > 1 else ():
        if not isinstance(outer.target, ast.Name):
            continue
        for inner in (loop for s in outer.body for loop in loops_in(s)):
            if isinstance(inner, ast.For) and isinstance(inner.target, ast.Name) and inner.target.id == outer.target.id:
                yield Match(
                    lines=(inner.lineno,),
                    expression=program.line(inner.lineno).strip(),
                    slots={"name": Code(outer.target.id), "header": Code(program.line(outer.lineno).strip())},
                )
