"""What a failing case and the program show together: a loop without a round, a lost order, a call that never comes."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, indexed_list, is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic.followed import symptom_name
from tutor_pedagogy.offline.rules.logic.tree import inside, last_line, reads
from tutor_pedagogy.offline.rules.logic.trials.expectations import expression, literal
from tutor_pedagogy.offline.rules.logic.trials.reported import case_runs
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_protocol import Certainty

UNCALLED = Rule("logic.inner-function-never-called", "logic")
DROPPED = Rule("logic.answer-of-inner-call-lost", "logic")
SORTING = Rule("logic.order-lost-by-sorting", "logic")
NO_ROUND = Rule("logic.loop-without-a-round", "logic")
FIXED = Rule("logic.compared-with-one-fixed-item", "logic")
AFTER = Rule("logic.loop-variable-after-the-loop", "logic")
FIRST = Rule("logic.first-equal-one-removed", "logic")
SHIFTED = Rule("logic.index-skips-after-removal", "logic")
RULES = (SHIFTED, FIRST, UNCALLED, DROPPED, SORTING, NO_ROUND, FIXED, AFTER)

_LONGEST = 60
Shown = tuple[Rule, "Match", "Certainty"]


def explain_case(program: Program, symptom: Symptom | None) -> Shown | None:
    """Return what the failing case shows in the function that it calls, its place and its certainty; or None."""
    function = symptom.function_in(program) if symptom is not None else None
    if symptom is None or function is None or not symptom.call:
        return None
    looks: tuple[Callable[[Program, Function, Symptom], Shown | None], ...] = (
        _uncalled,
        _dropped,
        _sorting,
        _first_removed,
        _shifted,
        _no_round,
        _fixed,
        _after,
    )
    shown = (look(program, function, symptom) for look in looks)
    return next((each for each in shown if each is not None), None)


def _uncalled(program: Program, function: Function, symptom: Symptom) -> Shown | None:
    """Return the function inside another one that returns nothing, and that never names the inner one."""
    if symptom.got != "None":
        return None
    own = [node for node in program.own_nodes(function) if isinstance(node, ast.Return) and node.value is not None]
    if any(program.function_at(node.lineno) is function for node in own):
        return None
    for inner in function.body:
        if not isinstance(inner, ast.FunctionDef) or inner.decorator_list or not program.returns_of(inner):
            continue
        first, last = inner.lineno, last_line(inner)
        if all(first <= use.lineno <= last for use in program.uses.get(inner.name, ())):
            slots = {**_slots(symptom), "inner": Code(inner.name), "function": Code(function.name)}
            return UNCALLED, program.on_line(inner, **slots), "certain"
    return None


def _dropped(program: Program, function: Function, symptom: Symptom) -> Shown | None:
    """Return a function's call of itself whose result nothing takes, where it returns a collection made in the call."""
    returned = [node.value for node in program.returns_of(function) if node.value is not None]
    made = {
        name
        for value in returned
        if isinstance(value, ast.Name)
        for name in [value.id]
        if any(
            isinstance(start, ast.List | ast.Dict | ast.Set) and program.function_at(line) is function
            for line, start in program.assignments(name)
        )
    }
    for node in program.own_nodes(function):
        if not isinstance(node, ast.Expr) or not is_call_of(node.value, function.name):
            continue
        if made and _ran(program, node.lineno):
            slots = {**_slots(symptom), "function": Code(function.name), "name": Code(min(made))}
            return DROPPED, program.here(node.value, inner=Code(program.segment(node.value)), **slots), "likely"
    return None


def _sorting(program: Program, function: Function, symptom: Symptom) -> Shown | None:
    """Return the only line that sorts, if the result is sorted and the right one is not."""
    (is_right, wanted), (is_known, came) = literal(symptom.expected), literal(symptom.got)
    if not is_right or not is_known or not isinstance(wanted, list | tuple) or not isinstance(came, list | tuple):
        return None
    try:
        is_lost = list(came) == sorted(wanted) and list(wanted) not in (sorted(wanted), sorted(wanted, reverse=True))
    except TypeError:
        return None
    sorts = [
        node
        for node in program.own_nodes(function)
        if is_call_of(node, "sorted")
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sort")
    ]
    if not is_lost or len(sorts) != 1 or not _ran(program, sorts[0].lineno):
        return None
    return SORTING, program.here(sorts[0], **_slots(symptom)), "likely"


def _first_removed(program: Program, function: Function, symptom: Symptom) -> Shown | None:
    """Return the only call of `remove`, if the last of equal items are kept where the first ones should be."""
    tree = expression(symptom.call)
    (is_right, wanted), (is_known, came) = literal(symptom.expected), literal(symptom.got)
    if not is_right or not is_known or not isinstance(wanted, list) or not isinstance(tree, ast.Call) or not tree.args:
        return None
    is_given, given = literal(ast.unparse(tree.args[0]))
    if not is_given or not isinstance(given, list) or came == wanted:
        return None
    first = [item for place, item in enumerate(given) if item not in given[:place]]
    last = [item for place, item in enumerate(given) if item not in given[place + 1 :]]
    removing = [
        node
        for node in program.own_nodes(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "remove"
    ]
    if wanted != first or came != last or len(removing) != 1 or not _ran(program, removing[0].lineno):
        return None
    return FIRST, program.here(removing[0], **_slots(symptom)), "likely"


def _shifted(program: Program, function: Function, symptom: Symptom) -> Shown | None:
    """Return the line that takes the item at a loop's own index out of the list whose indices the loop counts."""
    for loop in program.own_nodes(function):
        if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name) or _leaves(loop):
            continue
        index = loop.target.id
        for node in inside(loop.body):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="pop"), args=[ast.Name(id=at)]):
                    pass
                case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=at))]):
                    pass
                case _:
                    continue
            counted = indexed_list(loop.iter) or _almost_all(loop.iter)
            if program.loop_around(node) is not loop or _grows(loop, owner) or _stored_in(loop, index):
                continue
            if at == index and counted is not None and counted.id == owner and _ran(program, node.lineno):
                return SHIFTED, program.on_line(node, **_slots(symptom), index=Code(index)), "likely"
    return None


def _grows(loop: ast.For, owner: str) -> bool:
    """Return whether a loop also puts items into a list."""
    for node in inside(loop.body):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "insert" | "extend")):
                if name == owner:
                    return True
            case ast.AugAssign(target=ast.Name(id=name)) if name == owner:
                return True
    return False


def _stored_in(loop: ast.For, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) for node in inside(loop.body)
    )


def _almost_all(indices: ast.expr) -> ast.Name | None:
    """Return the name of a list of which `range(len(items) - 1)` gives the indices."""
    match indices:
        case ast.Call(func=ast.Name(id="range"), args=[ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant())]):
            return indexed_list(ast.Call(func=ast.Name(id="range"), args=[left], keywords=[]))
    return None


def _no_round(program: Program, function: Function, symptom: Symptom) -> Shown | None:
    """Return the only loop of a function, if it never comes to a round in the failing case."""
    loops = [node for node in program.own_nodes(function) if isinstance(node, Loop)]
    failing = next((run for run in case_runs(program) if not run.is_passed), None)
    if failing is None or len(loops) != 1 or failing.case.given != symptom.call:
        return None
    loop, ran = loops[0], failing.outcome.run.ran
    is_collected = any(isinstance(node, ast.Call | ast.AugAssign | ast.Assign) for node in inside(loop.body))
    _, wanted = literal(symptom.expected)
    if not is_collected or not wanted or not ran.get(loop.lineno) or ran.get(loop.body[0].lineno):
        return None
    is_while = isinstance(loop, ast.While)
    asked = Code(program.segment(loop.test if isinstance(loop, ast.While) else loop.iter))
    slots = {**_slots(symptom), "asked": asked, "once": "is false at once" if is_while else "has no item"}
    return NO_ROUND, program.on_line(loop, **slots), "likely"


def _fixed(program: Program, function: Function, symptom: Symptom) -> Shown | None:
    """Return a condition that compares each item with one fixed item, where its branch keeps the item."""
    for node in program.own_nodes(function):
        loop = program.loop_around(node) if isinstance(node, ast.If) else None
        match node:
            case ast.If(
                test=ast.Compare(
                    left=ast.expr() as left,
                    ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE()],
                    comparators=[ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant()) as fixed],
                ),
                body=[ast.Assign(targets=[ast.Name(id=kept)], value=ast.Name(id=item))],
                orelse=[],
            ) if isinstance(loop, ast.For) and item in names_in(loop.target) and item in names_in(left):
                is_changed = kept in names_in(node.test) or owner in _stored(loop)
                if not is_changed and _ran(program, node.lineno):
                    slots = {**_slots(symptom), "fixed": fixed, "name": Code(kept), "header": program.header(loop)}
                    return FIXED, program.here(node.test, **slots), "likely"
    return None


def _after(program: Program, function: Function, symptom: Symptom) -> Shown | None:
    """Return the line behind a loop that reads the loop's variable, where the loop was to choose one of its items."""
    for block in _blocks(function):
        for loop, behind in pairwise(block):
            if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name) or _leaves(loop):
                continue
            name = loop.target.id
            kept = sorted(_kept(loop, name))
            if not kept or not isinstance(behind, ast.Expr | ast.Assign | ast.AugAssign | ast.Return):
                continue
            is_read = any(reads(node, name) for node in walk(behind))
            is_kept_read = any(reads(node, each) for node in walk(behind) for each in kept)
            if is_read and not is_kept_read and _ran(program, behind.lineno):
                slots = {**_slots(symptom), "name": Code(name), "kept": Code(kept[0]), "header": program.header(loop)}
                return AFTER, program.on_line(behind, **slots), "likely"
    return None


def _blocks(function: Function) -> Iterator[list[ast.stmt]]:
    for node in walk(function):
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield block


def _kept(loop: ast.For, item: str) -> set[str]:
    """Return the names that a condition of a loop gives a value of its item, and that the condition reads."""
    found: set[str] = set()
    for node in inside(loop.body):
        if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare) or item not in names_in(node.test):
            continue
        for statement in node.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if item in names_in(value):
                    found |= {name} & names_in(node.test)
    return found


def _leaves(loop: ast.For) -> bool:
    return any(isinstance(node, ast.Break | ast.Return) for node in inside(loop.body)) or bool(loop.orelse)


def _stored(loop: ast.For) -> set[str]:
    """Return the names that a loop gives a value, or whose object it may change."""
    found = {node.id for node in inside(loop.body) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in inside(loop.body):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
                found.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                found.add(name)
    return found


def _ran(program: Program, line: int) -> bool:
    """Return whether a failing case runs a line; True if no run of one is known."""
    failing = [run.outcome.run.ran for run in case_runs(program) if not run.is_passed]
    return not failing or any(ran.get(line) for ran in failing)


def _slots(symptom: Symptom) -> dict[str, Any]:
    return {"call": symptom_name(symptom), "expected": _code(symptom.expected), "got": _code(symptom.got)}


def _code(text: str | None) -> str:
    return Code(text) if text and len(text) <= _LONGEST and text.isprintable() and "`" not in text else ""
