"""Long forms of correct programs that Python says in one line, each with the shorter code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import indexed_list, names_in, summands
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

Found = tuple[str, int, dict[str, str | int]]
"""A long form: its name in `improvements.toml`, its line, and the values of the texts' slots. `new` is the new code."""
_MOST_NODES, _MOST_WIDTH = 60, 90


def collecting(program: Program) -> Iterator[Found]:
    """Yield each loop that only adds up, counts or collects, directly below the line with the start value."""
    for first, loop in _pairs(program):
        match first, loop:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=start),
                ast.For(target=target, iter=source, body=[inner], orelse=[]),
            ):
                pass
            case _:
                continue
        test = None
        if isinstance(inner, ast.If) and not inner.orelse and len(inner.body) == 1:
            test, inner = inner.test, inner.body[0]
        if isinstance(start, ast.Constant) and type(start.value) is not int:
            continue
        if len(walk(loop)) > _MOST_NODES or (test is not None and name in names_in(test)) or name in names_in(source):
            continue
        as_written = ast.unparse(source)
        tail = f" for {_bare(target)} in {as_written}{f' if {ast.unparse(test)}' if test else ''}"
        whole = (target.id, as_written) if test is None and isinstance(target, ast.Name) else None
        told = _collected(name, start, inner, tail, whole)
        if told is not None and len(told[1]) <= _MOST_WIDTH:
            yield told[0], loop.lineno, {"name": name, "new": told[1]}


def _bare(target: ast.expr) -> str:
    return ast.unparse(target).removeprefix("(").removesuffix(")")


def _collected(
    name: str, start: ast.expr, step: ast.stmt, tail: str, whole: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Return the kind of collection and the line that replaces it.

    `whole` is the name for an item and the collection, if the loop takes every item.
    """
    match start, step:
        case ast.Constant(value=0), ast.AugAssign(target=ast.Name(id=to), op=ast.Add(), value=value):
            pass
        case ast.Constant(value=0), ast.Assign(
            targets=[ast.Name(id=to)], value=ast.BinOp(left=ast.Name(id=old), op=ast.Add(), right=value)
        ) if old == to:
            pass
        case ast.List(elts=[]), ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=to), attr="append"), args=[value])
        ):
            if to != name or name in names_in(value):
                return None
            if whole is not None and isinstance(value, ast.Name) and value.id == whole[0]:
                return "list-by-hand", f"{name} = list({whole[1]})"
            return "list-by-hand", f"{name} = [{ast.unparse(value)}{tail}]"
        case _:
            return None
    if to != name or name in names_in(value):
        return None
    if isinstance(value, ast.Constant) and value.value == 1:
        return "count-by-hand", f"{name} = sum(1{tail})"
    if isinstance(value, ast.Constant | ast.JoinedStr):
        return None
    if whole is not None and isinstance(value, ast.Name) and value.id == whole[0]:
        return "sum-by-hand", f"{name} = sum({whole[1]})"
    return "sum-by-hand", f"{name} = sum({ast.unparse(value)}{tail})"


def deciding(program: Program) -> Iterator[Found]:
    """Yield each search loop that returns a truth value in the loop and the other one behind it."""
    for loop, last in _pairs(program):
        match loop, last:
            case (
                ast.For(
                    target=target,
                    iter=source,
                    orelse=[],
                    body=[ast.If(test=test, orelse=[], body=[ast.Return(value=ast.Constant(value=bool() as inside))])],
                ),
                ast.Return(value=ast.Constant(value=bool() as behind)),
            ) if inside is not behind:
                pass
            case _:
                continue
        ask = f"any({ast.unparse(test)} for {_bare(target)} in {ast.unparse(source)})"
        if not inside:
            negated = ast.unparse(_negated(test))
            ask = f"all({negated} for {_bare(target)} in {ast.unparse(source)})"
        if len(ask) <= _MOST_WIDTH:
            yield "any-by-hand", loop.lineno, {"new": f"return {ask}", "name": "any" if inside else "all"}


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip


def _negated(test: ast.expr) -> ast.expr:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return inner
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return ast.Compare(left=left, ops=[_OPPOSITES[type(op)]()], comparators=[right])
    return ast.UnaryOp(op=ast.Not(), operand=test)


def extremes(program: Program) -> Iterator[Found]:
    """Yield each loop that only keeps the largest or the smallest item, beginning with the first one."""
    for first, loop in _pairs(program):
        match first, loop:
            case (
                ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=0)),
                ),
                ast.For(
                    target=ast.Name(id=item),
                    iter=ast.Name(id=source),
                    orelse=[],
                    body=[
                        ast.If(
                            test=ast.Compare(left=ast.Name(id=left), ops=[op], comparators=[ast.Name(id=right)]),
                            orelse=[],
                            body=[ast.Assign(targets=[ast.Name(id=to)], value=ast.Name(id=value))],
                        )
                    ],
                ),
            ) if owner == source and to == name and value == item and {left, right} == {name, item}:
                is_greater = isinstance(op, ast.Gt | ast.GtE) == (left == item)
                if isinstance(op, ast.Gt | ast.GtE | ast.Lt | ast.LtE):
                    called = "max" if is_greater else "min"
                    yield "extreme-by-hand", loop.lineno, {"name": called, "new": f"{name} = {called}({source})"}


def best_keys(program: Program) -> Iterator[Found]:
    """Yield each loop that only keeps the key with the largest or smallest value of a dictionary."""
    for loop in program.each(ast.For):
        match loop:
            case ast.For(
                target=ast.Name(id=key),
                iter=ast.Name(id=owner),
                orelse=[],
                body=[
                    ast.If(
                        test=ast.Compare(left=left, ops=[op]),
                        orelse=[],
                        body=[ast.Assign() as one, ast.Assign() as two],
                    )
                ],
            ) if ast.unparse(left) == f"{owner}[{key}]":
                pass
            case _:
                continue
        stored = {ast.unparse(each.value): ast.unparse(each.targets[0]) for each in (one, two)}
        if set(stored) == {key, f"{owner}[{key}]"} and isinstance(op, ast.Gt | ast.GtE | ast.Lt | ast.LtE):
            called = "max" if isinstance(op, ast.Gt | ast.GtE) else "min"
            best = stored[key]
            new = f"{best} = {called}({owner}, key={owner}.get)\n{stored[f'{owner}[{key}]']} = {owner}[{best}]"
            yield "best-by-hand", loop.lineno, {"name": owner, "new": new}


def joining(program: Program) -> Iterator[Found]:
    """Yield each loop that builds a string from the items of a list, with a separator between them."""
    for loop in program.each(ast.For):
        match loop:
            case ast.For(body=[ast.If(body=[one], orelse=[other])], orelse=[]):
                pass
            case _:
                continue
        first, second = _added(one), _added(other)
        if first is None or second is None or first[0] != second[0]:
            continue
        parts = sorted((first[1], second[1]), key=len)
        source = _read_directly(loop, parts[0][-1]) if len(parts[0]) == 1 else None
        gaps = [part.value for part in parts[1] if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if source and len(parts[1]) == len(parts[0]) + 1 and len(gaps) == 1:
            yield "join-by-hand", loop.lineno, {"name": first[0], "new": f"{first[0]} = {gaps[0]!r}.join({source})"}


def _added(node: ast.stmt) -> tuple[str, list[ast.expr]] | None:
    """Return the name that a statement adds to, and what it adds, from left to right; None for any other statement."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
            return name, summands(value)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            parts = summands(value)
            if len(parts) > 1 and isinstance(parts[0], ast.Name) and parts[0].id == name:
                return name, parts[1:]
            if len(parts) == 1 and not isinstance(parts[0], ast.Constant):
                return name, parts
    return None


def _read_directly(loop: ast.For, part: ast.expr) -> str | None:
    """Return the collection if a part is its item in each round, by name or by index; else None."""
    match part, loop.target, loop.iter:
        case ast.Name(id=item), ast.Name(id=target), source if item == target:
            return ast.unparse(source)
        case (
            ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=index)),
            ast.Name(id=target),
            indices,
        ) if index == target and (of := indexed_list(indices)) is not None and of.id == owner:
            return owner
    return None


def pairing(program: Program) -> Iterator[Found]:
    """Yield each loop over indices that only reads items of two or more lists at the same index, or needs both."""
    for node in program.each(ast.For):
        indexed = indexed_list(node.iter)
        if indexed is None or not isinstance(node.target, ast.Name):
            continue
        index, name = node.target.id, indexed.id
        uses = [each for each in walk(node)[: _MOST_NODES * 4] if isinstance(each, ast.Name) and each.id == index]
        places = [program.parents.get(use) for use in uses if isinstance(use.ctx, ast.Load)]
        owners: dict[str, None] = {}
        bare = 0
        for place in places:
            match place:
                case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Load()):
                    owners[owner] = None
                case ast.Subscript() | ast.BinOp() | ast.Compare():
                    owners.clear()
                    bare = -len(places)
                    break
                case _:
                    bare += 1
        if len(owners) > 1 and bare == 0:
            new = f"for {', '.join(map(_one, owners))} in zip({', '.join(owners)}):"
            yield "zip-by-hand", node.lineno, {"name": name, "new": new}
        elif [*owners] == [name] and bare > 0:
            yield (
                "enumerate-by-hand",
                node.lineno,
                {"name": name, "new": f"for {index}, {_one(name)} in enumerate({name}):"},
            )


def _one(name: str) -> str:
    """Return a name for one item of a collection with this name."""
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and len(name) > len("ns") else f"one_{name}"


def _pairs(program: Program) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Yield each statement with the next one in its block."""
    for _, first, second in program.neighbours:
        yield first, second


CHECKS = (collecting, deciding, extremes, best_keys, joining, pairing)
