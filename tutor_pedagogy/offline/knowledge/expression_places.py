"""The expressions of a program that an entry of the knowledge base is about, by the kind of place."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor_pedagogy.offline.engine.program import Program

_FUNCTIONS = frozenset(("len", "str", "int", "float", "abs", "max", "min", "sum", "print", "sorted", "bool"))


def is_text(node: ast.AST) -> bool:
    """Return whether an expression is a string that is written out."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _slices(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Subscript) if isinstance(node.slice, ast.Slice))


def _slices_with_step(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Subscript):
        if isinstance(node.slice, ast.Slice) and node.slice.step is not None:
            yield node


def _whole_slices(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Subscript):
        match node.slice:
            case ast.Slice(lower=None, upper=None, step=None):
                yield node


def _negative(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Subscript):
        match node.slice:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
                yield node


def _nested(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Subscript) if isinstance(node.value, ast.Subscript))


def _indices(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Subscript):
        match node.slice:
            case ast.Constant(value=int()) | ast.Name() | ast.BinOp():
                yield node


def _digit_texts(program: Program) -> Iterator[ast.AST]:
    """Yield additions of two names whose only value is a string of digits."""
    for node in program.each(ast.BinOp):
        match node:
            case ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=ast.Name(id=right)):
                if all(_holds_digits(program, name) for name in (left, right)):
                    yield node


def _holds_digits(program: Program, name: str) -> bool:
    bound = [value for _, value in program.assignments(name)]
    return bool(bound) and all(
        isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.strip().isdigit()
        for value in bound
    )


def _decimals(program: Program) -> Iterator[ast.AST]:
    """Yield calculations with a decimal number that is written out, and comparisons for equality of such a one."""
    for node in program.each(ast.BinOp, ast.Compare):
        if isinstance(node, ast.Compare) and not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        parts = [node.left, node.right] if isinstance(node, ast.BinOp) else walk(node)
        if any(isinstance(each, ast.Constant) and type(each.value) is float for each in parts):
            yield node


def _starred_calls(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Call) if any(isinstance(each, ast.Starred) for each in node.args))


def _formats(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FormattedValue) if node.format_spec is not None)


def _set_displays(program: Program) -> Iterator[ast.AST]:
    yield from program.each(ast.Set)


def _tuples(program: Program) -> Iterator[ast.AST]:
    """Yield tuples that are a value by themselves, and not the sides of an exchange or an index."""
    for node in program.each(ast.Tuple):
        parent = program.parents.get(node)
        is_exchange = isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Tuple | ast.List)
        if isinstance(node.ctx, ast.Load) and not is_exchange and not isinstance(parent, ast.Subscript):
            yield node


def _nested_calls(program: Program) -> Iterator[ast.AST]:
    for call in program.each(ast.Call):
        if any(isinstance(each, ast.Call) for argument in call.args for each in walk(argument)):
            yield call


def _nested_operations(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.BinOp):
        if isinstance(node.left, ast.BinOp) or isinstance(node.right, ast.BinOp):
            yield node


def _named_arguments(program: Program) -> Iterator[ast.AST]:
    """Yield calls of functions of the program with an argument that is written with its name."""
    for call in program.each(ast.Call):
        match call.func:
            case ast.Name(id=name) if name in program.functions and call.keywords:
                yield call


def _function_arguments(program: Program) -> Iterator[ast.AST]:
    """Yield calls that get a function by its name."""
    for call in program.each(ast.Call):
        values = [*call.args, *(each.value for each in call.keywords)]
        if any(isinstance(each, ast.Name) and _is_function(program, each.id) for each in values):
            yield call


def _is_function(program: Program, name: str) -> bool:
    return name in program.functions or (name in _FUNCTIONS and name not in program.bound_names)


def _printed_comparisons(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Compare):
        parent = program.parents.get(node)
        if isinstance(parent, ast.Assign) or (isinstance(parent, ast.Call) and node in parent.args):
            yield node


def _compared_with_true(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(ops=[ast.Eq()], comparators=[ast.Constant(value=True)]) if _is_truth(program, node.left):
                yield node


def _is_truth(program: Program, node: ast.expr) -> bool:
    """Return whether an expression is surely `True` or `False`."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Call(func=ast.Name(id=name)) if name in program.functions:
            returns = [each.value for each in walk(program.functions[name]) if isinstance(each, ast.Return)]
            return bool(returns) and all(
                isinstance(each, ast.Compare) or (isinstance(each, ast.Constant) and type(each.value) is bool)
                for each in returns
            )
    return False


def _not_of_numbers(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.UnaryOp):
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=ast.BinOp(op=ast.Mod())):
                yield node


def _input_comparisons(program: Program) -> Iterator[ast.AST]:
    """Yield comparisons for equality of a number with a name that only gets what `input` gives."""
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=int())]
            ):
                bound = [value for _, value in program.assignments(name)]
                if bound and all(_is_input(value) for value in bound):
                    yield node


def _is_input(node: ast.expr | None) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="input")):
            return True
    return False


def is_text_or_input(node: ast.expr | None) -> bool:
    """Return whether an expression is a string that is written out, or what `input` gives."""
    return node is not None and (is_text(node) or _is_input(node))


def _list_products(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.BinOp):
        match node:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Mult()):
                bound = [value for _, value in program.assignments(name)]
                if bound and all(isinstance(value, ast.List) for value in bound):
                    yield node


def _text_products(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.BinOp):
        match node:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Mult()):
                bound = [value for _, value in program.assignments(name)]
                if bound and all(is_text_or_input(value) for value in bound):
                    yield node


def _key_stores(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Assign):
        if isinstance(node.targets[0], ast.Subscript):
            yield node


EXPRESSIONS: Mapping[str, Callable[[Program], Iterator[ast.AST]]] = {
    "list-times": _list_products,
    "text-times": _text_products,
    "key-store": _key_stores,
    "slice": _slices,
    "slice-step": _slices_with_step,
    "slice-whole": _whole_slices,
    "negative-index": _negative,
    "nested-index": _nested,
    "index": _indices,
    "string-digits": _digit_texts,
    "float-literal": _decimals,
    "format-spec": _formats,
    "set-literal": _set_displays,
    "starred-call": _starred_calls,
    "nested-call": _nested_calls,
    "nested-op": _nested_operations,
    "named-argument": _named_arguments,
    "function-argument": _function_arguments,
    "printed-comparison": _printed_comparisons,
    "compared-with-true": _compared_with_true,
    "not-of-number": _not_of_numbers,
    "input-compared": _input_comparisons,
    "tuple": _tuples,
}
