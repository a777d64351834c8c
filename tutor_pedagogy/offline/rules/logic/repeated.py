"""Steps done once in place of several times, in both branches in place of one, or before the value was used."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import called_name, names_in
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.symptom import is_complaint
from tutor_pedagogy.offline.rules.logic.tree import inside, last_line, reads, stored_in
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_STEPS = 1500
_ON_CONDITION = re.compile(
    r"(?i)\b(?:when|whenever|although|though|even|if|wenn|obwohl|auch|sogar|cuando|aunque|si|quand|m[e\u00ea]me|quando|se)\b"
)
_LEAST_ALIKE = 3
_GETTING = frozenset(("input", "next", "readline", "pop", "popleft", "get"))


@logic_rule("same-test-twice", 0.9, "value truth zero other", needs=(ast.If, ast.Compare))
def same_test_twice(program: Program) -> Iterator[Match]:
    """Yield the second of two `if` with one condition that count into two names: both always have the same number."""
    for _, first, second in program.neighbours:
        match first, second:
            case ast.If(body=[one], orelse=[]), ast.If(body=[other], orelse=[]) if alike(first.test, second.test):
                pass
            case _:
                continue
        counted, same = _count(one), _count(other)
        if counted is None or same is None or counted[0] == same[0] or counted[1] != same[1]:
            continue
        names = {counted[0], same[0]}
        starts = [program.last_value(name, first.lineno) for name in sorted(names)]
        if names & names_in(first.test) or not all(_is_same_start(each, starts[0]) for each in starts):
            continue
        if any(isinstance(node, ast.Call) and called_name(node) not in ("len", "abs") for node in walk(first.test)):
            continue
        slots: dict[str, Any] = {"one": Code(counted[0]), "other": Code(same[0]), "first": program.header(first)}
        yield program.here(second.test, **slots)
        return


def _is_same_start(value: ast.expr | None, start: ast.expr | None) -> bool:
    if value is None or start is None:
        return value is start
    return alike(value, start)


def _count(statement: ast.stmt) -> tuple[str, str] | None:
    """Return the name that a statement adds a constant to, and the rest of the statement without the name."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=name), op=operator, value=ast.Constant(value=value)):
            return name, f"{type(operator).__name__} {value!r}"
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.BinOp(left=ast.Name(id=same), op=operator, right=ast.Constant(value=value)),
        ) if name == same:
            return name, f"{type(operator).__name__} {value!r}"
    return None


@logic_rule("first-value-never-used", 0.9, "less value off more other", needs=(ast.While,), each=ast.While)
def first_value_never_used(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield a loop that fetches the next value before it uses the one that its condition has just tested."""
    match loop.body[0]:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) as first if name in names_in(loop.test):
            pass
        case _:
            return
    before = program.last_value(name, loop.lineno)
    if before is None or not alike_call(before, value) or not isinstance(loop.test, ast.Compare):
        return
    own = [use for use in program.uses[name] if program.function_at(use.lineno) is program.function_at(loop.lineno)]
    made = max((line for line, each in program.assignments(name) if each is before), default=loop.lineno)
    if any(made < use.lineno < loop.lineno and reads(use, name) for use in own):
        return
    used = [statement for statement in loop.body[1:] if _takes(statement, name)]
    if not used or any(isinstance(node, ast.Break | ast.If | ast.Return) for node in inside(loop.body)):
        return
    edit = None
    if last_line(first) == first.lineno and loop.body[1].lineno > first.lineno:
        lines = list(program.lines)
        lines.insert(last_line(loop), program.line(first.lineno))
        del lines[first.lineno - 1]
        edit = edit_to(program, "\n".join(lines))
    slots: dict[str, Any] = {"name": Code(name), "test": loop.test, "used": program.header(used[0])}
    yield program.on_line(first, edit=edit, **slots)


def alike_call(one: ast.expr, other: ast.expr) -> bool:
    """Return whether two values come from the same call, such as `input` with any prompt or `next` of one iterator."""
    calls = [[node for node in walk(each) if isinstance(node, ast.Call)] for each in (one, other)]
    if not all(calls):
        return False
    names = [{called_name(node) for node in each} for each in calls]
    if "input" in names[0] & names[1]:
        return True
    return alike(one, other) and bool(names[0] & _GETTING)


def _takes(statement: ast.stmt, name: str) -> bool:
    """Return whether a statement adds a value to a total or a list."""
    match statement:
        case ast.AugAssign(value=value):
            return name in names_in(value)
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.BinOp() as value):
            return target != name and {target, name} <= names_in(value)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append" | "add"), args=[value])):
            return name in names_in(value)
    return False


@logic_rule("holds-after-the-change", 0.85, "more less value other", needs=(ast.If, ast.AugAssign), each=ast.If)
def holds_after_the_change(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield an `if` that lowers what it tests, and whose condition was still true afterwards in the program's run."""
    done = program.run
    if done is None or not done.is_certain or done.ending != "finished" or node.orelse:
        return
    if not is_complaint(program.submission.question) or isinstance(program.parents.get(node), ast.If | ast.While):
        return
    tested = names_in(node.test)
    lowered = {
        each.target.id
        for each in node.body
        if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name) and isinstance(each.op, ast.Sub)
    }
    changed = {name for each in node.body for name in stored_in(each)}
    loop = program.loop_around(node)
    is_inner = loop is not None and bool(lowered & {name for each in loop.body for name in stored_in(each)})
    if not lowered & tested or len(changed) < 2 or is_inner:  # noqa: PLR2004 - what is tested, and what is counted
        return
    if any(isinstance(each, ast.Return | ast.Break | ast.Continue | ast.Raise) for each in inside(node.body)):
        return
    times = _rounds(program, node)
    if times is not None and times > done.ran.get(node.body[0].lineno, 0):
        edit = program.edit(node.lineno, program.line(node.lineno).replace("if ", "while ", 1))
        slots: dict[str, Any] = {"test": node.test, "name": Code(min(lowered & tested))}
        yield program.on_line(node, edit=edit, needs_symptom=True, **slots)


def _rounds(program: Program, node: ast.If) -> int | None:
    """Return how often the body would run if the `if` were a `while`; None if that run has no end."""
    block = program.parents.get(node)
    for field in ("body", "orelse"):
        body = getattr(block, field, None)
        if isinstance(body, list) and node in body and program.tree is not None:
            place = body.index(node)
            body[place] = ast.copy_location(ast.While(test=node.test, body=node.body, orelse=[]), node)
            try:
                done = run(program.tree, steps=_STEPS)
            finally:
                body[place] = node
            return done.ran.get(node.body[0].lineno, 0) if done.ending == "finished" else None
    return None


@logic_rule("runs-in-both-branches", 0.8, "more less value other", needs=(ast.If, ast.AugAssign))
def runs_in_both_branches(program: Program) -> Iterator[Match]:
    """Yield the change behind an `if` and its `else` that a question wants in one of the two cases only."""
    question = program.submission.question or ""
    done = program.run
    if not is_complaint(question) or not _ON_CONDITION.search(question) or done is None:
        return
    for _, first, second in program.neighbours:
        match first, second:
            case ast.If(orelse=[_, *_]), ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub()):
                pass
            case _:
                continue
        if program.loop_around(second) is None or not _is_named(question, name) or name in stored_in(first):
            continue
        if isinstance(first.orelse[0], ast.If) and len(first.orelse) == 1:
            continue
        yes, no = done.ran.get(first.body[0].lineno, 0), done.ran.get(first.orelse[0].lineno, 0)
        if not yes or not no or done.ran.get(second.lineno, 0) != yes + no or first.body[0].lineno == first.lineno:
            continue
        slots: dict[str, Any] = {"name": Code(name), "test": first.test, "yes": _times(yes), "no": _times(no)}
        slots["all"] = _times(yes + no)
        yield program.on_line(second, needs_symptom=True, **slots)
        return


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _is_named(question: str, name: str) -> bool:
    """Return whether a question names a variable: by a word that begins as the name does, such as life and lives."""
    words = re.findall(r"[^\W\d_]{2,}", question.lower().replace("ife", "ive"))
    stem = name.lower().replace("ife", "ive").rstrip("s")
    least = max(_LEAST_ALIKE, len(stem) - 1)
    return any(word.rstrip("s") == stem or word[:least] == stem[:least] for word in words if len(word) >= _LEAST_ALIKE)
