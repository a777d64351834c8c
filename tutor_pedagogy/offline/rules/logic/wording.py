"""Code against its own words: a border, or the ends of a `range`, that a comment, docstring or text tells otherwise."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import SYMBOLS
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import inside, is_constant, is_name, range_call
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Loop, Program

_NUMBER = r"(?<![\w.,-])[$€£]?{}(?:\.0+)?(?![\w.,]*\d)(?: ?%| ?€| ?[A-Za-z]+)?"
_WITH = (
    r"(?i){n} (?:or|and|oder|und) (?:more|above|over|older|higher|greater|up|better|bigger|mehr|älter|höher)\b",
    r"(?i)\b(?:at least|not less than|no less than|minimum(?: of)?|mindestens|ab|starting (?:at|from)) {n}",
    r"(?i)\b(?:(?:less|younger|fewer|smaller|lower) than|under|below) {n}",
)
"""Texts that put a number itself on the upper side of a border. `{n}` is the number."""
_WITHOUT = (
    r"(?i){n} (?:or|and|oder|und) (?:less|below|under|younger|lower|fewer|smaller|weniger|jünger)\b",
    r"(?i)\b(?:at most|up to|no more than|not more than|maximum(?: of)?|höchstens|bis zu) {n}",
    r"(?i)\b(?:(?:more|older|greater|higher|bigger) than|over|above|exceeds?|über) {n}",
)
"""Texts that put a number itself on the lower side of a border."""
_NEGATED = re.compile(r"(?i)\b(?:not|no|nicht|n't|never)\s*$")
_FROM_TO = re.compile(
    r"(?i)(?<![\w.-])(-?\d+) ?(?:to|bis|-|\u2013|\.\.\.?|through|until|up to|down to) ?(-?\d+)(?![\w/-]|[.:]\d)"
)
_TRIES = re.compile(r"(?i)tries|attempts?|guesses|versuche?|turns?|chances|intentos|rounds?")
_UP = (ast.GtE, ast.Lt)
"""The operators that put the border itself on the upper side."""
_OTHER_SIDE = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}
_ABOVE = 2
"""The number of lines above a statement whose comments are about it."""
_LONGEST = 90


@logic_rule("border-against-words", 0.9, "value truth off other", needs=(ast.Compare,), each=ast.Compare)
def border_against_words(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield a comparison with a number that the words beside it put on the other side of the border."""
    match node:
        case ast.Compare(
            left=left,
            ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE() as operator],
            comparators=[ast.Constant(value=int() | float() as number) as right],
        ) if not isinstance(number, bool) and number not in (0, 1):
            pass
        case _:
            return
    if isinstance(left, ast.Constant) or _compares_again(program, node, number):
        return
    found: list[tuple[bool, str]] = []
    for text in _words_about(program, node):
        found += _sides(text, f"{number:g}")
    sides = {side for side, _ in found}
    if len(sides) != 1 or isinstance(operator, _UP) in sides:
        return
    other = _OTHER_SIDE[type(operator)]
    symbol, changed = SYMBOLS[type(operator)], SYMBOLS[other]
    slots: dict[str, Any] = {
        "said": f"“{found[0][1]}”",
        "number": Code(f"{number:g}"),
        "wanted": Code(changed),
        "symbol": Code(symbol),
    }
    text = f"{program.segment(left)} {changed} {program.segment(right)}"
    yield program.here(node, replace=text, left=left, **slots)


def _compares_again(program: Program, node: ast.Compare, number: float) -> bool:
    """Return whether the function compares something with the number a second time: then words may mean that."""
    here = program.function_at(node.lineno)
    return any(
        other is not node
        and program.function_at(other.lineno) is here
        and any(is_constant(each, number) for each in other.comparators)
        for other in program.each(ast.Compare)
    )


def _words_about(program: Program, node: ast.Compare) -> Iterator[str]:
    """Yield the docstring of the function, and the comments on the line of a comparison and on those right above."""
    function = program.function_at(node.lineno)
    if function is not None:
        yield ast.get_docstring(function) or ""
    first = function.lineno if function is not None else 1
    for line in range(max(node.lineno - _ABOVE, first - _ABOVE, 1), node.lineno + 1):
        _, sign, comment = program.line(line).partition("#")
        if sign:
            yield comment


def _sides(text: str, number: str) -> Iterator[tuple[bool, str]]:
    """Yield on which side of a border a text puts a number, True for the upper one, with the words that say so."""
    if number not in text:
        return
    shown = _NUMBER.replace("{}", re.escape(number))
    for is_upper, patterns in ((True, _WITH), (False, _WITHOUT)):
        for pattern in patterns:
            for match in re.finditer(pattern.replace("{n}", shown), text[:2000]):
                if not _NEGATED.search(text[: match.start()][-12:]) and len(match.group()) < _LONGEST:
                    yield is_upper, match.group().strip()


@logic_rule("range-against-words", 0.85, "less short off value other", needs=("range",), each=ast.For)
def range_against_words(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a `range` whose end is left out although a text right above it, or a docstring, names it as the last."""
    args = range_call(loop.iter)
    values = [_integer(arg) for arg in args or ()]
    match values:
        case [int(start), int(stop)]:
            step = 1
        case [int(start), int(stop), 1 | -1 as step]:
            pass
        case _:
            return
    if (stop - start) * step <= 0:
        return
    for text in _texts_before(program, loop):
        for match in _FROM_TO.finditer(text):
            if int(match[1]) == start and int(match[2]) == stop and args is not None:
                slots: dict[str, Any] = {
                    "said": f"“{match.group()}”",
                    "last": Code(str(stop - step)),
                    "stop": Code(str(stop)),
                }
                edit = with_parts(program, [(args[1], str(stop + step))])
                yield program.here(loop.iter, edit=edit, header=program.header(loop), **slots)
                return


def _integer(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
    return None


def _texts_before(program: Program, loop: ast.For) -> Iterator[str]:
    """Yield the docstring of the function, and the comments and printed texts on the lines right above a loop."""
    function = program.function_at(loop.lineno)
    if function is not None:
        yield ast.get_docstring(function) or ""
    lines = range(max(loop.lineno - _ABOVE, 1), loop.lineno + 1)
    for line in lines:
        _, sign, comment = program.line(line).partition("#")
        if sign:
            yield comment
    for node in program.each(ast.Constant):
        if isinstance(node.value, str) and node.lineno in lines and node.lineno != loop.lineno:
            yield node.value[:200]


@logic_rule("one-try-too-many", 0.8, "more off long value other", needs=(ast.While, ast.Compare), each=ast.While)
def one_try_too_many(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield `while tries <= most` for a counter that starts at 0 and is raised once in each iteration."""
    tests = loop.test.values if isinstance(loop.test, ast.BoolOp) and isinstance(loop.test.op, ast.And) else [loop.test]
    for test in tests:
        match test:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.LtE()], comparators=[right]) if _TRIES.search(name):
                most = program.last_value(right.id, loop.lineno) if isinstance(right, ast.Name) else right
            case _:
                continue
        steps = [each for each in inside(loop.body) if isinstance(each, ast.AugAssign) and is_name(each.target, name)]
        is_counted = len(steps) == 1 and is_constant(steps[0].value, 1) and isinstance(steps[0].op, ast.Add)
        number = _integer(most) if most is not None else None
        if not is_counted or not is_constant(program.last_value(name, loop.lineno), 0) or number is None or number < 1:
            continue
        if _is_shown_first(loop, name, steps[0]):
            continue
        slots: dict[str, Any] = {"name": Code(name), "most": Code(str(number)), "times": str(number + 1)}
        edit = with_parts(program, [(test, f"{name} < {program.segment(right)}")])
        yield program.here(test, edit=edit, header=program.header(loop), **slots)
        return


def _is_shown_first(loop: Loop, name: str, step: ast.AST) -> bool:
    """Return whether the loop reads the counter before it is raised, as one that counts from 0 does."""
    own = set(walk(step))
    return any(
        is_name(node, name) and node not in own and getattr(node, "lineno", 0) < getattr(step, "lineno", 0)
        for node in inside(loop.body)
    )
