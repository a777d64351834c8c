"""Values stored in the wrong place: reversed assignments, misspelt names, values never updated, equal branches."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import inside, is_start, last_line, reads, stored_in
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_FEWEST_LETTERS = 4
_READING = ("print", "len", "str", "sum", "max", "min", "sorted", "round", "bool", "abs", "int", "float")
"""Built-in functions that do not change their arguments."""


@logic_rule("stored-the-wrong-way-round", 0.9, "value none zero less other", needs=(ast.For,), each=ast.Assign)
def stored_the_wrong_way_round(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield a reversed assignment: it overwrites the loop variable with the name that should receive its value."""
    loop = program.loop_around(node)
    match node:
        case ast.Assign(targets=[ast.Name(id=variable) as target], value=ast.Name(id=other) as value) if isinstance(
            loop, ast.For
        ) and variable in names_in(loop.target):
            pass
        case _:
            return
    is_read = any(reads(n, variable) and getattr(n, "lineno", 0) > node.lineno for n in inside(loop.body))
    if not is_read and program.last_value(other, loop.lineno) and other not in stored_in(loop):
        turned = f"{program.indentation(node.lineno)}{other} = {variable}"
        yield program.here(
            node, edit=program.edit(node.lineno, turned), name=target, other=value, header=program.header(loop)
        )


@logic_rule("stored-under-another-spelling", 0.9, "value endless none truth zero other", each=ast.Assign)
def stored_under_another_spelling(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield an assignment to a name that is never read, while a name that is spelt almost the same is read."""
    match node.targets:
        case [ast.Name(id=name)] if len(name) >= _FEWEST_LETTERS and not _is_read(program, name):
            here = program.function_at(node.lineno)
        case _:
            return
    if isinstance(program.parents.get(node), ast.ClassDef):
        return
    is_repeated = program.loop_around(node) is not None or isinstance(program.parents.get(node), ast.If)
    for other in sorted(other for other in program.bound_names if _is_slip(name, other) and _is_read(program, other)):
        if here is None and not is_repeated and (other not in names_in(node.value) or isinstance(node.value, ast.Call)):
            continue
        if any(program.function_at(line) is here for line, _ in program.assignments(other)):
            yield program.here(node, replace=(name, other), name=Code(name), other=Code(other))
            return


def _is_read(program: Program, name: str) -> bool:
    return any(isinstance(use.ctx, ast.Load) for use in program.uses.get(name, ()))


def _is_slip(name: str, other: str) -> bool:
    """Return whether two names differ by a typing error, or only in case, but not just by a plural `s`."""
    if name.lower() == other.lower():
        return not name.isupper() and not other.isupper()
    if name[0].lower() != other[0].lower():
        return False
    if abs(len(name) - len(other)) > 1 or min(len(name), len(other)) <= _FEWEST_LETTERS:
        return False
    if not (name + other).replace("_", "").isalpha() or name + "s" == other or other + "s" == name:
        return False
    return edit_distance(name, other) == 1


@logic_rule("never-changed", 0.85, "value zero empty less other", needs=(Loop,), each=ast.Assign)
def never_changed(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield the start value of a sum, count or collection that is never updated, although a loop should do it."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_start(value) and not name.isupper():
            here = program.function_at(node.lineno)
        case _:
            return
    if isinstance(program.parents.get(node), ast.ClassDef) or len(program.assignments(name)) != 1:
        return
    uses = [use for use in program.uses[name] if isinstance(use.ctx, ast.Load)]
    if not all(program.function_at(use.lineno) is here and _is_only_looked_at(program, use) for use in uses):
        return
    loops = [
        loop
        for loop in (program.each(ast.For, ast.While) if uses else ())
        if loop.lineno > node.lineno and program.function_at(loop.lineno) is here
    ]
    if loops and _is_awaited(program, uses, loops):
        yield program.here(node, name=Code(name), header=program.header(loops[0]))


def _is_only_looked_at(program: Program, use: ast.Name) -> bool:
    """Return whether a use of a name only displays, returns or searches its value."""
    match program.parents.get(use):
        case ast.Return() | ast.FormattedValue():
            return True
        case ast.Call(args=args) as call:
            return use in args and is_call_of(call, *_READING)
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[searched]):
            return searched is use
    return False


def _is_awaited(program: Program, uses: list[ast.Name], loops: Sequence[ast.stmt]) -> bool:
    """Return whether the code shows or returns a value after a loop, or searches in it within a loop."""
    for use in uses:
        is_searched = isinstance(program.parents.get(use), ast.Compare)
        is_within = any(loop.lineno <= use.lineno <= last_line(loop) for loop in loops)
        if is_searched is is_within and (is_searched or use.lineno > last_line(loops[0])):
            return True
    return False


def _asks_for_first(test: ast.expr) -> bool:
    """Return whether a condition asks for the first iteration: a name alone, or one compared with 0, 1 or None."""
    match test:
        case ast.Name() | ast.UnaryOp(op=ast.Not()) | ast.Compare(comparators=[ast.Constant(value=0 | 1 | None)]):
            return True
    return False


def _is_mirrored(node: ast.If, other: ast.stmt) -> bool:
    """Return whether an `elif` asks for the opposite comparison of the same two values, and does the very same."""
    match node.test, other:
        case (
            ast.Compare(left=left, ops=[first], comparators=[right]),
            ast.If(test=ast.Compare(left=below, ops=[second], comparators=[across]), body=body),
        ) if alike(node.body, body) and not isinstance(first, ast.Eq | ast.NotEq | ast.In):
            is_turned = alike(left, across) and alike(right, below) and type(first) is type(second)
            opposite = {ast.Lt: ast.Gt, ast.Gt: ast.Lt}.get(type(first))
            return is_turned or (alike(left, below) and alike(right, across) and type(second) is opposite)
    return False


@logic_rule("opposite-cases-alike", 0.9, "value less more zero other", needs=(ast.Compare,), each=ast.If)
def opposite_cases_alike(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield the block of an `elif` for the opposite comparison that does the same as the block of the `if`."""
    match node.orelse:
        case [ast.If(test=test, body=[first, *_]) as other] if _is_mirrored(node, other):
            if isinstance(first, ast.AugAssign) and first.lineno > other.lineno:
                yield program.on_line(first, test=test)


@logic_rule("branches-alike", 0.9, "value less string other", each=ast.If)
def branches_alike(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield the first statement of two identical branches of an `if`."""
    first = node.body[0]
    is_last_of_chain = isinstance(program.parents.get(node), ast.If)
    is_plain = isinstance(first, ast.Assign | ast.AugAssign | ast.Expr) and not isinstance(first, ast.Pass)
    if is_plain and not is_last_of_chain and alike(node.body, node.orelse):
        yield program.on_line(first, test=node.test)
    elif not isinstance(first, ast.Pass | ast.If) and alike(node.body, node.orelse):
        yield program.on_line(first, needs_symptom=True, test=node.test)


@logic_rule(
    "grows-in-one-branch", 0.9, "value short less string other", needs=(Loop, ast.Assign, ast.AugAssign), each=ast.If
)
def grows_in_one_branch(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield an `=` in one branch of an `if` inside a loop, if the other branch uses `+=` on the same name."""
    for mine, theirs in ((node.body, node.orelse), (node.orelse, node.body)) if program.loop_around(node) else ():
        grown = {s.target.id for s in theirs if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name)}
        for statement in mine:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in grown:
                    is_read = any(reads(n, name) for n in (*walk(node.test), *inside(mine)))
                    if not is_read and not isinstance(value, ast.Constant) and not _asks_for_first(node.test):
                        yield program.here(statement, name=Code(name), header=program.header(node))
