"""The lesson that fits what an edit changes: a more special one than its rule's, or the general one of a part."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edited_tree
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.repair import rule_names
from tutor_pedagogy.offline.rules.logic.early_returns import answer_in_first_round, result_before_all_items
from tutor_pedagogy.offline.rules.logic.tree import branches_of
from tutor_pedagogy.offline.rules.logic.trials.kinds import MOVED, NUMBER, STEP
from tutor_pedagogy.offline.rules.logic.trials.tricks import is_other_part
from tutor_pedagogy.offline.rules.logic.trials.verdict import RULES as TRIED
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.cause import Cause
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_KEY = re.compile(r"\bkey ?= ?lambda \w+: ?\w+\[")
_STEP = re.compile(r"[+-] ?1$")
_INDEXING = ("range", "enumerate", "insert", "pop")


def with_fitting_words(program: Program, cause: Cause | None) -> Cause | None:
    """Return a cause with a rule whose lesson is true of its edit; the cause itself if its rule's is."""
    if cause is None or cause.match is None or cause.match.edit is None:
        return cause
    match, edit = cause.match, cause.match.edit
    if cause.rule.name == STEP and not is_counting(program, match, edit):
        return cause._replace(rule=rule_names.RULES[rule_names.PART])
    if cause.rule.name == NUMBER and _is_step_taken_back(program, match, edit):
        return cause._replace(rule=TRIED[STEP])
    if cause.rule.name == rule_names.PART and _KEY.search(edit.after) and not _KEY.search(edit.before):
        return cause._replace(rule=rule_names.RULES[rule_names.BY_PART])
    if cause.rule.name == MOVED:
        return _of_early_return(program, cause, match, edit)
    return cause


def _is_step_taken_back(program: Program, match: Match, edit: Edit) -> bool:
    """Return whether an edit takes one away from an index or a bound, or adds one."""
    return _STEP.search(match.expression or "") is not None and is_counting(program, match, edit)


def is_counting(program: Program, match: Match, edit: Edit) -> bool:
    """Return whether an edit moves a bound, an index or a count by one, so that a lesson on counting explains it."""
    if is_other_part(program, STEP, edit):
        return False
    statement = program.statement_at(match.lines[0])
    if statement is None:
        return False
    if isinstance(statement, Loop):
        return True
    changed = [node for node in walk(statement) if _is_expression_of(program, node, match.expression)]
    return any(_is_place(program, node, statement) for node in changed) or _is_place_name(program, statement, changed)


def _is_expression_of(program: Program, node: ast.AST, text: str | None) -> bool:
    return isinstance(node, ast.expr) and program.segment(node) == text


def _is_place(program: Program, node: ast.AST, statement: ast.stmt) -> bool:
    """Return whether an expression stands in an index, a slice, a `range`, or beside a length in a comparison."""
    below = node
    for up in program.above(node):
        match up:
            case ast.Subscript(slice=index) if index is below:
                return True
            case ast.Slice():
                return True
            case ast.Call() if is_call_of(up, *_INDEXING):
                return True
            case ast.Call(func=ast.Attribute(attr=method)) if method in _INDEXING:
                return True
            case ast.Compare():
                return any(is_call_of(part, "len") for part in walk(up))
        if up is statement:
            break
        below = up
    return False


def _is_place_name(program: Program, statement: ast.stmt, changed: list[ast.AST]) -> bool:
    """Return whether what an edit changes is a number that is stored, returned or compared as an index or a count."""
    function = program.function_at(statement.lineno)
    indices = {
        name
        for node in (walk(function) if function is not None else ())
        if isinstance(node, ast.Subscript)
        for name in names_in(node.slice)
    }
    counted = {
        target.id
        for node in (walk(function) if function is not None else ())
        if isinstance(node, ast.For) and is_call_of(node.iter, "range", "enumerate")
        for target in walk(node.target)
        if isinstance(target, ast.Name)
    }
    used = {node.id for node in changed if isinstance(node, ast.Name)} | {
        side.id
        for node in changed
        if isinstance(node, ast.BinOp)
        for side in (node.left, node.right)
        if isinstance(side, ast.Name)
    }
    stored = {target.id for target in getattr(statement, "targets", ()) if isinstance(target, ast.Name)}
    return bool((used | stored) & (indices | counted)) or any(
        is_call_of(part, "len") for node in changed for part in walk(node)
    )


def _of_early_return(program: Program, cause: Cause, match: Match, edit: Edit) -> Cause:
    """Return a moved `return` as one that ends its loop in the first round, if it does so in every case."""
    statement = program.statement_at(match.lines[0])
    loop = program.loop_around(statement) if statement is not None else None
    if not isinstance(statement, ast.Return) or not isinstance(loop, Loop) or not _ends_each_round(loop, statement):
        return cause
    tree = edited_tree(program, edit)
    text = ast.unparse(statement)
    is_behind = tree is not None and not any(
        isinstance(node, ast.Return) and ast.unparse(node) == text
        for each in walk(tree)
        if isinstance(each, Loop) and each.lineno == loop.lineno
        for node in walk(each)
    )
    if not is_behind:
        return cause
    rule = (
        result_before_all_items if statement.value is not None and names_in(statement.value) else answer_in_first_round
    )
    result = Code(program.segment(statement.value)) if statement.value is not None else ""
    slots = {**match.slots, "header": program.header(loop), "result": result}
    return cause._replace(rule=rule, match=replace(match, slots=slots))


def _ends_each_round(loop: ast.For | ast.While, statement: ast.Return) -> bool:
    """Return whether a `return` is the last line of a loop, or of a branch of its last `if`, which all return."""
    last = loop.body[-1]
    if last is statement:
        return True
    if not isinstance(last, ast.If):
        return False
    branches = list(branches_of(last))
    ends = [body[-1] for _, body in branches]
    return branches[-1][0] is None and statement in ends and all(isinstance(end, ast.Return) for end in ends)
