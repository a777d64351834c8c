"""Amounts and units that do not fit: a rest by another number, a value added to a count, draws, times, arguments."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, called_name, names_in
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_imported
from tutor_pedagogy.offline.rules.logic.tree import inside, is_name, last_line, parameters_of
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_COUNT = re.compile(r"(?i)^(?:count|num|number|anzahl|cuent|cuant|compt|how_?many|zaehl|zähl|conta)|_count$|count$")
_AGAIN = re.compile(
    r"(?i)twice|two times|2 ?(?:times|fois|mal|veces|vezes)|same|again|repeat|double|doppelt|zweimal|m[eê]me|misma"
    r"|duplic"
)
_UNITS = frozenset((60, 24, 12, 7, 3600, 100, 1000))


@logic_rule("rest-by-other-number", 0.9, "value less more other", needs=(ast.FloorDiv, ast.Mod), each=ast.BinOp)
def rest_by_other_number(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield `minutes % 24` beside `minutes // 60`: quotient and rest of one number need the same divisor."""
    match node:
        case ast.BinOp(left=ast.Name(id=name), op=ast.Mod(), right=ast.Constant(value=int(rest)) as divisor):
            pass
        case _:
            return
    here = program.function_at(node.lineno)
    others = [
        each
        for each in program.each(ast.BinOp)
        if isinstance(each.op, ast.FloorDiv | ast.Mod)
        and is_name(each.left, name)
        and program.function_at(each.lineno) is here
        and each is not node
    ]
    quotients = [each for each in others if isinstance(each.op, ast.FloorDiv)]
    rests = [each for each in others if isinstance(each.op, ast.Mod)]
    bound = [at for at, _ in program.assignments(name) if program.function_at(at) is here]
    if len(quotients) != 1 or rests or len(bound) > 1 or abs(quotients[0].lineno - node.lineno) > 1:
        return
    match quotients[0].right:
        case ast.Constant(value=int(whole)) if whole != rest and whole in _UNITS and rest in _UNITS:
            is_sure = {whole, rest} in ({60, 24}, {60, 100}, {60, 12}, {24, 7}, {12, 24})
            edit = with_parts(program, [(divisor, str(whole))])
            slots: dict[str, Any] = {"name": Code(name), "whole": quotients[0], "number": Code(str(whole))}
            if is_sure:
                yield program.here(node, edit=edit, **slots)


@logic_rule("value-added-to-count", 0.85, "more value other", needs=(ast.AugAssign, ast.For), each=ast.For)
def value_added_to_count(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield `n += value` in a loop of a function that should count, or on a name that says so."""
    if not isinstance(loop.target, ast.Name):
        return
    function = program.function_at(loop.lineno)
    for node in inside(loop.body):
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Name(id=item) as added) if (
                item == loop.target.id
            ):
                pass
            case _:
                continue
        is_branch = isinstance(program.parents.get(node), ast.If)
        told = _COUNT.search(name) or (
            function is not None and _COUNT.search(function.name) and _is_returned(program, function, name)
        )
        if told and is_branch and not _began_as_text(program, name):
            edit = with_parts(program, [(added, "1")])
            said = Code(function.name) if function is not None and not _COUNT.search(name) else Code(name)
            yield program.on_line(node, edit=edit, name=Code(name), item=Code(item), said=said)
            return


def _began_as_text(program: Program, name: str) -> bool:
    """Return whether a name starts as a string: then it collects characters, whatever it is called."""
    values = [value for _, value in program.assignments(name)]
    return any(isinstance(value, ast.JoinedStr | ast.Constant) and not _is_number(value) for value in values)


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float)


def _is_returned(program: Program, function: Function, name: str) -> bool:
    return any(is_name(each.value, name) for each in program.returns_of(function))


@logic_rule("drawn-again", 0.75, "long value other", needs=("random",), each=Function | ast.For)
def drawn_again(program: Program, node: Function | ast.For) -> Iterator[Match]:
    """Yield a random pick from a list in a loop that never takes the picked item out, where it must not come twice."""
    question = program.submission.question or ""
    if not isinstance(node, ast.For) or not _AGAIN.search(question):
        return
    for call in inside(node.body):
        match call:
            case ast.Call(func=ast.Attribute(attr="choice"), args=[ast.Name(id=items)]):
                pass
            case ast.Call(
                func=ast.Attribute(attr="randint" | "randrange"),
                args=[*_, ast.BinOp(left=ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=items)]))],
            ):
                pass
            case _:
                continue
        taken = any(
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Attribute)
            and each.func.attr in ("remove", "pop", "sample", "shuffle")
            for each in walk(node)
        )
        checked = any(isinstance(each, ast.NotIn | ast.In) for each in walk(node))
        if not taken and not checked:
            slots: dict[str, Any] = {"items": Code(items), "header": program.header(node)}
            yield program.here(call, needs_symptom=True, **slots)
            return


@logic_rule("minutes-in-place-of-months", 0.95, "value other", needs=(str,), each=ast.Call)
def minutes_in_place_of_months(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a format such as `"%d.%M.%Y"`: `%M` are minutes, and `%m` is the month."""
    match node:
        case ast.Call(func=ast.Attribute(attr="strftime" | "strptime")):
            texts = [each for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        case _:
            return
    for text in texts:
        form = str(text.value)
        is_date = re.search(r"%[dYy][-./ ]{0,2}%M|%M[-./ ]{0,2}%[dYy]", form)
        is_time = re.search(r"%[HI]:%m", form)
        if is_date and "%m" not in form:
            wrong, right, meant = "%M", "%m", "the month"
        elif is_time:
            wrong, right, meant = "%m", "%M", "the minutes"
        else:
            continue
        source = program.segment(text)
        fixed = source.replace("%M", "%m", 1) if is_date else source.replace(":%m", ":%M", 1)
        edit = with_parts(program, [(text, fixed)])
        other = "the minutes" if meant == "the month" else "the month"
        yield program.here(text, edit=edit, wrong=Code(wrong), right=Code(right), meant=meant, other=other)
        return


@logic_rule("arguments-crossed", 0.9, "value other", needs=(Function, ast.Call), each=ast.Call)
def arguments_crossed(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `area(height, width)` for `def area(width, height)`: two names stand in each other's place."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in program.functions:
            function = program.functions[name]
        case _:
            return
    own = parameters_of(function)
    if program.function_at(node.lineno) is function or len(arguments) > len(own):
        return
    given = [each.id if isinstance(each, ast.Name) else "" for each in arguments]
    for first in range(len(given)):
        for second in range(first + 1, len(given)):
            one, other = arguments[first], arguments[second]
            if not given[first] or not given[second] or given[first] == given[second]:
                continue
            is_crossed = given[first] == own[second] and given[second] == own[first]
            if is_crossed and _is_called_both_ways(program, node, first, second):
                return
            is_weak = _has_wrong_types(program, own, (first, second), (one, other))
            if is_crossed or is_weak:
                edit = with_parts(program, [(one, given[second]), (other, given[first])])
                slots: dict[str, Any] = {
                    "one": Code(own[first]),
                    "other": Code(own[second]),
                    "given": one,
                    "second": other,
                }
                header = program.header(function)
                yield program.here(
                    node,
                    edit=edit,
                    needs_symptom=not is_crossed or _is_recursive(program, node),
                    header=header,
                    **slots,
                )
                return


def _is_called_both_ways(program: Program, crossed: ast.Call, first: int, second: int) -> bool:
    """Return whether a call beside this one passes the values at two places in the other order, on purpose."""
    turned = [program.segment(crossed.args[at]) for at in (second, first)]
    unit = program.function_at(crossed.lineno)
    return any(
        called_name(call) == called_name(crossed)
        and program.function_at(call.lineno) is unit
        and [program.segment(call.args[at]) for at in (first, second) if at < len(call.args)] == turned
        for call in program.each(ast.Call)
    )


def _is_recursive(program: Program, node: ast.Call) -> bool:
    """Return whether a function may turn its arguments round on purpose, as a comparison both ways does."""
    return program.function_at(node.lineno) is not None


_TEXTS = re.compile(r"(?i)name|word|text|title|letter|city|stadt|nombre|nom\b")
_NUMBERS = re.compile(r"(?i)age|alter|edad|count|number|price|preis|year|jahr|amount|points|score|menge|qty")


def _has_wrong_types(
    program: Program, own: list[str], places: tuple[int, int], given: tuple[ast.expr, ast.expr]
) -> bool:
    """Return whether a parameter with a name of text got a number, and one with a name of numbers got a string."""
    first, second = (program.seen.get(each, []) for each in given)
    if not first or not second:
        return False
    one, other = own[places[0]], own[places[1]]
    for text, number, a, b in ((one, other, first, second), (other, one, second, first)):
        if _TEXTS.search(text) and _NUMBERS.search(number):
            return all(isinstance(v, int | float) for v in a) and all(isinstance(v, str) for v in b)
    return False


@logic_rule("height-in-other-unit", 0.85, "less more value truth other", needs=(ast.Div, Function), each=Function)
def height_in_other_unit(program: Program, function: Function) -> Iterator[Match]:
    """Yield a body mass index from a height above 3, which stands for centimetres, in a formula for metres."""
    if not re.search(r"(?i)bmi|body_?mass|imc", function.name):
        return
    for node in program.own_nodes(function):
        match node:
            case ast.BinOp(op=ast.Div(), right=ast.BinOp(left=ast.Name(id=height) as used)):
                pass
            case _:
                continue
        seen = [each for each in program.seen.get(used, []) if isinstance(each, int | float)]
        if seen and all(100 <= each <= 250 for each in seen) and height in parameters_of(function):  # noqa: PLR2004 - cm
            place = parameters_of(function).index(height)
            calls = [
                each for each in program.each(ast.Call) if is_name(each.func, function.name) and len(each.args) > place
            ]
            for call in calls:
                given = call.args[place]
                edit = with_parts(program, [(given, f"{program.segment(given)} / 100")]) if len(calls) == 1 else None
                yield program.here(
                    call, edit=edit, height=Code(height), value=Code(str(seen[0])), function=Code(function.name)
                )
                return


@logic_rule("dot-means-any-character", 0.75, "truth value long more other", needs=(str, "re"), each=ast.Call)
def dot_means_any_character(program: Program, node: ast.Call) -> Iterator[Match]:
    r"""Yield a pattern such as `\d+.\d\d`, in which the dot between two digits stands for any character."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re"), attr="fullmatch" | "match" | "search" | "findall" | "compile"),
            args=[ast.Constant(value=str(pattern)) as text, *_],
        ) if is_imported(program, "re"):
            pass
        case _:
            return
    found = re.search(
        r"(\\d(?:[+*?]|\{[\d,]+\})?|\w)\.(?![*+?{])(\\d|com\b|org\b|de\b|net\b|txt\b|py\b|csv\b)", pattern
    )
    if found is not None and program.segment(text).startswith(("r'", 'r"')):
        piece = found.group()
        fixed = piece.replace(found[1] + ".", found[1] + "\\.", 1)
        edit = with_parts(program, [(text, program.segment(text).replace(piece, fixed, 1))])
        yield program.here(text, edit=edit, needs_symptom=True, piece=Code(piece))


@logic_rule("view-of-an-array", 0.85, "value more less other", needs=(ast.Subscript,), each=ast.Assign)
def view_of_an_array(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield `row = table[0]` of a numpy array that is then changed in place: the array changes as well."""
    match node:
        case ast.Assign(targets=[ast.Name(id=part)], value=ast.Subscript(value=ast.Name(id=whole)) as cut):
            made = program.last_value(whole, node.lineno)
        case _:
            return
    is_array = (
        made is not None
        and bool(names_in(made) & {"np", "numpy"})
        and is_imported(program, next(iter(names_in(made) & {"np", "numpy"})))
    )
    if not is_array:
        return
    changed = [
        each
        for each in program.nodes
        if getattr(each, "lineno", 0) > node.lineno
        and (
            (isinstance(each, ast.AugAssign) and part in names_in(each.target))
            or (
                isinstance(each, ast.Assign)
                and isinstance(each.targets[0], ast.Subscript)
                and is_name(each.targets[0].value, part)
            )
        )
    ]
    used = any(use.lineno > last_line(changed[0]) for use in program.uses[whole]) if changed else False
    if changed and used:
        edit = with_parts(program, [(cut, f"{program.segment(cut)}.copy()")])
        slots: dict[str, Any] = {
            "part": Code(part),
            "whole": Code(whole),
            "changed": Code(program.line(changed[0].lineno).strip()),
        }
        yield program.on_line(node, edit=edit, needs_symptom=True, **slots)


@logic_rule("part-left-out-of-override", 0.75, "less value other", needs=("super", ast.ClassDef), each=ast.ClassDef)
def part_left_out_of_override(program: Program, node: ast.ClassDef) -> Iterator[Match]:
    """Yield a method that replaces the one of the base class, where the docstring says that it adds to it."""
    bases = {each.id for each in node.bases if isinstance(each, ast.Name)}
    parents = [each for each in program.each(ast.ClassDef) if each.name in bases]
    words = " ".join(filter(None, (ast.get_docstring(node), program.submission.question)))
    for method in node.body:
        if not isinstance(method, Function) or method.name.startswith("__"):
            continue
        above = [
            each for base in parents for each in base.body if isinstance(each, Function) and each.name == method.name
        ]
        calls = any(isinstance(each, ast.Name) and each.id in ("super", *bases) for each in walk(method))
        results = program.returns_of(method)
        if not above or calls or len(results) != 1 or results[0].value is None:
            continue
        if alike(above[0].body, method.body):
            continue
        is_told = bool(
            re.search(r"(?i)\bplus\b|\bextra\b|\bbonus\b|on top|in addition|also|zuz[uü]glich|adem[aá]s", words)
        )
        slots: dict[str, Any] = {"method": Code(method.name), "base": Code(parents[0].name), "owner": Code(node.name)}
        call = f"super().{method.name}({', '.join(parameters_of(method)[1:])})"
        text = f"{call} + {program.segment(results[0].value)}"
        edit = with_parts(program, [(results[0].value, text)]) if is_told else None
        yield program.on_line(results[0], edit=edit, needs_symptom=True, **slots)
