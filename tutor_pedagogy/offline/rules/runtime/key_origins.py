"""Keys that a dictionary lacks: keys of a dictionary inside it, entries not made yet, and headers with a space."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT_KEY = r"^'(?P<key>[^'\n]{1,60})'$"


@runtime_rule(
    "key-of-inner-dictionary",
    ("KeyError",),
    _TEXT_KEY,
    before=("key-not-found", "start-is-no-key", "wrong-value-from-elsewhere"),
)
def key_of_inner_dictionary(case: CrashContext) -> Match | None:
    """Return the assignment that stores a key of an inner dictionary where a key of the outer one is needed."""
    key = case.match["key"]
    for subscript in case.subscripts:
        match subscript:
            case ast.Subscript(value=ast.Name(id=outer), slice=ast.Name(id=name)):
                pass
            case _:
                continue
        table = _literal_of(case, outer)
        inner = [value for value in table.values if isinstance(value, ast.Dict)] if table is not None else []
        if not any(key in _keys(value) for value in inner) or table is None or key in _keys(table):
            continue
        for node in case.program.each(ast.Assign):
            match node:
                case ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=given) as value) if target == name:
                    text = case.text(subscript)
                    slots: dict[str, str | ast.AST] = {"outer": Code(outer), "given": value, "name": Code(name)}
                    slots |= {"use": subscript, "stop": str(case.program.shown(case.line)), "key": Code(repr(key))}
                    is_tested = any(case.text(each) == f"{given} in {text}" for each in case.program.each(ast.Compare))
                    edit = case.rewrite(value, f"{text}[{given}]") if is_tested else None
                    return replace(case.at(node, edit=edit, slots=slots), is_proved=is_tested)
    return None


@runtime_rule(
    "key-one-level-deeper",
    ("KeyError",),
    _TEXT_KEY,
    before=("key-not-found", "wrong-value-from-elsewhere", "entry-without-key"),
)
def key_one_level_deeper(case: CrashContext) -> Match | None:
    """Return the look-up of a key that only one dictionary inside the dictionary has."""
    for subscript in case.subscripts:
        held, wanted = case.value(subscript.value), case.value(subscript.slice)
        if not isinstance(held, dict) or wanted != case.match["key"] or not isinstance(subscript.ctx, ast.Load):
            continue
        holders = [key for key, inner in held.items() if isinstance(inner, dict) and wanted in inner]
        if len(holders) == 1 and isinstance(holders[0], str) and "'" not in holders[0]:
            quote = '"' if '"' in case.text(subscript.slice) else "'"
            inner = f"{case.text(subscript.value)}[{quote}{holders[0]}{quote}]"
            slots: dict[str, str | ast.AST] = {"owner": subscript.value, "key": subscript.slice}
            slots["holder"] = Code(repr(holders[0]))
            new = f"{inner}[{case.text(subscript.slice)}]"
            return replace(case.here(subscript, replace=(subscript, new), slots=slots), is_proved=True)
    return None


def _literal_of(case: CrashContext, name: str) -> ast.Dict | None:
    """Return the dictionary literal that a name stands for; None if there is none or several."""
    values = [value for _, value in case.program.assignments(name)]
    return values[0] if len(values) == 1 and isinstance(values[0], ast.Dict) else None


def _keys(table: ast.Dict) -> set[object]:
    return {key.value for key in table.keys if isinstance(key, ast.Constant)}


@runtime_rule(
    "inner-collection-not-made", ("KeyError",), before=("key-not-found", "counting-new-key", "start-is-no-key")
)
def inner_collection_not_made(case: CrashContext) -> Match | None:
    """Return the entry of a dictionary that is filled before it exists, as in `groups[name].append(item)`."""
    for subscript in case.subscripts:
        around = case.program.parents.get(subscript)
        match around:
            case ast.Subscript(ctx=ast.Store()) if around.value is subscript:
                made, words = "{}", "a dictionary"
            case ast.Attribute(attr="append" | "extend" | "insert"):
                made, words = "[]", "a list"
            case ast.Attribute(attr="add"):
                made, words = "set()", "a set"
            case _:
                continue
        if isinstance(around, ast.Subscript) and not _begins_empty(case, subscript.value):
            continue
        owner, key = case.text(subscript.value), case.text(subscript.slice)
        found = case.here(
            subscript,
            replace=(subscript, f"{owner}.setdefault({key}, {made})"),
            slots={"owner": subscript.value, "key": subscript.slice, "entry": subscript, "made": words},
        )
        return found if _begins_empty(case, subscript.value) else replace(found, edit=None, is_symptom=True)
    return None


def _begins_empty(case: CrashContext, owner: ast.expr) -> bool:
    """Return whether a dictionary begins empty and gets no entry in another way than by its keys."""
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    values = [value for _, value in case.program.assignments(name)] or [
        value for _, value in case.attribute_values(name)
    ]
    literals = [value for value in values if isinstance(value, ast.Dict) or _is_empty_call(value)]
    return bool(literals) and len(literals) == len(values) and all(not getattr(each, "keys", ()) for each in literals)


def _is_empty_call(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and called_name(value) == "dict" and not value.args and not value.keywords


@runtime_rule(
    "column-name-with-space",
    ("KeyError",),
    _TEXT_KEY,
    before=("key-not-found", "row-is-dictionary", "numerical.no-such-column", "start-is-no-key"),
)
def column_name_with_space(case: CrashContext) -> Match | None:
    """Return the call that reads a table whose header has a space before or after the name of the missing column."""
    key = case.match["key"]
    readers = [
        call for call in case.program.each(ast.Call) if called_name(call) in ("DictReader", "read_csv", "read_table")
    ]
    if len(readers) != 1 or (
        readers[0].keywords and any(each.arg == "skipinitialspace" for each in readers[0].keywords)
    ):
        return None
    for line, header in _headers(case):
        names = header.split(",")
        spaced = next((name for name in names if name != key and name.strip() == key), None)
        if spaced is None or key in names:
            continue
        call = readers[0]
        is_before = all(name == name.rstrip() for name in names)
        text = case.text(call)
        edit = case.rewrite(call, f"{text[:-1]}, skipinitialspace=True)") if is_before else None
        slots: dict[str, str | ast.AST] = {"reader": Code(case.text(call.func)), "key": Code(repr(key))}
        slots |= {"spaced": Code(repr(spaced)), "header": str(case.program.shown(line))}
        slots |= {"stop": str(case.program.shown(case.line))}
        found = case.at(call, edit=edit, slots=slots)
        return replace(found, is_proved=True)
    return None


_HEADER = re.compile(r"[^,\n]+(?:,[^,\n]+)+")


def _headers(case: CrashContext) -> Iterator[tuple[int, str]]:
    """Yield the first lines of the program's string literals that have commas, each with its line number."""
    for node in case.program.each(ast.Constant):
        if isinstance(node.value, str):
            first = next((line for line in node.value.split("\n") if line.strip()), "")
            if _HEADER.fullmatch(first):
                yield node.lineno, first
