"""Well-known things written wrongly: a die, the lines of a board, neighbours of a cell, dates as strings."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, called_name, is_call_of, names_in
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import name_for
from tutor_pedagogy.offline.rules.logic.tree import inside
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_DIE = re.compile(
    r"(?i)(?:^|_)(?:die|dice|w[uü]rf(?:el|eln)?|dado|d[eé])(?:_|\d|$)|roll_?(?:a_?|the_?)?(?:die|dice)|throw_?dice"
)
_ALL_SIDES = (1, 6)
_LINES = frozenset(
    frozenset(line) for line in ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))
)
_STEPS = {-1, 0, 1}
_NEIGHBOURS = re.compile(r"(?i)neighbo|nachbar|vecin|vizin|voisin|adjacent|around")
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_FEWEST = 2
_ORDER = re.compile(
    r"(?i)order (?:of|in which)[^.]{0,40}(?:appear|occur|first|come)|keep(?:s|ing)? (?:the |their )?order"
    r"|first appearance|in (?:the )?(?:same |original )order"
)


@logic_rule("sides-of-a-die", 0.9, "value off zero less more other", needs=("randint",), each=ast.Call)
def sides_of_a_die(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `randint(0, 6)` or `randint(1, 5)` for a die: both ends of `randint` can come."""
    match node:
        case ast.Call(
            func=ast.Name(id="randint") | ast.Attribute(attr="randint"),
            args=[ast.Constant(value=int(first)), ast.Constant(value=int(last))],
            keywords=[],
        ) if (first, last) in ((0, 6), (0, 5), (1, 5), (1, 7)):
            up = program.parents.get(node)
        case _:
            return
    if isinstance(up, ast.BinOp | ast.Subscript):
        return
    function = program.function_at(node.lineno)
    name = name_for(program, node) or (function.name if function is not None else "")
    if _DIE.search(name) or (function is not None and _DIE.search(function.name)):
        start = program.segment(node.func)
        slots: dict[str, Any] = {"first": Code(str(first)), "last": Code(str(last)), "count": str(last - first + 1)}
        yield program.here(node, replace=(node, f"{start}(1, 6)"), **slots)


@logic_rule("line-of-board-wrong", 0.95, "none value truth other", needs=(ast.Tuple,), each=ast.List | ast.Tuple)
def line_of_board_wrong(program: Program, node: ast.List | ast.Tuple) -> Iterator[Match]:
    """Yield the only one of eight triples that is no row, column or diagonal of a board with nine cells."""
    triples = [_numbers(each) for each in node.elts]
    if len(triples) != len(_LINES) or not all(len(each) == 3 for each in triples):  # noqa: PLR2004 - three cells
        return
    shift = min(min(each) for each in triples)
    if shift not in (0, 1):
        return
    lines = [frozenset(number - shift for number in each) for each in triples]
    wrong = [place for place, each in enumerate(lines) if each not in _LINES]
    missing = _LINES - set(lines)
    if len(wrong) == 1 and len(missing) == 1:
        right = sorted(number + shift for number in next(iter(missing)))
        part = node.elts[wrong[0]]
        text = program.segment(part)
        inner = ", ".join(map(str, right))
        edit = with_parts(program, [(part, f"{text[0]}{inner}{text[-1]}")])
        yield program.here(part, edit=edit, missing=Code(f"({inner})"))


def _numbers(node: ast.expr) -> list[int]:
    if not isinstance(node, ast.Tuple | ast.List):
        return []
    values = [each.value for each in node.elts if isinstance(each, ast.Constant) and type(each.value) is int]
    return values if len(values) == len(node.elts) else []


@logic_rule("cell-counts-itself", 0.9, "more off value other", needs=(ast.For, Function), each=Function)
def cell_counts_itself(program: Program, function: Function) -> Iterator[Match]:
    """Yield two loops over -1, 0 and 1 that never leave out the step 0, 0, in a function about neighbours."""
    if not _NEIGHBOURS.search(function.name):
        return
    for loop in program.own_nodes(function):
        match loop:
            case ast.For(target=ast.Name(id=one), body=[ast.For(target=ast.Name(id=other), iter=second) as inner]):
                pass
            case _:
                continue
        if _steps(loop.iter) != _STEPS or _steps(second) != _STEPS:
            continue
        tests = [each for each in walk(function) if isinstance(each, ast.If | ast.IfExp | ast.While)]
        asked = {name for each in tests for name in names_in(each.test)}
        own = program.own_nodes(function)
        subtracts = any(isinstance(each, ast.BinOp | ast.AugAssign) and isinstance(each.op, ast.Sub) for each in own)
        places = {
            name
            for each in inside(inner.body)
            if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.Eq | ast.NotEq)
            for name in names_in(each)
        }
        if not {one, other} & asked and not subtracts and not places:
            yield program.on_line(inner, one=Code(one), other=Code(other))
            return


def _steps(node: ast.expr) -> set[int]:
    """Return the numbers that a literal or a `range` of two numbers goes through."""
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            found = set()
            for each in items:
                match each:
                    case ast.Constant(value=int(number)):
                        found.add(number)
                    case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
                        found.add(-number)
            return found
        case ast.Call(
            func=ast.Name(id="range"),
            args=[ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)), ast.Constant(value=2)],
        ):
            return set(_STEPS)
    return set()


@logic_rule("dates-sorted-as-text", 0.9, "order value other", needs=(ast.Call,), each=ast.Call)
def dates_sorted_as_text(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a sort by strings such as "05.03.2024", whose order is not that of the dates."""
    tool = called_name(node)
    if tool not in ("sort", "sorted", "min", "max"):
        return
    key = next((each.value for each in node.keywords if each.arg == "key"), None)
    match key:
        case ast.Lambda(body=sorted_by):
            pass
        case ast.Name(id=name) if name in program.functions:
            results = program.returns_of(program.functions[name])
            if len(results) != 1 or results[0].value is None:
                return
            sorted_by = results[0].value
        case None if node.args or isinstance(node.func, ast.Attribute):
            sorted_by = node.func.value if isinstance(node.func, ast.Attribute) else node.args[0]
        case _:
            return
    seen = values_seen(program, [sorted_by]).get(sorted_by, [])
    if key is None:
        seen = next((list(each) for each in seen if isinstance(each, list | tuple)), [])
    texts = [each for each in seen if isinstance(each, str) and _DATE.fullmatch(each)]
    if len(texts) < _FEWEST or len(texts) != len(seen):
        return
    by_date = sorted(texts, key=_as_date)
    if [_as_date(each) for each in sorted(texts)] != [_as_date(each) for each in by_date]:
        first = min(texts)
        earlier = by_date[0] if by_date[0] != first else by_date[-1]
        slots: dict[str, Any] = {"part": sorted_by, "one": Code(repr(first)), "other": Code(repr(earlier))}
        place = sorted_by if key is not None else node
        yield program.here(place, **slots)


def _as_date(text: str) -> tuple[str, str, str]:
    found = _DATE.fullmatch(text)
    return (found[3], found[2].zfill(2), found[1].zfill(2)) if found is not None else ("", "", "")


@logic_rule("order-promised-and-lost", 0.9, "order value other", needs=("set", Function), each=Function)
def order_promised_and_lost(program: Program, function: Function) -> Iterator[Match]:
    """Yield a `set` in a function whose docstring promises to keep an order."""
    told = ast.get_docstring(function) or ""
    if not _ORDER.search(told):
        return
    for node in program.own_nodes(function):
        if isinstance(node, ast.Call) and is_call_of(node, "set") and node.args:
            up = program.parents.get(node)
            if not isinstance(up, ast.Call) or not is_call_of(up, "sorted", "list"):
                continue
            text = f"list(dict.fromkeys({program.segment(node.args[0])}))"
            edit = with_parts(program, [(up, text)])
            yield program.here(up, edit=edit, items=node.args[0], function=Code(function.name))
            return
