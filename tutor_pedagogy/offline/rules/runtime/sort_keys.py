"""Items put in order by a `key`: what is compared is what the key gives for each item."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words

_TWO = 2


@runtime_rule(
    "sort-key-of-two-kinds",
    ("TypeError",),
    r"'[<>]=?' not supported between instances of '(?P<left>\w+)' and '(?P<right>\w+)'",
    before=("compared-kinds", "odd-item-in-order", "items-without-order", "own-objects-without-order"),
)
def sort_key_of_two_kinds(case: CrashContext) -> Match | None:
    """Return the key by which items are put in order, if it gives values of two types for them."""
    call = case.call("sort", "sorted", "max", "min")
    key = next((word.value for word in call.keywords if word.arg == "key"), None) if call is not None else None
    kinds = (case.match["left"], case.match["right"])
    if call is None or key is None or kinds[0] == kinds[1] or case.sides is not None:
        return None
    owner = call.func.value if called_name(call) == "sort" and isinstance(call.func, ast.Attribute) else None
    slots: dict[str, str | ast.AST] = {"ordered": Code(called_name(call)), "owner": owner or first_argument(call) or ""}
    slots |= {"left_type": in_words(kinds[0]), "right_type": in_words(kinds[1])}
    slots["stop"] = str(case.program.shown(case.line))
    place: ast.expr | int = key
    odd = _odd_entry(case, key)
    if odd is not None:
        text = odd.value.strip() if isinstance(odd.value, str) else ""
        edit = case.rewrite(odd, text) if text.isdecimal() else None
        return replace(case.at(odd, edit=edit, slots=slots, key=key), is_proved=True)
    if isinstance(key, ast.Name) and key.id in case.program.functions:
        returns = case.program.returns_of(case.program.functions[key.id])
        place = returns[0].lineno if len(returns) == 1 else key
    return replace(case.at(place, slots=slots, key=key), is_symptom=True)


def _odd_entry(case: CrashContext, key: ast.expr) -> ast.Constant | None:
    """Return the only literal of another type among those that the key of a `lambda` reads from dictionaries."""
    match key:
        case ast.Lambda(body=ast.Subscript(slice=ast.Constant(value=str(name)))):
            pass
        case _:
            return None
    found: dict[type, list[ast.Constant]] = {}
    for entry in case.program.each(ast.Dict):
        for part, value in zip(entry.keys, entry.values, strict=True):
            if isinstance(part, ast.Constant) and part.value == name:
                if not isinstance(value, ast.Constant):
                    return None
                kind = float if type(value.value) is int else type(value.value)
                found.setdefault(kind, []).append(value)
    odd = [values[0] for values in found.values() if len(values) == 1]
    return odd[0] if len(found) == _TWO and len(odd) == 1 else None
