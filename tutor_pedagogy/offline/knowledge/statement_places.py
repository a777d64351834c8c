"""The statements of a program that an entry of the knowledge base is about, by the kind of place."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.knowledge.expression_places import is_text
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor_pedagogy.offline.engine.program import Program

_OF_STRINGS = frozenset(("upper", "lower", "title", "capitalize", "strip", "replace", "swapcase", "lstrip", "rstrip"))
_MOST_STATEMENTS, _SMALL, _FEWEST_ALIKE = 60, 6, 3
_MOST_BOUND = 20
"""The bindings of a name that are looked at, so that the work does not grow with their square."""


def _variadic(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.args.vararg is not None)


def _with_keywords(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.args.kwarg is not None)


def _with_defaults(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.args.defaults)


def _with_parameters(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.args.args)


def _tests_of_names(program: Program) -> Iterator[ast.AST]:
    tests = [
        *((each, each.test) for each in program.each(ast.If)),
        *((each, each.test) for each in program.each(ast.While)),
        *((each, each.test) for each in program.each(ast.IfExp)),
    ]
    for node, test in tests:
        match test:
            case ast.Name() | ast.UnaryOp(op=ast.Not(), operand=ast.Name()):
                yield node


def _endless_headers(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.While):
        match node.test:
            case ast.Constant(value=True | 1):
                yield node


def _unpackings(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Assign):
        if isinstance(node.targets[0], ast.Tuple | ast.List):
            yield node


def _nested_loops(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.For) if isinstance(program.loop_around(node), ast.For))


def _appending_loops(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.For):
        body = node.body[0].body if isinstance(node.body[0], ast.If) and not node.body[0].orelse else node.body
        match (body, node.body):
            case ([ast.Expr(value=ast.Call(func=ast.Attribute(attr="append")))], [_]):
                yield node


def _starred_targets(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Assign):
        match node.targets[0]:
            case ast.Tuple(elts=parts) | ast.List(elts=parts) if any(isinstance(each, ast.Starred) for each in parts):
                yield node


def _two_returns(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.FunctionDef):
        found = [each for each in walk(node) if isinstance(each, ast.Return)]
        if len(found) > 1:
            yield found[0]


def _returned_comparisons(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Return) if isinstance(node.value, ast.Compare | ast.BoolOp))


def _calls_for_none(program: Program) -> Iterator[ast.AST]:
    """Yield calls whose value is used though their function of the program has no `return` with a value."""
    for call in program.each(ast.Call):
        match call.func:
            case ast.Name(id=name) if name in program.functions:
                pass
            case _:
                continue
        function = program.functions[name]
        parts = [each for each in walk(function) if isinstance(each, ast.Return | ast.Yield | ast.YieldFrom)]
        gives = any(not isinstance(each, ast.Return) or each.value is not None for each in parts)
        if not gives and not isinstance(program.parents.get(call), ast.Expr):
            yield call


def _recursions(program: Program) -> Iterator[ast.AST]:
    for name, function in program.functions.items():
        for each in walk(function):
            match each:
                case ast.Call(func=ast.Name(id=called)) if called == name:
                    yield each


def _else_ifs(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.If):
        match node.orelse:
            case [ast.If() as inner] if inner.col_offset == node.col_offset:
                yield node


def _main_guards(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.If):
        match node.test:
            case ast.Compare(left=ast.Name(id="__name__")):
                yield node


def _second_names(program: Program) -> Iterator[ast.AST]:
    """Yield assignments of one name to another whose value is a list, a dictionary or a set."""
    displays = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp)
    parameters = {each.arg for each in program.each(ast.arg)}
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name()], value=ast.Name(id=name)):
                bound = [value for _, value in program.assignments(name)[:_MOST_BOUND]]
                if name in parameters or (bound and all(isinstance(value, displays) for value in bound)):
                    yield node


def _separate_ifs(program: Program) -> Iterator[ast.AST]:
    """Yield `if` statements that stand directly below another one."""
    for _, one, other in program.neighbours:
        if isinstance(one, ast.If) and isinstance(other, ast.If):
            yield other


def _products(program: Program) -> Iterator[ast.AST]:
    """Yield lines of a loop that multiply a name by something and store the product under the same name."""
    for node in program.each(ast.Assign, ast.AugAssign):
        match node:
            case ast.AugAssign(op=ast.Mult()) | ast.Assign(targets=[ast.Name()], value=ast.BinOp(op=ast.Mult())) if (
                program.loop_around(node) is not None
            ):
                yield node


def _alike(program: Program) -> Iterator[ast.AST]:
    """Yield the first of at least three statements of one block that differ only in names and values."""
    for node in program.with_blocks:
        shapes: dict[str, list[ast.stmt]] = {}
        for statement in getattr(node, "body", [])[:_MOST_STATEMENTS]:
            if isinstance(statement, ast.Expr | ast.Assign | ast.If) and len(parts := walk(statement)) > _SMALL:
                shapes.setdefault(" ".join(type(each).__name__ for each in parts), []).append(statement)
        yield from (found[0] for found in shapes.values() if len(found) >= _FEWEST_ALIKE)


def _class_attributes(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.ClassDef):
        yield from (each for each in node.body if isinstance(each, ast.Assign))


def _bare_returns(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Return) if node.value is None)


def _bare_excepts(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.ExceptHandler) if node.type is None)


def _best_so_far(program: Program) -> Iterator[ast.AST]:
    """Yield conditions that compare an item with the best one so far, if the search begins with 0."""
    for node in program.each(ast.If):
        match node:
            case ast.If(
                test=ast.Compare(ops=[ast.Gt() | ast.Lt()]), body=[ast.Assign(targets=[ast.Name(id=best)]), *_]
            ):
                begins = [value for _, value in program.assignments(best)[:_MOST_BOUND]]
                if any(isinstance(value, ast.Constant) and value.value == 0 for value in begins):
                    yield node


def _unused_operations(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Expr) if isinstance(node.value, ast.BinOp | ast.Compare))


def _unused_methods(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Expr):
        match node.value:
            case ast.Call(func=ast.Attribute(attr=name)) if name in _OF_STRINGS:
                yield node


def _decorated(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.decorator_list)
    yield from (node for node in program.each(ast.ClassDef) if node.decorator_list)


def _growing_strings(program: Program) -> Iterator[ast.AST]:
    """Yield lines of a loop that join a string to a name that begins as one."""
    for node in program.each(ast.Assign, ast.AugAssign):
        match node:
            case (
                ast.AugAssign(target=ast.Name(id=name), op=ast.Add())
                | ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Add()))
            ):
                begins = [value for _, value in program.assignments(name)[:_MOST_BOUND]]
                if any(map(is_text, filter(None, begins))) and program.loop_around(node) is not None:
                    yield node


def _assignments_in_loops(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Assign):
        if isinstance(node.targets[0], ast.Name) and program.loop_around(node) is not None:
            yield node


def _unchanged_whiles(program: Program) -> Iterator[ast.AST]:
    """Yield `while` loops in which no name of the condition gets a value and no method or call can change one."""
    for node in program.each(ast.While):
        names = {each.id for each in walk(node.test) if isinstance(each, ast.Name)}
        inner = [each for statement in node.body for each in walk(statement)]
        stores = {each.id for each in inner if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        can_leave = any(isinstance(each, ast.Break | ast.Return | ast.Raise) for each in inner)
        has_call = any(isinstance(each, ast.Call) for each in walk(node.test))
        changes = any(isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) for each in inner)
        if names and not names & stores and not can_leave and not has_call and not changes:
            yield node


STATEMENTS: Mapping[str, Callable[[Program], Iterator[ast.AST]]] = {
    "vararg": _variadic,
    "kwarg": _with_keywords,
    "default": _with_defaults,
    "parameter": _with_parameters,
    "truthiness": _tests_of_names,
    "while-true": _endless_headers,
    "unpack": _unpackings,
    "nested-loop": _nested_loops,
    "append-loop": _appending_loops,
    "two-returns": _two_returns,
    "return-compare": _returned_comparisons,
    "none-call": _calls_for_none,
    "recursion": _recursions,
    "elif": _else_ifs,
    "main-guard": _main_guards,
    "alias": _second_names,
    "starred-target": _starred_targets,
    "alike": _alike,
    "class-attribute": _class_attributes,
    "bare-return": _bare_returns,
    "bare-except": _bare_excepts,
    "best-so-far": _best_so_far,
    "unused-operation": _unused_operations,
    "unused-method": _unused_methods,
    "ifs": _separate_ifs,
    "product": _products,
    "decorator": _decorated,
    "string-building": _growing_strings,
    "assign-loop": _assignments_in_loops,
    "endless": _unchanged_whiles,
}
