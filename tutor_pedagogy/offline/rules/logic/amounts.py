"""Amounts in mixed units: minutes left over from hours, percents as factors, shares that are cut off too early."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, names_in
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import is_constant, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_DISCOUNT = re.compile(r"(?i)discount|rabatt|reduction|descuento|remise|percent_off|nachlass")
_PRICE = re.compile(r"(?i)price|cost|total|amount|preis|betrag|precio|prix|sum\b|subtotal|bill")
_UNITS = {"hour": 60, "hours": 60, "minute": 60, "minutes": 60, "h": 60, "stunden": 60, "minuten": 60, "mins": 60}


@logic_rule("rest-by-subtraction", 0.95, "value more other", needs=(ast.FloorDiv, ast.Sub))
def rest_by_subtraction(program: Program) -> Iterator[Match]:
    """Yield `rest = minutes - hours` right behind `hours = minutes // 60`: the two are in different units."""
    for _, first, second in program.neighbours:
        match first, second:
            case (
                ast.Assign(
                    targets=[ast.Name(id=whole)],
                    value=ast.BinOp(
                        left=ast.Name(id=owner), op=ast.FloorDiv(), right=ast.Constant(value=int(unit)) as by
                    ),
                ),
                ast.Assign(
                    targets=[ast.Name()],
                    value=ast.BinOp(left=ast.Name(id=again), op=ast.Sub(), right=ast.Name(id=taken)) as rest,
                ),
            ) if owner == again and whole == taken and whole != owner and unit > 1:
                pass
            case _:
                continue
        edit = with_parts(program, [(rest, f"{owner} % {program.segment(by)}")])
        slots: dict[str, Any] = {
            "whole": Code(whole),
            "owner": Code(owner),
            "unit": Code(str(unit)),
            "first": program.header(first),
        }
        yield program.here(rest, edit=edit, **slots)


@logic_rule("unit-not-converted", 0.85, "value less other", needs=(Function, ast.Mult), each=Function)
def unit_not_converted(program: Program, function: Function) -> Iterator[Match]:
    """Yield `hours * 3600 + minutes`: the hours become seconds, and the minutes are added as if they were seconds."""
    parameters = set(parameters_of(function))
    for node in program.own_nodes(function):
        match node:
            case ast.BinOp(
                left=ast.BinOp(left=ast.Name(id=big), op=ast.Mult(), right=ast.Constant(value=3600)),
                op=ast.Add(),
                right=ast.Name(id=small) as added,
            ):
                pass
            case _:
                continue
        if {big, small} <= parameters and small.lower() in ("minutes", "mins", "minute", "minuten", "m"):
            edit = with_parts(program, [(added, f"{small} * 60")])
            yield program.here(added, edit=edit, sum=node, big=Code(big), small=added)
            return


@logic_rule("discount-in-place-of-price", 0.85, "value less other", needs=(ast.Mult, ast.Div), each=ast.Assign)
def discount_in_place_of_price(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield `price = price * discount / 100`, which keeps what is taken off in place of what is left."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=price)],
            value=ast.BinOp(
                left=ast.BinOp(left=ast.Name(id=one), op=ast.Mult(), right=ast.Name(id=other)),
                op=ast.Div(),
                right=ast.Constant(value=100),
            ),
        ):
            pass
        case _:
            return
    rate = other if one == price else one if other == price else ""
    if rate and _DISCOUNT.search(rate) and _PRICE.search(price) and rate != price:
        edit = with_parts(program, [(node.value, f"{price} * (1 - {rate} / 100)")])
        yield program.on_line(node, edit=edit, price=Code(price), rate=Code(rate))


@logic_rule("factor-below-zero", 0.9, "less value zero other", needs=(ast.Sub, ast.Mult), each=ast.BinOp)
def factor_below_zero(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield `price * (1 - rate)` for a rate that the program gives in percent, such as 10: the factor is negative."""
    match node:
        case ast.BinOp(op=ast.Sub(), left=ast.Constant(value=1), right=ast.Name() as rate):
            around = program.parents.get(node)
        case _:
            return
    if not isinstance(around, ast.BinOp) or not isinstance(around.op, ast.Mult):
        return
    seen = [each for each in values_seen(program, [rate]).get(rate, []) if isinstance(each, int | float)]
    if seen and max(seen) > 1 and all(each == 0 or each > 1 for each in seen):
        most = max(seen)
        edit = with_parts(program, [(rate, f"{rate.id} / 100")])
        yield program.here(node, edit=edit, rate=rate, value=Code(repr(most)), factor=Code(repr(1 - most)))


@logic_rule("share-cut-off", 0.9, "value zero less other", needs=(ast.FloorDiv, ast.Mult), each=ast.BinOp)
def share_cut_off(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield `part // whole * 100`: the share is below 1, so it is cut off to 0 before it becomes a percentage."""
    match node:
        case ast.BinOp(left=ast.BinOp(op=ast.FloorDiv()) as share, op=ast.Mult(), right=ast.Constant(value=100)):
            pass
        case ast.BinOp(left=ast.Constant(value=100), op=ast.Mult(), right=ast.BinOp(op=ast.FloorDiv()) as share):
            pass
        case _:
            return
    if is_constant(share.right, 100) or not names_in(share.left, share.right):
        return
    edit = with_parts(program, [(share, program.segment(share).replace("//", "/", 1))])
    yield program.here(share, edit=edit, share=share, whole=node)
