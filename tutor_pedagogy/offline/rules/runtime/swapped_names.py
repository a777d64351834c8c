"""Two names in the wrong order: index and item of `enumerate`, rows and columns of a table."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.runtime.measures import MEASURES
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_NUMBERS = MEASURES | {"age", "count", "score", "points", "number", "year", "quantity", "total", "stock"}
_NUMBERS |= {"hours", "minutes", "votes", "goals", "population", "pages", "size", "num", "qty"}
"""Words for numbers, as names of variables."""
_TEXTS = frozenset(("name", "word", "title", "city", "country", "letter", "text", "person", "item", "product"))
"""Words for strings, as names of variables."""


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
    "unpacked-in-other-order",
    ("TypeError", "AttributeError"),
    r"str|int|float",
    before=(
        *("text-plus-other", "method-of-another-kind", "compared-kinds", "text-in-calculation", "form-of-another-kind"),
        *("string-kept-for-number", "value-from-elsewhere", "parts-still-texts", "number-in-quotes"),
    ),
)
def unpacked_in_other_order(case: CrashContext) -> Match | None:
    """Return the line that gives two names the parts of a pair in the other order than their words say."""
    for name in case.likely(ast.Name):
        for node in case.program.each(ast.For, ast.Assign):
            match node:
                case ast.For(target=ast.Tuple(elts=[ast.Name() as first, ast.Name() as second]) as target):
                    pass
                case ast.Assign(targets=[ast.Tuple(elts=[ast.Name() as first, ast.Name() as second]) as target]):
                    pass
                case _:
                    continue
            if name.id not in (first.id, second.id) or first.id == second.id or not _are_misnamed(case, first, second):
                continue
            text = case.text(target)
            new = f"{second.id}, {first.id}"
            edit = case.rewrite(target, f"({new})" if text.startswith("(") else new)
            return replace(case.at(node, edit=edit, first=first, second=second), needs_edit=True)
    return None


def _are_misnamed(case: CrashContext, first: ast.Name, second: ast.Name) -> bool:
    """Return whether the one of two names that is a word for a number holds a string, and the other one a number."""
    if not all(any(isinstance(use.ctx, ast.Load) for use in case.program.uses[each.id]) for each in (first, second)):
        return False
    for number, text in ((first, second), (second, first)):
        held, other = case.value(number), case.value(text)
        if isinstance(held, str) and isinstance(other, int | float):
            return number.id.lower() in _NUMBERS or text.id.lower() in _TEXTS
    return False


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
