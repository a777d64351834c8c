"""Candidates of values that are taken for others: 0 for None, the same object for an equal one, digits for a number."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.logic.absent_values import is_empty_value, truth_test
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, between, replaced
from tutor_pedagogy.offline.rules.logic.trials.kinds import ABSENT, CONVERTED, IDENTITY, MIXED
from tutor_pedagogy.problem.syntax_tree import expression_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.trials.context import Context

_ORDERING = frozenset(("max", "min", "sorted"))


def of_truth(program: Program, node: ast.expr, context: Context) -> Iterator[Candidate]:
    """Yield a test for None in place of one for the truth of a value, if that was 0 or empty in the run."""
    test = truth_test(program, node)
    empty = next((each for each in (context.values(test.name) or ()) if is_empty_value(each)), None) if test else None
    if test is not None and empty is not None:
        for made in replaced(program, test.part, expression_tree(test.text), test.text, (ABSENT, 0.85)):
            made.slots.update(name=Code(test.name.id), value=Code(repr(empty)))
            yield made


def of_identity(program: Program, node: ast.Compare) -> Iterator[Candidate]:
    """Yield a comparison of two values in place of one that asks whether they are the same object."""
    match node:
        case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as operator], comparators=[right]) if not (
            isinstance(right, ast.Constant) or isinstance(left, ast.Constant)
        ):
            is_turned = isinstance(operator, ast.IsNot)
            word, symbol, other = ("is not", "!=", ast.NotEq()) if is_turned else ("is", "==", ast.Eq())
            yield Candidate(
                kind=IDENTITY,
                weight=0.95,
                node=node,
                changes=(Change(node, "ops", [other]),),
                write=lambda: between(program, left, right, word, symbol),
                slots={"word": Code(word)},
            )


def of_mixed(program: Program, node: ast.BoolOp) -> Iterator[Candidate]:
    """Yield `(a or b) and c` in place of `a or b and c`, which Python reads the other way."""
    match node:
        case ast.BoolOp(op=ast.Or(), values=[*others, ast.BoolOp(op=ast.And(), values=[first, *rest]) as both]) if (
            others
        ):
            pass
        case _:
            return
    text, last = program.segment(node), program.segment(both)
    if node.lineno != node.end_lineno or not text.endswith(last):
        return
    either = ast.BoolOp(op=ast.Or(), values=[*others, first])
    changed = ast.BoolOp(op=ast.And(), values=[either, *rest])
    head = text[: len(text) - len(last)] + program.segment(first)
    written = f"({head}){last[len(program.segment(first)) :]}"
    for made in replaced(program, node, changed, written, (MIXED, 0.85)):
        made.slots.update(first=Code(last), other=Code(program.segment(others[0])))
        yield made


def of_digits(program: Program, node: ast.Call, context: Context) -> Iterator[Candidate]:
    """Yield `max`, `min` or `sorted` that compares strings of digits as numbers."""
    match node:
        case ast.Call(func=ast.Name(id=called), args=[ast.Name() as items], keywords=keywords) if (
            called in _ORDERING and all(each.arg == "reverse" for each in keywords)
        ):
            seen = context.values(items) or []
        case _:
            return
    if seen and all(isinstance(each, list) and each and all(map(_is_number, each)) for each in seen):
        more = "".join(f", {program.segment(each)}" for each in keywords)
        text = f"{called}({items.id}, key=int{more})"
        yield from replaced(program, node, expression_tree(text), text, (CONVERTED, 0.9))


def of_repeated_digits(program: Program, node: ast.BinOp, context: Context) -> Iterator[Candidate]:
    """Yield a product in place of a string of digits that is repeated."""
    for part in (node.left, node.right):
        if isinstance(node.op, ast.Mult) and isinstance(part, ast.Name) and context.holds_digits(part):
            text = f"int({part.id})"
            yield from replaced(program, part, expression_tree(text), text, (CONVERTED, 0.9))


def _is_number(value: object) -> bool:
    return isinstance(value, str) and value.removeprefix("-").isdigit()
