"""Rows of a file or text whose parts are not what the program expects: a row without parts, or with moved columns."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument, names_in
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_EMPTY_LINE = re.compile(r"\n[ \t]*\n|^[ \t]*\n$")


def _split_of_loop(case: CrashContext, node: ast.expr) -> tuple[ast.Call, ast.For] | None:
    """Return the call of `split` whose parts a name holds, and the loop over the rows around it; or None."""
    if not isinstance(node, ast.Name):
        return None
    for line, value in case.bound(node.id):
        match value:
            case ast.Call(func=ast.Attribute(value=text, attr="split")) as call if line <= case.line:
                for loop in case.loops_above(call):
                    if isinstance(loop, ast.For) and names_in(loop.target) & names_in(text):
                        return call, loop
    return None


@runtime_rule(
    "line-with-fewer-parts",
    ("IndexError",),
    r"list index out of range",
    before=("empty-collection", "position-out-of-range"),
)
def line_with_fewer_parts(case: CrashContext) -> Match | None:
    """Return the part of a split row that is not there, because one row has fewer parts than the others."""
    for subscript in case.subscripts:
        if not isinstance(subscript.slice, ast.Constant | ast.UnaryOp):
            continue
        found = _split_of_loop(case, subscript.value)
        if found is None:
            continue
        call, loop = found
        texts = (node.value for node in case.program.each(ast.Constant) if isinstance(node.value, str))
        has_empty = any(_EMPTY_LINE.search(text) for text in texts)
        slots: dict[str, str | ast.AST] = {"name": subscript.value, "use": subscript, "call": call}
        slots |= {"row": loop.target, "split_line": str(case.program.shown(call.lineno))}
        if has_empty and isinstance(loop.target, ast.Name):
            slots["empty"] = "an empty line"
            guard = f"if not {loop.target.id}.strip():"
            inner = case.program.line(loop.body[0].lineno)
            indent = inner[: len(inner) - len(inner.lstrip())]
            new = f"{guard}\n{indent}    continue"
            return case.at(subscript, edit=case.insert_line(loop.body[0].lineno, new), slots=slots)
        return case.at(subscript, slots=slots)
    return None


@runtime_rule(
    "columns-moved",
    ("ValueError",),
    r"(?:invalid literal for int\(\) with base \d+|could not convert string to float): '(?P<text>[^'\d]{2,80})'",
    before=("text-is-no-number",),
)
def columns_moved(case: CrashContext) -> Match | None:
    """Return the split at a comma that also cuts a quoted part in two, so that the later parts move by one."""
    argument = first_argument(case.call("int", "float"))
    is_word = sum(map(str.isalpha, case.match["text"])) > 1
    if not is_word or not isinstance(argument, ast.Subscript) or not _has_header_skipped(case):
        return None
    found = _split_of_loop(case, argument.value)
    if found is None or not found[0].args or not isinstance(found[0].args[0], ast.Constant):
        return None
    call, loop = found
    sign = str(getattr(call.args[0], "value", ""))
    texts = (node.value for node in case.program.each(ast.Constant) if isinstance(node.value, str))
    quoted = (part for text in texts for part in text.split('"')[1::2])
    cut = next((part for part in quoted if sign in part and "\n" not in part), "")
    slots: dict[str, str | ast.AST] = {"text": Code(repr(case.match["text"])), "use": argument, "call": call}
    slots |= {"row": loop.target, "sign": Code(sign), "stop": str(case.program.shown(case.line))}
    if cut:
        slots["quoted"] = Code(cut[:60])
    return case.at(call, slots=slots)


def _has_header_skipped(case: CrashContext) -> bool:
    """Return whether the program skips the first row: by `next`, a slice, `readline`, or a test of a counter."""
    calls = {called_name(call) for call in case.program.each(ast.Call)}
    slices = [node for node in case.program.each(ast.Slice) if node.lower is not None]
    return bool(calls & {"next", "readline"} or slices or case.program.each(ast.Continue))
