"""Conditions that are always true, never true, or asked in an order in which a later one cannot be reached."""

from __future__ import annotations

import ast
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.runtime.origins import is_input
from tutor_pedagogy.problem.tree_walk import alike

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor_pedagogy.offline.engine.program import Program
_TESTS_OF_TEXTS = frozenset(
    ("isdigit", "isalpha", "isupper", "islower", "startswith", "endswith", "isspace", "isalnum", "strip", "lower")
)
_MAKES_TEXT = frozenset(("strip", "lower", "upper", "title", "split", "capitalize", "rstrip", "lstrip", "isdigit"))


@logic_rule("condition-always-true", 0.95, ("truth", "value", "other"), needs=(ast.Or, ast.Compare))
def condition_always_true(program: Program) -> Iterator[Match]:
    """`x == 1 or 2`: the second part is a value and no question."""
    for node in program.each(ast.BoolOp):
        match node:
            case ast.BoolOp(op=ast.Or(), values=[ast.Compare(left=left), *rest]) if any(_asks_nothing(p) for p in rest):
                parts = [program.segment(node.values[0])]
                parts += [
                    f"{program.segment(left)} == {program.segment(part)}"
                    if _asks_nothing(part)
                    else program.segment(part)
                    for part in rest
                ]
                changed = _on_line(program, node, " or ".join(parts))
                second = next(part for part in rest if _asks_nothing(part))
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    edit=program.edit(node.lineno, changed[1]) if changed else None,
                    slots={"second": Code(program.segment(second)), "left": Code(program.segment(left))},
                )


def _on_line(program: Program, node: ast.expr, new: str) -> tuple[str, str] | None:
    line = program.line(node.lineno)
    text = program.segment(node)
    return (line, line.replace(text, new, 1)) if node.lineno == node.end_lineno else None


def _asks_nothing(part: ast.expr) -> bool:
    """Tell whether a part of a condition is a value and no question: written out, or worked out from numbers."""
    if isinstance(part, ast.Constant):
        return part.value not in (None, False, True)
    return isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Sub)


@logic_rule("condition-never-true", 0.95, ("none", "truth", "value", "other"), needs=(ast.And, ast.Eq))
def condition_never_true(program: Program) -> Iterator[Match]:
    """`n == 1 and n == 2`: one value cannot equal two."""
    for node in program.each(ast.BoolOp):
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                equal = [
                    (ast.dump(v.left), ast.dump(v.comparators[0]))
                    for v in values
                    if isinstance(v, ast.Compare)
                    and isinstance(v.ops[0], ast.Eq)
                    and isinstance(v.comparators[0], ast.Constant)
                ]
                lefts = [left for left, _ in equal]
                if len(set(equal)) == len(equal) and len(set(lefts)) < len(lefts):
                    changed = _on_line(program, node, program.segment(node).replace(" and ", " or "))
                    first = values[0]
                    left = program.segment(first.left) if isinstance(first, ast.Compare) else program.segment(first)
                    yield Match(
                        lines=(node.lineno,),
                        expression=program.segment(node),
                        edit=program.edit(node.lineno, changed[1]) if changed else None,
                        slots={"left": Code(left)},
                    )


@logic_rule("condition-excludes-nothing", 0.95, ("endless", "truth", "value", "other"), needs=(ast.Or, ast.NotEq))
def condition_excludes_nothing(program: Program) -> Iterator[Match]:
    """`x != 1 or x != 2`: one of the two always holds."""
    for node in program.each(ast.BoolOp):
        match node:
            case ast.BoolOp(op=ast.Or(), values=values):
                unequal = [
                    (ast.dump(v.left), ast.dump(v.comparators[0]))
                    for v in values
                    if isinstance(v, ast.Compare)
                    and isinstance(v.ops[0], ast.NotEq)
                    and isinstance(v.comparators[0], ast.Constant)
                ]
                lefts = [left for left, _ in unequal]
                if len(set(unequal)) == len(unequal) and len(set(lefts)) < len(lefts):
                    changed = _on_line(program, node, program.segment(node).replace(" or ", " and "))
                    first = values[0]
                    yield Match(
                        lines=(node.lineno,),
                        expression=program.segment(node),
                        edit=program.edit(node.lineno, changed[1]) if changed else None,
                        slots={"left": Code(program.segment(first.left) if isinstance(first, ast.Compare) else "")},
                    )


@logic_rule("same-part-twice", 0.85, ("truth", "value", "other"))
def same_part_twice(program: Program) -> Iterator[Match]:
    """Both sides of `and`, `or` or a comparison are the same."""
    for node in program.each(ast.BoolOp, ast.Compare):
        match node:
            case ast.BoolOp(values=values) if any(alike(one, other) for one, other in combinations(values, 2)):
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    slots={"part": Code(program.segment(values[-1]))},
                )
            case ast.Compare(left=left, comparators=[right]) if _are_one_part(left, right):
                yield Match(
                    lines=(node.lineno,), expression=program.segment(node), slots={"part": Code(program.segment(left))}
                )


def _are_one_part(left: ast.expr, right: ast.expr) -> bool:
    """Tell whether two sides are the same; calls may give something else each time."""
    return not isinstance(left, ast.Constant | ast.Call) and alike(left, right)


@logic_rule("branch-never-reached", 0.9, ("value", "text", "other"), needs=(ast.If, ast.Compare))
def branch_never_reached(program: Program) -> Iterator[Match]:
    """Find where a wider condition is asked before a narrower one, so the narrower is never reached."""
    for node in program.each(ast.If):
        seen: list[tuple[ast.expr, type[ast.cmpop], float, int]] = []
        current: ast.stmt = node
        while isinstance(current, ast.If):
            match current.test:
                case ast.Compare(
                    left=left,
                    ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE() as sign],
                    comparators=[ast.Constant(value=int() | float() as bound)],
                ):
                    for other, kind, limit, line in seen:
                        upwards = kind in (ast.Gt, ast.GtE) and isinstance(sign, ast.Gt | ast.GtE) and bound >= limit
                        downwards = kind in (ast.Lt, ast.LtE) and isinstance(sign, ast.Lt | ast.LtE) and bound <= limit
                        if (upwards or downwards) and alike(other, left):
                            yield Match(
                                lines=(current.lineno,),
                                expression=program.segment(current.test),
                                slots={
                                    "test": Code(program.segment(current.test)),
                                    "first": Code(program.line(line).strip()),
                                },
                            )
                            break
                    seen.append((left, type(sign), bound, current.lineno))
                case _:
                    break
            current = current.orelse[0] if len(current.orelse) == 1 else ast.Pass()


@logic_rule("later-if-overrides", 0.85, ("value", "text", "other"), needs=(ast.If, ast.Compare, ast.Assign))
def later_if_overrides(program: Program) -> Iterator[Match]:
    """Find a chain of separate `if`s in which a later, wider one overrides what an earlier one has set."""
    for block in _blocks(program) if len(program.each(ast.If)) > 1 else ():
        for first, second in pairwise(block):
            match first, second:
                case (
                    ast.If(
                        test=ast.Compare(
                            left=a,
                            ops=[ast.Gt() | ast.GtE()],
                            comparators=[ast.Constant(value=int() | float() as high)],
                        ),
                        orelse=[],
                        body=[ast.Assign(targets=[ast.Name(id=x)])],
                    ),
                    ast.If(
                        test=ast.Compare(
                            left=b, ops=[ast.Gt() | ast.GtE()], comparators=[ast.Constant(value=int() | float() as low)]
                        ),
                        body=[ast.Assign(targets=[ast.Name(id=y)])],
                    ),
                ) if x == y and low < high and alike(a, b):
                    line = program.line(second.lineno)
                    yield Match(
                        lines=(second.lineno,),
                        expression=program.segment(second.test),
                        edit=program.edit(second.lineno, line.replace("if ", "elif ", 1)),
                        slots={
                            "name": Code(x),
                            "first": Code(program.segment(first.test)),
                            "test": Code(program.segment(second.test)),
                        },
                    )
                    break


def _blocks(program: Program) -> Iterator[list[ast.stmt]]:
    for node in program.with_blocks:
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield block


@logic_rule("text-compared-with-number", 0.9, ("truth", "value", "endless", "other"), needs=(ast.Compare, "input"))
def text_compared_with_number(program: Program) -> Iterator[Match]:
    """Find where the text that `input` gave is compared with a number, which is never equal."""
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(
                left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=int() | float() as value)]
            ) if not isinstance(value, bool) and is_input(program, left, node.lineno):
                slots = {"name": Code(program.segment(left)), "test": Code(program.segment(node))}
                yield from _number_wanted(program, left, node.lineno, slots)


def _number_wanted(program: Program, text: ast.expr, line: int, slots: Mapping[str, str]) -> Iterator[Match]:
    """Point to where a text was read that is used as a number on a line; the edit turns it into one."""
    origin = program.last_value(text.id, line) if isinstance(text, ast.Name) else text
    if origin is None:
        return
    changed = _on_line(program, origin, f"int({program.segment(origin)})")
    yield Match(
        lines=(origin.lineno,),
        expression=program.segment(origin),
        edit=program.edit(origin.lineno, changed[1]) if changed else None,
        slots=slots,
    )


@logic_rule("text-repeated", 0.9, ("text", "kind", "value", "more", "other"), needs=(ast.Mult, "input"))
def text_repeated(program: Program) -> Iterator[Match]:
    """Find where the text that `input` gave is multiplied, so that it is repeated."""
    for node in program.each(ast.BinOp):
        match node:
            case (
                ast.BinOp(left=name, op=ast.Mult(), right=ast.Constant(value=int()))
                | ast.BinOp(left=ast.Constant(value=int()), op=ast.Mult(), right=name)
            ) if isinstance(name, ast.Name) and is_input(program, name, node.lineno):
                slots = {"name": Code(name.id), "operation": Code(program.segment(node))}
                yield from _number_wanted(program, name, node.lineno, slots)


@logic_rule("identity-for-equality", 0.7, ("truth", "value", "other"), needs=(ast.Compare,))
def identity_for_equality(program: Program) -> Iterator[Match]:
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(
                ops=[ast.Is() | ast.IsNot() as sign], comparators=[ast.Constant(value=str() | int() | float() as value)]
            ) if not isinstance(value, bool):
                word = "is not" if isinstance(sign, ast.IsNot) else "is"
                text = program.segment(node)
                changed = _on_line(program, node, text.replace(f" {word} ", " != " if word == "is not" else " == ", 1))
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, changed[1]) if changed else None,
                    slots={"word": Code(word)},
                )


@logic_rule("function-named-in-condition", 0.9, ("truth", "value", "other"))
def function_named_in_condition(program: Program) -> Iterator[Match]:
    """Find where a function or method is named in a condition, but not called."""
    if program.features.isdisjoint(_TESTS_OF_TEXTS) and program.features.isdisjoint(program.functions):
        return
    tests: list[ast.expr] = [node.test for node in program.each(ast.If, ast.While, ast.IfExp)]  # type: ignore[attr-defined] # each of them has one
    tests += [test for node in program.each(ast.comprehension) for test in node.ifs]
    for test in tests:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            tests.append(test.operand)
        elif isinstance(test, ast.BoolOp):
            tests += test.values
        elif _is_named_only(program, test):
            text = program.segment(test)
            line = program.line(test.lineno)
            yield Match(
                lines=(test.lineno,),
                expression=text,
                edit=program.edit(test.lineno, line.replace(text, f"{text}()", 1)),
                slots={"name": Code(text)},
            )


def _is_named_only(program: Program, node: ast.expr) -> bool:
    """Tell whether an expression is a function or method of the code, or a test of texts, that is not called."""
    match node:
        case ast.Name(id=name):
            return name in program.functions and not program.assignments(name) and _is_function(program, name)
        case ast.Attribute(attr=name) if name in _TESTS_OF_TEXTS:
            return True
        case ast.Attribute(value=ast.Name(), attr=name):
            stored = any(n.attr == name and isinstance(n.ctx, ast.Store) for n in program.each(ast.Attribute))
            return not stored and _is_method(program, name)
    return False


def _is_method(program: Program, name: str) -> bool:
    """Tell whether every function of a name is a method, and none a property or the like."""
    named = [function for function in program.each(ast.FunctionDef) if function.name == name]
    return bool(named) and all(
        not function.decorator_list and isinstance(program.parents.get(function), ast.ClassDef) for function in named
    )


def _is_function(program: Program, name: str) -> bool:
    """Tell whether a name is that of a function, not of a method; one with a decorator counts as neither."""
    function = program.functions[name]
    return not function.decorator_list and not isinstance(program.parents.get(function), ast.ClassDef)


@logic_rule("function-in-place-of-result", 0.9, ("text", "value", "printed", "other"))
def function_in_place_of_result(program: Program) -> Iterator[Match]:
    """Find where a function of the code is shown or compared itself, in place of what a call of it gives."""
    if program.features.isdisjoint(_MAKES_TEXT) and program.features.isdisjoint(program.functions):
        return
    named: list[ast.Name | ast.Attribute] = [*program.each(ast.Name), *program.each(ast.Attribute)]
    for node in named:
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name in _MAKES_TEXT and isinstance(node, ast.Attribute) and _is_result_meant(program, node):
            text, line = program.segment(node), program.line(node.lineno)
            edit = program.edit(node.lineno, line.replace(text, f"{text}()", 1))
            yield Match(lines=(node.lineno,), expression=text, edit=edit, slots={"name": Code(text)})
        if name not in program.functions or program.functions[name].decorator_list or not _is_named_only(program, node):
            continue
        match program.parents.get(node):
            case ast.Call(func=ast.Name(id="print" | "str" | "round" | "format"), args=args):
                is_meant = node in args
            case ast.Compare(ops=[sign], left=left, comparators=[right]):
                other = right if left is node else left
                is_meant = not isinstance(sign, ast.Is | ast.IsNot) and not _is_named_only(program, other)
            case ast.FormattedValue():
                is_meant = True
            case _:
                is_meant = False
        if is_meant:
            text, line = program.segment(node), program.line(node.lineno)
            called = program.functions[name]
            wants = [arg for arg in called.args.args if arg.arg != "self"]
            edit = None if wants else program.edit(node.lineno, line.replace(text, f"{text}()", 1))
            yield Match(lines=(node.lineno,), expression=text, edit=edit, slots={"name": Code(text)})


def _is_result_meant(program: Program, method: ast.Attribute) -> bool:
    """Tell whether a method of texts is given back, compared or stored, where its result must be meant."""
    stored = any(n.attr == method.attr and isinstance(n.ctx, ast.Store) for n in program.each(ast.Attribute))
    if stored or method.attr in program.functions or not isinstance(method.ctx, ast.Load):
        return False
    match program.parents.get(method):
        case ast.Return() | ast.FormattedValue() | ast.BinOp() | ast.Compare():
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return not any(isinstance(c.func, ast.Name) and c.func.id == name for c in program.each(ast.Call))
        case ast.Tuple() as row:
            return isinstance(program.parents.get(row), ast.Return)
    return False


@logic_rule("numerical.equality-of-floats", 0.55, ("truth", "endless", "other"), needs=(ast.Compare, float))
def equality_of_floats(program: Program) -> Iterator[Match]:
    """Find where a number with a point is compared for equality."""
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(
                left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=float() as value)]
            ) if not value.is_integer():
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    slots={"left": Code(program.segment(left)), "value": Code(repr(value))},
                )
            case ast.Compare(left=ast.BinOp(), ops=[ast.Eq()], comparators=[ast.Constant(value=float())]):
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    slots={
                        "left": Code(program.segment(node.left)),
                        "value": Code(program.segment(node.comparators[0])),
                    },
                )
