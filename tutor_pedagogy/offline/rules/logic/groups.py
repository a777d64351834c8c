"""Groups in a loop: the last one that nobody stores, one that goes on into the next, the mark that ends the input."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import inside, is_start, last_line, method_called, reads, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_RUNNING = re.compile(r"(?i)running|cumul|so_?far|overall|grand|balance")
"""Names of sums that go on over all groups."""


@logic_rule("last-group-lost", 0.75, "short less value none other", needs=(Loop, ast.If), each=Loop)
def last_group_lost(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield a loop that stores a group when the next one begins, and never stores the group that is open at its end."""
    here = program.function_at(loop.lineno)
    if any(isinstance(node, ast.Break | ast.Return) for node in inside(loop.body)):
        return
    for branch in (node for node in inside(loop.body) if isinstance(node, ast.If)):
        for block, other in ((branch.body, branch.orelse), (branch.orelse, branch.body)):
            found = _stored_and_reset(block)
            if found is None:
                continue
            store, kept, name = found
            grown = [node for node in inside(loop.body) if _grows(node, name) and node not in set(inside(block))]
            later = [use for use in program.uses[name] if use.lineno > last_line(loop) and _is_here(program, use, here)]
            results = [use for use in program.uses[kept] if use.lineno > last_line(loop) and reads(use, kept)]
            if not grown or later or not results or _asks_for_end(branch.test) or (other and not _is_plain(other)):
                continue
            if not _is_open_at_end(program, loop, name):
                continue
            yield program.on_line(
                program.statement_at(results[0].lineno) or results[0],
                edit=_stored_again(program, loop, store),
                name=Code(name),
                kept=Code(kept),
                store=f"line {program.shown(store.lineno)}",
                test=branch.test,
                header=program.header(loop),
            )
            return


def _is_here(program: Program, use: ast.Name, here: ast.AST | None) -> bool:
    return program.function_at(use.lineno) is here


def _is_plain(block: list[ast.stmt]) -> bool:
    return all(isinstance(each, ast.Assign | ast.AugAssign | ast.Expr | ast.If) for each in block)


def _stored_and_reset(block: list[ast.stmt]) -> tuple[ast.stmt, str, str] | None:
    """Return the statement of a block that stores a group, where to, and the group's name, which the block resets."""
    store: tuple[ast.stmt, str] | None = None
    for statement in block:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=kept), attr="append"))):
                store = (statement, kept)
            case ast.AugAssign(target=ast.Name(id=kept), op=ast.Add(), value=value) if not isinstance(
                value, ast.Constant
            ):
                store = store or (statement, kept)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if store is not None:
                is_reset = is_start(value) or isinstance(value, ast.List)
                if is_reset and name in names_in(store[0]) - {store[1]}:
                    return *store, name
    return None


def _grows(node: ast.AST, name: str) -> bool:
    match node:
        case ast.AugAssign(target=ast.Name(id=changed)):
            return changed == name
        case ast.Assign(targets=[ast.Name(id=changed)], value=ast.BinOp() as value):
            return changed == name and name in names_in(value)
    return method_called(node)[0] == name and method_called(node)[1] == "append"


def _asks_for_end(test: ast.expr) -> bool:
    """Return whether a condition asks for the end of the collection, as `i == len(items) - 1` does."""
    return any(is_call_of(node, "len") for node in walk(test)) and any(isinstance(node, ast.Sub) for node in walk(test))


def _is_open_at_end(program: Program, loop: Loop, name: str) -> bool:
    """Return whether a run of the program shows an open group at the end; True in a function, where none is known."""
    if program.function_at(loop.lineno) is not None:
        return True
    done = program.run
    if done is None or done.ending != "finished":
        return True
    return bool(done.names.get(name))


def _stored_again(program: Program, loop: Loop, store: ast.stmt) -> Edit | None:
    """Return the edit that stores the open group once more behind the loop."""
    if last_line(store) != store.lineno:
        return None
    stored = _at_end(program, loop, store)
    if stored is None:
        return None
    line = last_line(loop)
    return program.edit(line, f"{program.line(line)}\n{program.indentation(loop.lineno)}{stored}")


def _at_end(program: Program, loop: Loop, store: ast.stmt) -> str | None:
    """Return the statement that stores a group as it must be behind the loop, where the item before is the last one.

    A loop variable keeps its last value there, so the item before it would be another one.
    """
    targets = names_in(loop.target) if isinstance(loop, ast.For) else set()
    text = program.segment(store)
    if not targets & names_in(store):
        return text
    used = [node for node in walk(store) if isinstance(node, ast.Name) and node.id in targets]
    for node in walk(store):
        match node:
            case ast.Subscript(
                value=ast.Name(), slice=ast.BinOp(left=ast.Name(id=name), op=ast.Sub(), right=ast.Constant(value=1))
            ) if name in targets and len(used) == 1:
                return text.replace(program.segment(node), f"{program.segment(node.value)}[-1]", 1)
    return None


@logic_rule("group-not-emptied", 0.85, "more value long other", needs=(Loop, "append", ast.If), each=Loop)
def group_not_emptied(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield a sum that a loop stores for each group and never sets back, so that it goes on into the next group."""
    if any(isinstance(node, Loop | ast.Break | ast.Return) for node in inside(loop.body)):
        return
    for branch in (node for node in loop.body if isinstance(node, ast.If) and node.orelse):
        for block, other in ((branch.body, branch.orelse), (branch.orelse, branch.body)):
            for statement in block:
                match statement:
                    case ast.Expr(
                        value=ast.Call(
                            func=ast.Attribute(value=ast.Name(id=kept), attr="append"), args=[ast.Name(id=name)]
                        )
                    ) if kept != name:
                        pass
                    case _:
                        continue
                grown = [each for each in other if isinstance(each, ast.AugAssign) and name in stored_in(each)]
                bound = [at for at, _ in program.assignments(name) if loop.lineno <= at <= last_line(loop)]
                start = program.last_value(name, loop.lineno)
                if len(grown) != 1 or bound != [grown[0].lineno] or start is None or not is_start(start):
                    continue
                text = program.line(statement.lineno)
                reset = f"{program.indentation(statement.lineno)}{name} = {program.segment(start)}"
                yield program.on_line(
                    statement,
                    edit=program.edit(statement.lineno, f"{text}\n{reset}"),
                    needs_symptom=bool(_RUNNING.search(name)),
                    name=Code(name),
                    kept=Code(kept),
                    grown=program.header(grown[0]),
                )
                return


@logic_rule(
    "end-mark-counted", 0.9, "more off long value less other", needs=(ast.While, "input", ast.Break), each=ast.While
)
def end_mark_counted(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield a count, or an `append`, that stands between an input and the test for the mark that ends the loop."""
    name = ""
    between: list[ast.stmt] = []
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=typed)], value=value) if any(
                is_call_of(node, "input") for node in walk(value)
            ):
                name, between = typed, []
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=asked), ops=[ast.Eq()], comparators=[ast.Constant(value=mark) as end]
                ),
                body=[*_, ast.Break()],
            ) if name and asked == name:
                wrong = next((each for each in between if _counts(each, name, mark)), None)
                if wrong is not None and isinstance(loop.test, ast.Constant):
                    slots: dict[str, Any] = {
                        "name": Code(name),
                        "mark": Code(program.segment(end)),
                        "test": program.header(statement),
                    }
                    yield program.on_line(wrong, edit=_behind(program, wrong, statement), **slots)
                return
            case _:
                between.append(statement)


def _counts(statement: ast.stmt, name: str, mark: object) -> bool:
    """Return whether a statement counts or keeps the mark as if it were a value."""
    match statement:
        case ast.AugAssign(op=ast.Add(), value=ast.Constant(value=1)):
            return True
        case ast.AugAssign(op=ast.Add(), value=ast.Name(id=added)):
            return added == name and mark != 0
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[ast.Name(id=added)])):
            return added == name
    return False


def _behind(program: Program, statement: ast.stmt, test: ast.stmt) -> Edit | None:
    if last_line(statement) != statement.lineno:
        return None
    lines = list(program.lines)
    lines.insert(last_line(test), program.line(statement.lineno))
    del lines[statement.lineno - 1]
    return edit_to(program, "\n".join(lines))
