"""The assertions of a file of tests that compare a call with a literal, by the names of their tests."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.problem.literals import is_literal
from tutor_pedagogy.problem.syntax_tree import expression_tree, syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_ASSERTIONS = 40
"""The maximum number of assertions that are read from one test."""
_EQUALS = frozenset(
    (
        *("assertEqual", "assertEquals", "assertIs", "assertAlmostEqual"),
        *(f"assert{kind}Equal" for kind in ("List", "Dict", "Set", "Tuple", "Sequence", "MultiLine")),
    )
)
_TRUTHS = {"assertTrue": True, "assertFalse": False, "assertIsNone": None}
_NOT_LITERAL = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)


class Asserted(NamedTuple):
    """A call and its right result, both as code."""

    call: str
    expected: str


def asserted_in(text: str, module: str) -> dict[str, list[Asserted]]:
    """Return the assertions of each test in a file. `module` is the name of the module that is tested.

    The name of a test is that of its function, with its class before it. A test of pytest with parameters has a name
    for each row of them, in brackets. Raise `SyntaxError` or `ValueError` if the file cannot be read.
    """
    tree = syntax_tree(text.removeprefix("\ufeff"))
    found: dict[str, list[Asserted]] = {}
    shared = _literals(tree.body)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            _read(found, node.name, node, module, shared)
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                    _read(found, f"{node.name}.{each.name}", each, module, shared)
    return found


def _read(
    found: dict[str, list[Asserted]],
    name: str,
    test: ast.FunctionDef | ast.AsyncFunctionDef,
    module: str,
    shared: Mapping[str, ast.expr],
) -> None:
    rows = _parameters(test)
    if rows is None:
        found[name] = list(_in_block(test.body, dict(shared), module))[:MAX_ASSERTIONS]
        return
    for label, values in rows:
        found[f"{name}[{label}]"] = list(_in_block(test.body, {**shared, **values}, module))[:MAX_ASSERTIONS]


def _parameters(test: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, dict[str, ast.expr]]] | None:
    """Return the rows of pytest's parameters with the labels that pytest gives them; None for a test without."""
    for decorator in test.decorator_list:
        match decorator:
            case ast.Call(
                func=ast.Attribute(attr="parametrize"), args=[names, ast.List(elts=rows) | ast.Tuple(elts=rows), *_]
            ):
                try:
                    named = ast.literal_eval(names)
                except _NOT_LITERAL:
                    return []
                parts = [each.strip() for each in named.split(",")] if isinstance(named, str) else list(named)
                found = []
                for number, row in enumerate(rows):
                    values = [row] if len(parts) == 1 else list(getattr(row, "elts", []))
                    if len(values) != len(parts):
                        return []
                    labels = (_label(value, part, number) for value, part in zip(values, parts, strict=True))
                    found.append(("-".join(labels), dict(zip(parts, values, strict=True))))
                return found
    return None


def _label(value: ast.expr, name: str, number: int) -> str:
    """Return the part of a test's name that pytest makes of a parameter."""
    try:
        known = ast.literal_eval(value)
    except _NOT_LITERAL:
        return f"{name}{number}"
    if isinstance(known, str):
        return known
    return str(known) if isinstance(known, int | float | complex | bool) or known is None else f"{name}{number}"


def _literals(body: Sequence[ast.stmt]) -> dict[str, ast.expr]:
    """Return the variables of a block that are literals."""
    found: dict[str, ast.expr] = {}
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_literal(value):
                found[name] = value
    return found


def _in_block(body: Sequence[ast.stmt], known: dict[str, ast.expr], module: str) -> Iterator[Asserted]:
    """Yield the assertions of a block in their order. `known` are the variables whose values are known there."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                filled = _filled(value, known, module)
                if is_literal(filled) or isinstance(filled, ast.Call):
                    known[name] = filled
                else:
                    known.pop(name, None)
            case ast.For(target=target, iter=rows, body=inner):
                table = _filled(rows, known, module)
                for row in getattr(table, "elts", [])[:MAX_ASSERTIONS]:
                    if (values := _unpacked(target, row)) is not None:
                        yield from _in_block(inner, {**known, **values}, module)
            case ast.With(body=inner):
                yield from _in_block(inner, known, module)
            case ast.Assert(test=test):
                yield from _of_test(_filled(test, known, module))
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name), args=arguments)):
                yield from _of_method(name, [_filled(each, known, module) for each in arguments[:2]])


def _of_method(name: str, arguments: Sequence[ast.expr]) -> Iterator[Asserted]:
    """Yield the assertion of a method of `unittest`."""
    match arguments:
        case [first, second] if name in _EQUALS:
            yield from _of_pair(first, second)
        case [first, *_] if name in _TRUTHS:
            yield from _of_pair(first, ast.Constant(_TRUTHS[name]))


def _unpacked(target: ast.expr, row: ast.expr) -> dict[str, ast.expr] | None:
    match target, row:
        case ast.Name(id=name), _:
            return {name: row}
        case ast.Tuple(elts=names), ast.Tuple(elts=values) | ast.List(elts=values) if len(names) == len(values):
            found: dict[str, ast.expr] = {}
            for each, value in zip(names, values, strict=True):
                inner = _unpacked(each, value)
                if inner is None:
                    return None
                found.update(inner)
            return found
    return None


def _of_test(test: ast.expr) -> Iterator[Asserted]:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            yield from _of_pair(left, right)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call() as call):
            yield from _of_pair(call, ast.Constant(value=False))
        case ast.Call() as call:
            yield from _of_pair(call, ast.Constant(value=True))


def _of_pair(one: ast.expr, other: ast.expr) -> Iterator[Asserted]:
    for call, value in ((one, other), (other, one)):
        if isinstance(call, ast.Call) and is_literal(value):
            yield Asserted(ast.unparse(call), ast.unparse(value))
            return


class _Filling(ast.NodeTransformer):
    """Fills in the known values, and takes away the module's name before its functions."""

    def __init__(self, known: Mapping[str, ast.expr], module: str) -> None:
        self._known = known
        self._module = module

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return the known value of a variable."""
        return self._known.get(node.id, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Return a function of the tested module by its own name."""
        if isinstance(node.value, ast.Name) and node.value.id == self._module:
            return ast.Name(id=node.attr, ctx=node.ctx)
        return self.generic_visit(node)


def _filled(node: ast.expr, known: Mapping[str, ast.expr], module: str) -> ast.expr:
    """Return a copy of an expression with the known values filled in."""
    copied = expression_tree(ast.unparse(node))
    filled: ast.expr = _Filling(known, module).visit(copied)
    return filled
