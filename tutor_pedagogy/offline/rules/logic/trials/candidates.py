"""All candidates of a program, on the lines that the failing expression has run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.rules.logic.trials import (
    assignment_edits,
    attribute_edits,
    block_edits,
    branch_edits,
    comparison_edits,
    group_edits,
    name_edits,
    operation_edits,
    order_edits,
    return_edits,
    step_edits,
    truth_edits,
)
from tutor_pedagogy.problem.tree_walk import children

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate
    from tutor_pedagogy.offline.rules.logic.trials.context import Context

MAX_CANDIDATES = 300
"""The maximum number of candidates that are made for one program."""


def candidates_in(program: Program, statements: Sequence[ast.stmt], context: Context) -> Iterator[Candidate]:
    """Yield the candidates of the statements that ran, and of the blocks inside them."""
    ran = context.run.ran
    for place, node in enumerate(statements):
        if isinstance(node, ast.ClassDef):
            yield from candidates_in(program, node.body, context)
            continue
        if isinstance(node, Function):
            if ran.get(node.body[0].lineno):
                yield from return_edits.of_function(program, node)
                yield from return_edits.of_answers(program, node)
                yield from branch_edits.of_repeated(program, node)
                yield from candidates_in(program, node.body, context)
            continue
        if not ran.get(node.lineno) or isinstance(node, ast.Assert):
            continue
        yield from _of_statement(program, node, context)
        if place + 1 < len(statements):
            yield from assignment_edits.of_pair(program, node, statements[place + 1])
            yield from block_edits.of_order(program, node, statements[place + 1])
            yield from group_edits.of_neighbours(program, node, statements[place + 1])
        for block in ("body", "orelse", "finalbody"):
            yield from candidates_in(program, getattr(node, block, []), context)
        for handler in getattr(node, "handlers", []):
            yield from candidates_in(program, handler.body, context)


def _of_statement(program: Program, node: ast.stmt, context: Context) -> Iterator[Candidate]:
    yield from group_edits.of_end(program, node)
    match node:
        case ast.Assign():
            yield from assignment_edits.of_assignment(program, node, context)
        case ast.AugAssign():
            yield from assignment_edits.of_augmented(program, node)
        case ast.Expr():
            yield from assignment_edits.of_expression(program, node)
        case ast.If():
            yield from block_edits.of_block(program, node)
            yield from branch_edits.of_branches(program, node)
            yield from comparison_edits.of_once(program, node)
        case ast.For() | ast.While():
            yield from block_edits.of_block(program, node)
            if isinstance(node, ast.For):
                yield from order_edits.of_loop(program, node)
            if isinstance(node, ast.While):
                yield from block_edits.of_loop(program, node)
    for each in children(node):
        if isinstance(each, ast.expr):
            yield from candidates_of(program, each, context)


def candidates_of(program: Program, node: ast.expr, context: Context) -> Iterator[Candidate]:
    """Yield the candidates of an expression and of its parts."""
    waiting = [node]
    while waiting:
        part = waiting.pop(0)
        yield from _of_expression(program, part, context)
        for each in children(part):
            if isinstance(each, ast.expr):
                waiting.append(each)
            elif isinstance(each, ast.comprehension):
                waiting += [each.iter, *each.ifs]
            elif isinstance(each, ast.keyword):
                waiting.append(each.value)


def _of_expression(program: Program, node: ast.expr, context: Context) -> Iterator[Candidate]:
    if isinstance(node, ast.Attribute):
        yield from attribute_edits.of_attribute(program, node)
    elif isinstance(node, ast.FormattedValue):
        yield from order_edits.of_format(program, node, context)
    else:
        yield from _of_common(program, node, context)


def _of_common(program: Program, node: ast.expr, context: Context) -> Iterator[Candidate]:
    match node:
        case ast.Compare():
            yield from comparison_edits.of_comparison(program, node, context)
            yield from truth_edits.of_identity(program, node)
            yield from comparison_edits.of_case(program, node, context)
            yield from comparison_edits.of_lengths(program, node, context)
        case ast.BoolOp():
            yield from comparison_edits.of_join(program, node)
            yield from truth_edits.of_truth(program, node, context)
            yield from truth_edits.of_mixed(program, node)
        case ast.UnaryOp():
            yield from comparison_edits.of_negation(program, node)
            yield from truth_edits.of_truth(program, node, context)
        case ast.BinOp():
            yield from operation_edits.of_strings(program, node, context)
            yield from truth_edits.of_repeated_digits(program, node, context)
            yield from operation_edits.of_rounding(program, node)
            yield from group_edits.of_grouping(program, node)
            yield from operation_edits.of_operation(program, node)
        case ast.Constant():
            yield from operation_edits.of_constant(program, node, context)
        case ast.Call():
            yield from step_edits.of_bound(program, node)
            yield from step_edits.of_windows(program, node)
            yield from order_edits.of_call(program, node)
            yield from order_edits.of_text(program, node, context)
            yield from truth_edits.of_digits(program, node, context)
            yield from operation_edits.of_early_rounding(program, node)
            yield from name_edits.of_call(program, node)
            yield from name_edits.of_length(program, node, context)
        case ast.Subscript():
            yield from step_edits.of_subscript(program, node)
        case ast.Name():
            yield from truth_edits.of_truth(program, node, context)
            yield from name_edits.of_name(program, node, context)
            yield from name_edits.of_value(program, node, context)
