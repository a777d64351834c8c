"""Modules whose name the program gives to a value of its own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


@runtime_rule(
    "module-hidden-by-value",
    ("AttributeError",),
    r"'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'",
    before=(
        *("method-of-another-kind", "not-offered-by-object", "value-from-elsewhere", "attribute-of-none"),
        *("attribute-misspelt", "began-as-another-kind", "result-of-method-in-place"),
    ),
)
def module_hidden_by_value(case: CrashContext) -> Match | None:
    """Return the line that gives an imported module's name to another value."""
    node = case.attribute(case.match["name"])
    if node is None or not isinstance(node.value, ast.Name):
        return None
    name = node.value.id
    imported = next(
        (
            each
            for each in case.program.each(ast.Import)
            if any((alias.asname or alias.name) == name for alias in each.names)
        ),
        None,
    )
    if imported is None:
        return None
    statements: list[ast.For | ast.Assign] = case.program.each(ast.For, ast.Assign)
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if name in names_in(*targets):
            slots: dict[str, str | ast.AST] = {"name": Code(name), "imported": str(case.program.shown(imported.lineno))}
            slots |= {"stop": str(case.program.shown(case.line)), "use": node, "type": case.type_words}
            return case.at(statement.lineno, edit=_renamed(case, name, case.match["name"]), slots=slots)
    return None


def _renamed(case: CrashContext, name: str, wanted: str) -> Edit | None:
    """Return the edit that gives the value another name wherever it is not used as the module."""
    new = f"{name}_value"
    if new in case.program.bound_names:
        return None
    lines = [*case.program.lines]
    uses = case.program.uses.get(name, ())
    for use in sorted(uses, key=lambda each: (each.lineno, each.col_offset), reverse=True):
        around = case.program.parents.get(use)
        if isinstance(around, ast.Attribute) and isinstance(use.ctx, ast.Load):
            is_module = around.attr == wanted or not hasattr(str, around.attr)
            if is_module:
                continue
        text = lines[use.lineno - 1]
        start = characters(text, use.col_offset)
        lines[use.lineno - 1] = text[:start] + new + text[start + len(name) :]
    return edit_to(case.program, "\n".join(lines))
