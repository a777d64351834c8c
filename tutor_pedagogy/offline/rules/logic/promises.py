"""Names and printed labels that say what a value should be, beside code that computes something else."""

from __future__ import annotations

import ast
import re
from calendar import isleap
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import SYMBOLS, is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.evaluation import value_of
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import is_name
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_YEARS = (1900, 2000, 2023, 2024, 2100, 2400)
_CENTURIES = {4, 100, 400}
_WITHOUT_LAST = {4, 100}
_LEAP = re.compile(r"(?i)leap|schalt|bisiest|bissext|bisest")


@logic_rule("leap-year-condition", 0.95, "truth value other", needs=(ast.Mod, ast.BoolOp), each=ast.BoolOp)
def leap_year_condition(program: Program, node: ast.BoolOp) -> Iterator[Match]:
    """Yield a condition with the remainders by 4, 100 and 400 that is wrong for a year, such as 1900."""
    if isinstance(program.parents.get(node), ast.BoolOp | ast.UnaryOp):
        return
    found = _remainders(program, node)
    if found is None:
        return
    name, left = found
    answers = [value_of(node, {name: year}) for year in _YEARS]
    if not all(isinstance(answer, bool) for answer in answers):
        return
    right = [isleap(year) for year in _YEARS]
    if answers in (right, [not each for each in right]):
        return
    wrong = [year for year, answer, wanted in zip(_YEARS, answers, right, strict=True) if answer != wanted]
    if len(wrong) > len(_YEARS) // 2:
        return
    year = wrong[0]
    text = f"{name} % 4 == 0 and ({name} % 100 != 0 or {name} % 400 == 0)"
    edit = with_parts(program, [(node, text)])
    said = "true" if year not in (2000, 2400, 2024) else "false"
    fact = "no leap year" if said == "true" else "a leap year"
    yield program.here(node, edit=edit, name=left, year=Code(str(year)), said=said, fact=fact)


def _remainders(program: Program, node: ast.BoolOp) -> tuple[str, ast.expr] | None:
    """Return the name of the year in a condition that consists of its remainders by 4, 100 and 400; else None."""
    divisors: set[int] = set()
    names: dict[str, ast.expr] = {}
    for part in walk(node):
        match part:
            case ast.BinOp(left=ast.Name(id=name) as left, op=ast.Mod(), right=ast.Constant(value=int(divisor))):
                divisors.add(divisor)
                names.setdefault(name, left)
            case ast.Call() | ast.Attribute() | ast.Subscript():
                return None
    if len(names) != 1 or names_in(node) != set(names):
        return None
    if divisors != _CENTURIES and not (divisors == _WITHOUT_LAST and _is_named_leap(program, node)):
        return None
    return next(iter(names.items()))


def _is_named_leap(program: Program, node: ast.BoolOp) -> bool:
    """Return whether what gets a condition is named after leap years, in a program that asks for 400 nowhere."""
    if any(each.value == max(_CENTURIES) for each in program.each(ast.Constant)):
        return False
    function = program.function_at(node.lineno)
    return bool(_LEAP.search(function.name if function is not None else program.line(node.lineno)))


_EVEN = re.compile(r"(?i)(?:^|_|\b)evens?(?:_|\b|[A-Z]|$)|par(?:es)?$")
_ODD = re.compile(r"(?i)(?:^|_|\b)odds?(?:_|\b|[A-Z]|$)|impar(?:es)?$")


@logic_rule("even-and-odd-mixed-up", 0.9, "value truth less more other", needs=(ast.Mod, ast.If), each=ast.If)
def even_and_odd_mixed_up(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield `if n % 2 == 1: evens.append(n)`: the condition chooses the other half than the name says."""
    parity = _parity(node.test)
    if parity is None:
        return
    number, is_even = parity
    said = {_word_of(word) for statement in node.body for word in _collecting(statement, number)} - {None}
    others = {_word_of(word) for statement in node.orelse for word in _collecting(statement, number)} - {None}
    if said == {not is_even} and others != said and not any(isinstance(each, ast.If) for each in node.body):
        compare = node.test
        if isinstance(compare, ast.Compare):
            right = compare.comparators[0]
            edit = with_parts(program, [(right, "0" if not _is_zero(right) else "1")])
        else:
            edit = None
        words = ("odd", "even") if not is_even else ("even", "odd")
        yield program.here(node.test, edit=edit, number=Code(number), chosen=words[0], wanted=words[1])


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _parity(test: ast.expr) -> tuple[str, bool] | None:
    """Return the number and whether a condition is true for even ones; None for another condition."""
    match test:
        case ast.Compare(
            left=ast.BinOp(left=ast.Name(id=name), op=ast.Mod(), right=ast.Constant(value=2)),
            ops=[ast.Eq() | ast.NotEq() as operator],
            comparators=[ast.Constant(value=0 | 1 as rest)],
        ):
            return name, (rest == 0) == isinstance(operator, ast.Eq)
    return None


def _collecting(statement: ast.stmt, number: str) -> Iterator[str]:
    """Yield the names and labels for what a branch collects, counts or prints."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append"), args=[item])):
            if number in names_in(item):
                yield owner
        case ast.AugAssign(target=ast.Name(id=owner)):
            yield owner
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=arguments)) if number in names_in(*arguments):
            for part in walk(statement):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and "not" not in part.value:
                    yield part.value


def _word_of(text: str) -> bool | None:
    """Return True for a text about even numbers, False for one about odd ones, None for neither or both."""
    even, odd = bool(_EVEN.search(text)), bool(_ODD.search(text))
    return None if even is odd else even


_LARGEST = re.compile(r"(?i)(?:^|_)(?:largest|biggest|highest|maximum|max|longest|greatest|oldest|tallest)(?:_|$)")
_SMALLEST = re.compile(r"(?i)(?:^|_)(?:smallest|lowest|minimum|min|shortest|least|youngest|cheapest)(?:_|$)")


@logic_rule("largest-and-smallest-mixed-up", 0.9, "value less more other", needs=(Loop, ast.If), each=ast.If)
def largest_and_smallest_mixed_up(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield `if n < largest: largest = n` in a loop, which keeps the smallest item."""
    match node:
        case ast.If(
            test=ast.Compare(left=left, ops=[ast.Lt() | ast.Gt() as operator], comparators=[right]) as test,
            body=[ast.Assign(targets=[ast.Name(id=kept)], value=stored), *_],
        ) if program.loop_around(node) is not None:
            pass
        case _:
            return
    sides = [ast.unparse(side) for side in (left, right)]
    item = ast.unparse(stored)
    if kept not in sides or item not in sides or item == kept:
        return
    takes_larger = isinstance(operator, ast.Gt) is (sides[0] == item)
    wants_larger, wants_smaller = bool(_LARGEST.search(kept)), bool(_SMALLEST.search(kept))
    if wants_larger is wants_smaller or takes_larger is wants_larger or not _starts_at_item(program, kept, node):
        return
    other = "<" if isinstance(operator, ast.Gt) else ">"
    edit = with_parts(program, [(test, f"{sides[0]} {other} {sides[1]}")])
    words = ("larger", "smaller") if takes_larger else ("smaller", "larger")
    slots: dict[str, Any] = {"name": Code(kept), "item": Code(item), "takes": words[0], "wants": words[1]}
    yield program.here(test, edit=edit, sign=Code(SYMBOLS[type(operator)]), **slots)


def _starts_at_item(program: Program, kept: str, node: ast.If) -> bool:
    """Return whether a best value starts with an item, so that a border such as `max_value = 100` is not meant."""
    match program.last_value(kept, node.lineno):
        case ast.Subscript(slice=ast.Constant(value=0)):
            return True
        case ast.Constant(value=0):
            return bool(_LARGEST.search(kept))
        case ast.Call() as call:
            return is_call_of(call, "float")
    return False


_AVERAGE = re.compile(r"(?i)average|avg|^mean|_mean$|durchschnitt|promedio|moyenne")


@logic_rule("average-by-other-number", 0.9, "value less more other", needs=(ast.Div,), each=ast.BinOp)
def average_by_other_number(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield `average = sum(marks) / 3` for a list that has another number of items."""
    match node:
        case ast.BinOp(op=ast.Div() | ast.FloorDiv(), left=total, right=ast.Constant(value=int(count)) as divisor):
            target = program.parents.get(node)
        case _:
            return
    match target:
        case ast.Assign(targets=[ast.Name(id=name)]) if _AVERAGE.search(name):
            pass
        case _:
            return
    items = _summed(program, total, node)
    filled = program.assignments(items) if items is not None else []
    if items is None:
        return
    if len(filled) != 1 or not isinstance(filled[0][1], ast.List) or items in program.resized_names:
        return
    values = filled[0][1].elts
    if values and len(values) != count and not any(isinstance(each, ast.Starred) for each in values):
        edit = with_parts(program, [(divisor, f"len({items})")])
        slots: dict[str, Any] = {"items": Code(items), "number": Code(str(count)), "many": str(len(values))}
        yield program.here(node, edit=edit, name=Code(name), **slots)


def _summed(program: Program, total: ast.expr, node: ast.BinOp) -> str | None:
    """Return the list whose items a value is the sum of: by `sum`, or by a loop that adds each of them."""
    made = program.last_value(total.id, node.lineno) if isinstance(total, ast.Name) else total
    match made:
        case ast.Call(func=ast.Name(id="sum"), args=[ast.Name(id=items)]):
            return items
    for loop in program.each(ast.For) if isinstance(total, ast.Name) else ():
        match loop:
            case ast.For(
                target=ast.Name(id=item),
                iter=ast.Name(id=items),
                body=[ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Name(id=added))],
            ) if (
                isinstance(total, ast.Name)
                and name == total.id
                and item == added
                and _is_of_one_unit(program, loop, node)
            ):
                begins = program.last_value(name, loop.lineno)
                changes = [each for each in program.each(ast.AugAssign) if is_name(each.target, name)]
                is_alone = len(changes) == 1 and isinstance(begins, ast.Constant) and begins.value == 0
                return items if is_alone else None
    return None


def _is_of_one_unit(program: Program, loop: ast.For, node: ast.BinOp) -> bool:
    """Return whether a loop stands above a calculation in the same function, and both run once."""
    here = program.function_at(node.lineno) is program.function_at(loop.lineno)
    return here and loop.lineno < node.lineno and program.loop_around(loop) is program.loop_around(node) is None
