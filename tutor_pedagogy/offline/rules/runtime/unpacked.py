"""Unpacking: strings without the separator, and functions that return another number of values."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import called_name, is_string, parts_of
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_COUNTS = re.compile(r"expected (?P<names>\d+)(?:, got (?P<parts>\d+))?")


@runtime_rule(
    "separator-not-in-string",
    ("ValueError",),
    r"not enough values to unpack \(expected \d+, got 1\)",
    before=("unpacking-count", "wrong-value-from-elsewhere"),
)
def separator_not_in_string(case: CrashContext) -> Match | None:
    """Return the call of `split` that gave one part only, because its separator is not in the string."""
    match case.statement:
        case ast.Assign(targets=[ast.Tuple()], value=ast.Call(func=ast.Attribute(value=owner, attr="split")) as call):
            pass
        case _:
            return None
    if not call.args or not is_string(call.args[0]) or len(call.args) > 1 or call.keywords:
        return None
    if isinstance(case.value(owner), str):
        return None
    other = _cut_before(case, call)
    earlier = str(case.program.shown(other.lineno)) if other is not None else ""
    return case.here(call, owner=owner, sign=call.args[0], earlier=earlier)


def _cut_before(case: CrashContext, call: ast.Call) -> ast.Call | None:
    """Return an earlier `split` with the same separator: its parts cannot hold the separator any more."""
    sign = case.text(call.args[0])
    for node in case.program.each(ast.Call):
        is_split = called_name(node) == "split" and node is not call and node.lineno != call.lineno
        if is_split and node.args and case.text(node.args[0]) == sign:
            return node
    return None


@runtime_rule(
    "returned-count-differs",
    ("ValueError",),
    r"too many values to unpack|not enough values to unpack",
    before=("unpacking-count", "wrong-value-from-elsewhere"),
)
def returned_count_differs(case: CrashContext) -> Match | None:
    """Return the assignment to names that are not as many as the values that the called function returns."""
    match case.statement:
        case ast.Assign(targets=[ast.Tuple() as target], value=ast.Call() as call):
            function = case.program.functions.get(called_name(call))
        case _:
            return None
    if function is None:
        return None
    names = len(parts_of(target))
    returned = [each.value for each in case.program.returns_of(function) if each.value is not None]
    wrong = [
        value
        for value in returned
        if isinstance(value, ast.Tuple)
        and len(value.elts) != names
        and not any(isinstance(part, ast.Starred) for part in value.elts)
    ]
    counts = _COUNTS.search(case.crash.message)
    if len(wrong) != 1 or (counts is not None and counts["parts"] and int(counts["parts"]) != len(parts_of(wrong[0]))):
        return None
    value = wrong[0]
    slots: dict[str, str | ast.AST] = {"targets": target, "names": str(names), "function": Code(function.name)}
    slots |= {"values": value, "count": str(len(parts_of(value))), "end": str(case.program.shown(value.lineno))}
    slots["call"] = call
    return case.here(case.text(target), slots=slots)


@runtime_rule(
    "entry-of-another-length",
    ("ValueError",),
    r"(?:too many|not enough) values to unpack \(expected (?P<count>\d+)",
    before=("unpacking-count", "wrong-value-from-elsewhere", "entry-stored-otherwise"),
)
def entry_of_another_length(case: CrashContext) -> Match | None:
    """Return the only line that adds an entry of another length than the names of the failing line."""
    match case.statement:
        case ast.Assign(targets=[ast.Tuple()], value=ast.Call(func=ast.Attribute(value=owner, attr=taken))):
            if taken not in ("pop", "popleft", "get"):
                return None
        case (
            ast.For(target=ast.Tuple(), iter=owner)
            | ast.Assign(targets=[ast.Tuple()], value=ast.Subscript(value=owner))
        ):
            pass
        case _:
            return None
    name, wanted = case.text(owner), int(case.match["count"])
    added = [
        call.args[-1]
        for call in case.program.each(ast.Call)
        if called_name(call) in ("append", "add", "insert", "appendleft", "put")
        and isinstance(call.func, ast.Attribute)
        and case.text(call.func.value) == name
        and call.args
    ]
    first = [part for _, value in case.program.assignments(name) for part in _parts(value)]
    entries = [each for each in (*first, *added) if isinstance(each, ast.Tuple | ast.List)]
    odd = [each for each in entries if len(each.elts) != wanted]
    if len(odd) != 1 or len(entries) == 1 or len(entries) < len(added):
        return None
    slots: dict[str, str | ast.AST] = {"entry": odd[0], "owner": owner, "wanted": str(wanted)}
    slots |= {"count": str(len(odd[0].elts)), "stop": str(case.program.shown(case.line))}
    return replace(case.at(odd[0], slots=slots), is_proved=True)


def _parts(value: ast.expr | None) -> list[ast.expr]:
    """Return the items of a list literal, also inside a call such as `deque([...])`."""
    if isinstance(value, ast.Call) and value.args:
        value = value.args[0]
    return value.elts if isinstance(value, ast.List | ast.Tuple | ast.Set) else []


@runtime_rule(
    "separator-inside-a-part",
    ("ValueError",),
    r"too many values to unpack \(expected (?P<count>\d+)",
    before=("unpacking-count", "wrong-value-from-elsewhere", "split-at-another-sign", "entry-unlike-others"),
)
def separator_inside_a_part(case: CrashContext) -> Match | None:
    """Return the call of `split` that cuts a part in two, because the separator occurs in this part as well."""
    match case.statement:
        case ast.Assign(targets=[ast.Tuple()], value=ast.Call(func=ast.Attribute(value=owner, attr="split")) as call):
            pass
        case _:
            return None
    text, sign = case.value(owner), case.value(call.args[0]) if call.args else None
    if len(call.args) > 1 or call.keywords or not isinstance(text, str) or not isinstance(sign, str | None):
        return None
    most = int(case.match["count"]) - 1
    parts = text.split(sign, most)
    if len(parts) != most + 1 or any(not part.strip() for part in parts):
        return None
    limit = f"{case.text(call.args[0])}, {most}" if call.args else f"maxsplit={most}"
    new = f"{case.text(owner)}.split({limit})"
    slots: dict[str, str | ast.AST] = {"text": Code(repr(text)[:60]), "owner": owner, "call": call}
    slots |= {"sign": Code(repr(sign)) if sign is not None else "", "names": str(most + 1)}
    slots |= {"last": Code(repr(parts[-1])[:40]), "count": str(len(text.split(sign)))}
    return case.here(call, replace=(call, new), slots=slots)
