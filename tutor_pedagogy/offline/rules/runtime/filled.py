"""Collections that stay empty or too short: the line that fills them, and the condition or loop around it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import called_name, first_argument, names_in, parts_of
from tutor_pedagogy.offline.engine.program import SHRINKING
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.seen_sides import difference
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_EMPTY = (
    r"division by zero|modulo by zero|empty|index out of range|at least one data point|larger than population"
    r"|no median|Sample larger"
)
_FAILURES = ("ZeroDivisionError", "IndexError", "ValueError", "StatisticsError", "TypeError")
_BEFORE = (
    *("division-by-zero", "taken-from-empty", "empty-collection", "nothing-to-choose-from", "random-of-nothing"),
    *("position-out-of-range", "value-not-accepted", "numerical.mean-of-nothing"),
)
_OF_ALL = frozenset(("max", "min", "mean", "median", "choice", "len", "sum", "stdev", "sample", "pop", "fmean"))
_CASES = frozenset(("upper", "lower", "title", "capitalize", "strip"))


class _Filling(NamedTuple):
    """The call that adds items to a collection, and the collection as the program names it there."""

    call: ast.Call
    owner: ast.expr


def _collection(case: CrashContext) -> ast.expr | None:
    """Return the collection on the failing line that has no item, or too few."""
    for call in case.calls:
        if called_name(call) in _OF_ALL:
            owner = call.func.value if called_name(call) == "pop" and isinstance(call.func, ast.Attribute) else None
            found = owner or first_argument(call)
            if isinstance(found, ast.Name | ast.Attribute):
                return found
    for node in case.likely(ast.BinOp):
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod) and isinstance(node.right, ast.Name):
            value = case.program.last_value(node.right.id, case.line)
            if isinstance(value, ast.Call) and called_name(value) == "len" and value.args:
                return value.args[0]
    return case.subscript.value if case.subscript is not None else None


def _filling(case: CrashContext, node: ast.expr) -> _Filling | None:
    """Return the only call that adds to a collection that began empty, also in the function that returned it."""
    way = WayBack(case, "list").of(node)
    began = way[-1].node if way else None
    if not isinstance(began, ast.List) or began.elts:
        return None
    statement = case.program.statement_at(began.lineno)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(target, ast.Name | ast.Attribute):
        return None
    name = target.id if isinstance(target, ast.Name) else target.attr
    found: list[_Filling] = []
    for call in case.program.each(ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=owner, attr=method)):
                held = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                if held != name or not _is_same(case, owner, call, began):
                    continue
                if method in ("append", "add", "insert"):
                    found.append(_Filling(call, owner))
                elif method == "extend" or (method in SHRINKING and method != "pop"):
                    return None
    return found[0] if len(found) == 1 else None


def _is_same(case: CrashContext, owner: ast.expr, call: ast.Call, began: ast.List) -> bool:
    """Return whether a call may add to the list that began at a literal: in its function, or in its class."""
    if isinstance(owner, ast.Attribute):
        around = [
            next((up for up in case.program.above(node) if isinstance(up, ast.ClassDef)), None)
            for node in (call, began)
        ]
        return case.text(owner.value) != "self" or around[0] is around[1]
    return case.program.function_at(call.lineno) in (case.program.function_at(began.lineno), None)


@runtime_rule("added-after-inner-loop", _FAILURES, _EMPTY, before=(*_BEFORE, "condition-never-true"))
def added_after_inner_loop(case: CrashContext) -> Match | None:
    """Return the line that adds a value after the inner loop which makes the values, and not in this loop."""
    node = _collection(case)
    filling = _filling(case, node) if node is not None else None
    if filling is None or not filling.call.args:
        return None
    statement = case.program.statement_at(filling.call.lineno)
    outer = case.program.parents.get(statement) if statement is not None else None
    if statement is None or not isinstance(outer, ast.For | ast.While):
        return None
    used = names_in(*filling.call.args)
    at = outer.body.index(statement) if statement in outer.body else 0
    inner = outer.body[at - 1] if at else None
    if not isinstance(inner, ast.For | ast.While):
        return None
    made = {
        name
        for each in walk(inner)
        if isinstance(each, ast.Assign) and len(each.targets) == 1
        for name in names_in(each.targets[0])
    }
    if isinstance(inner, ast.For):
        made |= names_in(inner.target)
    if not used & made or used & {n for each in outer.body if each is not inner for n in _assigned(each)}:
        return None
    slots: dict[str, str | ast.AST] = {"owner": filling.owner, "call": filling.call}
    slots["inner"] = str(case.program.shown(inner.lineno))
    return case.at(filling.call, edit=_into(case, statement, inner), slots=slots)


def _assigned(statement: ast.stmt) -> set[str]:
    return names_in(*statement.targets) if isinstance(statement, ast.Assign) else set()


def _into(case: CrashContext, statement: ast.stmt, loop: ast.For | ast.While) -> Edit | None:
    """Return the edit that moves a line into the loop above it."""
    if statement.lineno != statement.end_lineno:
        return None
    indent = case.program.line(loop.body[0].lineno)
    indent = indent[: len(indent) - len(indent.lstrip())]
    return case.program.edit(statement.lineno, indent + case.program.line(statement.lineno).strip())


@runtime_rule("condition-never-true", _FAILURES, _EMPTY, before=_BEFORE)
def condition_never_true(case: CrashContext) -> Match | None:
    """Return the condition under which alone a collection gets its items, if it has got none."""
    node = _collection(case)
    filling = _filling(case, node) if node is not None and _is_empty(case, node) else None
    if filling is None:
        return None
    around = [up for up in case.program.above(filling.call) if isinstance(up, ast.If | ast.For | ast.While)]
    tests = [up for up in around if isinstance(up, ast.If)]
    if len(tests) != 1 or around[0] is not tests[0] or not around[1:]:
        return None
    test = tests[0].test
    is_new = case.program.function_at(filling.call.lineno) is not None and isinstance(filling.owner, ast.Name)
    was_true = _was_true(case, test)
    if (was_true and not (is_new and case.value(node) == [])) or "pop from" in case.message:
        return None
    slots: dict[str, str | ast.AST] = {"owner": filling.owner, "test": test}
    slots["fill"] = str(case.program.shown(filling.call.lineno))
    slots["test_line"] = str(case.program.shown(test.lineno))
    slots["scope"] = "this call" if was_true else "this run"
    changed = _case_changed(case, test)
    if changed is not None:
        slots |= {"changed": changed, "method": Code(called_name(changed))}
        return replace(case.at(changed, slots=slots), choices=_other_cases(case, changed))
    unlike = difference(case, test)
    if unlike is not None:
        slots["unlike"] = unlike.words
        return replace(case.at(test, edit=unlike.edit, slots=slots), is_proved=True)
    return case.at(test, slots=slots)


def _was_true(case: CrashContext, test: ast.expr) -> bool:
    """Return whether the evaluator, if it fails on the same line, has found a condition true."""
    done = case.program.run
    return done is not None and done.exception is not None and True in done.tests.get(test, ())


def _is_empty(case: CrashContext, node: ast.expr) -> bool:
    """Return whether a collection is empty, by its value or by the exception's message."""
    value = case.value(node)
    if isinstance(value, list | tuple | str | dict):
        return not value
    is_zero = case.crash.exception == "ZeroDivisionError" or "empty" in case.message
    is_first = case.subscript is not None and case.text(case.subscript.slice) in ("0", "-1")
    return is_zero or "data point" in case.message or is_first


def _case_changed(case: CrashContext, test: ast.expr) -> ast.Call | None:
    """Return the call that has changed the letters of one side of `==`, if no string of the program has this form."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            sides = (left, right)
        case _:
            return None
    function = case.program.function_at(test.lineno)
    for side in sides:
        if not isinstance(side, ast.Name):
            continue
        for call in _sources(case, side, is_inside=function is not None):
            method = called_name(call)
            texts = _stored_texts(case)
            if method in _CASES and texts and not any(getattr(text, method)() == text for text in texts):
                return call
    return None


def _sources(case: CrashContext, side: ast.Name, *, is_inside: bool) -> list[ast.Call]:
    """Return the calls of string methods whose results the name, or the argument for it, has got."""
    names = {side.id}
    if is_inside:
        function = case.program.function_at(side.lineno)
        parameters = [arg.arg for arg in function.args.args] if function is not None else []
        if side.id in parameters and function is not None:
            at = parameters.index(side.id) - (parameters[:1] == ["self"])
            for call in case.program.each(ast.Call):
                if called_name(call) == function.name and at < len(call.args):
                    names |= names_in(call.args[at])
    found: list[ast.Call] = []
    for name in names:
        for _, value in case.program.assignments(name):
            if value is not None:
                calls = (node for node in walk(value) if isinstance(node, ast.Call))
                found += [call for call in calls if isinstance(call.func, ast.Attribute)]
    return found


def _stored_texts(case: CrashContext) -> list[str]:
    """Return the strings in the lists, tuples and dictionaries that the program writes out."""
    return [
        part.value
        for node in case.program.each(ast.List, ast.Tuple, ast.Dict)
        for part in (node.keys if isinstance(node, ast.Dict) else parts_of(node))
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isascii() and part.value
    ]


def _other_cases(case: CrashContext, call: ast.Call) -> tuple[Edit, ...]:
    """Return the edits that change the letters in the way in which the strings of the program are written."""
    texts = _stored_texts(case)
    if not isinstance(call.func, ast.Attribute):
        return ()
    owner = case.text(call.func.value)
    forms = [each for each in ("lower", "upper", "title") if all(getattr(text, each)() == text for text in texts)]
    lines = [*case.program.lines]
    edits = []
    for form in forms[:1]:
        line = lines[call.lineno - 1]
        start, end = case.columns(call)
        mended = [*lines]
        mended[call.lineno - 1] = f"{line[:start]}{owner}.{form}(){line[end:]}"
        edits.append(edit_to(case.program, "\n".join(mended)))
    return tuple(edits)
