"""Loops, unpacking and `in` over things that cannot be gone through, or that change on the way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.operands import kind, none_site
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule(
    "none-gone-through",
    ("TypeError",),
    r"'NoneType' object is not iterable|cannot unpack non-iterable NoneType|argument of type 'NoneType' is not",
    before=("loop-over-other",),
)
def none_gone_through(case: CrashContext) -> Match | None:
    wrong = case.node if isinstance(case.node, ast.Call) and not _is_builtin_call(case.node) else _iterated(case)
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and not _is_builtin_call(call):
            site = none_site(case, call)
            if site is not None:
                return site
    if wrong is None:
        return case.here(name=Code(case.marked or "the value"), source="a place that never gave it a value")
    return none_site(case, wrong) or case.here(
        wrong, name=Code(case.text(wrong)), source="a place that never gave it a value"
    )


def _iterated(case: CrashContext) -> ast.expr | None:
    """Give the expression that the line goes through."""
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.For) and statement.lineno <= case.line <= statement.iter.lineno:
        return statement.iter
    for node in case.program.nodes:
        if isinstance(node, ast.comprehension) and node.iter.lineno == case.line:
            return node.iter
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and call.args:
            return call.args[0]
    for compare in case.likely(ast.Compare):
        if isinstance(compare, ast.Compare) and isinstance(compare.ops[0], ast.In | ast.NotIn):
            return compare.comparators[0]
    return None


def _is_builtin_call(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("list", "set", "tuple", "print", "sorted", "len", "sum", "max", "min", "enumerate", "zip")
    )


@runtime_rule(
    "loop-over-number",
    ("TypeError",),
    r"^'(?P<type>int|float|bool|numpy\.float64|numpy\.int64|complex)' object is not iterable",
    before=("loop-over-other",),
)
def loop_over_number(case: CrashContext) -> Match | None:
    iterated = _iterated(case)
    if iterated is None:
        return case.here(name=Code(case.marked or case.program.line(case.line).strip()))
    text = case.text(iterated)
    statement = case.program.statement_at(case.line)
    edit = (
        case.rewrite(iterated, f"range({text})")
        if isinstance(statement, ast.For) and case.match["type"] == "int"
        else None
    )
    return case.here(iterated, edit=edit, name=Code(text))


@runtime_rule(
    "loop-over-other", ("TypeError",), r"^'(?P<type>[\w.]+)' object is not (?:iterable|an iterator|reversible)"
)
def loop_over_other(case: CrashContext) -> Match | None:
    return case.here(kind=kind(case.match["type"]))


@runtime_rule(
    "range-of-collection",
    ("TypeError",),
    r"'(?P<type>[\w.]+)' object cannot be interpreted as an integer",
    before=("whole-number-needed",),
)
def range_of_collection(case: CrashContext) -> Match | None:
    """`range` got something that is no whole number."""
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range" and call.args:
            given = case.match["type"]
            for argument in call.args:
                text = case.text(argument)
                division = any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div) for n in walk(argument))
                if isinstance(argument, ast.Constant) and isinstance(argument.value, int):
                    continue
                around = case.program.parents.get(call)
                if isinstance(around, ast.Call) and case.text(around.func) == "len":
                    edit = case.rewrite(around, f"range(len({text}))")
                elif given in ("list", "tuple", "str", "dict", "set"):
                    edit = case.rewrite(argument, f"len({text})")
                elif (
                    given == "float"
                    and division
                    and isinstance(argument, ast.BinOp)
                    and isinstance(argument.op, ast.Div)
                ):
                    edit = case.rewrite(argument, f"{case.text(argument.left)} // {case.text(argument.right)}")
                else:
                    edit = case.rewrite(argument, f"int({text})")
                return case.here(call, edit=edit, name=Code(text), kind=kind(given))
    return None


@runtime_rule(
    "whole-number-needed",
    ("TypeError",),
    r"'(?P<type>[\w.]+)' object cannot be interpreted as an integer|integer argument expected, got (?P<t2>\w+)",
)
def whole_number_needed(case: CrashContext) -> Match | None:
    return _whole_number(case) if case.match["type"] else None


def _whole_number(case: CrashContext) -> Match | None:
    node = next(case.likely(ast.Call, ast.Subscript), None)
    return case.here(
        node,
        name=Code(case.text(node) if node is not None else case.marked or "the value"),
        kind=kind(case.match["type"]),
    )


@runtime_rule(
    "unpacking-count",
    ("TypeError", "ValueError"),
    r"too many values to unpack|not enough values to unpack|need more than"
    r"|cannot unpack non-iterable (?P<type>\w+)",
)
def unpacking_count(case: CrashContext) -> Match | None:
    statement = case.program.statement_at(case.line)
    target, value = "the names", "the value"
    if isinstance(statement, ast.Assign):
        target, value = case.text(statement.targets[0]), case.text(statement.value)
    elif isinstance(statement, ast.For):
        target, value = case.text(statement.target), case.text(statement.iter)
    count = (
        len(statement.targets[0].elts)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple | ast.List)
        else 0
    )
    words = {0: "several", 2: "two", 3: "three", 4: "four"}
    slots = {"targets": Code(target), "value": Code(value), "count": words.get(count, str(count))}
    if isinstance(statement, ast.For):
        return Match(lines=(case.line,), expression=f"for {target} in {value}", slots=slots)
    return case.here(slots=slots)


@runtime_rule(
    "changed-while-looping", ("RuntimeError",), r"changed (?:size )?during iteration|mutated during iteration"
)
def changed_while_looping(case: CrashContext) -> Match | None:
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.For):
        text = case.text(statement.iter)
        return case.here(statement.iter, edit=case.rewrite(statement.iter, f"list({text})"), name=Code(text))
    iterated = _iterated(case)
    return case.here(iterated, name=Code(case.text(iterated) if iterated is not None else "the collection"))


@runtime_rule("join-of-numbers", ("TypeError",), r"sequence item \d+: expected str instance")
def join_of_numbers(case: CrashContext) -> Match | None:
    for call in case.likely(ast.Call):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "join"
            and call.args
        ):
            text = case.text(call.args[0])
            return case.here(call, edit=case.rewrite(call.args[0], f"map(str, {text})"), name=Code(text))
    return case.here(name=Code(case.marked or "the items"))


@runtime_rule(
    "nothing-to-search-in", ("TypeError",), r"argument of type '(?P<type>[\w.]+)' is not (?:iterable|a container)"
)
def nothing_to_search_in(case: CrashContext) -> Match | None:
    for compare in case.likely(ast.Compare):
        if isinstance(compare, ast.Compare):
            right = compare.comparators[0]
            if case.match["type"] == "NoneType":
                site = none_site(case, right)
                if site is not None:
                    return None
            return case.here(compare, name=Code(case.text(right)), kind=kind(case.match["type"]))
    return case.here(name=Code(case.marked or "the value"), kind=kind(case.match["type"]))


@runtime_rule("no-length", ("TypeError",), r"object of type '(?P<type>[\w.]+)' has no len\(\)")
def no_length(case: CrashContext) -> Match | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "len" and call.args:
            return case.here(call, name=Code(case.text(call.args[0])), kind=kind(case.match["type"]))
    return case.here(name=Code(case.marked or "the value"), kind=kind(case.match["type"]))


@runtime_rule("key-can-change", ("TypeError",), r"unhashable type: '(?P<type>[\w.]+)'")
def key_can_change(case: CrashContext) -> Match | None:
    node = next(case.likely(ast.Dict, ast.Set, ast.Subscript, ast.Call, ast.Compare), None)
    return case.here(node, kind=kind(case.match["type"]))


@runtime_rule("nothing-left", ("StopIteration",))
def nothing_left(case: CrashContext) -> Match | None:
    return case.here()
