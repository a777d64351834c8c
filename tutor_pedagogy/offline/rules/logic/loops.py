"""Loops: one step too few, never moving on, changed on the way, over nothing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.program import Function
from tutor_pedagogy.offline.lessons.logic import loops as lessons
from tutor_pedagogy.offline.rules.logic.smell import Smell, is_start, loops_in, names_in, range_call, stored_in
from tutor_pedagogy.offline.rules.runtime.case import Site
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program


def _bound_is_parameter(program: Program) -> Iterator[Site]:
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
        yield Site(
            lines=(node.iter.lineno,),
            expression=text,
            edit=program.edit(node.iter.lineno, line.replace(text, new, 1)),
            facts={"name": Code(variable), "bound": Code(bound.id), "function": Code(function.name)},
        )


def _last_item_skipped(program: Program) -> Iterator[Site]:
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
                    yield Site(
                        lines=(node.lineno,),
                        expression=text,
                        edit=program.edit(node.lineno, line.replace(text, new, 1)),
                        facts={"owner": Code(owner_name), "which": "first", "name": Code(variable)},
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


def _down_without_step(program: Program) -> Iterator[Site]:
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
            yield Site(
                lines=(node.lineno,),
                expression=text,
                edit=program.edit(node.lineno, line.replace(text, f"{text[:-1]}, -1)", 1)),
                facts={"start": Code(program.segment(start)), "stop": Code(program.segment(stop))},
            )


def _never_moves(program: Program) -> Iterator[Site]:
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
            yield Site(
                lines=(node.lineno,),
                expression=test,
                facts={"test": Code(test), "name": Code(min(asked - {"len"}, default=test))},
            )


_ONLY_LOOK = frozenset(("len", "print", "abs", "int", "str", "max", "min", "range"))


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


def _changed_while_looping(program: Program) -> Iterator[Site]:
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
            yield Site(lines=(node.lineno,), expression=program.line(node.lineno).strip(), facts={"name": Code(name)})


def _is_one_of_several_ways(program: Program, value: ast.expr) -> bool:
    """Tell whether a program may come by without having made a value, as with `if items is None: items = []`."""
    block = next(up for up in program.above(value) if not isinstance(up, ast.expr | ast.Assign | ast.AnnAssign))
    return isinstance(block, ast.If | ast.Try | ast.ExceptHandler | ast.match_case)


def _shared_variable(program: Program) -> Iterator[Site]:
    """Find where an inner loop uses the variable of the outer one."""
    loops = program.each(ast.For)
    for outer in loops if len(loops) > 1 else ():
        if not isinstance(outer.target, ast.Name):
            continue
        for inner in (loop for s in outer.body for loop in loops_in(s)):
            if isinstance(inner, ast.For) and isinstance(inner.target, ast.Name) and inner.target.id == outer.target.id:
                yield Site(
                    lines=(inner.lineno,),
                    expression=program.line(inner.lineno).strip(),
                    facts={"name": Code(outer.target.id), "header": Code(program.line(outer.lineno).strip())},
                )


def _collection_for_item(program: Program) -> Iterator[Site]:
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
            yield Site(
                lines=(node.lineno,),
                expression=program.segment(node),
                facts={
                    "name": Code(variable),
                    "collection": Code(collection),
                    "header": Code(program.line(loop.lineno).strip()),
                },
            )
            break


SMELLS = (
    Smell(
        "logic.last-number-left-out",
        "logic",
        lessons.LAST_NUMBER_LEFT_OUT,
        0.75,
        frozenset(("less", "value", "off")),
        _bound_is_parameter,
        needs=frozenset((Function, "range")),
    ),
    Smell(
        "logic.item-left-out",
        "logic",
        lessons.ITEM_LEFT_OUT,
        0.7,
        frozenset(("less", "short", "value", "none", "off")),
        _last_item_skipped,
        needs=frozenset((ast.For, ast.Subscript, "range", "len")),
    ),
    Smell(
        "logic.counting-down-without-step",
        "logic",
        lessons.COUNTING_DOWN_WITHOUT_STEP,
        0.95,
        frozenset(("none", "value", "less", "other")),
        _down_without_step,
        needs=frozenset(("range",)),
    ),
    Smell(
        "logic.loop-never-ends",
        "logic",
        lessons.LOOP_NEVER_ENDS,
        0.9,
        frozenset(("endless", "value", "none", "other")),
        _never_moves,
        needs=frozenset((ast.While,)),
    ),
    Smell(
        "logic.list-changed-while-looping",
        "logic",
        lessons.LIST_CHANGED_WHILE_LOOPING,
        0.75,
        frozenset(("value", "order", "long", "short", "endless", "none", "other")),
        _changed_while_looping,
        needs=frozenset((ast.For,)),
    ),
    Smell(
        "logic.loop-over-empty-list",
        "logic",
        lessons.LOOP_OVER_EMPTY_LIST,
        0.95,
        frozenset(("empty", "value", "short", "other")),
        _over_empty,
        needs=frozenset((ast.For,)),
    ),
    Smell(
        "logic.collection-in-place-of-item",
        "logic",
        lessons.COLLECTION_IN_PLACE_OF_ITEM,
        0.85,
        frozenset(("value", "zero", "text", "kind", "long", "other")),
        _collection_for_item,
        needs=frozenset((ast.For,)),
    ),
    Smell(
        "logic.one-variable-two-loops",
        "logic",
        lessons.ONE_VARIABLE_TWO_LOOPS,
        0.8,
        frozenset(("value", "endless", "other")),
        _shared_variable,
        needs=frozenset((ast.For,)),
    ),
)
