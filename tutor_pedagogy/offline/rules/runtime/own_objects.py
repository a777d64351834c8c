"""Objects of the program's own classes in operations that their class does not define."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import parameters
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

_METHODS = {
    ast.Add: ("__add__", ("add", "plus", "sum")),
    ast.Sub: ("__sub__", ("sub", "subtract", "minus", "difference")),
    ast.Mult: ("__mul__", ("mul", "multiply", "times", "scale")),
    ast.Div: ("__truediv__", ("div", "divide")),
}
"""For each operator, the special method that defines it, and usual names of methods that do the same."""


@runtime_rule(
    "own-object-as-collection",
    ("TypeError",),
    r"'(?P<type>\w+)' object (?:is not (?:iterable|subscriptable)|does not support item)"
    r"|object of type '(?P<sized>\w+)' has no len|argument of type '(?P<searched>\w+)' is not",
    before=("loop-over-other", "no-items", "no-length", "nothing-to-search-in", "function-not-called"),
)
def own_object_as_collection(case: CrashContext) -> Match | None:
    """Return the use of an object of the program's own class as if it were the collection that it keeps."""
    owner = case.classes.get(case.match["type"] or case.match["sized"] or case.match["searched"])
    used = _used(case)
    if owner is None or used is None:
        return None
    kept = _collections_of(owner)
    new = f"{case.text(used)}.{kept[0]}" if len(kept) == 1 else None
    inside = f"`{kept[0]}`" if len(kept) == 1 else "one of its attributes"
    return case.here(used, replace=(used, new), name=used, class_name=Code(owner.name), inside=inside)


def _used(case: CrashContext) -> ast.expr | None:
    """Return the object that the failing line uses as a collection."""
    message = case.crash.message
    if "has no len" in message:
        call = case.call("len")
        return call.args[0] if call is not None and call.args else None
    if "subscriptable" in message or "item" in message:
        return case.subscript.value if case.subscript is not None else None
    if "argument of type" in message:
        compare = case.first(ast.Compare)
        return compare.comparators[0] if compare is not None else None
    if isinstance(case.statement, ast.For) and case.statement.lineno == case.line:
        return case.statement.iter
    return next((call.args[0] for call in case.calls if call.args), None)


def _collections_of(owner: ast.ClassDef) -> list[str]:
    """Return the attributes in which a class keeps a collection, as far as its code shows."""
    found: list[str] = []
    for node in walk(owner):
        match node:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)],
                value=ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.Name(),
            ):
                found.append(name)
    return list(dict.fromkeys(found))


@runtime_rule(
    "own-objects-in-operation",
    ("TypeError",),
    r"unsupported operand type\(s\) for \S{1,8}(?: \S{1,8}){0,3}: '(?P<left>\w+)' and '(?P<right>\w+)'",
    before=("text-in-calculation", "list-in-calculation", "text-plus-other", "sum-began-as-another-kind"),
)
def own_objects_in_operation(case: CrashContext) -> Match | None:
    """Return the operation with an object of the program's own class, which does not define the operator."""
    owner = case.classes.get(case.match["left"]) or case.classes.get(case.match["right"])
    if owner is None:
        return None
    place, edit, special = case.first(ast.BinOp), None, "the special method of this operator"
    if place is not None:
        special, usual = _METHODS.get(type(place.op), (special, ()))
        own = {node.name: node for node in owner.body if isinstance(node, ast.FunctionDef)}
        name = next((each for each in usual if each in own and len(parameters(own[each])) == 1), None)
        if name is not None and case.match["left"] == owner.name:
            edit = case.rewrite(place, f"{case.text(place.left)}.{name}({case.text(place.right)})")
    call = case.call("sum")
    if place is None and call is not None and len(call.args) == 1:
        stored = [
            node.attr
            for node in walk(owner)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and case.text(node.value) == "self"
        ]
        if len(set(stored)) == 1:
            edit = case.rewrite(call.args[0], f"each.{stored[0]} for each in {case.text(call.args[0])}")
    slots = {"class_name": Code(owner.name), "special": Code(special) if special[0] == "_" else special}
    return case.here(place, edit=edit, slots=slots)


@runtime_rule(
    "arguments-swapped",
    ("AttributeError", "IndexError", "KeyError", "TypeError", "ValueError"),
    before=(
        *("range-of-collection", "loop-over-number", "text-plus-other", "compared-kinds", "text-in-calculation"),
        *("no-items", "no-length", "method-of-another-kind", "key-not-found", "index-of-wrong-kind"),
        *("loop-over-other", "attribute-misspelt", "nothing-to-search-in", "list-in-calculation", "item-onto-list"),
        *("number-in-quotes", "number-from-input", "began-as-number", "began-without-keys", "text-key-on-list"),
        *("value-handed-for-object", "parts-still-texts", "fixed-value-changed", "item-used-as-position"),
    ),
)
def arguments_swapped(case: CrashContext) -> Match | None:
    """Return the call that led to the failing line, if swapping its two first arguments mends the program."""
    function = case.function
    if function is None or not case.crash.callers:
        return None
    for call in case.program.each(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, second, *_]):
                is_caller = call.lineno == call.end_lineno == case.crash.callers[-1]
                is_made = name == function.name or (function.name == "__init__" and name in case.classes)
                if is_caller and is_made and len(parameters(function)) >= len(call.args):
                    text = case.text(call)
                    start, end = case.text(first), case.text(second)
                    between = text[text.index(start, len(case.text(call.func))) :]
                    swapped = between.replace(start, "\0", 1).replace(end, start, 1).replace("\0", end, 1)
                    edit = case.rewrite(call, text[: len(text) - len(between)] + swapped)
                    names = parameters(function)
                    kinds = {type(case.names.get(each, UNKNOWN)) for each in names[:2]}
                    if len(kinds) == 1 or type(UNKNOWN) in kinds:
                        return None
                    slots = {"function": Code(function.name if name == function.name else name)}
                    slots |= {"first": Code(names[0]), "second": Code(names[1])}
                    return replace(case.at(call, edit=edit, slots=slots), needs_edit=True)
    return None
