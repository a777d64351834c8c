"""Two names in the wrong order: index and item of `enumerate`, rows and columns of a table."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule(
    "enumerate-in-other-order",
    ("TypeError", "AttributeError"),
    before=(
        *("text-plus-other", "method-of-another-kind", "index-of-wrong-kind", "compared-kinds", "form-of-another-kind"),
        *("text-in-calculation", "string-kept-for-number", "value-from-elsewhere", "no-items", "loop-over-number"),
        *("no-length", "text-key-on-list", "not-callable"),
    ),
)
def enumerate_in_other_order(case: CrashContext) -> Match | None:
    """Return the loop over `enumerate` whose first variable is used as the item, and the second as the index."""
    used = {node.id for node in case.likely(ast.Name)}
    for loop in case.program.each(ast.For):
        match loop:
            case ast.For(
                target=ast.Tuple(elts=[ast.Name() as first, ast.Name() as second]) as target,
                iter=ast.Call(func=ast.Name(id="enumerate")),
            ) if {first.id, second.id} & used and loop.lineno <= case.line <= (loop.end_lineno or 0):
                text = case.text(target)
                new = f"{second.id}, {first.id}"
                edit = case.rewrite(target, f"({new})" if text.startswith("(") else new)
                found = case.at(loop, edit=edit, first=first, second=second)
                return replace(found, needs_edit=True)
    return None


@runtime_rule(
    "width-and-height-swapped",
    ("IndexError",),
    r"index out of range",
    before=("loop-past-the-end", "position-out-of-range", "rows-and-columns-swapped"),
)
def width_and_height_swapped(case: CrashContext) -> Match | None:
    """Return the line that counts the rows of a table for its width, or the length of a row for its height."""
    for subscript in case.subscripts:
        match subscript:
            case ast.Subscript(value=ast.Subscript(value=table)):
                pass
            case ast.Subscript(value=table):
                pass
        rows, columns = f"len({case.text(table)})", f"len({case.text(table)}[0])"
        counts = [
            (node, node.value)
            for node in case.program.each(ast.Assign)
            if is_call_of(node.value, "len") and case.text(node.value) in (rows, columns) and len(node.targets) == 1
        ]
        if len(counts) != 2 or len({case.text(value) for _, value in counts}) != 2:  # noqa: PLR2004 - rows and columns
            continue
        (first, one), (second, other) = sorted(counts, key=lambda pair: pair[0].lineno)
        lines = [*case.program.lines]
        for node, value, new in ((first, one, other), (second, other, one)):
            start, end = case.columns(value)
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = line[:start] + case.text(new) + line[end:]
        if first.lineno == second.lineno:
            continue
        slots: dict[str, str | ast.AST] = {"table": table, "first": first.targets[0], "second": second.targets[0]}
        slots["second_line"] = str(case.program.shown(second.lineno))
        slots["stop"] = str(case.program.shown(case.line))
        slots["use"] = Code(case.text(subscript))
        return replace(case.at(first, edit=edit_to(case.program, "\n".join(lines)), slots=slots), needs_edit=True)
    return None
