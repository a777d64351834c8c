"""Initial values of the wrong type: the line that sets the variable is the cause, not the failing line."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.engine.nodes import called_name, is_call_of, is_string, parts_of
from tutor_pedagogy.offline.rules.runtime.measures import kind_of_texts
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words
from tutor_pedagogy.problem.tree_walk import walk

_FITTING = {
    **dict.fromkeys(("append", "extend", "insert", "pop", "remove", "sort"), "[]"),
    **dict.fromkeys(("add", "discard"), "set()"),
    **dict.fromkeys(("setdefault", "items", "keys", "values", "get"), "{}"),
}
"""For each method, the empty value of the type that has this method."""
_OF_ARRAYS = frozenset(("mean", "std", "sum", "shape", "reshape", "max", "min", "dot", "T"))
_OF_DICTIONARIES = frozenset(("items", "keys", "values", "get"))
_WRONG_CALLS = frozenset((("list", "add"), ("set", "append"), ("set", "extend"), ("set", "insert")))
"""Pairs of a type and a missing method for which the call is wrong, not the initial value."""
_LITERALS: dict[type[ast.expr], str] = {ast.List: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.Set: "set"}


@runtime_rule(
    "began-as-another-kind",
    ("AttributeError",),
    r"'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'",
    before=("method-of-another-kind",),
)
def began_as_another_kind(case: CrashContext) -> Match | None:
    """Return the initial value of a variable whose type lacks the method that is called on it."""
    given, name = case.match["type"], case.match["name"]
    node = case.attribute(name)
    if node is None:
        return None
    start = only_value(case, node.value)
    is_array = given == "list" and name in _OF_ARRAYS
    is_loose = start is not None and (_is_empty(start[1]) or given == "tuple") and name in _FITTING
    is_loose = is_loose or (given == "set" and _FITTING.get(name) == "{}")
    if not (is_array or is_loose) or (given, name) in _WRONG_CALLS or (given == "dict" and _has_keys(case, node.value)):
        return None
    return _at_start(case, node.value, given, node, _FITTING.get(name))


def only_value(case: CrashContext, node: ast.expr) -> tuple[int, ast.expr] | None:
    """Return the line and the value that set a name or an attribute of `self`; None unless exactly one line sets it."""
    values: list[tuple[int, ast.expr]] = []
    match node:
        case ast.Name(id=name):
            bound = case.bound(name) or case.program.assignments(name)
            values = [(line, value) for line, value in bound if value is not None]
        case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
            values = case.attribute_values(attribute)
    return values[0] if len(values) == 1 else None


def _is_empty(value: ast.expr) -> bool:
    """Return whether a value is a typical start value: empty, 0, 1, or a call without arguments."""
    match value:
        case ast.Constant(value=constant):
            return constant in (0, "", "0", "0.0", 0.0, 1)
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]) | ast.Call(args=[]):
            return True
    return False


def _at_start(case: CrashContext, node: ast.expr, given: str, use: ast.AST | str, fitting: str | None) -> Match | None:
    """Return the line that sets a variable to a value of the given type, with an edit to a fitting empty value."""
    start = only_value(case, node)
    if start is None or _literal_type(start[1]) != given:
        return None
    new = fitting if _is_empty(start[1]) else None
    inner = case.text(start[1])[1:-1].removesuffix(",")
    if (isinstance(start[1], ast.Set) and isinstance(use, ast.Subscript) and not is_string(use.slice)) or (
        isinstance(start[1], ast.Tuple) and start[1].elts and fitting == "[]" and case.text(start[1])[0] == "("
    ):
        new = f"[{inner}]"
    return case.at(start[0], replace=(start[1], new), name=node, type=in_words(given), use=use)


def _literal_type(value: ast.expr) -> str:
    """Return the type name of a literal, or of a collection made by a call without arguments; else an empty string."""
    match value:
        case ast.Constant(value=constant):
            return type(constant).__name__
        case ast.Call(func=ast.Name(id="set" | "list" | "dict" | "tuple" as name), args=[]):
            return name
    return _LITERALS.get(type(value), "")


def _has_keys(case: CrashContext, owner: ast.expr) -> bool:
    """Return whether the code also uses a variable as a dictionary, so that the failing call is wrong."""
    owners = [node.value for node in case.program.each(ast.Subscript)]
    owners += [node.value for node in case.program.each(ast.Attribute) if node.attr in _OF_DICTIONARIES]
    return case.text(owner) in map(case.text, owners)


@runtime_rule(
    "began-without-keys",
    ("TypeError",),
    r"(list) indices must be integers or slices, not str"
    r"|'(set|str|tuple)' object (?:does not support item|is not subscriptable)",
    before=("index-of-wrong-kind", "no-items"),
)
def began_without_keys(case: CrashContext) -> Match | None:
    """Return the initial value of a variable that is indexed with keys although it is not a dictionary."""
    given = case.types[0]
    for node in case.subscripts:
        start = only_value(case, node.value)
        if start is not None and (_is_empty(start[1]) or isinstance(start[1], ast.Set)):
            is_dictionary = isinstance(node.ctx, ast.Store) or given in ("list", "set")
            return _at_start(case, node.value, given, node, "{}" if is_dictionary else None)
    return None


@runtime_rule(
    "sum-began-as-another-kind",
    ("TypeError",),
    r"unsupported operand type\(s\) for \+=?: '(\w+)' and '(\w+)'|concatenate (str) \(not \"(\w+)\"\)",
    before=("text-plus-other",),
)
def sum_began_as_another_kind(case: CrashContext) -> Match | None:
    """Return the initial value of a sum that starts as a string, or of a string that starts as a number."""
    names: list[ast.expr] = []
    match case.statement:
        case ast.AugAssign(target=target):
            names = [target]
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=left, right=right)):
            names = [side for side in (left, right) if isinstance(side, ast.Name) and side.id == name]
    for node in names:
        start = only_value(case, node)
        if start is None or not _is_empty(start[1]):
            continue
        given = _literal_type(start[1])
        other = next(iter(set(case.types) - {given}), "")
        if given not in case.types or "str" not in (given, other) or other not in ("str", "int", "float"):
            continue
        if other == "str" and _adds_numbers(case):
            continue  # A sum of numbers that are still strings starts with a number.
        if other != "str" or _grows_by_strings(case, node):
            return _at_start(case, node, given, case.source, '""' if other == "str" else "0")
    return None


def _adds_numbers(case: CrashContext) -> bool:
    """Return whether the string that is added reads as a number."""
    return any(kind_of_texts(case, side) for side in (case.sides or ())[1:])


def _grows_by_strings(case: CrashContext, node: ast.expr) -> bool:
    """Return whether some line surely adds a string to a variable."""
    name = case.text(node)
    added = [node.value for node in case.program.each(ast.AugAssign) if case.text(node.target) == name]
    assigned = [node for node in case.program.each(ast.Assign) if len(node.targets) == 1]
    added += [node.value for node in assigned if case.text(node.targets[0]) == name]
    return any(
        isinstance(inner, ast.JoinedStr)
        or is_string(inner)
        or is_call_of(inner, "str", "chr")
        or (isinstance(inner, ast.Name) and is_string_item(case, inner.id))
        for value in added
        for inner in walk(value)
    )


def is_string_item(case: CrashContext, name: str) -> bool:
    """Return whether a name is a loop variable over string literals or the parts of a split string."""
    for node in case.program.each(ast.For):
        match node:
            case ast.For(target=ast.Name(id=target), iter=iterated) if target == name:
                is_split = isinstance(iterated, ast.Call) and called_name(iterated) in ("split", "lower", "upper")
                items = [] if isinstance(iterated, ast.Set) else parts_of(iterated)
                if is_string(iterated) or is_split or items:
                    return all(map(is_string, items))
            case ast.For(target=ast.Tuple(elts=targets), iter=iterated):
                if isinstance(iterated, ast.Name):
                    iterated = case.program.last_value(iterated.id, node.lineno) or iterated
                rows = [row.elts for row in parts_of(iterated) if isinstance(row, ast.Tuple | ast.List)]
                at = [place for place, part in enumerate(targets) if isinstance(part, ast.Name) and part.id == name]
                cells = [row[at[0]] for row in rows if at and len(row) == len(targets)]
                if cells:
                    return all(map(is_string, cells))
    return False


@runtime_rule(
    "began-as-none",
    ("TypeError",),
    r"unsupported operand type\(s\) for \S+=: '(?P<type>NoneType)'",
    before=("none-in-operation",),
)
def began_as_none(case: CrashContext) -> Match | None:
    """Return the line that sets an attribute to None, if no other line sets it before a value is added to it."""
    match case.statement:
        case ast.AugAssign(target=ast.Attribute() as target, value=added):
            match only_value(case, target):
                case line, ast.Constant(value=None) as start:
                    is_number = isinstance(added, ast.Constant) and isinstance(added.value, int)
                    new = "0" if is_number else None
                    return case.at(line, replace=(start, new), name=target, type=case.type_words, use=case.source)
    return None


@runtime_rule(
    "began-as-number",
    ("TypeError",),
    r"object of type '(int|float)' has no len|'(int|float)' object is not (?:iterable|subscriptable)"
    r"|argument of type '(int|float)' is not iterable",
    before=("no-length",),
)
def began_as_number(case: CrashContext) -> Match | None:
    """Return the line that first sets a variable to a number, if all other assignments set it to a collection."""
    given = case.types[0]
    for node in case.likely(ast.Name):
        match [(line, value) for line, value in case.bound(node.id) if value is not None]:
            case [(line, first), *others] if others and _literal_type(first) == given:
                if all(_is_collection(value) for _, value in others):
                    return case.at(line, name=node, type=in_words(given), use=case.source)
    return None


def _is_collection(value: ast.expr) -> bool:
    """Return whether a value is a collection literal, or an operation on one."""
    if isinstance(value, ast.BinOp):
        return _is_collection(value.left) or _is_collection(value.right)
    return isinstance(value, ast.List | ast.ListComp | ast.Dict | ast.Tuple)
