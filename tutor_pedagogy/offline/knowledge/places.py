"""The places of a program that an entry of the knowledge base is about."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor_pedagogy.offline.engine.program import Program

_FRAME = re.compile(r'^ {2}File "[^"\n]{0,200}", line (\d{1,6})', re.MULTILINE)
_MAX_REPORT = 4_000
_FUNCTIONS = frozenset(("len", "str", "int", "float", "abs", "max", "min", "sum", "print", "sorted", "bool"))
_OF_STRINGS = frozenset(("upper", "lower", "title", "capitalize", "strip", "replace", "swapcase", "lstrip", "rstrip"))
_MOST_STATEMENTS, _SMALL, _FEWEST_ALIKE = 60, 6, 3


def places(program: Program, need: str) -> list[ast.AST]:
    """Return the places of a kind in a program. The kind is written as in `needs` of an entry."""
    kind, _, about = need.partition(":")
    if kind in _BY_NAME:
        return _BY_NAME[kind](program, about)
    return list(_FORMS[kind](program))


def is_reported(program: Program, need: str) -> bool | None:
    """Return whether the report of an error has what an entry needs; None if the need is none of the report."""
    kind, _, about = need.partition(":")
    report = (program.submission.traceback or "")[-_MAX_REPORT:]
    match kind:
        case "error":
            last = report.strip().rpartition("\n")[2]
            return bool(report.strip()) and program.fault is None if about == "*" else last.startswith(about)
        case "message":
            message = report.strip().rpartition("\n")[2]
            told = f"{message} {program.fault.message if program.fault is not None else ''}"
            return about in told
        case "traceback":
            return len(set(frame_lines(program))) >= int(about)
        case "fault":
            return program.fault is not None
    return None


def frame_lines(program: Program) -> list[int]:
    """Return the lines of the calls in a traceback, from the outside in."""
    report = (program.submission.traceback or "")[-_MAX_REPORT:]
    return list(dict.fromkeys(int(line) for line in _FRAME.findall(report)))


def _calls(program: Program, about: str) -> list[ast.AST]:
    name, _, least = about.partition(":")
    if name in program.bound_names or name in program.functions:
        return []
    return [
        call
        for call in program.each(ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == name and len(call.args) >= int(least or 0)
    ]


def _methods(program: Program, about: str) -> list[ast.AST]:
    name, _, in_loop = about.partition("+")
    found = [
        call for call in program.each(ast.Call) if isinstance(call.func, ast.Attribute) and call.func.attr == name
    ]
    return [call for call in found if not in_loop or program.loop_around(call) is not None]


def _nodes(program: Program, about: str) -> list[ast.AST]:
    kinds = tuple(getattr(ast, name) for name in about.split(","))
    return [node for node in program.each(*kinds) if not isinstance(getattr(node, "ctx", None), ast.Store)]


def _operators(program: Program, about: str) -> list[ast.AST]:
    kind = getattr(ast, about)
    found = [node for node in program.each(ast.BinOp, ast.AugAssign) if isinstance(node.op, kind)]
    return [node for node in found if not isinstance(node, ast.BinOp) or not _is_text(node.left)]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _comparisons(program: Program, about: str) -> list[ast.AST]:
    kinds = tuple(getattr(ast, name) for name in about.split(","))
    return [node for node in program.each(ast.Compare) if any(isinstance(each, kinds) for each in node.ops)]


def _keywords(program: Program, about: str) -> list[ast.AST]:
    return [call for call in program.each(ast.Call) if any(each.arg == about for each in call.keywords)]


def _definitions(program: Program, about: str) -> list[ast.AST]:
    return [node for node in program.each(ast.FunctionDef) if node.name == about]


_BY_NAME: Mapping[str, Callable[[Program, str], list[ast.AST]]] = {
    "call": _calls,
    "method": _methods,
    "node": _nodes,
    "op": _operators,
    "cmp": _comparisons,
    "keyword": _keywords,
    "def": _definitions,
}


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


def _variadic(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.args.vararg is not None)


def _with_keywords(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.args.kwarg is not None)


def _with_defaults(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.args.defaults)


def _with_parameters(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef) if node.args.args)


def _tests_of_names(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.If, ast.While, ast.IfExp):
        match node.test:
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


def _starred_targets(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Assign):
        match node.targets[0]:
            case ast.Tuple(elts=parts) | ast.List(elts=parts) if any(isinstance(each, ast.Starred) for each in parts):
                yield node


def _starred_calls(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Call) if any(isinstance(each, ast.Starred) for each in node.args))


def _formats(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FormattedValue) if node.format_spec is not None)


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


def _set_displays(program: Program) -> Iterator[ast.AST]:
    yield from program.each(ast.Set)


def _second_names(program: Program) -> Iterator[ast.AST]:
    """Yield assignments of one name to another whose value is a list, a dictionary or a set."""
    displays = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp)
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name()], value=ast.Name(id=name)):
                bound = [value for _, value in program.assignments(name)]
                is_parameter = any(each.arg == name for each in program.each(ast.arg))
                if is_parameter or (bound and all(isinstance(value, displays) for value in bound)):
                    yield node


def _tuples(program: Program) -> Iterator[ast.AST]:
    """Yield tuples that are a value by themselves, and not the sides of an exchange or an index."""
    for node in program.each(ast.Tuple):
        parent = program.parents.get(node)
        is_exchange = isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Tuple | ast.List)
        if isinstance(node.ctx, ast.Load) and not is_exchange and not isinstance(parent, ast.Subscript):
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
            case (
                ast.AugAssign(op=ast.Mult())
                | ast.Assign(targets=[ast.Name()], value=ast.BinOp(op=ast.Mult()))
            ) if program.loop_around(node) is not None:
                yield node


def _alike(program: Program) -> Iterator[ast.AST]:
    """Yield the first of at least three statements of one block that differ only in names and values."""
    for node in program.with_blocks:
        shapes: dict[str, list[ast.stmt]] = {}
        for statement in getattr(node, "body", [])[:_MOST_STATEMENTS]:
            if isinstance(statement, ast.Expr | ast.Assign | ast.If) and len(parts := walk(statement)) > _SMALL:
                shapes.setdefault(" ".join(type(each).__name__ for each in parts), []).append(statement)
        yield from (found[0] for found in shapes.values() if len(found) >= _FEWEST_ALIKE)


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


def _class_attributes(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.ClassDef):
        yield from (each for each in node.body if isinstance(each, ast.Assign))


def _bare_returns(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Return) if node.value is None)


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


def _bare_excepts(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.ExceptHandler) if node.type is None)


def _not_of_numbers(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.UnaryOp):
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=ast.BinOp(op=ast.Mod())):
                yield node


def _best_so_far(program: Program) -> Iterator[ast.AST]:
    """Yield conditions that compare an item with the best one so far, if the search begins with 0."""
    for node in program.each(ast.If):
        match node:
            case ast.If(test=ast.Compare(ops=[ast.Gt() | ast.Lt()]), body=[ast.Assign(targets=[ast.Name(id=best)]), *_]):
                begins = [value for _, value in program.assignments(best)]
                if any(isinstance(value, ast.Constant) and value.value == 0 for value in begins):
                    yield node


def _input_comparisons(program: Program) -> Iterator[ast.AST]:
    """Yield comparisons for equality of a number with a name that only gets what `input` gives."""
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=int())]):
                bound = [value for _, value in program.assignments(name)]
                if bound and all(_is_input(value) for value in bound):
                    yield node


def _is_input(node: ast.expr | None) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="input")):
            return True
    return False


def _unused_operations(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.Expr) if isinstance(node.value, ast.BinOp | ast.Compare))


def _unused_methods(program: Program) -> Iterator[ast.AST]:
    for node in program.each(ast.Expr):
        match node.value:
            case ast.Call(func=ast.Attribute(attr=name)) if name in _OF_STRINGS:
                yield node


def _decorated(program: Program) -> Iterator[ast.AST]:
    yield from (node for node in program.each(ast.FunctionDef, ast.ClassDef) if node.decorator_list)


def _growing_strings(program: Program) -> Iterator[ast.AST]:
    """Yield lines of a loop that join a string to a name that begins as one."""
    for node in program.each(ast.Assign, ast.AugAssign):
        match node:
            case (
                ast.AugAssign(target=ast.Name(id=name), op=ast.Add())
                | ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Add()))
            ):
                begins = [value for _, value in program.assignments(name)]
                if any(map(_is_text, filter(None, begins))) and program.loop_around(node) is not None:
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


_FORMS: Mapping[str, Callable[[Program], Iterator[ast.AST]]] = {
    "slice": _slices,
    "slice-step": _slices_with_step,
    "slice-whole": _whole_slices,
    "negative-index": _negative,
    "nested-index": _nested,
    "index": _indices,
    "vararg": _variadic,
    "kwarg": _with_keywords,
    "default": _with_defaults,
    "parameter": _with_parameters,
    "truthiness": _tests_of_names,
    "while-true": _endless_headers,
    "unpack": _unpackings,
    "nested-loop": _nested_loops,
    "append-loop": _appending_loops,
    "string-digits": _digit_texts,
    "float-literal": _decimals,
    "format-spec": _formats,
    "two-returns": _two_returns,
    "return-compare": _returned_comparisons,
    "none-call": _calls_for_none,
    "recursion": _recursions,
    "elif": _else_ifs,
    "main-guard": _main_guards,
    "set-literal": _set_displays,
    "alias": _second_names,
    "starred-target": _starred_targets,
    "starred-call": _starred_calls,
    "alike": _alike,
    "nested-call": _nested_calls,
    "nested-op": _nested_operations,
    "named-argument": _named_arguments,
    "function-argument": _function_arguments,
    "class-attribute": _class_attributes,
    "bare-return": _bare_returns,
    "printed-comparison": _printed_comparisons,
    "compared-with-true": _compared_with_true,
    "bare-except": _bare_excepts,
    "not-of-number": _not_of_numbers,
    "best-so-far": _best_so_far,
    "input-compared": _input_comparisons,
    "unused-operation": _unused_operations,
    "unused-method": _unused_methods,
    "tuple": _tuples,
    "ifs": _separate_ifs,
    "product": _products,
    "decorator": _decorated,
    "string-building": _growing_strings,
    "assign-loop": _assignments_in_loops,
    "endless": _unchanged_whiles,
}
