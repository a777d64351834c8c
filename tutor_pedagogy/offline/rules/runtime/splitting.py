"""Lines that are split at another sign than they have, and lines without parts."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

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
    r"invalid literal for int\(\) with base \d+: '\s*'$|could not convert string to float: '\s*'$",
    before=("text-is-no-number", "empty-string-for-number"),
)
def empty_part_of_split(case: CrashContext) -> Match | None:
    """Return the call of `split` with a separator that gives an empty part, which becomes no number."""
    call = case.call("int", "float")
    split = _split_of(case, call)
    if split is None or not isinstance(split.func, ast.Attribute) or call is None:
        return None
    owner, separator = case.text(split.func.value), case.text(split.args[0])
    sign = separator[1:-1] if separator[:1] in ("'", '"') else ""
    new = {" ": f"{owner}.split()", "\\n": f"{owner}.splitlines()"}.get(sign)
    slots: dict[str, str | ast.AST] = {"name": case.code(first_argument(call), ""), "call": split}
    slots |= {"sign": "space" if sign == " " else "", "separator": Code(separator)}
    slots |= {"stop": str(case.program.shown(case.line)), "text": split.func.value}
    edit = case.rewrite(split, new) if new is not None else None
    return replace(case.at(split, edit=edit, slots=slots), is_proved=sign == " ")


def _split_of(case: CrashContext, call: ast.Call | None) -> ast.Call | None:
    """Return the call of `split` with a separator whose parts are converted one by one, or None."""
    argument = first_argument(call)
    if not isinstance(argument, ast.Name) or call is None:
        return None
    for up in case.program.above(call):
        match up:
            case ast.For(target=ast.Name(id=name), iter=iterated) if name == argument.id:
                return _as_split(case, iterated)
            case ast.ListComp(generators=[ast.comprehension(target=ast.Name(id=name), iter=iterated)]):
                return _as_split(case, iterated) if name == argument.id else None
    return None


def _as_split(case: CrashContext, node: ast.expr | None) -> ast.Call | None:
    """Return a call of `split` with one argument, or the call with which a variable was set; else None."""
    if isinstance(node, ast.Name):
        bound = case.bound(node.id)
        node = bound[0][1] if len(bound) == 1 else None
    match node:
        case ast.Call(func=ast.Attribute(attr="split"), args=[_], keywords=[]) as call:
            return call
    return None
