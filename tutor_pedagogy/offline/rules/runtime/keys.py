"""Indices and keys of the wrong type, missing keys, and values that cannot be indexed."""

from __future__ import annotations

import ast
import re
from dataclasses import replace as changed
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of, is_division, is_string
from tutor_pedagogy.offline.rules.runtime.indexing import item_used_as_position
from tutor_pedagogy.offline.rules.runtime.initial_values import only_value
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, Slots, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit

_EMPTY: dict[type, str] = {int: "0", float: "0", str: '""', list: "[]", tuple: "()"}
"""The first value of a sum, by the type of what is added."""
_WITHOUT_POSITIONS = frozenset(("map", "filter", "zip", "set", "reversed", "enumerate"))
"""Built-in functions whose results have no indices."""
_FEWEST_USES = 2
"""How often a name stands in a program that only stores a value and then indexes it."""
_INDICES = r"(?P<type>list|string|tuple|str|byte|range) indices must be integers(?: or slices)?"


@runtime_rule(
    "result-without-positions",
    ("TypeError",),
    r"'(?P<type>map|filter|zip|set|enumerate|list_reverseiterator|reversed|generator)' object is not subscriptable"
    r"|object of type '(?P<sized>map|filter|zip|enumerate|list_reverseiterator|reversed|generator)' has no len"
    r"|'(?P<view>dict_keys|dict_values|dict_items)' object is not subscriptable",
    before=("no-items", "no-length"),
)
def result_without_positions(case: CrashContext) -> Match | None:
    """Return the call of `map`, `set` or the like whose result is indexed."""
    is_length = case.match["sized"] is not None
    lengths = [call for call in case.calls if is_call_of(call, "len") and call.args] if is_length else []
    uses: list[tuple[ast.expr, ast.expr]] = [(call, call.args[0]) for call in lengths]
    uses = uses or [(node, node.value) for node in case.subscripts]
    for use, owner in uses:
        found = only_value(case, owner)
        value = found[1] if found is not None else owner
        match value:
            case ast.Call(func=ast.Attribute(attr="keys" | "values" | "items" as name)) as call if case.match["view"]:
                replace: tuple[ast.expr, str] = (call, f"list({case.text(call)})")
                return case.at(call, replace=replace, name=owner, type=f"what `{name}` returns", use=use)
            case ast.Call(func=ast.Name(id=name), args=arguments) as call if (
                name in _WITHOUT_POSITIONS and arguments
            ) or name in case.program.functions:
                made = "sorted" if "set" in (name, case.match["type"]) else "list"
                is_needed = isinstance(owner, ast.Name) and len(case.program.uses.get(owner.id, ())) > _FEWEST_USES
                kept = owner if is_needed and name in case.program.functions else call
                replace = (kept, f"{made}({case.text(kept)})")
                return case.at(call, replace=replace, name=owner, type=f"what `{name}` returns", use=use)
            case ast.GeneratorExp() as made_here:
                inner = case.text(made_here).removeprefix("(").removesuffix(")")
                slots: dict[str, str | ast.AST] = {"type": "a generator", "name": owner, "use": use}
                return case.at(made_here, replace=(made_here, f"[{inner}]"), slots=slots)
    return None


@runtime_rule(
    "division-for-position",
    ("IndexError", "TypeError"),
    r"indices must be integers(?: or slices)?, not '?float|slice indices must be integers"
    r"|only integers, slices|'float' object cannot be interpreted as an integer"
    r"|can't multiply sequence by non-int of type 'float'",
    before=(
        *("index-of-wrong-kind", "range-of-collection", "numerical.position-is-no-integer"),
        *("text-in-calculation", "numerical.list-times-number"),
    ),
)
def division_for_position(case: CrashContext) -> Match | None:
    """Return the division that makes a float of a value used as an index or count."""
    for node in case.likely(ast.Subscript, ast.Call, *((ast.BinOp,) if "multiply" in case.message else ())):
        for division in _divisions(case, node.slice if isinstance(node, ast.Subscript) else node):
            left, right = case.text(division.left), case.text(division.right)
            start, sign, end = case.text(division).rpartition("/")
            new = f"{start}/{sign}{end}" if "/" not in right else f"({left}) // ({right})"
            return case.at(division, replace=(division, new), division=division, use=node)
    return None


def _divisions(case: CrashContext, node: ast.expr) -> Iterator[ast.BinOp]:
    """Yield the divisions from which the variables in an expression are computed, the nearest first."""
    waiting, seen = [node], set[str]()
    for value in waiting:
        for inner in walk(value):
            if is_division(inner) and value is not node:
                yield inner
            if isinstance(inner, ast.Name) and inner.id not in seen:
                seen.add(inner.id)
                waiting += [bound for _, bound in case.bound(inner.id) if bound is not None]


@runtime_rule(
    "text-key-on-list",
    ("TypeError",),
    rf"{_INDICES}, not (?P<q>'?)str(?P=q)",
    before=("index-of-wrong-kind",),
)
def text_key_on_list(case: CrashContext) -> Match | None:
    """Return the subscript with a string literal as the key of a value that is not a dictionary."""
    for subscript in case.subscripts:
        if is_string(subscript.slice):
            digits = re.fullmatch(r"['\"](\d+)['\"]", case.text(subscript.slice))
            replace = (subscript.slice, digits[1] if digits else None)
            slots: Slots = {"owner": subscript.value, "key": subscript.slice, "owner_type": case.type_words}
            odd = _without_dictionary(case, subscript.value) if digits is None else ""
            found = case.here(subscript, replace=replace, slots=slots, odd=odd)
            return changed(found, is_symptom=bool(odd))
    return None


def _without_dictionary(case: CrashContext, owner: ast.expr) -> str:
    """Return a value as Python writes it, if no dictionary lies inside, so that another line has put it there."""
    value = case.value(owner)
    parts = value if isinstance(value, list | tuple | str) else ({},)
    if any(isinstance(part, dict) for part in parts):
        return ""
    looped = isinstance(owner, ast.Name) and any(
        isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and loop.target.id == owner.id
        for loop in case.loops_above(owner)
    )
    return case.type_words if looped else ""


@runtime_rule("index-of-wrong-kind", ("TypeError",), rf"{_INDICES}(?:, not '?(?P<given>\w+)'?)?")
def index_of_wrong_kind(case: CrashContext) -> Match | None:
    """Return the subscript whose index is not an integer."""
    given, subscript = case.match["given"], case.subscript
    if given == "NoneType":
        return None
    slots = {"owner_type": case.type_words, "type": in_words(given or "str")}
    if subscript is None:
        return case.here(owner=Code(case.marked or ""), index="", slots=slots)
    index = subscript.slice
    looping = item_used_as_position.detect(case)
    edit = looping.edit if looping is not None else None
    if edit is None and given == "float":
        edit = case.rewrite(index, f"int({case.text(index)})")
    if edit is None and given == "tuple" and isinstance(index, ast.Tuple):
        parts = "][".join(case.text(part) for part in index.elts)
        edit = case.rewrite(subscript, f"{case.text(subscript.value)}[{parts}]")
    return case.here(subscript, edit=edit, owner=subscript.value, index=index, slots=slots)


@runtime_rule(
    "fixed-value-changed",
    ("TypeError",),
    r"'(?P<type>str|tuple|range|bytes|frozenset|dict_keys|generator"
    r"|set)' object (?:does not support item|doesn't support item)",
    before=("no-items",),
)
def fixed_value_changed(case: CrashContext) -> Match | None:
    """Return the assignment to an item of an immutable value."""
    match case.subscript:
        case ast.Subscript(value=ast.Name(id=name)) if case.match["type"] == "str" and _is_from_outside(case, name):
            slots: Slots = {"owner": Code(name), "outside": Code(name), "type": case.type_words}
            made = [bound for line, bound in case.program.assignments(name) if case.program.function_at(line) is None]
            value = made[0] if len(made) == 1 else None
            if value is not None and (edit := case.rewrite(value, f"list({case.text(value)})")) is not None:
                return changed(case.here(case.subscript, slots=slots), choices=(edit,))
            return case.here(case.subscript, slots=slots)
    match case.statement:
        case ast.Assign(targets=[ast.Subscript(value=owner, slice=ast.Name(id=index)) as target], value=value) if (
            case.match["type"] == "str" and case.line == case.statement.end_lineno
        ):
            name = case.text(owner)
            new = f"{name} = {name}[:{index}] + {case.text(value)} + {name}[{index} + 1:]"
            return case.here(
                target, edit=case.rewrite_line(case.line, new), owner=owner, type=case.type_words, outside=""
            )
        case ast.Assign(targets=[ast.Subscript(value=owner)]) | ast.AugAssign(target=ast.Subscript(value=owner)):
            found = only_value(case, owner)
            if found is not None and isinstance(found[1], ast.Tuple) and found[1].elts:
                literal = case.text(found[1])
                new = f"[{literal[1:-1].removesuffix(',')}]" if literal.startswith("(") else f"[{literal}]"
                return case.at(found[1], replace=(found[1], new), owner=owner, type=case.type_words, outside="")
    shown = case.code(case.subscript and case.subscript.value, case.marked or "")
    return case.here(case.subscript, owner=shown, type=case.type_words, outside="")


def _is_from_outside(case: CrashContext, name: str) -> bool:
    """Return whether the function at fault uses a name that is made outside of it, so that it must not bind it."""
    function = case.function
    if function is None or any(each.arg == name for each in walk(function.args) if isinstance(each, ast.arg)):
        return False
    bound = {line for line, _ in case.program.assignments(name)}
    inside = any(function.lineno < line <= (function.end_lineno or 0) for line in bound)
    declared = any(
        name in node.names for node in case.program.own_nodes(function) if isinstance(node, ast.Global | ast.Nonlocal)
    )
    return bool(bound) and not inside and not declared


@runtime_rule(
    "no-items",
    ("TypeError",),
    r"'(?P<type>[\w.]+)' object (?:is not subscriptable|does not support item|doesn't support item)",
)
def no_items(case: CrashContext) -> Match | None:
    """Return the subscript of a value that cannot be indexed."""
    return _owner_of_items(case)


def _owner_of_items(case: CrashContext) -> Match:
    """Return a match of the subscript on the failing line, with the indexed value as a slot."""
    owner = case.code(case.subscript and case.subscript.value, case.marked or "")
    return case.here(case.subscript, owner=owner, type=case.type_words)


@runtime_rule("counting-new-key", ("KeyError",), before=("key-not-found",))
def counting_new_key(case: CrashContext) -> Match | None:
    """Return the key whose value is updated before it has an initial value, as in counting."""
    match case.statement:
        case ast.AugAssign(target=ast.Subscript() as target, op=ast.Add(), value=added) as counted if (
            first := _EMPTY.get(type(case.value(added)))
        ) is not None:
            owner, key = case.text(target.value), case.text(target.slice)
            new = f"{case.text(target)} = {owner}.get({key}, {first}) + {case.text(added)}"
            is_line = counted.lineno == counted.end_lineno and not case.program.line(case.line).strip().endswith(";")
            edit = case.rewrite_line(case.line, new) if is_line and case.statement is counted else None
            return case.here(target, edit=edit, owner=target.value, key=target.slice)
        case ast.AugAssign(target=ast.Subscript() as target):
            return case.here(target, owner=target.value, key=target.slice)
        case ast.Assign(targets=[ast.Subscript() as target], value=value) if case.text(target) in case.text(value):
            return case.here(target, owner=target.value, key=target.slice)
    return None


@runtime_rule("key-not-found", ("KeyError",))
def key_not_found(case: CrashContext) -> Match | None:
    """Return the subscript whose key is missing in the dictionary."""
    raw, subscript = case.crash.message.strip(), case.subscript
    match case.statement:
        case ast.Delete(targets=[ast.Subscript(value=owner, slice=key)], end_lineno=end) if end == case.line:
            new = f"{case.text(owner)}.pop({case.text(key)}, None)"
            edit = case.rewrite_line(case.line, new)
            return case.here(
                subscript, edit=edit, key=_as_index(raw, case.text(key)), owner=owner, near="none that is close"
            )
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="remove") as method, args=[item]) as call):
            replace = (method, f"{case.text(owner)}.discard")
            return case.here(
                call, replace=replace, key=_as_index(raw, case.text(item)), owner=owner, near="none that is close"
            )
    if subscript is None:
        return case.here(key=_as_index(raw, raw), owner="", near="none that is close")
    keys, wanted = _known_keys(case, case.text(subscript.value)), raw.strip("'\"")
    close = get_close_matches(wanted, keys, 1, 0.7) or [key for key in keys if key.lower() == wanted.lower()]
    near = Code(repr(close[0])) if close else "none that is close"
    return case.here(
        subscript,
        replace=(subscript.slice, near if close and is_string(subscript.slice) else None),
        key=_as_index(raw, case.text(subscript.slice)),
        owner=subscript.value,
        near=near,
    )


def _as_index(key: str, source: str) -> Code:
    """Return a key as it is written in square brackets, in a form that cannot be read as part of the code before it.

    A key in parentheses would look like the arguments of a call, and a leading minus or plus like an operator.
    """
    for shown in (key, source):
        bare = shown[1:-1] if shown.startswith("(") and shown.endswith(")") else shown
        if bare and not bare.startswith(("(", "-", "+")):
            return Code(bare)
    return Code("key")


def _known_keys(case: CrashContext, owner: str) -> list[str]:
    """Return the string keys in all dictionary literals, and those assigned to the dictionary of this name."""
    keys: list[str] = []
    for node in case.program.each(ast.Dict, ast.Assign):
        match node:
            case ast.Dict(keys=parts):
                keys += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(value)))]):
                if name == owner:
                    keys.append(value)
    return keys


@runtime_rule("key-can-change", ("TypeError",), r"unhashable type: '(?P<type>[\w.]+)'")
def key_can_change(case: CrashContext) -> Match | None:
    """Return the use of a mutable value as a key or as an item of a set."""
    call = case.call("set")
    if call is not None and call.args and case.match["type"] == "list":
        return case.here(call, replace=(call.args[0], f"map(tuple, {case.text(call.args[0])})"), type=case.type_words)
    edits: tuple[Edit, ...] = ()
    if case.match["type"] == "list" and isinstance(case.statement, ast.Assign | ast.AugAssign | ast.Expr):
        for node in case.subscripts:
            if isinstance(node.slice, ast.Name):
                edit = case.rewrite(node.slice, f"tuple({node.slice.id})")
                edits = (edit,) if edit is not None else ()
                break
    found = case.here(case.first(ast.Dict, ast.Set, ast.Subscript, ast.Call, ast.Compare), type=case.type_words)
    return changed(found, choices=edits)
