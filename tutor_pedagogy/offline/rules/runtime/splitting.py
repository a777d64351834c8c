"""Lines that are split at another sign than they have, and lines without parts."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.split_origins import split_of

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_SIGNS = (",", ";", ":", "-", "/", "|", "=", "\t", ".")
"""Signs between the parts of a line."""


@runtime_rule(
    "split-at-another-sign",
    ("ValueError",),
    r"(?:too many|not enough) values to unpack \(expected (?P<count>\d+)",
    before=("unpacking-count", "entry-stored-otherwise", "letters-for-lines", "entry-unlike-others"),
)
def split_at_another_sign(case: CrashContext) -> Match | None:
    """Return the call of `split` whose separator does not occur in the string, if another one gives all parts."""
    for call in case.calls:
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr="split"), args=arguments, keywords=[]):
                text = case.value(owner)
                given = case.value(arguments[0]) if arguments else None
                if not isinstance(text, str) or len(arguments) > 1:
                    continue
                wanted = int(case.match["count"])
                fitting = [sign for sign in _SIGNS if len(text.split(sign)) == wanted]
                fitting += [""] if len(text.split()) == wanted else []
                if isinstance(given, str) and given.strip() in fitting and given.strip():
                    fitting = [given.strip()]
                if len(fitting) != 1:
                    return None
                new = f"{case.text(owner)}.split({repr(fitting[0]) if fitting[0] else ''})".replace("'", '"')
                shown = "spaces" if not fitting[0] else "a tab" if fitting[0] == "\t" else Code(fitting[0])
                slots: dict[str, str | ast.AST] = {"text": Code(repr(text)[:60]), "sign": shown, "call": call}
                return case.here(call, replace=(call, new), slots=slots)
    return None


def _is_empty(case: CrashContext, node: ast.expr) -> bool:
    """Return whether an expression is known to be an empty list."""
    value = case.value(node)
    return isinstance(value, list) and not value


@runtime_rule(
    "line-without-parts",
    ("IndexError",),
    r"list index out of range",
    before=("empty-collection", "line-with-fewer-parts"),
)
def line_without_parts(case: CrashContext) -> Match | None:
    """Return the line that splits an empty line of a text into no parts."""
    for subscript in case.subscripts:
        if not isinstance(subscript.value, ast.Name) or not _is_empty(case, subscript.value):
            continue
        bound = case.bound(subscript.value.id)
        match bound:
            case [(line, ast.Call(func=ast.Attribute(value=text, attr="split"), args=[]) as call)] if line < case.line:
                loops = case.loops_above(call)
                if loops and isinstance(case.value(text), str):
                    source = case.program.line(line)
                    indent = source[: len(source) - len(source.lstrip())]
                    guard = f"{source}\n{indent}if not {subscript.value.id}:\n{indent}    continue"
                    return case.at(line, edit=case.program.edit(line, guard), name=subscript.value, call=call)
    return None


@runtime_rule(
    "header-line-read-too",
    ("ValueError",),
    re.compile(
        r"(?:invalid literal for int\(\) with base \d+|could not convert string to float): '(?P<text>[^'\d]+)'$"
    ),
    before=("text-is-no-number",),
)
def header_line_read_too(case: CrashContext) -> Match | None:
    """Return the loop over lines whose first one holds the names of the columns."""
    for loop in case.loops_above(case.statement) if case.statement is not None else ():
        if not isinstance(loop, ast.For) or loop.lineno != loop.iter.end_lineno:
            continue
        first = case.match["text"].strip()
        texts = [node.value for node in case.program.each(ast.Constant) if isinstance(node.value, str)]
        heads = [text.strip().split("\n")[0] for text in texts if "\n" in text.strip()]
        is_head = any(first in re.split(r"[,;\t ]+", head) and not re.search(r"\d", head) for head in heads)
        rows = case.value(loop.iter)
        rows = rows if isinstance(rows, list) and rows and isinstance(rows[0], str) else []
        is_head = is_head or (bool(rows) and first in str(rows[0]) and not re.search(r"\d", str(rows[0])))
        if (is_head and not isinstance(loop.iter, ast.Name)) or (is_head and rows):
            new = f"{case.text(loop.iter)}[1:]"
            return case.at(loop.iter, replace=(loop.iter, new), text=Code(repr(first)), name=loop.target)
    return None


@runtime_rule(
    "empty-part-of-split",
    ("ValueError",),
    r"invalid literal for int\(\) with base \d+: '\s*'$|could not convert string to float: '\s*'$"
    r"|not enough values to unpack \(expected (?P<count>\d+), got 1\)",
    before=(
        *("text-is-no-number", "empty-string-for-number", "unpacking-count", "separator-not-in-string"),
        *("wrong-value-from-elsewhere", "string-gone-through"),
    ),
)
def empty_part_of_split(case: CrashContext) -> Match | None:
    """Return the call of `split` with a separator that gives an empty part, which becomes no number or no pair."""
    count = case.match["count"] or ""
    used = _unpacked(case) if count else first_argument(case.call("int", "float"))
    if used is None or (count and case.value(used) not in ("", "\n")):
        return None
    split = split_of(case, used)
    if split is None or not isinstance(split.func, ast.Attribute):
        return None
    separator = case.text(split.args[0])
    sign = separator[1:-1] if separator[:1] in ("'", '"') else ""
    slots: dict[str, str | ast.AST] = {"name": used, "call": split, "count": count}
    slots |= {"sign": "space" if sign == " " else "", "separator": Code(separator)}
    slots |= {"stop": str(case.program.shown(case.line)), "text": split.func.value}
    found_edits = [case.rewrite(split, new) for new in _without_empty(case, split, sign, count)]
    edits = tuple(filter(None, (*found_edits, _passed_over(case, used))))
    if sign == " ":
        return replace(case.at(split, edit=edits[0] if edits else None, slots=slots), is_proved=True)
    found = case.at(split, slots=slots)
    return replace(found, choices=edits, takes_first=True, is_proved=case.value(used) == "")


def _passed_over(case: CrashContext, used: ast.expr) -> Edit | None:
    """Return the edit with which the loop around the failing line passes over an empty item."""
    loop = next(iter(case.loops_above(used)), None)
    if not isinstance(loop, ast.For) or case.text(loop.target) != case.text(used) or not isinstance(used, ast.Name):
        return None
    first = case.program.line(loop.body[0].lineno)
    indent = first[: len(first) - len(first.lstrip())]
    guard = f"{indent}if not {used.id}:\n{indent}    continue\n{first}"
    return case.program.edit(loop.body[0].lineno, guard) if loop.body[0].lineno > loop.lineno else None


def _unpacked(case: CrashContext) -> ast.expr | None:
    """Return the string whose parts the failing line gives to several names."""
    match case.statement:
        case ast.Assign(targets=[ast.Tuple()], value=ast.Call(func=ast.Attribute(value=owner, attr="split"))):
            return owner
    return None


def _without_empty(case: CrashContext, split: ast.Call, sign: str, count: str) -> list[str]:
    """Return other ways to split, which give no empty part at the end or, for lines and spaces, anywhere."""
    owner = case.text(split.func.value) if isinstance(split.func, ast.Attribute) else ""
    if sign == " ":
        return [f"{owner}.split()"]
    if sign == "\\n":
        stripped = f'{owner}.strip().split("\\n")'
        return [f"{owner}.splitlines()", stripped, *([] if count else [f"{owner}.split()"])]
    return [f"{owner}.strip({case.text(split.args[0])}).split({case.text(split.args[0])})"] if sign.strip() else []
