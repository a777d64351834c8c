"""Values that are stored in the wrong place: the other way round, under another spelling, nowhere, alike twice."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import is_start, names_in, stored_in
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
_FEWEST_LETTERS = 4
_LOOKS = frozenset(("print", "len", "str", "sum", "max", "min", "sorted", "round", "bool", "abs", "int", "float"))
"""Functions that only look at what they are given."""


@logic_rule("stored-the-wrong-way-round", 0.9, ("value", "none", "zero", "less", "other"), needs=(ast.For, ast.Assign))
def stored_the_wrong_way_round(program: Program) -> Iterator[Match]:
    """Find where the variable of a loop gets a value that nothing reads, from a name that should have got it."""
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=variable)], value=ast.Name(id=other)):
                pass
            case _:
                continue
        loop = next((up for up in program.above(node) if isinstance(up, ast.For | ast.While)), None)
        if isinstance(loop, ast.For) and variable in names_in(loop.target):
            is_read = any(
                isinstance(n, ast.Name) and n.id == variable and isinstance(n.ctx, ast.Load) and n.lineno > node.lineno
                for statement in loop.body
                for n in walk(statement)
            )
            if not is_read and program.last_value(other, loop.lineno) and other not in stored_in(loop):
                line = program.line(node.lineno)
                indent = line[: len(line) - len(line.lstrip())]
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    edit=program.edit(node.lineno, f"{indent}{other} = {variable}"),
                    slots={
                        "name": Code(variable),
                        "other": Code(other),
                        "header": Code(program.line(loop.lineno).strip()),
                    },
                )


@logic_rule(
    "stored-under-another-spelling", 0.9, ("value", "endless", "none", "truth", "zero", "other"), needs=(ast.Assign,)
)
def stored_under_another_spelling(program: Program) -> Iterator[Match]:
    """Find a name that is stored and never read, beside one that differs by a slip and is."""
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if len(name) >= _FEWEST_LETTERS and not _is_read(
                program, name
            ):
                pass
            case _:
                continue
        here = program.function_at(node.lineno)
        if isinstance(program.parents.get(node), ast.ClassDef):
            continue
        for other in sorted(other for other in program.bound_names if _is_read(program, other)):
            same_scope = any(program.function_at(line) is here for line, _ in program.assignments(other))
            if same_scope and _is_slip(name, other):
                line = program.line(node.lineno)
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    edit=program.edit(node.lineno, line.replace(name, other, 1)),
                    slots={"name": Code(name), "other": Code(other)},
                )
                break


def _is_read(program: Program, name: str) -> bool:
    return any(isinstance(use.ctx, ast.Load) for use in program.uses.get(name, ()))


def _is_slip(name: str, other: str) -> bool:
    if name.lower() == other.lower():
        return not name.isupper() and not other.isupper()
    if (
        not (name + other).replace("_", "").isalpha()
        or abs(len(name) - len(other)) > 1
        or min(len(name), len(other)) <= _FEWEST_LETTERS
    ):
        return False
    return name + "s" != other and other + "s" != name and edit_distance(name, other) == 1


@logic_rule("never-changed", 0.85, ("value", "zero", "empty", "less", "other"), needs=(Loop, ast.Assign))
def never_changed(program: Program) -> Iterator[Match]:
    """Find the start of a sum, count or collection that no line ever adds to, although a loop seems to be for it."""
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_start(value) and not name.isupper():
                pass
            case _:
                continue
        here = program.function_at(node.lineno)
        if isinstance(program.parents.get(node), ast.ClassDef) or len(program.assignments(name)) != 1:
            continue
        uses = [use for use in program.uses[name] if isinstance(use.ctx, ast.Load)]
        if not uses or any(program.function_at(use.lineno) is not here for use in uses):
            continue
        loops = [
            loop
            for loop in program.each(ast.For, ast.While)
            if loop.lineno > node.lineno and program.function_at(loop.lineno) is here
        ]
        if loops and all(_only_looked_at(program, use) for use in uses) and _is_awaited(program, uses, loops):
            yield Match(
                lines=(node.lineno,),
                expression=program.segment(node),
                slots={"name": Code(name), "header": Code(program.line(loops[0].lineno).strip())},
            )


def _only_looked_at(program: Program, use: ast.Name) -> bool:
    """Tell whether a use of a name shows, gives back or searches its value, and does nothing else with it."""
    match program.parents.get(use):
        case ast.Return() | ast.FormattedValue():
            return True
        case ast.Call(func=ast.Name(id=called), args=args):
            return use in args and called in _LOOKS
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[searched]):
            return searched is use
    return False


def _is_awaited(program: Program, uses: list[ast.Name], loops: list[ast.stmt]) -> bool:
    """Tell whether the value is given back or shown after a loop that does not mention it, or searched within one."""
    for use in uses:
        searched = isinstance(program.parents.get(use), ast.Compare)
        within = any(loop.lineno <= use.lineno <= (loop.end_lineno or 0) for loop in loops)
        if searched is within and (searched or use.lineno > (loops[0].end_lineno or 0)):
            return True
    return False


@logic_rule("branches-alike", 0.9, ("value", "less", "text", "other"), needs=(ast.If,))
def branches_alike(program: Program) -> Iterator[Match]:
    """Find a condition whose two branches do the same."""
    for node in program.each(ast.If):
        if not node.orelse or isinstance(node.body[0], ast.Pass) or type(node.orelse[0]) is not type(node.body[0]):
            continue
        if isinstance(node.orelse[0], ast.If) or len(node.body) != len(node.orelse):
            continue
        if alike(node.body, node.orelse):
            yield Match(
                lines=(node.body[0].lineno,),
                expression=program.line(node.body[0].lineno).strip(),
                slots={"test": Code(program.segment(node.test))},
            )


@logic_rule(
    "grows-in-one-branch",
    0.9,
    ("value", "short", "less", "text", "other"),
    needs=(Loop, ast.If, ast.Assign, ast.AugAssign),
)
def grows_in_one_branch(program: Program) -> Iterator[Match]:
    """Find a value that one branch in a loop adds to and the other overwrites."""
    for node in program.each(ast.If):
        if not any(isinstance(up, ast.For | ast.While) for up in program.above(node)):
            continue
        for mine, theirs in ((node.body, node.orelse), (node.orelse, node.body)):
            grown = {s.target.id for s in theirs if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name)}
            for statement in mine:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                        name in grown and not isinstance(value, ast.Constant) and name not in _read_in(node.test, *mine)
                    ):
                        yield Match(
                            lines=(statement.lineno,),
                            expression=program.segment(statement),
                            slots={"name": Code(name), "header": Code(program.line(node.lineno).strip())},
                        )


def _read_in(*nodes: ast.AST) -> set[str]:
    inside = (n for node in nodes for n in walk(node))
    return {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
