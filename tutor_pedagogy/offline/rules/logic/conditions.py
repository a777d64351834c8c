"""Conditions that are always true or never true, and branches that an earlier condition makes unreachable."""

from __future__ import annotations

import ast
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import branches_of
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_MOST_BRANCHES = 12
"""The number of branches of one `if` that are compared with each other."""


@logic_rule("condition-always-true", 0.95, "truth value other", needs=(ast.Or, ast.Compare), each=ast.BoolOp)
def condition_always_true(program: Program, node: ast.BoolOp) -> Iterator[Match]:
    """Yield an `or` with a part that is a value instead of a comparison, as in `x == 1 or 2`."""
    match node:
        case ast.BoolOp(
            op=ast.Or(),
            values=[
                (ast.Compare(left=left) | ast.BoolOp(op=ast.And(), values=[*_, ast.Compare(left=left)])) as first,
                *rest,
            ],
        ):
            values = [part for part in rest if _is_value(part)]
        case _:
            return
    if values:
        start = f"{program.segment(left)} == "
        parts = [f"{start if part in values else ''}{program.segment(part)}" for part in rest]
        changed = " or ".join([program.segment(first), *parts])
        yield program.here(node, replace=changed, second=values[0], left=left, **_extent(program, node))


def _is_value(part: ast.expr) -> bool:
    """Return whether an operand of `or` is a plain value instead of a comparison: a constant, a sum or a difference."""
    if isinstance(part, ast.Constant):
        return part.value not in (None, False, True)
    return isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Sub)


@logic_rule("condition-never-true", 0.95, "none truth value other", needs=(ast.And, ast.Eq), each=ast.BoolOp)
def condition_never_true(program: Program, node: ast.BoolOp) -> Iterator[Match]:
    """Yield an `and` that needs one value to equal two constants, as in `n == 1 and n == 2`."""
    left = _compared_twice(node, ast.Eq)
    if isinstance(node.op, ast.And) and left is not None:
        mended = program.segment(node).replace(" and ", " or ")
        yield program.here(node, replace=mended, left=left, **_extent(program, node))


def _extent(program: Program, node: ast.BoolOp) -> dict[str, Any]:
    """Return the slot of a part that stands in a larger condition, or else that of a block that depends on the whole.

    The slots are `part` and `block`.
    """
    around = program.parents.get(node)
    if isinstance(around, ast.BoolOp | ast.UnaryOp):
        return {"part": Code(program.segment(node))}
    return {"block": f"line {program.shown(around.body[0].lineno)}"} if isinstance(around, ast.If | ast.While) else {}


@logic_rule("condition-excludes-nothing", 0.95, "endless truth value other", needs=(ast.Or, ast.NotEq), each=ast.BoolOp)
def condition_excludes_nothing(program: Program, node: ast.BoolOp) -> Iterator[Match]:
    """Yield an `or` that is always true, as in `x != 1 or x != 2`."""
    left = _compared_twice(node, ast.NotEq)
    if isinstance(node.op, ast.Or) and left is not None:
        yield program.here(node, replace=program.segment(node).replace(" or ", " and "), left=left)


def _compared_twice(node: ast.BoolOp, operator: type[ast.cmpop]) -> ast.expr | None:
    """Return the expression that a condition compares twice by one operator with different constants, or None."""
    compared = [
        (part.left, ast.dump(part.left), ast.dump(part.comparators[0]))
        for part in node.values
        if isinstance(part, ast.Compare)
        and isinstance(part.ops[0], operator)
        and isinstance(part.comparators[0], ast.Constant)
    ]
    lefts = [left for _, left, _ in compared]
    if len({pair[1:] for pair in compared}) < len(compared):
        return None
    return next((left for left, text, _ in compared if lefts.count(text) > 1), None)


@logic_rule("same-part-twice", 0.85, "truth value other", each=ast.BoolOp | ast.Compare)
def same_part_twice(program: Program, node: ast.BoolOp | ast.Compare) -> Iterator[Match]:
    """Yield an `and`, an `or` or a comparison with the same expression on both sides."""
    match node:
        case ast.BoolOp(values=values) if any(alike(one, other) for one, other in combinations(values, 2)):
            yield program.here(node, part=values[-1])
        # Calls are left out: two calls may return different values.
        # `x != x` is the usual test for a value that is not a number.
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if not isinstance(
            left, ast.Constant | ast.Call
        ) and not isinstance(operator, ast.NotEq):
            if alike(left, right):
                yield program.here(node, part=left)


@logic_rule("branch-never-reached", 0.9, "value string other", needs=(ast.Compare,), each=ast.If)
def branch_never_reached(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield an `elif` condition that can never be true, because an earlier condition of the `if` covers it."""
    earlier: list[tuple[ast.expr, bool, float, ast.expr]] = []
    for test, _ in branches_of(node):
        match test:
            case ast.Compare(
                left=left,
                ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE() as operator],
                comparators=[ast.Constant(value=int() | float() as bound)],
            ):
                is_up = isinstance(operator, ast.Gt | ast.GtE)
            case _:
                return
        for other, other_is_up, limit, first in earlier:
            is_narrower = bound >= limit if is_up else bound <= limit
            if is_up is other_is_up and is_narrower and alike(other, left):
                yield program.here(test, test=test, first=program.header(first))
                break
        earlier.append((left, is_up, bound, test))


@logic_rule("branch-covered-before", 0.95, "value string other", needs=(ast.If,), each=ast.If)
def branch_covered_before(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield an `elif` condition that is true only if an earlier condition of the same `if` is true as well."""
    earlier: list[ast.expr] = []
    if isinstance(program.parents.get(node), ast.If) and node in getattr(program.parents[node], "orelse", []):
        return
    for test, _ in islice(branches_of(node), _MOST_BRANCHES):
        if test is None:
            return
        first = next((other for other in earlier if _implies(test, other)), None)
        if first is not None and not any(isinstance(part, ast.Call) for part in walk(test)):
            yield program.here(test, test=test, first=program.header(first))
            return
        earlier.append(test)


def _implies(test: ast.expr, other: ast.expr) -> bool:
    """Return whether a condition can be true only if the other one is."""
    if alike(test, other):
        return True
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        if isinstance(other, ast.BoolOp) and isinstance(other.op, ast.And):
            return all(any(alike(part, needed) for part in test.values) for needed in other.values)
        return any(_implies(part, other) for part in test.values)
    if isinstance(other, ast.BoolOp) and isinstance(other.op, ast.Or):
        return any(_implies(test, part) for part in other.values)
    one, two = _multiple(test), _multiple(other)
    return one is not None and two is not None and alike(one[0], two[0]) and one[1] % two[1] == 0


def _multiple(test: ast.expr) -> tuple[ast.expr, int] | None:
    """Return the number and the divisor of a condition `number % divisor == 0`; else None."""
    match test:
        case ast.Compare(
            left=ast.BinOp(left=number, op=ast.Mod(), right=ast.Constant(value=int(divisor))),
            ops=[ast.Eq()],
            comparators=[ast.Constant(value=0)],
        ) if divisor > 0:
            return number, divisor
    return None


@logic_rule("later-if-overrides", 0.85, "value string other", needs=(ast.If, ast.Compare, ast.Assign))
def later_if_overrides(program: Program) -> Iterator[Match]:
    """Yield a separate `if` with a wider condition that overwrites the value stored by the `if` before it."""
    done: ast.AST | None = None
    for around, first, second in program.neighbours if len(program.each(ast.If)) > 1 else ():
        if around is done or not isinstance(first, ast.If) or first.orelse or not isinstance(second, ast.If):
            continue
        narrow, wide = _threshold(first), _threshold(second)
        if narrow and wide and narrow[2:] == wide[2:] and narrow[1] > wide[1] and alike(narrow[0], wide[0]):
            lines = [node.lineno for node in _overriding(program, second)]
            shown = [str(program.shown(line)) for line in lines]
            yield program.here(
                second.test,
                edit=_chaining(program, lines),
                name=Code(wide[2]),
                first=first.test,
                test=second.test,
                all=f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "",
            )
            done = around


def _overriding(program: Program, first: ast.If) -> list[ast.If]:
    """Return an `if` with those right behind it that set the same name at a lower bound of the same value."""
    found = [first]
    for _, node, following in program.neighbours:
        if node is found[-1] and isinstance(following, ast.If) and not found[-1].orelse:
            one, other = _threshold(found[-1]), _threshold(following)
            if (
                one is None
                or other is None
                or one[2:] != other[2:]
                or one[1] <= other[1]
                or not alike(one[0], other[0])
            ):
                break
            found.append(following)
    return found


def _chaining(program: Program, lines: list[int]) -> Edit:
    """Return the edit that makes each `if` on these lines an `elif`."""
    changed = list(program.lines)
    for line in lines:
        changed[line - 1] = changed[line - 1].replace("if ", "elif ", 1)
    return edit_to(program, "\n".join(changed))


def _threshold(node: ast.If) -> tuple[ast.expr, float, str, bool] | None:
    """Return the compared value, the bound and the assigned name of `if value > bound: name = …`, or None.

    The last part says whether the operator is `<` or `<=`; then the bound has the other sign, so that a larger one is
    always the narrower one.
    """
    match node.test, node.body:
        case (
            ast.Compare(
                left=left,
                ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE() as operator],
                comparators=[ast.Constant(value=int() | float() as bound)],
            ),
            [ast.Assign(targets=[ast.Name(id=name)])],
        ):
            is_down = isinstance(operator, ast.Lt | ast.LtE)
            return left, -bound if is_down else bound, name, is_down
    return None


@logic_rule("range-joined-wrongly", 0.95, "truth value endless other", needs=(ast.BoolOp, ast.Compare), each=ast.BoolOp)
def range_joined_wrongly(program: Program, node: ast.BoolOp) -> Iterator[Match]:
    """Yield two borders of one value that `or` makes always true, or that `and` makes never true."""
    match node.values:
        case [
            ast.Compare(left=left, ops=[one], comparators=[ast.Constant(value=int() | float() as first)]),
            ast.Compare(left=again, ops=[other], comparators=[ast.Constant(value=int() | float() as second)]),
        ] if alike(left, again):
            ups = [isinstance(each, ast.Gt | ast.GtE) for each in (one, other)]
            downs = [isinstance(each, ast.Lt | ast.LtE) for each in (one, other)]
        case _:
            return
    if not (ups[0] and downs[1]) and not (downs[0] and ups[1]):
        return
    low, high = (first, second) if ups[0] else (second, first)
    is_or = isinstance(node.op, ast.Or)
    if (is_or and low < high) or (not is_or and low > high):
        old, new = ("or", "and") if is_or else ("and", "or")
        changed = program.segment(node).replace(f" {old} ", f" {new} ")
        always = "always true" if is_or else "never true"
        yield program.here(node, replace=changed, left=left, word=Code(old), always=always)
