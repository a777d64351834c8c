"""Objects of the program's own classes: replaced by a plain value or the class, or set up incompletely."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from difflib import get_close_matches

from tutor_pedagogy.offline.engine.nodes import called_name, is_stored, names_in, parameters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

_HAS_NO = re.compile(r"^'(?P<type>str|int|float|bool|list|tuple|dict)' object has no attribute '(?P<name>\w+)'")


@runtime_rule("value-handed-for-object", ("AttributeError",), _HAS_NO, before=("method-of-another-kind",))
def value_handed_for_object(case: CrashContext) -> Match | None:
    """Return the call that passes a constant for a parameter that is used as an object of the program's own class."""
    failed, function, owner = case.attribute(case.match["name"]), case.function, owner_of(case, case.match["name"])
    if failed is None or owner is None or function is None or not isinstance(failed.value, ast.Name):
        return None
    if failed.value.id not in parameters(function) or not case.crash.callers:
        return None
    at = parameters(function).index(failed.value.id)
    for call in case.program.each(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name == function.name:
                is_caller = call.lineno == case.crash.callers[-1]
                if is_caller and at < len(args) and isinstance(args[at], ast.Constant):
                    words = {"type": case.type_words, "class_name": Code(owner.name)}
                    return case.at(call, value=args[at], use=failed, slots=words)
    return None


def owner_of(case: CrashContext, attribute: str) -> ast.ClassDef | None:
    """Return the program's class that defines a method or sets an attribute of this name, or None."""
    for node in case.program.each(ast.FunctionDef, ast.Attribute):
        if is_stored(node, attribute) or (isinstance(node, ast.FunctionDef) and node.name == attribute):
            for up in case.program.above(node):
                if isinstance(up, ast.ClassDef):
                    return up
    return None


@runtime_rule("value-in-place-of-object", ("AttributeError",), _HAS_NO, before=("method-of-another-kind",))
def value_in_place_of_object(case: CrashContext) -> Match | None:
    """Return the only line that stores a parameter or a constant instead of an object of the program's own class."""
    failed, owner = case.attribute(case.match["name"]), owner_of(case, case.match["name"])
    if failed is None or owner is None:
        return None
    stored = [(line, value) for line, value in _stored_as(case, failed.value) if _is_bare(case, line, value)]
    if len(stored) != 1:
        return None
    line, value = stored[0]
    found = case.at(line, name=failed.value, value=value, class_name=Code(owner.name), use=failed)
    if isinstance(value, ast.Constant):
        return found
    handed = _handed(case, line, value)
    shown = case.program.shown(handed.lineno) if handed is not None else 0
    slots = {**found.slots, "handed": case.code(handed, ""), "from": str(shown) if shown else ""}
    key = _kept_under(case, handed, owner)
    if handed is not None and key is not None:
        return case.at(handed, replace=(handed, f"{key}[{case.text(handed)}]"), slots=slots, kept=Code(key))
    return replace(found, slots=slots, is_symptom=True)


def _handed(case: CrashContext, line: int, value: ast.expr) -> ast.expr | None:
    """Return the argument of the only call that gives a parameter its value; None if several calls do."""
    function = case.program.function_at(line)
    if function is None or not isinstance(value, ast.Name):
        return None
    owner = case.class_of(function)
    called = owner.name if owner is not None and function.name == "__init__" else function.name
    calls = [call for call in case.program.each(ast.Call) if called_name(call) == called]
    names = parameters(function)
    at = names.index(value.id) - (owner is not None and "self" not in names[:1] and False)
    if len(calls) != 1:
        return None
    named = [word.value for word in calls[0].keywords if word.arg == value.id]
    return named[0] if named else calls[0].args[at] if 0 <= at < len(calls[0].args) else None


def _kept_under(case: CrashContext, handed: ast.expr | None, owner: ast.ClassDef) -> str | None:
    """Return the dictionary of the program that keeps objects of a class, one of them under this constant key."""
    if not isinstance(handed, ast.Constant):
        return None
    for node in case.program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys, values=values)):
                for key, kept in zip(keys, values, strict=True):
                    is_key = isinstance(key, ast.Constant) and key.value == handed.value
                    if is_key and isinstance(kept, ast.Call) and called_name(kept) == owner.name:
                        return name
    return None


def _stored_as(case: CrashContext, variable: ast.expr) -> list[tuple[int, ast.expr]]:
    """Return the assignments to a name or an attribute: the line and the value of each."""
    match variable:
        case ast.Name(id=name):
            bound = case.bound(name)
            plain = [(line, value) for line, value in bound if value is not None]
            return plain if len(plain) == len(bound) else []
        case ast.Attribute(attr=attribute):
            return case.attribute_values(attribute)
    return []


def _is_bare(case: CrashContext, line: int, value: ast.expr) -> bool:
    """Return whether a value is a constant other than None, or a parameter of the function that contains the line."""
    if isinstance(value, ast.Constant):
        return value.value is not None
    function = case.program.function_at(line)
    names = {arg.arg for arg in function.args.args} if function is not None else set()
    return isinstance(value, ast.Name) and value.id in names


@runtime_rule(
    "abstract-method-missing",
    ("TypeError",),
    r"Can't instantiate abstract class (?P<type>\w+) (?:with|without an implementation for) abstract methods?"
    r" '?(?P<name>\w+)'?",
)
def abstract_method_missing(case: CrashContext) -> Match | None:
    """Return the class without a method that its parent class demands, or the method that is a misspelling of it."""
    owner, name = case.classes.get(case.match["type"]), case.match["name"]
    if owner is None:
        return None
    slots = {"class_name": Code(owner.name), "method": Code(name), "others": _others_without(case, owner)}
    own = [node for node in owner.body if isinstance(node, ast.FunctionDef)]
    demanded = {node.name for node in case.program.each(ast.FunctionDef) if node not in own}
    close = get_close_matches(name, [node.name for node in own if node.name not in demanded], 1, 0.6)
    for node in own:
        if node.name in close:
            return case.at(node, edit=case.substitute(node.lineno, node.name, name), slots=slots)
    return case.at(owner, slots=slots)


def _others_without(case: CrashContext, owner: ast.ClassDef) -> str:
    """Return in words which other subclasses of the same parents lack methods that these demand; else empty."""
    bases = {base.id for base in owner.bases if isinstance(base, ast.Name)}
    demanded = {
        part.name
        for base in bases
        for part in (case.classes[base].body if base in case.classes else ())
        if isinstance(part, ast.FunctionDef) and any("abstract" in case.text(each) for each in part.decorator_list)
    }
    found: list[str] = []
    for each in case.classes.values():
        is_sister = any(isinstance(base, ast.Name) and base.id in bases for base in each.bases)
        own = {part.name for part in each.body if isinstance(part, ast.FunctionDef)}
        if each is not owner and is_sister and demanded - own:
            missing = " and ".join(f"`{name}`" for name in sorted(demanded - own))
            found.append(f"`{each.name}` lacks {missing}")
    return ", and ".join(found)


@runtime_rule(
    "class-under-a-name",
    ("AttributeError",),
    r"type object '(?P<type>\w+)' has no attribute '(?P<name>\w+)'",
    before=("not-in-class",),
)
def class_under_a_name(case: CrashContext) -> Match | None:
    """Return the line that assigns a class to a variable instead of an object of the class."""
    failed = case.attribute(case.match["name"])
    if failed is None or not isinstance(failed.value, ast.Name):
        return None
    for line, value in case.program.assignments(failed.value.id):
        if isinstance(value, ast.Name) and value.id == case.match["type"] and line < case.line:
            return case.at(line, replace=(value, f"{value.id}()"), name=failed.value, class_name=value)
    return None


@runtime_rule(
    "parent-not-set-up",
    ("AttributeError",),
    r"'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'",
    before=("attribute-never-set",),
)
def parent_not_set_up(case: CrashContext) -> Match | None:
    """Return the `__init__` that does not call the parent class's `__init__`, which sets the missing attribute."""
    own = case.classes.get(case.match["type"])
    set_up = _set_up(own)
    if own is None or set_up is None or "super" in names_in(set_up):
        return None
    for base in own.bases:
        above = _set_up(case.classes.get(base.id)) if isinstance(base, ast.Name) else None
        used = {node.attr for node in walk(above) if isinstance(node, ast.Attribute)} if above is not None else ()
        if case.match["name"] in used:
            slots: dict[str, str | ast.AST] = {"attribute": Code(case.match["name"]), "class_name": Code(own.name)}
            slots["parent"] = base
            edit = None
            wanted = parameters(above) if above is not None else []
            if set(wanted) <= set(parameters(set_up)) and set_up.body[0].lineno > set_up.lineno:
                edit = case.insert_line(set_up.body[0].lineno, f"super().__init__({', '.join(wanted)})")
            return case.at(set_up, edit=edit, slots=slots)
    return None


def _set_up(owner: ast.ClassDef | None) -> ast.FunctionDef | None:
    """Return the `__init__` of a class, or None."""
    methods = owner.body if owner is not None else []
    return next((node for node in methods if isinstance(node, ast.FunctionDef) and node.name == "__init__"), None)
