"""Values that were of the wrong kind from their first line on, or that have no first line: the start is the culprit."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.rules.runtime.operands import kind
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Function
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
_FITTING = {
    "append": "[]",
    "extend": "[]",
    "insert": "[]",
    "add": "set()",
    "discard": "set()",
    "pop": "[]",
    "remove": "[]",
    "sort": "[]",
    "setdefault": "{}",
    "items": "{}",
    "keys": "{}",
    "values": "{}",
    "get": "{}",
}
"""The empty value that has a method."""
_OF_ARRAYS = frozenset(("mean", "std", "sum", "shape", "reshape", "max", "min", "dot", "T"))
_SLIPS_OF_CALL = frozenset((("list", "add"), ("set", "append"), ("set", "extend"), ("set", "insert")))
"""Calls that are themselves the slip: the first value is one on purpose."""
_LITERALS: dict[type[ast.expr], str] = {ast.List: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.Set: "set"}
_ONE_WAY = frozenset(("map", "filter", "zip", "set", "reversed", "enumerate"))
"""Functions whose result has no positions."""
_ATTRIBUTE = re.compile(r"'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'")
_SIDES = r"'(?P<left>\w+)' and '(?P<right>\w+)'"
_NAME = re.compile(r"(?:local variable|name) '(?P<name>\w+)'")
"""Before the rules for the place of the crash: where the code shows the start, that is what has to change."""


@runtime_rule("began-as-another-kind", ("AttributeError",), _ATTRIBUTE, before=("method-of-another-kind",))
def began_as_another_kind(case: CrashContext) -> Match | None:
    """Find a method of another kind, called on a value that began as another kind."""
    given, name = case.match["type"], case.match["name"]
    for node in case.likely(ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr == name:
            start = _start(case, node.value)
            is_array = given == "list" and name in _OF_ARRAYS
            is_loose = start is not None and (_is_empty(start[1]) or given == "tuple") and name in _FITTING
            is_loose = is_loose or (given == "set" and _FITTING.get(name) == "{}")
            if not (is_array or is_loose) or (given, name) in _SLIPS_OF_CALL or _has_keys(case, node.value, given):
                return None
            return _at_start(case, node.value, given, case.text(node), _FITTING.get(name))
    return None


def _start(case: CrashContext, node: ast.expr) -> tuple[int, ast.expr] | None:
    """Give the line and the value with which a name or an attribute of `self` begins, where there is one only."""
    program = case.program
    match node:
        case ast.Name(id=name):
            here = program.function_at(case.line)
            bound = program.assignments(name)
            local = [item for item in bound if program.function_at(item[0]) is here]
            plain = [(line, value) for line, value in local or bound if value is not None]
            return plain[0] if len(plain) == 1 else None
        case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
            set_at = [
                (n.lineno, n.value)
                for n in program.nodes
                if isinstance(n, ast.Assign)
                and any(isinstance(t, ast.Attribute) and t.attr == attribute for t in n.targets)
            ]
            return set_at[0] if len(set_at) == 1 else None
    return None


def _is_empty(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=constant):
            return constant in (0, "", "0", "0.0", 0.0, 1)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return not parts
        case ast.Dict(keys=keys):
            return not keys
        case ast.Call(args=[]):
            return True
    return False


def _at_start(case: CrashContext, node: ast.expr, given: str, use: str, fitting: str | None) -> Match | None:
    """Point at the line where a value of a given kind begins, with the empty value that would fit."""
    start = _start(case, node)
    if start is None or _literal_kind(start[1]) != given:
        return None
    line, value = start
    return Match(
        lines=(line,),
        expression=case.program.line(line).strip(),
        edit=case.rewrite(value, fitting) if fitting and _is_empty(value) else None,
        slots={"name": Code(case.text(node)), "kind": kind(given), "use": Code(use)},
    )


def _literal_kind(value: ast.expr) -> str:
    match value:
        case ast.Constant(value=constant):
            return type(constant).__name__
        case ast.Call(func=ast.Name(id="set" | "list" | "dict" | "tuple" as name), args=[]):
            return name
    return _LITERALS.get(type(value), "")


def _has_keys(case: CrashContext, owner: ast.expr, given: str) -> bool:
    """Tell whether a dictionary is used as one elsewhere, so that it is the call that errs."""
    name = case.text(owner)
    return given == "dict" and any(
        (isinstance(n, ast.Subscript) and case.text(n.value) == name)
        or (
            isinstance(n, ast.Attribute) and n.attr in ("items", "keys", "values", "get") and case.text(n.value) == name
        )
        for n in case.program.nodes
    )


@runtime_rule(
    "began-without-keys",
    ("TypeError",),
    r"(?P<owner>list) indices must be integers or slices, not str"
    r"|'(?P<type>set|str|tuple)' object (?:does not support item|is not subscriptable)",
    before=("index-of-wrong-kind", "no-items"),
)
def began_without_keys(case: CrashContext) -> Match | None:
    """Find a value that began as an empty list or set, and is used with keys."""
    given = case.match.groupdict().get("owner") or case.match.groupdict().get("type") or ""
    for node in case.likely(ast.Subscript):
        if isinstance(node, ast.Subscript):
            start = _start(case, node.value)
            if start is not None and (_is_empty(start[1]) or isinstance(start[1], ast.Set)):
                fitting = "{}" if isinstance(node.ctx, ast.Store) or given in ("list", "set") else None
                return _at_start(case, node.value, given, case.text(node), fitting)
    return None


@runtime_rule(
    "sum-began-as-another-kind",
    ("TypeError",),
    rf"unsupported operand type\(s\) for \+=?: {_SIDES}|concatenate str \(not \"(?P<other>\w+)\"\)",
    before=("text-plus-other",),
)
def sum_began_as_another_kind(case: CrashContext) -> Match | None:
    """Find a sum that began with a text, or a text that began with a number."""
    statement = case.program.statement_at(case.line)
    groups = case.match.groupdict()
    kinds = {"str", groups["other"]} if groups["other"] else {groups["left"], groups["right"]}
    names: list[ast.expr] = []
    match statement:
        case ast.AugAssign(target=target):
            names = [target]
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=left, right=right)):
            names = [side for side in (left, right) if isinstance(side, ast.Name) and side.id == name]
    for node in names:
        start = _start(case, node)
        if start is None or not _is_empty(start[1]):
            continue
        given = _literal_kind(start[1])
        other = next(iter(kinds - {given}), "")
        if other == "str" and not _grows_by_text(case, node):
            continue
        if given in kinds and {given, other} & {"str"} and other in ("str", "int", "float"):
            return _at_start(case, node, given, case.program.line(case.line).strip(), '""' if other == "str" else "0")
    return None


def _grows_by_text(case: CrashContext, node: ast.expr) -> bool:
    """Tell whether what is added to a name is plainly a text somewhere."""
    name = case.text(node)
    added = [n.value for n in case.program.nodes if isinstance(n, ast.AugAssign) and case.text(n.target) == name]
    added += [
        n.value
        for n in case.program.nodes
        if isinstance(n, ast.Assign) and len(n.targets) == 1 and case.text(n.targets[0]) == name
    ]
    return any(
        isinstance(inner, ast.JoinedStr)
        or (isinstance(inner, ast.Constant) and isinstance(inner.value, str))
        or (isinstance(inner, ast.Call) and case.text(inner.func) in ("str", "chr"))
        or (isinstance(inner, ast.Name) and _is_text_item(case, inner.id))
        for value in added
        for inner in walk(value)
    )


def _is_text_item(case: CrashContext, name: str) -> bool:
    """Tell whether a name stands for texts that a loop takes from where the code writes them."""
    for node in case.program.nodes:
        match node:
            case ast.For(target=ast.Name(id=target), iter=iterated) if target == name:
                match iterated:
                    case ast.Constant(value=str()) | ast.Call(func=ast.Attribute(attr="split" | "lower" | "upper")):
                        return True
                    case ast.List(elts=parts) | ast.Tuple(elts=parts):
                        return bool(parts) and all(_literal_kind(part) == "str" for part in parts)
            case ast.For(target=ast.Tuple(elts=targets), iter=iterated):
                if isinstance(iterated, ast.Name):
                    iterated = case.program.last_value(iterated.id, node.lineno) or iterated
                rows = iterated.elts if isinstance(iterated, ast.List | ast.Tuple) else []
                at = [place for place, part in enumerate(targets) if isinstance(part, ast.Name) and part.id == name]
                cells = [
                    row.elts[at[0]]
                    for row in rows
                    if at and isinstance(row, ast.Tuple | ast.List) and len(row.elts) == len(targets)
                ]
                if cells:
                    return all(_literal_kind(cell) == "str" for cell in cells)
    return False


@runtime_rule(
    "began-as-none",
    ("TypeError",),
    r"unsupported operand type\(s\) for \S+=: 'NoneType'",
    before=("none-in-operation",),
)
def began_as_none(case: CrashContext) -> Match | None:
    """Find the attribute that begins as None and is added to, with no line that stores another value."""
    statement = case.program.statement_at(case.line)
    if not isinstance(statement, ast.AugAssign) or not isinstance(statement.target, ast.Attribute):
        return None
    start = _start(case, statement.target)
    if start is None or not isinstance(start[1], ast.Constant) or start[1].value is not None:
        return None
    is_number = isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, int)
    return Match(
        lines=(start[0],),
        expression=case.program.line(start[0]).strip(),
        edit=case.rewrite(start[1], "0") if is_number else None,
        slots={
            "name": Code(case.text(statement.target)),
            "kind": kind("NoneType"),
            "use": Code(case.program.line(case.line).strip()),
        },
    )


@runtime_rule(
    "began-as-number",
    ("TypeError",),
    r"object of type '(int|float)' has no len|'(int|float)' object is not (?:iterable|subscriptable)"
    r"|argument of type '(int|float)' is not iterable",
    before=("no-length",),
)
def began_as_number(case: CrashContext) -> Match | None:
    """Find the number with which a name begins that is a collection in every other line."""
    given = next(value for value in case.match.groups() if value)
    here = case.program.function_at(case.line)
    for node in case.likely(ast.Name):
        if not isinstance(node, ast.Name):
            continue
        bound = [item for item in case.program.assignments(node.id) if case.program.function_at(item[0]) is here]
        values = [(line, value) for line, value in bound if value is not None]
        if not values or _literal_kind(values[0][1]) != given:
            continue
        others = [value for _, value in values[1:]]
        if others and all(_is_collection(value) for value in others):
            line = values[0][0]
            return Match(
                lines=(line,),
                expression=case.program.line(line).strip(),
                slots={"name": Code(node.id), "kind": kind(given), "use": Code(case.program.line(case.line).strip())},
            )
    return None


def _is_collection(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp):
        return _is_collection(value.left) or _is_collection(value.right)
    return isinstance(value, ast.List | ast.ListComp | ast.Dict | ast.Tuple)


@runtime_rule(
    "result-without-positions",
    ("TypeError",),
    r"'(?P<type>map|filter|zip|set|enumerate|list_reverseiterator|reversed)' object is not subscriptable",
    before=("no-items",),
)
def result_without_positions(case: CrashContext) -> Match | None:
    """Find where a result of `map`, `set` and their like is asked for a position."""
    for node in case.likely(ast.Subscript):
        if not isinstance(node, ast.Subscript):
            continue
        start = _start(case, node.value)
        if start is not None and isinstance(start[1], ast.Call):
            call = start[1]
            if isinstance(call.func, ast.Name) and call.func.id in _ONE_WAY and call.args:
                made = "sorted" if call.func.id == "set" else "list"
                return Match(
                    lines=(start[0],),
                    expression=case.text(call),
                    edit=case.rewrite(call, f"{made}({case.text(call)})"),
                    slots={
                        "name": Code(case.text(node.value)),
                        "kind": f"what `{call.func.id}` gives",
                        "use": Code(case.text(node)),
                    },
                )
    return None


@runtime_rule(
    "division-for-position",
    ("IndexError", "TypeError"),
    r"indices must be integers(?: or slices)?, not '?float|slice indices must be integers"
    r"|only integers, slices|'float' object cannot be interpreted as an integer",
    before=("index-of-wrong-kind",),
)
def division_for_position(case: CrashContext) -> Match | None:
    """Find the division that gives a number with a point where a position is needed."""
    for node in case.likely(ast.Subscript, ast.Call):
        index = node.slice if isinstance(node, ast.Subscript) else node
        for line, division in _divisions(case, index):
            operation = case.text(division)
            whole = f"{case.text(division.left)} // {case.text(division.right)}"
            return Match(
                lines=(line,),
                expression=operation,
                edit=case.rewrite(division, whole),
                slots={"division": Code(operation), "use": Code(case.text(node))},
            )
    return None


def _divisions(case: CrashContext, node: ast.expr) -> Iterator[tuple[int, ast.BinOp]]:
    """Give the divisions that the names in an expression got their values from, nearest first."""
    waiting, seen = [node], set[str]()
    while waiting:
        here = waiting.pop(0)
        for inner in walk(here):
            if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div) and here is not node:
                yield inner.lineno, inner
            if isinstance(inner, ast.Name) and inner.id not in seen:
                seen.add(inner.id)
                waiting += [
                    value
                    for at, value in case.program.assignments(inner.id)
                    if value is not None and case.program.function_at(at) is case.program.function_at(case.line)
                ]


@runtime_rule(
    "colon-for-equals",
    ("AttributeError", "NameError", "UnboundLocalError"),
    rf"{_NAME.pattern}|has no attribute '(?P<attribute>\w+)'",
    before=("text-without-quotes",),
)
def colon_for_equals(case: CrashContext) -> Match | None:
    """Find a colon in place of the sign that stores a value."""
    name = case.match["name"] or case.match["attribute"]
    for node in case.program.nodes:
        match node:
            case ast.AnnAssign(target=ast.Name(id=target) | ast.Attribute(attr=target), value=None) if target == name:
                text = f"{case.text(node.target)} = {case.text(node.annotation)}"
                line = case.program.line(node.lineno)
                indent = line[: len(line) - len(line.lstrip())]
                return Match(
                    lines=(node.lineno,),
                    expression=line.strip(),
                    edit=case.program.edit(node.lineno, indent + text),
                    slots={"name": Code(name)},
                )
    return None


@runtime_rule(
    "compared-not-stored",
    ("AttributeError", "NameError", "UnboundLocalError"),
    rf"{_NAME.pattern}|has no attribute '(?P<attribute>\w+)'",
    before=("no-value-before-loop", "own-value-hides-builtin"),
)
def compared_not_stored(case: CrashContext) -> Match | None:
    """Find a comparison that stands alone, in place of the sign that stores a value."""
    name = case.match["name"] or case.match["attribute"]
    for node in case.program.nodes:
        match node:
            case ast.Expr(
                value=ast.Compare(left=ast.Name(id=left) | ast.Attribute(attr=left) as target, ops=[ast.Eq()])
            ) if left == name:
                line = case.program.line(node.lineno)
                return Match(
                    lines=(node.lineno,),
                    expression=line.strip(),
                    edit=case.program.edit(node.lineno, line.replace("==", "=", 1)),
                    slots={"kind": "a comparison", "name": Code(case.text(target))},
                )
    return None


@runtime_rule("own-value-hides-builtin", ("UnboundLocalError",), _NAME, before=("used-before-first-value",))
def own_value_hides_builtin(case: CrashContext) -> Match | None:
    """Find where a function gives a value the name of a built-in function that it also calls."""
    name = case.match["name"]
    here = case.program.function_at(case.line)
    if name not in BUILTINS or here is None:
        return None
    line = next((at for at, _ in case.program.assignments(name) if case.program.function_at(at) is here), 0)
    if not line:
        return None
    return Match(
        lines=(line,),
        expression=case.program.line(line).strip(),
        slots={"name": Code(name), "function": Code(here.name)},
    )


@runtime_rule("answer-not-kept", ("NameError",), _NAME, before=("name-of-another-function",))
def answer_not_kept(case: CrashContext) -> Match | None:
    """Find the call that stands alone, of a function that gives back what has this name inside."""
    name = case.match["name"]
    for node in case.program.nodes:
        match node:
            case ast.Expr(value=ast.Call(func=ast.Name(id=called)) as call) if called in case.program.functions:
                function = case.program.functions[called]
                if (
                    node.lineno < case.line
                    and not case.program.returns_nothing(function)
                    and _gives_back(function, name)
                ):
                    return Match(
                        lines=(node.lineno,),
                        expression=case.text(call),
                        edit=case.rewrite(call, f"{name} = {case.text(call)}"),
                        slots={"name": Code(name), "function": Code(called)},
                    )
    return None


def _gives_back(function: Function, name: str) -> bool:
    return any(
        isinstance(n, ast.Return) and isinstance(n.value, ast.Name) and n.value.id == name for n in walk(function)
    )
