"""Indices out of range, and the loop, condition or literal that lets the index pass the end."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import first_argument, is_call_of, names_in, parts_of
from tutor_pedagogy.offline.engine.program import SHRINKING
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, Slots, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

MOST_CHANGES = 4
"""The maximum number of lines that a sentence about the lengths of two lists names."""
_OUT_OF_RANGE = re.compile(r"(?P<type>list|string|tuple|range object|array|deque)? ?(?:assignment )?index out of range")


@runtime_rule("assigned-past-end", ("IndexError",), r"assignment index out of range", before=("empty-collection",))
def assigned_past_end(case: CrashContext) -> Match | None:
    """Return the assignment to an index that does not exist in the list yet."""
    subscript, statement = case.subscript, case.statement
    if subscript is None:
        return case.here(owner=Code(case.marked or ""), index="")
    slots = {"owner": subscript.value, "index": subscript.slice}
    match statement:
        case ast.Assign(targets=[target], value=value) if target is subscript and statement.end_lineno == case.line:
            new = f"{case.text(subscript.value)}.append({case.text(value)})"
            held, at = case.value(subscript.value), case.value(subscript.slice)
            if isinstance(subscript.value, ast.Subscript) or (isinstance(held, list) and held and at != len(held)):
                size = str(len(held)) if isinstance(held, list) else ""
                return replace(case.here(subscript, slots=slots, size=size), is_symptom=True)
            return case.here(subscript, edit=case.rewrite_line(case.line, new), slots=slots)
    return case.here(subscript, slots=slots)


@runtime_rule(
    "positions-wanted",
    ("IndexError", "TypeError"),
    r"index out of range|indices must be integers",
    before=("item-used-as-position",),
)
def positions_wanted(case: CrashContext) -> Match | None:
    """Return the loop over items that should be a loop over indices."""
    for subscript in case.subscripts:
        for loop in case.loops_above(subscript):
            match loop:
                case ast.For(target=ast.Name(id=name) as item, iter=iterated) if name in names_in(subscript.slice):
                    if case.text(iterated) == case.text(subscript.value) and _has_neighbours(case, loop, name):
                        return case.at(loop, owner=subscript.value, name=item, use=subscript)
    return None


def _has_neighbours(case: CrashContext, loop: ast.For, name: str) -> bool:
    """Return whether a loop uses neighbouring items or assigns to items, so that it needs indices."""
    for node in (inner for statement in loop.body for inner in walk(statement)):
        match node:
            case (
                ast.Subscript(value=owner, slice=ast.BinOp(left=ast.Name(id=used)))
                | ast.Subscript(value=owner, slice=ast.Name(id=used), ctx=ast.Store())
            ) if used == name and case.text(owner) == case.text(loop.iter):
                return True
    return False


@runtime_rule(
    "item-used-as-position",
    ("IndexError", "TypeError"),
    r"index out of range|indices must be integers",
    before=("index-of-wrong-kind", "position-out-of-range"),
)
def item_used_as_position(case: CrashContext) -> Match | None:
    """Return the subscript whose index is an item of the same collection."""
    for subscript in case.subscripts:
        for loop in case.loops_above(subscript):
            match loop, subscript.slice:
                case ast.For(target=ast.Name(id=name), iter=iterated), ast.Name(id=used) as index if name == used:
                    if case.text(iterated) == case.text(subscript.value):
                        slots: Slots = {"owner": subscript.value, "name": index}
                        if _is_counted_with(loop, name):
                            edit = case.rewrite(iterated, f"range(len({case.text(iterated)}))")
                            return case.here(subscript, edit=edit, slots=slots)
                        return case.here(subscript, replace=(subscript, name), slots=slots)
    return None


def _is_counted_with(loop: ast.stmt, name: str) -> bool:
    """Return whether a loop adds a number to its variable, as in `i + 1`, so that indices are meant."""
    for node in walk(loop):
        match node:
            case ast.BinOp(left=ast.Name(id=used), op=ast.Add(), right=ast.Constant(value=int())) if used == name:
                return True
    return False


@runtime_rule("loop-past-the-end", ("IndexError",), _OUT_OF_RANGE, before=("length-let-in", "limit-let-in"))
def loop_past_the_end(case: CrashContext) -> Match | None:
    """Return the bound of a loop with which the index can reach the length of the collection."""
    for subscript in case.subscripts:
        for loop in case.loops_above(subscript):
            found = _past_range(case, subscript, loop) or _past_condition(case, subscript, loop)
            if found is not None:
                return found
    return None


def _past_range(case: CrashContext, subscript: ast.Subscript, loop: ast.For | ast.While) -> Match | None:
    """Return the `range` of a loop if it passes the end of the collection."""
    match loop:
        case ast.For(target=ast.Name(id=name) as index, iter=ast.Call(func=ast.Name(id="range"), args=[*_, _] as args)):
            bound = args[0] if len(args) == 1 else args[1]
        case _:
            return None
    if name not in names_in(subscript.slice):
        return None
    has_length, is_plain = "len" in names_in(bound), case.text(subscript.slice) == name
    is_loose = is_plain and not has_length and not isinstance(bound, ast.Constant)
    is_of_another = is_plain and has_length and len(args) == 1 and case.text(subscript.value) not in case.text(bound)
    slots = {"owner": subscript.value, "index": subscript.slice, "name": index, "bound": bound}
    if has_length and isinstance(bound, ast.BinOp) and isinstance(bound.op, ast.Add):
        return case.at(loop.iter, replace=(bound, case.text(bound.left)), slots=slots)
    if is_of_another and (other := next((n for n in walk(bound) if isinstance(n, ast.Call)), None)) is not None:
        counted = first_argument(other)
        changes = _changes(case, counted, subscript.value) if counted is not None else ""
        return replace(case.at(loop.iter, slots=slots, counted=counted or "", changes=changes), is_symptom=True)
    return case.at(loop.iter, slots=slots) if is_loose else None


_CHANGING = {
    **dict.fromkeys(("append", "insert", "extend"), "adds to"),
    **dict.fromkeys(("pop", "remove", "clear"), "takes from"),
}
"""What the methods that change the length of a list do, in words."""


def _changes(case: CrashContext, *lists: ast.expr) -> str:
    """Return in words which lines change the lengths of two lists; empty unless each is changed once or twice."""
    words: list[str] = []
    names = [case.text(each) for each in lists]
    for call in sorted(case.program.each(ast.Call), key=lambda each: each.lineno):
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method in _CHANGING:
                if (name := case.text(owner)) in names:
                    condition = case.program.parents.get(case.program.statement_at(call.lineno) or call)
                    when = (
                        f", under the condition of line {case.program.shown(condition.lineno)}"
                        if isinstance(condition, ast.If)
                        else ""
                    )
                    words.append(f"line {case.program.shown(call.lineno)} {_CHANGING[method]} `{name}`{when}")
    return "; ".join(words) if 1 <= len(words) <= MOST_CHANGES else ""


def _past_condition(case: CrashContext, subscript: ast.Subscript, loop: ast.For | ast.While) -> Match | None:
    """Return the condition of a `while` loop if it allows an index equal to the length."""
    match loop:
        case ast.While(test=ast.Compare(left=left, ops=[ast.LtE()], comparators=[bound]) as test):
            if not _is_length(case, bound) or not _leads_to(case, left, subscript.slice):
                return None
            new = case.text(test).replace("<=", "<", 1)
            slots = {"owner": subscript.value, "index": subscript.slice, "name": left, "bound": bound}
            if (length := _length_that_sinks(case, loop, bound)) is not None:
                return case.at(length, replace=(length, f"{case.text(length)} - 1"), slots=slots)
            return case.at(test, replace=(test, new), slots=slots)
    return None


def _length_that_sinks(case: CrashContext, loop: ast.While, bound: ast.expr) -> ast.expr | None:
    """Return the call of `len` with which a bound starts that the loop sets one below a place it has looked at."""
    if not isinstance(bound, ast.Name):
        return None
    inside = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
    bound_to = case.program.assignments(bound.id)
    sinks = any(
        line in inside and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub) for line, value in bound_to
    )
    lengths = [value for line, value in bound_to if line not in inside and is_call_of(value, "len")]
    return lengths[0] if sinks and len(lengths) == 1 else None


def _is_length(case: CrashContext, node: ast.expr) -> bool:
    """Return whether an expression is a length: a call with `len`, or a variable that is assigned a call of `len`."""
    if isinstance(node, ast.Name):
        return any(is_call_of(value, "len") for _, value in case.program.assignments(node.id))
    return isinstance(node, ast.Call) and "len" in names_in(node)


def _leads_to(case: CrashContext, node: ast.expr, index: ast.expr) -> bool:
    """Return whether an index is, or is computed from, a variable in the given expression."""
    wanted = names_in(index)
    values = [value for name in wanted for _, value in case.program.assignments(name) if value is not None]
    return bool(names_in(node) & (wanted | names_in(*values)))


@runtime_rule("length-let-in", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range", "limit-let-in"))
def length_let_in(case: CrashContext) -> Match | None:
    """Return the only condition of the program that allows an index equal to the length of the collection."""
    owners = {case.text(subscript.value) for subscript in case.subscripts}
    found = []
    for node in case.program.each(ast.Compare):
        match node:
            case ast.Compare(ops=[*_, ast.LtE()], comparators=[*_, ast.Call(func=ast.Name(id="len"), args=[owner])]):
                left = node.comparators[-2] if len(node.comparators) > 1 else node.left
                if case.text(owner) in owners and isinstance(left, ast.Name):
                    found.append((node, left, owner))
    if len(found) != 1:
        return None
    test, left, owner = found[0]
    start, _, end = case.text(test).rpartition("<=")
    return case.at(
        test, replace=(test, f"{start}<{end}"), owner=owner, index=left, name=left, bound=test.comparators[-1]
    )


@runtime_rule("middle-too-far", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range",))
def middle_too_far(case: CrashContext) -> Match | None:
    """Return the calculation of a middle index in which only the second of two indices is halved."""
    for subscript in case.subscripts:
        name = subscript.slice.id if isinstance(subscript.slice, ast.Name) else ""
        for _, value in case.program.assignments(name):
            match value:
                case ast.BinOp(
                    left=ast.Name() as left,
                    op=ast.Add(),
                    right=ast.BinOp(left=ast.Name() as last, op=ast.FloorDiv(), right=ast.Constant(value=2)),
                ):
                    return case.at(value, replace=(value, f"({left.id} + {last.id}) // 2"), last=last, count="2")
    return None


@runtime_rule("neighbour-on-other-side", ("IndexError",), _OUT_OF_RANGE, before=("neighbour-past-the-end",))
def neighbour_on_other_side(case: CrashContext) -> Match | None:
    """Return an index such as `i + 1` in a loop that starts at 1, where the previous item is meant."""
    for subscript, name, step in _steps(case):
        for loop in case.loops_above(subscript):
            match loop:
                case ast.For(
                    target=ast.Name(id=target) as index,
                    iter=ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=first), _]),
                ) if target == name and first == step:
                    replace = (subscript.slice, f"{name} - {step}")
                    slots = {"owner": subscript.value, "index": subscript.slice, "name": index, "header": loop.iter}
                    return case.here(subscript, replace=replace, slots=slots)
    return None


def _steps(case: CrashContext) -> list[tuple[ast.Subscript, str, int]]:
    """Return the subscripts with an index such as `i + 1`, each with the variable's name and the added number."""
    found = []
    for subscript in case.subscripts:
        match subscript.slice:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=int(step))):
                found.append((subscript, name, step))
    return found


def _changes_length(case: CrashContext, loop: ast.For | ast.While, owner: ast.expr) -> bool:
    """Return whether the body of a loop changes the length of a collection: its bound alone is not the cause then."""
    text = case.text(owner)
    for node in walk(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=held, attr=method)) if method in _CHANGING or method in SHRINKING:
                if case.text(held) == text:
                    return True
            case ast.Delete(targets=[ast.Subscript(value=held)]) if case.text(held) == text:
                return True
    return False


@runtime_rule("neighbour-past-the-end", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range",))
def neighbour_past_the_end(case: CrashContext) -> Match | None:
    """Return the loop whose body uses the item after the present one, so that the last iteration passes the end."""
    for subscript, name, step in _steps(case):
        slots: Slots = {"owner": subscript.value, "index": subscript.slice, "name": Code(name)}
        for loop in case.loops_above(subscript):
            if _changes_length(case, loop, subscript.value):
                break
            match loop:
                case ast.For(
                    target=ast.Name(id=target), iter=ast.Call(func=ast.Name(id="range"), args=[*_, _] as args)
                ):
                    if target == name:
                        bound = args[0] if len(args) == 1 else args[1]
                        return case.at(loop.iter, replace=(bound, f"{case.text(bound)} - {step}"), slots=slots)
                case ast.While(test=test) if name in names_in(test):
                    return case.at(test, slots=slots)
    return None


@runtime_rule(
    "counted-from-one", ("IndexError",), r"(?:list|tuple|string) index out of range", before=("empty-collection",)
)
def counted_from_one(case: CrashContext) -> Match | None:
    """Return the constant index that equals the length of a literal."""
    for node in case.subscripts:
        owner = node.value
        value = case.program.last_value(owner.id, case.line) if isinstance(owner, ast.Name) else owner
        match value:
            case ast.Constant(value=str(text)):
                length = len(text)
            case _:
                length = len(parts_of(value))
        if length and isinstance(node.slice, ast.Constant) and node.slice.value == length:
            return case.here(node, replace=(node.slice, str(length - 1)), owner=owner, index=Code(str(length)))
    return None


@runtime_rule("empty-collection", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range",))
def empty_collection(case: CrashContext) -> Match | None:
    """Return the constant index of a collection that may be empty."""
    for subscript in case.subscripts:
        owner, index = (case.text(node).replace(" ", "") for node in (subscript.value, subscript.slice))
        if re.fullmatch(r"-?\d+", index) or index == f"len({owner})-1":
            return case.here(subscript, owner=subscript.value, index=subscript.slice)
    return None


@runtime_rule(
    "taken-from-empty",
    ("IndexError", "KeyError"),
    r"pop from (?:an )?empty|pop index out of range|popitem\(\)"
    r"|Cannot choose from an empty sequence|pop from an empty",
    before=("key-not-found",),
)
def taken_from_empty(case: CrashContext) -> Match | None:
    """Return the method call that takes an item from an empty collection."""
    for call in case.calls:
        if isinstance(call.func, ast.Attribute):
            slots: dict[str, str | ast.AST] = {"owner": call.func.value, "call": call}
            slots |= {"stop": str(case.program.shown(case.line))}
            for loop in case.loops_above(call):
                match loop:
                    case ast.While(test=ast.Constant(value=True | 1) as test) if isinstance(call.func.value, ast.Name):
                        if not any(isinstance(node, ast.Break) for node in walk(loop)):
                            return case.at(loop.test, replace=(test, call.func.value.id), slots=slots)
                    case ast.While(
                        test=ast.Compare(
                            left=ast.Call(func=ast.Name(id="len"), args=[counted]),
                            ops=[ast.GtE()],
                            comparators=[ast.Constant(value=0)],
                        ) as asked
                    ) if case.text(counted) == case.text(call.func.value):
                        return case.at(asked, replace=(asked, f"len({case.text(counted)}) > 0"), slots=slots)
            return case.here(call, slots=slots)
    return case.here(owner=Code(case.marked or ""), call=Code(case.marked or ""))


@runtime_rule("position-out-of-range", ("IndexError",), _OUT_OF_RANGE)
def position_out_of_range(case: CrashContext) -> Match | None:
    """Return the subscript whose index is out of range, or the loop condition with `or` that should prevent it."""
    subscript = case.subscript
    if subscript is None:
        return case.here(owner=Code(case.marked or ""), index="")
    slots = {"owner": subscript.value, "index": subscript.slice}
    for loop in case.loops_above(subscript):
        match loop:
            case ast.While(test=ast.BoolOp(op=ast.Or(), values=parts)):
                asked = [names_in(part) for part in parts if names_in(part) & names_in(subscript.slice)]
                if any("len" in names for names in asked):
                    both = case.rewrite(loop.test, " and ".join(map(case.text, parts)))
                    found = case.at(loop.test, slots=slots)
                    return replace(found, choices=(both,)) if both is not None else found
    return case.here(subscript, slots=slots)
