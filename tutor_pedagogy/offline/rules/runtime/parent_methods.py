"""Methods of a subclass that call themselves where the method of the parent class is meant."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.engine.nodes import parameters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

_MISSING = r"maximum recursion depth|__init__\(\) missing \d+ required positional"


@runtime_rule(
    "own-method-for-parents",
    ("RecursionError", "TypeError"),
    _MISSING,
    before=("recursion-without-end", "recursion-same-argument", "argument-not-handed-on", "too-few-arguments"),
)
def own_method_for_parents(case: CrashContext) -> Match | None:
    """Return the call of `self.method` inside this very method, if the parent class has a method of this name."""
    function = case.function
    owner = case.class_of(function)
    if function is None or owner is None:
        return None
    parent = _parent_with(case, owner, function.name)
    if parent is None:
        return None
    base, above = parent
    for call in sorted((node for node in walk(function) if isinstance(node, ast.Call)), key=lambda node: node.lineno):
        match call.func:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) as called if name == function.name:
                given = [case.text(each) for each in call.args]
                is_same = given == parameters(function)[: len(given)] and len(given) == len(parameters(function))
                is_plain = not any(isinstance(node, ast.If | ast.IfExp | ast.While) for node in walk(function))
                takes = len(parameters(above)) - len(above.args.defaults) <= len(given) <= len(parameters(above))
                if takes and (is_same or is_plain):
                    slots: dict[str, str | ast.AST] = {"method": Code(name), "parent": Code(base.name), "call": call}
                    return case.at(call, replace=(called, f"super().{name}"), slots=slots, child=Code(owner.name))
    return None


def _parent_with(case: CrashContext, owner: ast.ClassDef, name: str) -> tuple[ast.ClassDef, ast.FunctionDef] | None:
    """Return the nearest parent class of the program that defines a method of this name, with the method."""
    waiting, seen = [owner], {owner.name}
    while waiting:
        for base in waiting.pop(0).bases:
            above = case.classes.get(base.id) if isinstance(base, ast.Name) else None
            if above is None or above.name in seen:
                continue
            seen.add(above.name)
            for each in above.body:
                if isinstance(each, ast.FunctionDef) and each.name == name:
                    return above, each
            waiting.append(above)
    return None
