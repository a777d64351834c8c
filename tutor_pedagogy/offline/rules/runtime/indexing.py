"""Positions and keys: out of range, of the wrong kind, on things that have none."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.operands import kind, none_site
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext

_OUT_OF_RANGE = re.compile(r"(?P<type>list|string|tuple|range object|array|deque)? ?(?:assignment )?index out of range")


@runtime_rule("assigned-past-end", ("IndexError",), r"assignment index out of range", before=("empty-collection",))
def assigned_past_end(case: CrashContext) -> Match | None:
    statement = case.program.statement_at(case.line)
    for subscript in _subscripts(case):
        owner, index = case.text(subscript.value), case.text(subscript.slice)
        edit = None
        if (
            isinstance(statement, ast.Assign)
            and statement.targets == [subscript]
            and statement.lineno == statement.end_lineno
        ):
            line = case.program.line(statement.lineno)
            start = len(line) - len(line.lstrip())
            edit = case.program.edit(statement.lineno, f"{line[:start]}{owner}.append({case.text(statement.value)})")
        return case.here(subscript, edit=edit, owner=Code(owner), index=Code(index))
    return case.here(owner=Code(case.marked or "the list"), index="the position")


def _subscripts(case: CrashContext) -> list[ast.Subscript]:
    return [node for node in case.likely(ast.Subscript) if isinstance(node, ast.Subscript)]


@runtime_rule(
    "positions-wanted",
    ("IndexError", "TypeError"),
    r"index out of range|indices must be integers",
    before=("item-used-as-position",),
)
def positions_wanted(case: CrashContext) -> Match | None:
    """Find the loop over items whose body needs their positions."""
    for subscript in _subscripts(case):
        for loop in _loops_above(case, subscript):
            match loop:
                case ast.For(target=ast.Name(id=name), iter=iterated) if name in _names(subscript.slice):
                    owner = case.text(subscript.value)
                    if case.text(iterated) == owner and _has_neighbours(case, loop, name):
                        return Match(
                            lines=(loop.lineno,),
                            expression=case.program.line(loop.lineno).strip(),
                            slots={"owner": Code(owner), "name": Code(name), "use": Code(case.text(subscript))},
                        )
    return None


def _loops_above(case: CrashContext, node: ast.AST) -> list[ast.For | ast.While]:
    return [up for up in case.program.above(node) if isinstance(up, ast.For | ast.While)]


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in walk(node) if isinstance(n, ast.Name)}


def _has_neighbours(case: CrashContext, loop: ast.For, name: str) -> bool:
    """Tell whether a loop works with the places before or after, or writes into them, so that it needs positions."""
    for node in (n for s in loop.body for n in walk(s)):
        match node:
            case ast.Subscript(value=owner, slice=ast.BinOp(left=ast.Name(id=used))) if used == name and case.text(
                owner
            ) == case.text(loop.iter):
                return True
            case ast.Subscript(value=owner, slice=ast.Name(id=used), ctx=ast.Store()) if used == name and case.text(
                owner
            ) == case.text(loop.iter):
                return True
    return False


@runtime_rule(
    "item-used-as-position",
    ("IndexError", "TypeError"),
    r"index out of range|indices must be integers",
    before=("index-of-wrong-kind", "position-out-of-range"),
)
def item_used_as_position(case: CrashContext) -> Match | None:
    return _value_as_position(case)


def _value_as_position(case: CrashContext) -> Match | None:
    """Find where the loop hands out items, and the item is used as a position."""
    for subscript in _subscripts(case):
        index = subscript.slice
        for loop in _loops_above(case, subscript):
            match loop, index:
                case ast.For(target=ast.Name(id=name), iter=iterated), ast.Name(id=used) if name == used:
                    if case.text(iterated) == case.text(subscript.value):
                        return case.here(
                            subscript,
                            edit=case.rewrite(subscript, name),
                            owner=Code(case.text(subscript.value)),
                            name=Code(name),
                        )
    return None


@runtime_rule("loop-past-the-end", ("IndexError",), _OUT_OF_RANGE, before=("length-let-in",))
def loop_past_the_end(case: CrashContext) -> Match | None:
    """Find where the bound of the loop lets the position reach the length."""
    for subscript in _subscripts(case):
        owner, index = case.text(subscript.value), case.text(subscript.slice)
        for loop in _loops_above(case, subscript):
            match loop:
                case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=args)) if (
                    name in _names(subscript.slice) and args
                ):
                    bound = args[1] if len(args) > 1 else args[0]
                    text = case.text(bound)
                    slots = {"owner": Code(owner), "index": Code(index), "name": Code(name), "bound": Code(text)}
                    if isinstance(bound, ast.BinOp) and isinstance(bound.op, ast.Add) and "len" in _names(bound):
                        edit = case.rewrite(bound, case.text(bound.left))
                        return Match(lines=(loop.lineno,), expression=case.text(loop.iter), edit=edit, slots=slots)
                    if index == name and "len" not in _names(bound) and not isinstance(bound, ast.Constant):
                        return Match(lines=(loop.lineno,), expression=case.text(loop.iter), slots=slots)
                    if index == name and len(args) == 1 and "len" in _names(bound) and owner not in text:
                        return Match(lines=(loop.lineno,), expression=case.text(loop.iter), slots=slots)
                case ast.While(test=ast.Compare(left=left, ops=[ast.LtE()], comparators=[right])) if _is_length(
                    case, right
                ) and _leads_to(case, left, subscript.slice):
                    test = case.text(loop.test)
                    slots = {
                        "owner": Code(owner),
                        "index": Code(index),
                        "name": Code(case.text(left)),
                        "bound": Code(case.text(right)),
                    }
                    edit = case.rewrite(loop.test, test.replace("<=", "<", 1))
                    return Match(lines=(loop.lineno,), expression=test, edit=edit, slots=slots)
    return None


def _is_length(case: CrashContext, node: ast.expr) -> bool:
    """Tell whether an expression is the length of something: `len` itself, or a name that was given it."""
    if isinstance(node, ast.Name):
        values = [value for _, value in case.program.assignments(node.id)]
        return any(isinstance(v, ast.Call) and isinstance(v.func, ast.Name) and v.func.id == "len" for v in values)
    return isinstance(node, ast.Call) and "len" in _names(node)


def _leads_to(case: CrashContext, node: ast.expr, index: ast.expr) -> bool:
    """Tell whether a position is, or is worked out from, what a condition asks about."""
    wanted = _names(index)
    for name in list(wanted):
        for _, value in case.program.assignments(name):
            wanted |= _names(value) if value is not None else set()
    return bool(_names(node) & wanted)


@runtime_rule("length-let-in", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range",))
def length_let_in(case: CrashContext) -> Match | None:
    """Find the one condition of the code that lets a position be as large as the length of what it looks into."""
    owners = {case.text(subscript.value) for subscript in _subscripts(case)}
    found = []
    for node in case.program.nodes:
        match node:
            case ast.Compare(ops=[*_, ast.LtE()], comparators=[*_, ast.Call(func=ast.Name(id="len"), args=[owner])]):
                left = node.comparators[-2] if len(node.comparators) > 1 else node.left
                if case.text(owner) in owners and isinstance(left, ast.Name):
                    found.append((node, left, owner))
    if len(found) != 1:
        return None
    test, left, owner = found[0]
    text = case.text(test)
    at = text.rindex("<=")
    return Match(
        lines=(test.lineno,),
        expression=text,
        edit=case.rewrite(test, f"{text[:at]}<{text[at + 2 :]}"),
        slots={
            "owner": Code(case.text(owner)),
            "index": Code(left.id),
            "name": Code(left.id),
            "bound": Code(case.text(test.comparators[-1])),
        },
    )


@runtime_rule("middle-too-far", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range",))
def middle_too_far(case: CrashContext) -> Match | None:
    """Find the half of two added positions of which only the second was divided."""
    for subscript in _subscripts(case):
        name = subscript.slice.id if isinstance(subscript.slice, ast.Name) else ""
        for line, value in case.program.assignments(name):
            match value:
                case ast.BinOp(
                    left=ast.Name() as left,
                    op=ast.Add(),
                    right=ast.BinOp(left=ast.Name() as last, op=ast.FloorDiv(), right=ast.Constant(value=2)),
                ):
                    both = f"({left.id} + {last.id}) // 2"
                    slots = {"last": Code(last.id), "count": "2"}
                    return Match(
                        lines=(line,), expression=case.text(value), edit=case.rewrite(value, both), slots=slots
                    )
    return None


@runtime_rule("neighbour-on-other-side", ("IndexError",), _OUT_OF_RANGE, before=("neighbour-past-the-end",))
def neighbour_on_other_side(case: CrashContext) -> Match | None:
    """Find the item after the one of a loop that starts at the second, so that the one before was meant."""
    for subscript in _subscripts(case):
        match subscript.slice:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=int(step))):
                pass
            case _:
                continue
        for loop in _loops_above(case, subscript):
            match loop:
                case ast.For(
                    target=ast.Name(id=target),
                    iter=ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=first), _]),
                ) if target == name and first == step:
                    return case.here(
                        subscript,
                        edit=case.rewrite(subscript.slice, f"{name} - {step}"),
                        owner=Code(case.text(subscript.value)),
                        index=Code(case.text(subscript.slice)),
                        name=Code(name),
                        header=Code(case.text(loop.iter)),
                    )
    return None


@runtime_rule("neighbour-past-the-end", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range",))
def neighbour_past_the_end(case: CrashContext) -> Match | None:
    """Find the position one further than the loop variable."""
    for subscript in _subscripts(case):
        match subscript.slice:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=int(step))):
                owner = case.text(subscript.value)
                for loop in _loops_above(case, subscript):
                    slots = {"owner": Code(owner), "index": Code(case.text(subscript.slice)), "name": Code(name)}
                    match loop:
                        case ast.For(
                            target=ast.Name(id=target), iter=ast.Call(func=ast.Name(id="range"), args=args)
                        ) if target == name and args:
                            bound = args[1] if len(args) > 1 else args[0]
                            edit = case.rewrite(bound, f"{case.text(bound)} - {step}")
                            return Match(lines=(loop.lineno,), expression=case.text(loop.iter), edit=edit, slots=slots)
                        case ast.While():
                            return Match(lines=(loop.lineno,), expression=case.text(loop.test), slots=slots)
    return None


@runtime_rule("loop-asks-before-checking", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range",))
def loop_asks_before_checking(case: CrashContext) -> Match | None:
    """Find a `while` loop whose condition looks at an item before it knows that there is one."""
    for subscript in _subscripts(case):
        statement = case.program.statement_at(case.line)
        if (
            isinstance(statement, ast.While)
            and statement.test.lineno == case.line
            and any(n is subscript for n in walk(statement.test))
        ):
            name = next(iter(sorted(_names(subscript.slice))), "")
            if name:
                return case.here(subscript, owner=Code(case.text(subscript.value)), name=Code(name))
    return None


@runtime_rule("empty-collection", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range",))
def empty_collection(case: CrashContext) -> Match | None:
    """Find a fixed position in something that may be empty."""
    for subscript in _subscripts(case):
        text = case.text(subscript.slice).replace(" ", "")
        owner = case.text(subscript.value)
        is_fixed = re.fullmatch(r"-?\d+", text) or text == f"len({owner})-1".replace(" ", "")
        if is_fixed:
            return case.here(subscript, owner=Code(owner), index=Code(case.text(subscript.slice)))
    return None


@runtime_rule(
    "taken-from-empty",
    ("IndexError", "KeyError"),
    r"pop from (?:an )?empty|pop index out of range|popitem\(\)"
    r"|Cannot choose from an empty sequence|pop from an empty",
    before=("key-not-found",),
)
def taken_from_empty(case: CrashContext) -> Match | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            return case.here(call, owner=Code(case.text(call.func.value)), call=Code(case.text(call)))
    return case.here(owner=Code(case.marked or "the collection"), call=Code(case.marked or "the call"))


@runtime_rule("position-out-of-range", ("IndexError",), _OUT_OF_RANGE)
def position_out_of_range(case: CrashContext) -> Match | None:
    for subscript in _subscripts(case):
        for loop in _loops_above(case, subscript):
            if isinstance(loop, ast.While) and isinstance(loop.test, ast.BoolOp) and isinstance(loop.test.op, ast.Or):
                asked = [part for part in loop.test.values if _names(subscript.slice) & _names(part)]
                if asked and any("len" in _names(part) for part in asked):
                    return Match(
                        lines=(loop.lineno,),
                        expression=case.text(loop.test),
                        slots={"owner": Code(case.text(subscript.value)), "index": Code(case.text(subscript.slice))},
                    )
        return case.here(subscript, owner=Code(case.text(subscript.value)), index=Code(case.text(subscript.slice)))
    return case.here(owner=Code(case.marked or "the collection"), index="the position")


@runtime_rule(
    "text-key-on-list",
    ("TypeError",),
    r"(?P<owner>list|string|tuple|str|byte"
    r"|range) indices must be integers(?: or slices)?(?:, not (?P<q>'?)str(?P=q))",
    before=("index-of-wrong-kind",),
)
def text_key_on_list(case: CrashContext) -> Match | None:
    """Items of a list of dictionaries, or a text taken for a dictionary."""
    for subscript in _subscripts(case):
        if isinstance(subscript.slice, ast.Constant) and isinstance(subscript.slice.value, str):
            return case.here(
                subscript,
                owner=Code(case.text(subscript.value)),
                key=Code(case.text(subscript.slice)),
                owner_kind=kind(case.match["owner"]),
            )
    return None


@runtime_rule(
    "index-of-wrong-kind",
    ("TypeError",),
    r"(?P<owner>list|string|tuple|str|byte"
    r"|range) indices must be integers(?: or slices)?(?:, not '?(?P<given>\w+)'?)?",
)
def index_of_wrong_kind(case: CrashContext) -> Match | None:
    given = case.match["given"]
    for subscript in _subscripts(case):
        owner, index = case.text(subscript.value), case.text(subscript.slice)
        slots = {
            "owner": Code(owner),
            "index": Code(index),
            "owner_kind": kind(case.match["owner"]),
            "kind": kind(given or "str"),
        }
        looping = _value_as_position(case)
        edit = looping.edit if looping is not None else None
        if edit is None and given == "float":
            edit = case.rewrite(subscript.slice, f"int({index})")
        if edit is None and given == "tuple" and isinstance(subscript.slice, ast.Tuple):
            parts = "][".join(case.text(part) for part in subscript.slice.elts)
            edit = case.rewrite(subscript, f"{owner}[{parts}]")
        return case.here(subscript, edit=edit, slots=slots)
    return case.here(
        owner=Code(case.marked or "it"),
        index="the position",
        owner_kind=kind(case.match["owner"]),
        kind=kind(given or "str"),
    )


@runtime_rule(
    "none-looked-into",
    ("TypeError",),
    r"'(?P<type>NoneType)' object (?:is not subscriptable|does not support item)",
    before=("no-items",),
)
def none_looked_into(case: CrashContext) -> Match | None:
    given = case.match["type"]
    subscripts = _subscripts(case)
    for subscript in subscripts:
        if given == "NoneType":
            site = none_site(case, subscript.value)
            if site is not None:
                return site
            return case.here(
                subscript, name=Code(case.text(subscript.value)), source="a place that never gave it a value"
            )
    return case.here(name=Code(case.marked or "the value"), source="a place that never gave it a value")


@runtime_rule(
    "fixed-value-changed",
    ("TypeError",),
    r"'(?P<type>str|tuple|range|bytes|frozenset|dict_keys|generator"
    r"|set)' object (?:does not support item|doesn't support item)",
    before=("no-items",),
)
def fixed_value_changed(case: CrashContext) -> Match | None:
    for subscript in _subscripts(case):
        return case.here(subscript, owner=Code(case.text(subscript.value)), kind=kind(case.match["type"]))
    return case.here(owner=Code(case.marked or "the value"), kind=kind(case.match["type"]))


@runtime_rule(
    "no-items",
    ("TypeError",),
    r"'(?P<type>[\w.]+)' object (?:is not subscriptable|does not support item|doesn't support item)",
)
def no_items(case: CrashContext) -> Match | None:
    for subscript in _subscripts(case):
        return case.here(subscript, owner=Code(case.text(subscript.value)), kind=kind(case.match["type"]))
    return case.here(owner=Code(case.marked or "the value"), kind=kind(case.match["type"]))


@runtime_rule("counting-new-key", ("KeyError",), before=("key-not-found",))
def counting_new_key(case: CrashContext) -> Match | None:
    """Find where a new key is added to, as in counting, before it has a first value."""
    statement = case.program.statement_at(case.line)
    match statement:
        case ast.AugAssign(target=ast.Subscript() as target):
            pass
        case ast.Assign(targets=[ast.Subscript() as target], value=value) if case.text(target) in case.text(value):
            pass
        case _:
            return None
    return case.here(target, owner=Code(case.text(target.value)), key=Code(case.text(target.slice)))


@runtime_rule("key-not-found", ("KeyError",))
def key_not_found(case: CrashContext) -> Match | None:
    raw = case.crash.message.strip()
    subscripts = _subscripts(case)
    if not subscripts:
        return case.here(key=_as_index(raw, raw), owner="the dictionary", near="none that is close")
    for subscript in subscripts:
        owner = case.text(subscript.value)
        keys = _known_keys(case, owner)
        wanted = raw.strip("'\"")
        near = get_close_matches(wanted, keys, 1, 0.7) or [k for k in keys if k.lower() == wanted.lower()]
        edit = None
        if near and isinstance(subscript.slice, ast.Constant) and isinstance(subscript.slice.value, str):
            edit = case.rewrite(subscript.slice, repr(near[0]))
        return case.here(
            subscript,
            edit=edit,
            key=_as_index(raw, case.text(subscript.slice)),
            owner=Code(owner),
            near=Code(repr(near[0])) if near else "none that is close",
        )
    return None


def _as_index(key: str, source: str) -> Code:
    """Show a key as it stands between square brackets, such that with the code before it, it spells no statement.

    In round brackets it would read on as a call, with a sign as a difference.
    """
    for shown in (key, source):
        bare = shown[1:-1] if shown.startswith("(") and shown.endswith(")") else shown
        if bare and not bare.startswith(("(", "-", "+")):
            return Code(bare)
    return Code("key")


def _known_keys(case: CrashContext, owner: str) -> list[str]:
    keys: list[str] = []
    for node in case.program.nodes:
        match node:
            case ast.Dict(keys=parts):
                keys += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(value)))]) if (
                name == owner
            ):
                keys.append(value)
    return keys
