"""Keys that a program makes of text: with blanks around them, or whole lines because of another separator."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit

_SEPARATORS = (";", "\t", "|", ",", ":", "=")
_WORDS = {
    "\t": "a tab",
    ";": "a semicolon",
    "|": "a vertical bar",
    ",": "a comma",
    ":": "a colon",
    "=": "an equals sign",
}
_KEY = r"^'(?P<key>[^'\n]{1,60})'$"
_BEFORE = ("key-not-found", "key-in-two-spellings", "key-in-another-case", "start-is-no-key", "counting-new-key")


@runtime_rule("blanks-in-stored-key", ("KeyError",), _KEY, before=_BEFORE)
def blanks_in_stored_key(case: CrashContext) -> Match | None:
    """Return the line that takes a text apart into keys, if the missing key was stored with blanks around it."""
    key = case.match["key"]
    for subscript in case.subscripts:
        owner = case.value(subscript.value)
        stored = [each for each in owner if isinstance(each, str) and each != key] if isinstance(owner, dict) else []
        blank = next((each for each in stored if each.strip() == key), None)
        if blank is None:
            continue
        splits = [*_splits(case)]
        keeping = [call for call in splits if _keeps(case, call, blank)]
        splits = keeping if len(keeping) == 1 else splits
        if not splits:
            return None
        slots: dict[str, str | ast.AST] = {
            "owner": subscript.value,
            "key": Code(repr(key)),
            "stored": Code(repr(blank)),
        }
        slots["stop"] = str(case.program.shown(case.line))
        edits = [(call, edit) for call in splits for edit in _stripped(case, call) if edit is not None]
        found = replace(case.at(splits[0], slots=slots, call=splits[0]), is_proved=len(splits) == 1)
        if len(splits) == 1:
            return replace(found, choices=tuple(edit for _, edit in edits), takes_first=True)
        for call, edit in edits:
            if call.lineno < case.line and _makes_head(case, call):
                return replace(case.at(call, edit=edit, slots=slots, call=call), needs_edit=True)
    return None


def _splits(case: CrashContext) -> Iterator[ast.Call]:
    """Yield the calls of `split` with a separator, those of one line of a text first."""
    calls = [node for node in case.program.each(ast.Call) if called_name(node) == "split" and len(node.args) == 1]
    calls = [node for node in calls if _separator(node) in _SEPARATORS]
    yield from sorted(calls, key=lambda node: (not _makes_head(case, node), node.lineno))


def _keeps(case: CrashContext, call: ast.Call, part: str) -> bool:
    """Return whether a text of the program has a part with its blanks right beside the separator of a call."""
    sign = _separator(call)
    found = f"{part}{sign}" if part[-1:].isspace() else f"{sign}{part}"
    return any(isinstance(node.value, str) and found in node.value for node in case.program.each(ast.Constant))


def _separator(call: ast.Call) -> str:
    node = call.args[0] if call.args else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _makes_head(case: CrashContext, call: ast.Call) -> bool:
    """Return whether a call takes the first line of a text apart, or is not in a loop."""
    match call.func:
        case ast.Attribute(value=ast.Subscript(slice=ast.Constant(value=0))):
            return True
        case ast.Attribute(value=ast.Call(func=ast.Name(id="next") | ast.Attribute(attr="readline"))):
            return True
    return not case.loops_above(call)


def _stripped(case: CrashContext, call: ast.Call) -> Iterator[Edit | None]:
    """Yield the edits that take the blanks off each part of a call of `split`."""
    statement, text = case.program.parents.get(call), case.text(call)
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if value is call and names:
            yield case.rewrite(call, f"[part.strip() for part in {text}]")
        case _:
            yield case.rewrite(call, f"[part.strip() for part in {text}]")


@runtime_rule(
    "read-with-another-separator", ("KeyError",), _KEY, before=(*_BEFORE, "blanks-in-stored-key", "row-is-dictionary")
)
def read_with_another_separator(case: CrashContext) -> Match | None:
    """Return the line that reads a table, if its first line has another separator, so that it became one single key."""
    key = case.match["key"]
    readers = [node for node in case.program.each(ast.Call) if called_name(node) == "DictReader" and node.args]
    plain = [node for node in readers if not any(word.arg in ("delimiter", "dialect") for word in node.keywords)]
    sign = _sign_in_keys(case, key) or (_sign_in_texts(case, key) if len(readers) == 1 else "")
    if not sign or sign == ",":
        return None
    slots: dict[str, str | ast.AST] = {"key": Code(repr(key)), "sign": _WORDS[sign]}
    slots["stop"] = str(case.program.shown(case.line))
    if len(plain) == 1 and len(readers) == 1:
        text = case.text(plain[0])
        new = f"{text[:-1]}, delimiter={_written(sign)})" if text.endswith(")") else None
        return replace(case.at(plain[0], replace=(plain[0], new), slots=slots, call=plain[0]), is_proved=True)
    splits = [*_splits(case)] if not readers else []
    if not splits or any(_separator(each) == sign for each in splits):
        return None
    return case.at(splits[0], edit=_all_at(case, splits, sign), slots=slots, call=splits[0])


def _all_at(case: CrashContext, splits: list[ast.Call], sign: str) -> Edit | None:
    """Return the edit that takes the text apart at another sign wherever the program does so, on one line each."""
    lines = [*case.program.lines]
    if len({call.args[0].lineno for call in splits}) != len(splits):
        return None
    for call in splits:
        start, end = case.columns(call.args[0])
        text = lines[call.args[0].lineno - 1]
        lines[call.args[0].lineno - 1] = text[:start] + _written(sign) + text[end:]
    return edit_to(case.program, "\n".join(lines))


def _written(sign: str) -> str:
    """Return a separator as a string literal."""
    return '"\\t"' if sign == "\t" else f'"{sign}"'


def _sign_in_keys(case: CrashContext, key: str) -> str:
    """Return the separator with which the only key of the dictionary holds the missing key as one of its parts."""
    for subscript in case.subscripts:
        owner = case.value(subscript.value)
        keys = [each for each in owner if isinstance(each, str)] if isinstance(owner, dict) else []
        if len(keys) == 1:
            return _sign_around(key, keys[0])
    return ""


def _sign_in_texts(case: CrashContext, key: str) -> str:
    """Return the separator of the first line of a text in the program in which the missing key is a part."""
    for node in case.program.each(ast.Constant):
        if isinstance(node.value, str) and "\n" in node.value:
            first = node.value.strip().split("\n")[0]
            if "," not in first and (sign := _sign_around(key, first)):
                return sign
    return ""


def _sign_around(key: str, text: str) -> str:
    for sign in _SEPARATORS:
        parts = [part.strip() for part in re.split(re.escape(sign), text)]
        if len(parts) > 1 and key in parts:
            return sign
    return ""


@runtime_rule("line-end-in-key", ("KeyError",), r"^'[^'\n]{1,60}\\n'$", before=(*_BEFORE, "looked-for-without-asking"))
def line_end_in_key(case: CrashContext) -> Match | None:
    """Return the line that uses a line of a file as a key with its line end, or the call that takes it apart."""
    for subscript in case.subscripts:
        node = subscript.slice
        if not isinstance(node, ast.Name):
            continue
        slots: dict[str, str | ast.AST] = {"key": Code(case.message.strip()), "here": node}
        for line, _ in reversed(case.bound(node.id)):
            statement = case.program.statement_at(line)
            if line >= case.line or not isinstance(statement, ast.Assign):
                continue
            for read in (each for each in walk(statement.value) if isinstance(each, ast.Call)):
                if isinstance(read.func, ast.Attribute) and called_name(read) in ("split", "readline"):
                    stripped = read.func.value if called_name(read) == "split" else read
                    return case.at(line, edit=case.rewrite(stripped, f"{case.text(stripped)}.strip()"), slots=slots)
            break
        return case.at(subscript, replace=(node, f"{node.id}.strip()"), slots=slots)
    return None
