"""Values that a line should assign but does not: it has a colon or `==` instead of the equals sign."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_EXCEPTIONS = ("AttributeError", "NameError", "UnboundLocalError")
_NAME_OR_ATTRIBUTE = re.compile(r"(?:local variable|name|has no attribute) '(?P<name>\w+)'")


@runtime_rule("colon-for-equals", _EXCEPTIONS, _NAME_OR_ATTRIBUTE, before=("text-without-quotes",))
def colon_for_equals(case: CrashContext) -> Match | None:
    """Return the line with a colon instead of the equals sign."""
    name = case.match["name"]
    for node in case.program.each(ast.AnnAssign):
        match node:
            case ast.AnnAssign(target=ast.Name(id=target) | ast.Attribute(attr=target), value=None) if target == name:
                text = f"{case.text(node.target)} = {case.text(node.annotation)}"
                return case.at(node, edit=case.rewrite_line(node.lineno, text), name=Code(name))
    return None


@runtime_rule(
    "compared-not-stored",
    _EXCEPTIONS,
    _NAME_OR_ATTRIBUTE,
    before=("no-value-before-loop", "own-value-hides-builtin"),
)
def compared_not_stored(case: CrashContext) -> Match | None:
    """Return the line that is only a comparison, where an assignment is meant."""
    for node in case.program.each(ast.Expr):
        match node.value:
            case ast.Compare(left=ast.Name(id=left) | ast.Attribute(attr=left) as target, ops=[ast.Eq()]):
                if left == case.match["name"]:
                    edit = case.substitute(node.lineno, "==", "=")
                    return case.at(node, edit=edit, kind="a comparison", name=target)
    return None
