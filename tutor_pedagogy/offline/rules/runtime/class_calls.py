"""Calls of a method on the class, where an object of the class is needed."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule(
    "method-called-on-class",
    ("TypeError",),
    r"missing \d+ required positional arguments?: '(?P<missing>\w+)'",
    before=("too-few-arguments", "made-and-not-used"),
)
def method_called_on_class(case: CrashContext) -> Match | None:
    """Return the call of a method on the class instead of an object, so that `self` is missing."""
    for call in case.calls:
        match call.func:
            case ast.Attribute(value=ast.Name() as owner, attr=method):
                if case.match["missing"] != "self" and not _takes_self(case, owner.id, method):
                    continue
                made = _objects(case, owner.id)
                name = made[0] if len(made) == 1 else None
                slots: dict[str, str | ast.AST] = {"class_name": owner, "method": Code(method)}
                return case.here(call, replace=(owner, name), slots=slots, object=Code(name) if name else "")
    return None


def _objects(case: CrashContext, class_name: str) -> list[str]:
    """Return the variables that hold an object of a class here: one that its call made, or one that has its name."""
    made = {
        name
        for name in case.program.uses
        for _, value in case.bound(name)
        if isinstance(value, ast.Call) and case.text(value.func) == class_name
    }
    if not made:
        named = class_name.lower()
        made = {
            name for name in case.program.uses if name == named and any(at < case.line for at, _ in case.bound(name))
        }
    return sorted(made)


def _takes_self(case: CrashContext, class_name: str, method: str) -> bool:
    """Return whether a name is a class of the program whose method of this name expects the object."""
    owner = case.classes.get(class_name)
    for each in owner.body if owner is not None else ():
        if isinstance(each, ast.FunctionDef) and each.name == method:
            return not each.decorator_list and [arg.arg for arg in each.args.args[:1]] == ["self"]
    return False
