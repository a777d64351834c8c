"""Look-ups of values that may be missing, where the line does not ask first, and entries with another key."""

from __future__ import annotations

import ast
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_string
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_ABSENT = r"is not in list|x not in (?:list|tuple|deque)|substring not found|\.index\(x\)|not in tuple"


@runtime_rule(
    "looked-for-without-asking",
    ("ValueError",),
    _ABSENT,
    before=("not-in-collection", "wrong-value-from-elsewhere"),
)
def looked_for_without_asking(case: CrashContext) -> Match | None:
    """Return the call that looks for an item which is not there, and which is like none of those that are there."""
    for call in case.calls:
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr="index" | "remove" as method), args=[item, *_]):
                pass
            case _:
                continue
        held, wanted = case.value(owner), case.value(item)
        is_written_here = isinstance(item, ast.Constant)
        if (
            is_written_here
            or not isinstance(held, list | tuple | str)
            or wanted is UNKNOWN
            or _is_like_one(wanted, held)
        ):
            return None
        shown = Code(repr(wanted)[:40])
        edit = _with_question(case, owner, item) if method == "remove" else None
        slots: dict[str, str | ast.AST] = {"owner": owner, "item": item, "method": Code(method), "value": shown}
        return replace(case.here(call, edit=edit, slots=slots), is_proved=True)
    return None


def _is_like_one(wanted: object, held: list[object] | tuple[object, ...] | str) -> bool:
    """Return whether a collection holds a value that differs only in its type, or by a slip of spelling."""
    if isinstance(held, str):
        return isinstance(wanted, str) and wanted.lower() in held.lower()
    if any(str(each).strip().lower() == str(wanted).strip().lower() for each in held):
        return True
    words = [each for each in held if isinstance(each, str)]
    return isinstance(wanted, str) and bool(get_close_matches(wanted, words, 1, 0.7))


def _with_question(case: CrashContext, owner: ast.expr, item: ast.expr) -> Edit | None:
    """Return the edit that removes an item only if it is there."""
    if not isinstance(case.statement, ast.Expr) or case.statement.lineno != case.statement.end_lineno:
        return None
    text = case.program.line(case.line)
    indent = text[: len(text) - len(text.lstrip())]
    question = f"if {case.text(item)} in {case.text(owner)}:"
    return case.rewrite_line(case.line, f"{question}\n{indent}    {text.strip()}")


@runtime_rule("sign-not-in-table", ("KeyError",), before=("key-not-found", "wrong-value-from-elsewhere"))
def sign_not_in_table(case: CrashContext) -> Match | None:
    """Return the look-up of each character of a text in a table that does not have all of them."""
    for subscript in case.subscripts:
        owner, key = case.value(subscript.value), case.value(subscript.slice)
        loop = next((up for up in case.loops_above(subscript) if isinstance(up, ast.For)), None)
        is_of_signs = isinstance(owner, dict) and len(owner) > 1 and all(_is_sign(each) for each in owner)
        if not is_of_signs or not _is_sign(key) or not isinstance(subscript.slice, ast.Name) or loop is None:
            continue
        if not isinstance(loop.target, ast.Name) or loop.target.id != subscript.slice.id:
            continue
        if not isinstance(case.value(loop.iter), str) or _is_other_case(key, owner):
            continue
        keeps = all(isinstance(each, str) for each in owner.values())
        new = f"{case.text(subscript.value)}.get({subscript.slice.id}, {subscript.slice.id})"
        slots: dict[str, str | ast.AST] = {"owner": subscript.value, "name": subscript.slice, "text": loop.iter}
        slots["key"] = Code(repr(key))
        return replace(case.here(subscript, replace=(subscript, new if keeps else None), slots=slots), is_proved=True)
    return None


def _is_sign(value: object) -> bool:
    return isinstance(value, str) and len(value) == 1


def _is_other_case(key: object, owner: dict[object, object]) -> bool:
    return isinstance(key, str) and key.swapcase() != key and key.swapcase() in owner


@runtime_rule(
    "entry-with-another-key",
    ("KeyError",),
    before=("key-not-found", "key-in-two-spellings", "wrong-value-from-elsewhere", "key-of-inner-dictionary"),
)
def entry_with_another_key(case: CrashContext) -> Match | None:
    """Return the dictionary of the program that has another key than the other dictionaries of the same form."""
    for subscript in case.subscripts:
        held, wanted = case.value(subscript.value), case.value(subscript.slice)
        if not isinstance(held, dict) or not isinstance(wanted, str) or not is_string(subscript.slice):
            continue
        keys = {each for each in held if isinstance(each, str)}
        same = [node for node in case.program.each(ast.Dict) if {*_keys(node)} == keys and len(node.keys) == len(keys)]
        others = [node for node in case.program.each(ast.Dict) if wanted in _keys(node)]
        if len(same) != 1 or not others:
            continue
        known = {key for node in others for key in _keys(node)}
        odd = [key for key in keys if key not in known]
        if len(odd) != 1 or not keys & known:
            continue
        node = next(key for key in same[0].keys if isinstance(key, ast.Constant) and key.value == odd[0])
        slots: dict[str, str | ast.AST] = {"wanted": Code(repr(wanted)), "other": Code(repr(odd[0]))}
        slots |= {"name": subscript.value, "stop": str(case.program.shown(case.line))}
        slots["first"] = str(case.program.shown(others[0].lineno))
        quote = case.text(node)[:1]
        return replace(case.at(node, replace=(node, f"{quote}{wanted}{quote}"), slots=slots), is_proved=True)
    return None


def _keys(node: ast.Dict) -> list[str]:
    return [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
