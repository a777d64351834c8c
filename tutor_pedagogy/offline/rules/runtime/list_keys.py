"""Lists that are made at one or more places and serve as keys, or as items of a set."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.rules.runtime.culprits import culprits
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack

MOST_LISTS = 4
"""The maximum number of lists that one edit changes."""


@runtime_rule(
    "lists-as-keys",
    ("TypeError",),
    r"unhashable type: '(?P<type>list)'",
    before=("key-can-change", "value-from-elsewhere"),
)
def lists_as_keys(case: CrashContext) -> Match | None:
    """Return the line that makes a list which serves as a key; the edit makes a tuple at each place that makes one."""
    for culprit in culprits(case):
        ways = WayBack(case, culprit.type).all_of(culprit.node)
        made = list({id(way[-1].node): way[-1].node for way in ways}.values())
        lists = [node for node in made if isinstance(node, ast.List) and node.elts and node.lineno == node.end_lineno]
        if not lists or len(lists) != len(made) or len(lists) > MOST_LISTS:
            continue
        lines = [*case.program.lines]
        for node in sorted(lists, key=lambda each: (each.lineno, each.col_offset), reverse=True):
            text = lines[node.lineno - 1]
            start, end = characters(text, node.col_offset), characters(text, node.end_col_offset or 0)
            comma = "," if len(node.elts) == 1 else ""
            lines[node.lineno - 1] = f"{text[:start]}({text[start + 1 : end - 1]}{comma}){text[end:]}"
        used = max(lists, key=lambda each: each.lineno)
        slots: dict[str, str | ast.AST] = {"name": culprit.node, "stop": str(case.program.shown(case.line))}
        slots["made"] = used
        return case.at(used, edit=edit_to(case.program, "\n".join(lines)), slots=slots)
    return None
