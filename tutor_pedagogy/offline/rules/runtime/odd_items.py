"""Collections whose items cannot be put in order, because one of them has another type: the line that puts it in."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_PLAIN = frozenset(("str", "int", "float", "NoneType", "bool"))
_NUMBERS = frozenset(("int", "float", "bool"))


@runtime_rule(
    "odd-item-in-order",
    ("TypeError",),
    r"'[<>]=?' not supported between instances of '(?P<left>\w+)' and '(?P<right>\w+)'",
    before=("compared-kinds",),
)
def odd_item_in_order(case: CrashContext) -> Match | None:
    """Return the line that puts a value of another type into a collection whose items are put in order."""
    kinds = {case.match["left"], case.match["right"]}
    call = case.call("sort", "sorted", "max", "min")
    if case.sides is not None or call is None or len(kinds) == 1 or not kinds <= _PLAIN or call.keywords:
        return None
    owner = call.func.value if called_name(call) == "sort" and isinstance(call.func, ast.Attribute) else None
    collection = owner or first_argument(call)
    odd = _odd(case, collection, kinds)
    if collection is None or not odd:
        return None
    way = WayBack(case, odd).of_items(collection)
    step = way[-1] if way else None
    if step is None or step.kind not in ("added", "entry", "returned", "assigned"):
        return None
    added = next((each for each in way if each.kind == "added"), step)
    (other,) = kinds - {odd}
    slots: dict[str, str | ast.AST] = {"ordered": call, "owner": collection, "item": added.node}
    slots |= {"odd": in_words(odd), "other": "numbers" if other in _NUMBERS else f"{in_words(other)} each"}
    slots |= {"stop": str(case.program.shown(case.line)), "method": Code(called_name(call))}
    return case.at(added.node, slots=slots) if added.line != case.line else None


def _odd(case: CrashContext, collection: ast.expr | None, kinds: set[str]) -> str:
    """Return the type that fewer of the items have; without known items, that which is no number."""
    known = case.value(collection)
    if isinstance(known, list | tuple | set):
        counts = Counter("number" if type(item).__name__ in _NUMBERS else type(item).__name__ for item in known)
        if len(counts) == 2 and len(known) > 2:  # noqa: PLR2004 - two types, of which one is rarer
            (rare, least), (_, most) = sorted(counts.items(), key=lambda each: each[1])
            if least < most and rare != "number":
                return rare
    others = [kind for kind in kinds if kind not in _NUMBERS]
    return others[0] if len(others) == 1 else ""


@runtime_rule(
    "items-without-order",
    ("TypeError",),
    r"'[<>]=?' not supported between instances of '(?P<left>dict|set|object)' and '(?P=left)'",
    before=("compared-kinds",),
)
def items_without_order(case: CrashContext) -> Match | None:
    """Return the call that puts items in order for whose type Python knows no order, such as dictionaries."""
    call = case.call("sort", "sorted", "max", "min")
    if case.sides is not None or call is None or any(word.arg == "key" for word in call.keywords):
        return None
    owner = call.func.value if called_name(call) == "sort" and isinstance(call.func, ast.Attribute) else None
    collection = owner or first_argument(call)
    keys = _shared_keys(case.value(collection))
    edit = _with_key(case, call, keys[0]) if len(keys) == 1 else None
    slots: dict[str, str | ast.AST] = {"owner": collection or "", "method": Code(called_name(call))}
    slots |= {"kind": in_words(case.match["left"]), "key": Code(repr(keys[0])) if keys else ""}
    return replace(case.here(call, edit=edit, slots=slots), is_proved=True)


def _shared_keys(items: object) -> list[str]:
    """Return the keys that all of these dictionaries have, if they are strings."""
    rows = items if isinstance(items, list | tuple) else []
    if not rows or not all(isinstance(row, dict) for row in rows):
        return []
    return [key for key in rows[0] if isinstance(key, str) and all(key in row for row in rows)]


def _with_key(case: CrashContext, call: ast.Call, key: str) -> Edit | None:
    text = case.text(call)
    start = text[:-1] + (", " if call.args or call.keywords else "")
    return case.rewrite(call, f'{start}key=lambda each: each["{key}"])') if text.endswith(")") else None


@runtime_rule(
    "odd-item-in-sum",
    ("TypeError",),
    r"unsupported operand type\(s\) for \+: '(?:int|float)' and '(?P<odd>str)'",
    before=("text-plus-other", "text-in-calculation", "number-in-quotes", "parts-still-texts"),
)
def odd_item_in_sum(case: CrashContext) -> Match | None:
    """Return the line that puts the only value that is no number into a collection that is added up."""
    call, odd = case.call("sum"), case.match["odd"]
    collection = first_argument(call)
    items = case.value(collection)
    if collection is None or not isinstance(items, list | tuple):
        return None
    strange = [item for item in items if type(item).__name__ not in _NUMBERS]
    if len(strange) != 1 or len(items) <= len(strange) or type(strange[0]).__name__ != odd:
        return None
    way = WayBack(case, odd).of_items(collection)
    step = next((each for each in way if each.kind in ("added", "entry")), None)
    if step is None or not isinstance(step.node, ast.expr):
        return None
    node = step.node
    text = strange[0].strip() if isinstance(strange[0], str) else ""
    new = text if isinstance(node, ast.Constant) and re.fullmatch(r"-?\d+(?:\.\d+)?", text) else None
    slots: dict[str, str | ast.AST] = {"owner": collection, "item": node, "odd": in_words(odd)}
    slots["stop"] = str(case.program.shown(case.line))
    return replace(case.at(node, replace=(node, new), slots=slots), is_proved=True)
