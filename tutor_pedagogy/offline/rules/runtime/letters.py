"""Loops that go through a string, and so take one character at a time, where an item of a list is needed."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.split_origins import iterated_by, maker_of

_TWO = 2
_MAKERS = {"join": "joins the parts to one string", "read": "gives the whole text as one string"}
"""What the methods do that make one string of many lines or parts."""
_MAKERS |= {"input": "gives one string", "readline": "gives one line as a string", "str": "makes a string"}


@runtime_rule(
    "string-gone-through",
    ("ValueError", "IndexError", "KeyError"),
    r"^'(?P<letter>[^'\\])'$|not enough values to unpack \(expected \d+, got 1\)|string index out of range"
    r"|(?:invalid literal for int\(\) with base \d+|could not convert string to float): '(?P<text>[^\w']|\\[nt])'",
    before=(
        *("unpacking-count", "text-is-no-number", "position-out-of-range", "separator-not-in-string"),
        "wrong-value-from-elsewhere",
        "key-not-found",
    ),
)
def string_gone_through(case: CrashContext) -> Match | None:
    """Return the line that makes a string of which a loop then takes one character after the other."""
    node = _taken(case)
    iterated = iterated_by(case, node)
    if node is None or iterated is None:
        return None
    made = maker_of(case, iterated)
    name = called_name(made) if isinstance(made, ast.Call) else ""
    known = case.value(iterated)
    is_string = name in _MAKERS or isinstance(made, ast.JoinedStr) or isinstance(known, str)
    if not is_string or (isinstance(known, list | tuple | dict | set)):
        return None
    if case.crash.exception == "KeyError" and not _is_key_of(case, known):
        return None
    is_elsewhere = made is not None and made.lineno != iterated.lineno and name in _MAKERS
    slots: dict[str, str | ast.AST] = {"name": node, "text": iterated, "loop": str(case.program.shown(iterated.lineno))}
    slots |= {"stop": str(case.program.shown(case.line)), "how": _MAKERS.get(name, "")}
    slots["maker"] = Code(name) if name in _MAKERS else ""
    edits = (case.rewrite(iterated, new) for new in _parts(case, iterated))
    place = made if is_elsewhere and made is not None and name == "join" else iterated
    found = case.at(place, slots=slots)
    is_seen = isinstance(known, str) and len(known) > 1
    return replace(found, choices=tuple(filter(None, edits)), takes_first=True, is_proved=is_seen)


def _is_key_of(case: CrashContext, text: object) -> bool:
    """Return whether a string, or each of its words, is a key of the dictionary in which a character is looked up."""
    held = case.value(case.subscript.value) if case.subscript is not None else None
    if not isinstance(held, dict) or not isinstance(text, str) or len(text) < _TWO:
        return False
    return text in held or all(word in held for word in text.split())


def _taken(case: CrashContext) -> ast.expr | None:
    """Return the name on the failing line that should hold more than one character."""
    match case.statement:
        case ast.Assign(targets=[ast.Tuple()], value=ast.Call(func=ast.Attribute(value=owner, attr="split"))):
            return owner
        case ast.Assign(targets=[ast.Tuple()], value=ast.Name() as value):
            return value
    if case.crash.exception == "KeyError":
        return case.subscript.slice if case.subscript is not None else None
    if case.crash.exception == "IndexError":
        return case.subscript.value if case.subscript is not None else None
    return first_argument(case.call("int", "float"))


def _parts(case: CrashContext, iterated: ast.expr) -> list[str]:
    """Return expressions for the parts of the string, by the sign at which the conversion to a number stopped."""
    text = case.text(iterated)
    if isinstance(iterated, ast.Call) and called_name(iterated) == "read":
        return []
    if case.crash.exception == "KeyError":
        return [f"{text}.split()"] if " " in str(case.value(iterated)) else [f"[{text}]"]
    sign = (case.match.groupdict().get("text") or "").replace("\\n", "\n").replace("\\t", "\t")
    if sign == "":
        return []
    return [f"{text}.split()"] if not sign.strip() else [f'{text}.split("{sign}")'] if sign in ",;/|:" else []
