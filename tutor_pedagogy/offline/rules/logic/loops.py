"""Loops: off-by-one ranges, endless loops, collections changed during iteration, loops over an empty list."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, names_in
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import (
    inside,
    is_constant,
    is_name,
    is_start,
    method_called,
    parameters_of,
    range_call,
    reads,
    stored_in,
    values_above,
)
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_READING = ("len", "print", "abs", "int", "str", "max", "min", "range")
"""Built-in functions that do not change their arguments."""


def _bound_left_out(args: list[ast.expr]) -> str:
    """Return a small bound of a `range` that is one of its steps, so that the bound itself is left out."""
    match args:
        case [ast.Constant(value=int(start)), _, ast.Constant(value=int(step))] if step > 0:
            return str(start + 2 * step)
    return "3"


@logic_rule("last-number-left-out", 0.45, "less value off", needs=(Function, "range"), each=ast.For | ast.comprehension)
def last_number_left_out(program: Program, loop: ast.For | ast.comprehension) -> Iterator[Match]:
    """Yield a `range` that ends before n, or starts at 0, although the loop should add or multiply the numbers to n."""
    args = range_call(loop.iter)
    function = program.function_at(loop.iter.lineno)
    if not isinstance(loop.target, ast.Name) or args is None or function is None:
        return
    variable, bound = loop.target.id, args[1] if len(args) > 1 else args[0]
    if not isinstance(bound, ast.Name) or bound.id not in parameters_of(function):
        return
    parts = walk(function)
    if isinstance(loop, ast.comprehension):
        item = getattr(program.parents.get(loop), "elt", None)
        is_plain = item is not None and names_in(item) - {"int"} == {variable}
        is_product, is_sum = False, is_plain and any(is_call_of(part, "sum") for part in parts)
    else:
        is_product, is_sum = (_combines(inside(loop.body), operator, variable) for operator in (ast.Mult, ast.Add))
    is_index = any(isinstance(part, ast.Subscript) and variable in names_in(part.slice) for part in parts)
    is_added_later = any(isinstance(n, ast.Return) and n.value and bound.id in names_in(n.value) for n in parts)
    if (is_sum or is_product) and not is_index and not is_added_later:
        first = program.segment(args[0]) if len(args) > 1 else "1" if is_product else ""
        changed = f"range({first}{', ' if first else ''}{bound.id} + 1)"
        changed = f"{changed[:-1]}{''.join(f', {program.segment(step)}' for step in args[2:])})"
        small = _bound_left_out(args)
        slots: dict[str, Any] = {"name": Code(variable), "function": Code(function.name), "small": small}
        yield program.here(loop.iter, replace=(loop.iter, changed), bound=bound, **slots)


def _combines(nodes: Iterable[ast.AST], operator: type[ast.operator], variable: str) -> bool:
    """Return whether a node applies the operator to a name and the variable, as in `total += variable`."""
    for node in nodes:
        match node:
            case ast.AugAssign(op=op, value=ast.Name(id=name)) if isinstance(op, operator) and name == variable:
                return True
            case ast.Assign(targets=targets, value=ast.BinOp(op=op, left=left, right=right)):
                is_term = isinstance(op, operator) and (is_name(left, variable) or is_name(right, variable))
                names = names_in(left, right)
                if is_term and any(isinstance(target, ast.Name) and target.id in names for target in targets):
                    return True
    return False


@logic_rule("item-left-out", 0.45, "less short value none off", needs=(ast.Subscript, "range", "len"), each=ast.For)
def item_left_out(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a `range` that leaves out the first or last index although the loop uses no neighbouring items."""
    args = range_call(loop.iter)
    if args is None or not isinstance(loop.target, ast.Name):
        return
    name = loop.target.id
    subscripts = [
        node for node in inside(loop.body) if isinstance(node, ast.Subscript) and name in names_in(node.slice)
    ]
    if not subscripts or not all(isinstance(node.slice, ast.Name) for node in subscripts) or _looks_around(loop, name):
        return
    match args:
        case [
            *_,
            ast.BinOp(left=ast.Call(func=ast.Name(id="len"), args=[owner]) as length, op=ast.Sub()) as bound,
        ] if is_constant(bound.right, 1) and not args[2:]:
            changed = program.segment(loop.iter).replace(program.segment(bound), program.segment(length), 1)
            which = "last"
        case [ast.Constant(value=1), ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=collection) as owner])]:
            function = program.function_at(loop.lineno)
            if any(_is_first_item(node, collection) for node in (walk(function) if function else program.nodes)):
                return
            changed, which = f"range(len({collection}))", "first"
        case _:
            return
    yield program.here(loop.iter, replace=(loop.iter, changed), owner=owner, which=which, name=Code(name))


def _is_first_item(node: ast.AST, collection: str) -> bool:
    return isinstance(node, ast.Subscript) and is_constant(node.slice, 0) and is_name(node.value, collection)


def _looks_around(loop: ast.For, variable: str) -> bool:
    """Return whether a loop also uses neighbouring indices, or a second index on the same list."""
    indices: dict[str, set[str]] = {}
    for node in inside(loop.body):
        match node:
            case ast.Subscript(slice=index) if any(isinstance(part, ast.BinOp) for part in walk(index)):
                return True
            case ast.Slice() | ast.While() if variable in names_in(node):
                return True
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=index)):
                indices.setdefault(owner, set()).add(index)
    return any(variable in used and len(used) > 1 for used in indices.values())


@logic_rule("counting-down-without-step", 0.95, "none value less other", needs=("range",), each=ast.Call)
def counting_down_without_step(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a `range` that should count down but has no step, so that it is empty."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[start, stop]):
            down = "-1"
        case ast.Call(func=ast.Name(id="range"), args=[start, stop, ast.Constant(value=int(step))]) if step > 0:
            down = f"-{step}"
        case _:
            return
    match stop:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()) | ast.Constant(value=0):
            is_low = True
        case _:
            is_low = False
    match start:
        case ast.UnaryOp(op=ast.USub()):
            is_high = False
        case ast.Constant(value=int(number)):
            is_high = number > 0
        case _:
            is_high = any(is_call_of(inner, "len") for inner in walk(start))
    if is_low and is_high:
        changed = f"range({program.segment(start)}, {program.segment(stop)}, {down})"
        yield program.here(node, replace=(node, changed), start=start, stop=stop)


@logic_rule("loop-never-ends", 0.9, "endless value none other", each=ast.While)
def loop_never_ends(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield a `while` condition whose variables the loop never changes."""
    asked = names_in(loop.test)
    calls = [node for node in walk(loop.test) if isinstance(node, ast.Call)]
    if not asked or not all(is_call_of(call, "len", "abs", "int", "str") for call in calls):
        return
    changed = stored_in(loop) | {name for node in inside(loop.body) for name in _changed_by(node)}
    leaves = any(isinstance(statement, ast.Break | ast.Return | ast.Raise) for statement in loop.body)
    if not asked & changed and not leaves:
        name = min(asked - {"len"}, default=program.segment(loop.test))
        is_weak = not _is_settled(program, loop, asked)
        yield program.here(loop.test, needs_symptom=is_weak, test=loop.test, name=Code(name))


def _is_settled(program: Program, loop: ast.While, asked: set[str]) -> bool:
    """Return whether nothing but assignments in the loop could change a condition: it compares plain local names."""
    parts = [node for node in walk(loop.test) if not isinstance(node, ast.expr_context)]
    is_plain = any(isinstance(node, ast.Compare) for node in parts) and not any(
        isinstance(node, ast.Attribute | ast.Subscript | ast.In | ast.NotIn | ast.Is | ast.IsNot) for node in parts
    )
    declaring: list[ast.Global | ast.Nonlocal] = [*program.each(ast.Global), *program.each(ast.Nonlocal)]
    declared = {name for node in declaring for name in node.names}
    leaves = any(isinstance(node, ast.Return | ast.Break | ast.Raise) for node in inside(loop.body))
    is_collection = any(isinstance(node, ast.Call) for node in parts)
    calls_methods = any(method_called(node)[1] for node in inside(loop.body))
    if is_collection and calls_methods:  # A method may change the collection under another name.
        return False
    return is_plain and asked.isdisjoint(declared) and not leaves


def _changed_by(node: ast.AST) -> Iterator[str]:
    """Yield the names whose objects a node may change without assigning to the names."""
    match node:
        case ast.Call(func=called, args=arguments):
            changed = [called.value] if isinstance(called, ast.Attribute) else []
            changed += [] if is_call_of(node, *_READING) else arguments
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


@logic_rule("loop-over-empty-list", 0.95, "empty value short other", each=ast.For)
def loop_over_empty_list(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a loop over a collection that was created empty and is still empty."""
    above = values_above(program, loop.iter.id, loop.lineno) if isinstance(loop.iter, ast.Name) else []
    at, made = above[-1] if above else (0, None)
    if made is None or not isinstance(loop.iter, ast.Name) or not is_start(made) or isinstance(made, ast.Constant):
        return
    is_filled = any(at < use.lineno < loop.lineno for use in program.uses[loop.iter.id])
    in_one_function = program.function_at(at) is program.function_at(loop.lineno)
    if in_one_function and not is_filled and program.loop_around(loop) is None and not _is_optional(program, made):
        yield program.on_line(loop, name=loop.iter)


def _is_optional(program: Program, value: ast.expr) -> bool:
    """Return whether an assignment is conditional, as in `if items is None: items = []`."""
    block = next(up for up in program.above(value) if not isinstance(up, ast.expr | ast.Assign | ast.AnnAssign))
    return isinstance(block, ast.If | ast.Try | ast.ExceptHandler | ast.match_case)


@logic_rule("collection-in-place-of-item", 0.85, "value zero string type long other", each=ast.For)
def collection_in_place_of_item(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield an expression that uses the whole collection in a loop that never reads its loop variable."""
    if not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, ast.Name):
        return
    body = list(inside(loop.body))
    if loop.target.id.startswith("_") or any(is_name(node, loop.target.id) for node in body):
        return
    for node in body:
        match node:
            case (
                ast.Compare(left=ast.Name(id=used), ops=[ast.In() | ast.NotIn()])
                | ast.Compare(comparators=[ast.Name(id=used)], ops=[ast.Eq() | ast.NotEq()])
            ):
                is_meant = used == loop.iter.id
            case ast.Call(args=args) if not is_call_of(node, "len", "print", "sum", "max", "min", "range"):
                is_meant = any(is_name(arg, loop.iter.id) for arg in args)
            case _:
                continue
        if is_meant:
            yield program.here(node, name=loop.target, collection=loop.iter, header=program.header(loop))
            return


@logic_rule("one-variable-two-loops", 0.8, "value endless other", each=ast.For)
def one_variable_two_loops(program: Program, outer: ast.For) -> Iterator[Match]:
    """Yield an inner loop that reuses a loop variable of the loop around it."""
    targets = names_in(outer.target)
    for inner in inside(outer.body):
        match inner:
            case ast.For(target=ast.Name(id=name), iter=again) if name in targets:
                later = [node for each in outer.body if each.lineno > inner.lineno for node in walk(each)]
                counts = range_call(outer.iter) is not None or range_call(again) is not None
                is_meant = counts or any(reads(node, name) for node in later)
                if not isinstance(outer.target, ast.Name):
                    is_meant = any(reads(node, name) for node in later)
                is_weak = name.startswith("_") or alike(again, outer.iter) or not is_meant
                yield program.on_line(inner, needs_symptom=is_weak, name=Code(name), header=program.header(outer))
