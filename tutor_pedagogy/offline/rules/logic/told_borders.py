"""Borders that the question or a label names: a value exactly on it, the first few characters, one side of a field."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import SYMBOLS, names_in
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import is_name
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_EXACT = r"(?i)\b(?:exactly|just|precisely|genau|exactamente|exactement|who (?:is|are)|with|for|at|is|of)\s+{}\b"
_STRICT: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_LONGEST_QUESTION = 1000
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "2": 2, "3": 3, "4": 4, "5": 5, "drei": 3, "zwei": 2}
_FIRST_FEW = re.compile(r"(?i)\bfirst[ _](two|three|four|five|[2-5])\b|\berste[n]? (zwei|drei)\b")


@logic_rule("border-in-question", 0.85, "truth value off less more other", needs=(ast.Compare,), each=ast.Compare)
def border_in_question(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield the only comparison by `<` or `>` with a number that the question says is treated wrongly."""
    question = (program.submission.question or "")[:_LONGEST_QUESTION]
    match node:
        case ast.Compare(ops=[operator], comparators=[ast.Constant(value=int() | float() as border)]) if (
            type(operator) in _STRICT and question and not isinstance(border, bool)
        ):
            pass
        case _:
            return
    if border == 0 or not re.search(_EXACT.format(re.escape(str(border))), question):
        return
    others = [
        each
        for each in program.each(ast.Compare)
        if each is not node and any(isinstance(part, ast.Constant) and part.value == border for part in walk(each))
    ]
    if others:
        return
    other = SYMBOLS[_STRICT[type(operator)]]
    left, right = program.segment(node.left), program.segment(node.comparators[0])
    edit = with_parts(program, [(node, f"{left} {other} {right}")])
    says = "false" if isinstance(operator, ast.Lt | ast.Gt) else "true"
    yield program.here(
        node,
        edit=edit,
        needs_symptom=True,
        border=Code(str(border)),
        left=node.left,
        says=says,
        sign=Code(SYMBOLS[type(operator)]),
    )


@logic_rule("first-few-cut-wrongly", 0.9, "value short less other", needs=(ast.Slice,), each=ast.Slice)
def first_few_cut_wrongly(program: Program, node: ast.Slice) -> Iterator[Match]:
    """Yield `word[1:3]` or `word[:2]` on a line or in a function that speaks of the first three."""
    match node:
        case ast.Slice(lower=None | ast.Constant(value=int()) as lower, upper=ast.Constant(value=int(end)), step=None):
            start = lower.value if isinstance(lower, ast.Constant) and isinstance(lower.value, int) else 0
        case _:
            return
    cut = program.parents.get(node)
    if not isinstance(cut, ast.Subscript):
        return
    wanted = _told_count(program, cut)
    if wanted is None or (start == 0 and end == wanted):
        return
    owner = program.segment(cut.value)
    edit = with_parts(program, [(cut, f"{owner}[:{wanted}]")]) if "\n" not in owner else None
    if start in (0, 1) and abs(end - start - wanted) <= 1:
        slots: dict[str, Any] = {"wanted": str(wanted), "start": Code(str(start)), "end": Code(str(end))}
        yield program.here(cut, edit=edit, owner=cut.value, many=str(max(end - start, 0)), **slots)


def _told_count(program: Program, node: ast.Subscript) -> int | None:
    """Return how many of the first items the question, the line, its printed label or its function speaks of."""
    function = program.function_at(node.lineno)
    texts = [program.line(node.lineno), program.submission.question or ""]
    if function is not None:
        texts.append(function.name.replace("_", " "))
    statement = program.statement_at(node.lineno)
    names = names_in(*statement.targets) if isinstance(statement, ast.Assign) else set()
    texts += [
        program.line(call.lineno)
        for call in program.each(ast.Call)
        if is_name(call.func, "print") and names & names_in(*call.args)
    ]
    for text in texts:
        found = _FIRST_FEW.search(text.replace("_", " "))
        if found is not None:
            return _COUNTS.get((found[1] or found[2]).lower())
    return None


@logic_rule("one-border-only", 0.75, "value less more endless other", needs=(ast.USub, ast.AugAssign), each=ast.If)
def one_border_only(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield a test that turns a speed round at one border only, in a loop that moves by this speed."""
    match node:
        case ast.If(
            test=ast.Compare(
                left=ast.Name(id=place), ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE() as operator]
            ) as test,
            body=[
                ast.Assign(targets=[ast.Name(id=speed)], value=ast.UnaryOp(op=ast.USub(), operand=ast.Name(id=again)))
            ],
            orelse=[],
        ) if speed == again:
            loop = program.loop_around(node)
        case _:
            return
    if loop is None:
        return
    moves = any(
        isinstance(each, ast.AugAssign) and is_name(each.target, place) and is_name(each.value, speed)
        for each in walk(loop)
    )
    tests = [each for each in walk(loop) if isinstance(each, ast.Compare) and place in names_in(each)]
    if moves and len(tests) == 1:
        side = "upper" if isinstance(operator, ast.Gt | ast.GtE) else "lower"
        missing = "lower" if side == "upper" else "upper"
        slots: dict[str, Any] = {"place": Code(place), "speed": Code(speed), "side": side, "missing": missing}
        yield program.here(test, needs_symptom=True, **slots)


@logic_rule("mixed-and-or", 0.7, "truth value more less other", needs=(ast.And, ast.Or), each=ast.BoolOp)
def mixed_and_or(program: Program, node: ast.BoolOp) -> Iterator[Match]:
    """Yield `a or b and c` without brackets: Python joins the parts around `and` first."""
    inner = [each for each in node.values if isinstance(each, ast.BoolOp) and isinstance(each.op, ast.And)]
    if not isinstance(node.op, ast.Or) or len(inner) != 1 or len(node.values) != 2:  # noqa: PLR2004 - one other part
        return
    if any(isinstance(part, ast.Mod) for part in walk(node)):
        return  # The rule for leap years needs no brackets.
    text = program.segment(node)
    part = program.segment(inner[0])
    if f"({part}" in text.replace("( ", "(") or "\n" in text or node.lineno != node.end_lineno:
        return
    other = next(each for each in node.values if each is not inner[0])
    yield program.here(node, needs_symptom=True, first=inner[0], other=other)


@logic_rule("messages-of-both-tests", 0.7, "long more value other", needs=(ast.If,))
def messages_of_both_tests(program: Program) -> Iterator[Match]:
    """Yield a second `if` that is also true where the first one is, so that both add or print something."""
    for _, first, second in program.neighbours:
        match first, second:
            case (
                ast.If(
                    test=ast.Compare(left=ast.Name(id=one), ops=[a], comparators=[ast.Constant(value=high)]), orelse=[]
                ),
                ast.If(test=ast.Compare(left=ast.Name(id=two), ops=[b], comparators=[ast.Constant(value=low)])),
            ) if one == two and type(a) is type(b):
                pass
            case _:
                continue
        numbers = all(isinstance(each, int | float) for each in (high, low))
        is_wider = numbers and (low < high if isinstance(a, ast.Gt | ast.GtE) else low > high)  # type: ignore[operator] # numbers
        if not isinstance(a, ast.Gt | ast.GtE | ast.Lt | ast.LtE) or not is_wider:
            continue
        if not all(isinstance(each.body[-1], ast.Expr) for each in (first, second)):
            continue
        text = program.line(second.lineno)
        edit = program.edit(second.lineno, text.replace("if ", "elif ", 1)) if text.strip().startswith("if ") else None
        slots: dict[str, Any] = {
            "first": first.test,
            "second": second.test,
            "name": Code(one),
            "value": Code(str(high)),
        }
        yield program.on_line(second, edit=edit, needs_symptom=True, **slots)
