"""Keys of another type than those of the dictionary, and counting or adding up where keys are meant otherwise."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.runtime.origins import input_of, is_input
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.finding import Edit


@runtime_rule("index-on-dictionary", ("KeyError",), r"^-?\d+$", before=("key-not-found", "start-is-no-key"))
def index_on_dictionary(case: CrashContext) -> Match | None:
    """Return the loop over `range` whose variable is used as a key of a dictionary that has other keys."""
    for subscript in case.subscripts:
        owner, text = case.value(subscript.value), case.text(subscript.value)
        if not isinstance(owner, dict) or not owner or any(isinstance(key, int) for key in owner):
            continue
        for loop in case.loops_above(subscript):
            match loop, subscript.slice:
                case ast.For(target=ast.Name(id=name), iter=counted), ast.Name(id=used) if name == used:
                    if case.text(counted) == f"range(len({text}))":
                        slots = {"owner": subscript.value, "name": loop.target, "use": subscript}
                        return case.at(loop, replace=(counted, text), slots=slots)
    return None


@runtime_rule(
    "key-of-another-type",
    ("KeyError",),
    before=("key-not-found", "start-is-no-key", "counting-new-key", "taken-from-empty"),
)
def key_of_another_type(case: CrashContext) -> Match | None:
    """Return the key that is a number where the dictionary has strings as its keys, or the reverse."""
    for subscript in case.subscripts:
        owner, key = case.value(subscript.value), case.value(subscript.slice)
        if not isinstance(owner, dict):
            continue
        text = case.text(subscript.slice)
        slots = {"owner": subscript.value, "key": subscript.slice}
        if type(key) is int and str(key) in owner:
            return case.here(subscript, replace=(subscript.slice, f"str({text})"), slots={**slots, "type": "a number"})
        if isinstance(key, str) and key.strip().lstrip("-").isdecimal() and int(key) in owner:
            return case.here(subscript, replace=(subscript.slice, f"int({text})"), slots={**slots, "type": "a string"})
    return None


@runtime_rule(
    "key-typed-as-string",
    ("KeyError",),
    r"^'(?P<key>[^'\n]{1,40})'$",
    before=("key-not-found", "start-is-no-key", "counting-new-key", "taken-from-empty", "key-of-another-type"),
)
def key_typed_as_string(case: CrashContext) -> Match | None:
    """Return the call of `input` whose string is used as a key of a dictionary that has numbers as keys."""
    key = case.match["key"]
    for subscript in case.subscripts:
        kind = _type_of_keys(case, subscript.value, key)
        if not kind or not is_input(case.program, subscript.slice, case.line):
            continue
        name = subscript.slice
        origin = input_of(case.program, name.id, case.line) if isinstance(name, ast.Name) else name
        slots: dict[str, str | ast.AST] = {"owner": subscript.value, "key": subscript.slice, "given": Code(repr(key))}
        slots |= {"bare": Code(key.strip()), "stop": str(case.program.shown(case.line))}
        if origin is not None and is_call_of(origin, "input"):
            found = case.at(origin, replace=(origin, f"{kind}({case.text(origin)})"), slots=slots)
            return replace(found, is_proved=True)
        return case.at(subscript, replace=(name, f"{kind}({case.text(name)})"), slots=slots)
    return None


def _type_of_keys(case: CrashContext, owner: ast.expr, key: str) -> str:
    """Return `int` or `float` if the dictionary literal behind a name has only numbers as keys, this one among them."""
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    literals = [
        node.value
        for node in case.program.each(ast.Assign)
        if isinstance(node.value, ast.Dict)
        and any(getattr(target, "id", getattr(target, "attr", "")) == name for target in node.targets)
    ]
    keys = [each.value for literal in literals for each in literal.keys if isinstance(each, ast.Constant)]
    for kind in (int, float):
        if keys and all(type(each) is kind for each in keys):
            with suppress(ValueError):
                return kind.__name__ if kind(key) in keys else ""
    return ""


@runtime_rule("key-in-another-case", ("KeyError",), r"^'", before=("key-not-found",))
def key_in_another_case(case: CrashContext) -> Match | None:
    """Return the key in a variable that the dictionary has in capital or small letters only, or without blanks."""
    for subscript in case.subscripts:
        owner, key = case.value(subscript.value), case.value(subscript.slice)
        if not isinstance(owner, dict) or not isinstance(key, str) or isinstance(subscript.slice, ast.Constant):
            continue
        text = case.text(subscript.slice)
        for method in ("upper", "lower", "strip", "capitalize", "title"):
            if getattr(key, method)() in owner and _are_all(method, owner):
                slots: dict[str, str | ast.AST] = {"here": subscript.slice, "other": Code(repr(getattr(key, method)()))}
                return case.here(subscript, replace=(subscript.slice, f"{text}.{method}()"), slots=slots)
    return None


def _are_all(method: str, keys: Iterable[object]) -> bool:
    """Return whether all keys are strings in the form that a method of strings makes."""
    return all(isinstance(key, str) and getattr(key, method)() == key for key in keys)


@runtime_rule("pair-as-key", ("KeyError",), r"^\(", before=("key-not-found", "entry-taken-whole"))
def pair_as_key(case: CrashContext) -> Match | None:
    """Return the loop over the items of a dictionary whose only variable is used as a key."""
    for subscript in case.subscripts:
        for loop in case.loops_above(subscript):
            match loop, subscript.slice:
                case (
                    ast.For(
                        target=ast.Name(id=name) as target,
                        iter=ast.Call(func=ast.Attribute(value=owner, attr="items")) as items,
                    ),
                    ast.Name(id=used),
                ) if name == used:
                    return case.at(loop, replace=(items, case.text(owner)), name=target, owner=owner, use=subscript)
    return None


@runtime_rule(
    "sum-over-keys",
    ("TypeError",),
    r"unsupported operand type\(s\) for \+: 'int' and 'str'",
    before=("text-plus-other", "text-in-calculation", "number-from-input", "parts-still-texts", "number-in-quotes"),
)
def sum_over_keys(case: CrashContext) -> Match | None:
    """Return the call of `sum` with a dictionary whose keys are strings."""
    for call in case.calls:
        if is_call_of(call, "sum") and call.args and isinstance(case.value(call.args[0]), dict):
            owner = call.args[0]
            loops = [loop.target for loop in case.loops_above(call) if isinstance(loop, ast.For)]
            forms = [f"{case.text(owner)}.values()", *(f"{case.text(owner)}[{case.text(key)}]" for key in loops)]
            edits = tuple(edit for form in forms if (edit := case.rewrite(owner, form)) is not None)
            whole = _replaced_everywhere(case, owner, forms[1:])
            return replace(case.here(call, owner=owner), choices=(*whole, *edits[:1]))
    return None


def _replaced_everywhere(case: CrashContext, owner: ast.expr, forms: list[str]) -> tuple[Edit, ...]:
    """Return edits that replace a dictionary by one of its values wherever the failing line uses it."""
    line, name = case.program.line(case.line), case.text(owner)
    return tuple(case.program.edit(case.line, re.sub(rf"\b{re.escape(name)}\b", form, line)) for form in forms)


@runtime_rule(
    "search-loop-in-dictionary",
    ("RuntimeError",),
    r"dictionary changed size during iteration",
    before=("changed-while-looping",),
)
def search_loop_in_dictionary(case: CrashContext) -> Match | None:
    """Return the loop that searches a dictionary for a key and adds the key at the first one that is another."""
    loop = case.statement
    match loop:
        case ast.For(
            target=ast.Name(id=variable),
            iter=(
                ast.Call(func=ast.Attribute(value=owner, attr="keys"), args=[])
                | (ast.Name() | ast.Attribute() as owner)
            ),
            body=[
                ast.If(
                    test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]), body=found, orelse=other
                ) as test
            ],
            orelse=[],
        ) if other and loop.lineno == case.line:
            sides = [side for side in (left, right) if not (isinstance(side, ast.Name) and side.id == variable)]
        case _:
            return None
    if len(sides) != 1 or isinstance(other[0], ast.If) or not _adds(case, other, owner, sides[0]):
        return None
    key, owner_text = case.text(sides[0]), case.text(owner)
    slots: dict[str, str | ast.AST] = {"owner": owner, "key": sides[0], "variable": Code(variable)}
    slots["other"] = str(case.program.shown(other[0].lineno))
    has_break = any(isinstance(node, ast.Break | ast.Continue) for each in (*found, *other) for node in ast.walk(each))
    edit = None if has_break else _as_test(case, loop, test, (variable, key, owner_text))
    return case.at(other[0], edit=edit, slots=slots)


def _adds(case: CrashContext, body: list[ast.stmt], owner: ast.expr, key: ast.expr) -> bool:
    """Return whether a block stores a value under a key of a dictionary."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Subscript(value=held, slice=used)]):
                if case.text(held) == case.text(owner) and case.text(used) == case.text(key):
                    return True
    return False


def _as_test(case: CrashContext, loop: ast.For, test: ast.If, names: tuple[str, str, str]) -> Edit:
    """Return the edit that replaces a loop over the keys by one test with `in`."""
    variable, key, owner = names
    indent, inner = " " * loop.col_offset, " " * test.col_offset
    lines = [f"{indent}if {key} in {owner}:"]
    for number in range(test.lineno + 1, (loop.end_lineno or loop.lineno) + 1):
        line = case.program.line(number)
        line = indent + line[len(inner) :] if line.startswith(inner) else line
        lines.append(re.sub(rf"\b{re.escape(variable)}\b", key, line))
    count = (loop.end_lineno or loop.lineno) - loop.lineno + 1
    return case.program.edit(loop.lineno, "\n".join(lines), before_lines=count)
