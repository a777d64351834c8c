"""Strings that are compared, cut or shifted otherwise than meant: capitals, endings, codes beyond z, digits."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, called_name, is_call_of, names_in
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import inside, method_called
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_ENDING = re.compile(r"\.?[A-Za-z]{2,}|[A-Za-z]+[.:/_-]+|[a-z]+:?//")
_CIPHER = re.compile(r"(?i)caesar|cipher|encrypt|encode|decrypt|decode|shift|rot|code|verschl|cifr")
_WORDS_OF_CASE = ("lower", "upper", "casefold")
_FEWEST = 2
_MONTHS = 12


@logic_rule("strip-takes-letters", 0.95, "value short other", needs=(str, ast.Call), each=ast.Call)
def strip_takes_letters(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `name.rstrip(".txt")`, which removes any of these characters and not this ending."""
    match node:
        case ast.Call(
            func=ast.Attribute(attr="rstrip" | "lstrip" | "strip" as method, value=owner),
            args=[ast.Constant(value=str(text)) as argument],
        ) if len(set(text)) > 1 and _ENDING.fullmatch(text):
            pass
        case _:
            return
    if method == "strip":
        known: dict[str, Any] = {"method": Code(method), "side": "", "better": ""}
        yield program.here(node, needs_symptom=True, text=argument, owner=owner, **known)
        return
    better, side = ("removesuffix", "end") if method == "rstrip" else ("removeprefix", "start")
    replace = f"{program.segment(owner)}.{better}({program.segment(argument)})"
    slots: dict[str, Any] = {"method": Code(method), "text": argument, "owner": owner, "side": side}
    yield program.here(node, replace=replace, **slots, better=Code(better))


@logic_rule("code-beyond-z", 0.85, "value other", needs=("chr", "ord", ast.Add), each=Function)
def code_beyond_z(program: Program, function: Function) -> Iterator[Match]:
    """Yield `chr(ord(letter) + key)` in a cipher that never comes back to the beginning of the alphabet."""
    own = program.own_nodes(function)
    if any(isinstance(node, ast.Mod | ast.Sub) or is_call_of(node, "index") for node in own):
        return
    if any(isinstance(node, ast.Compare) and _is_about_code(node) for node in own):
        return
    for node in own:
        match node:
            case ast.Call(
                func=ast.Name(id="chr"),
                args=[ast.BinOp(left=ast.Call(func=ast.Name(id="ord"), args=[letter]), op=ast.Add(), right=key)],
            ) if isinstance(key, ast.Name):
                is_meant = _CIPHER.search(function.name) and any(
                    isinstance(each, ast.Attribute) and each.attr in ("isalpha", "islower", "isupper") for each in own
                )
                yield program.here(node, needs_symptom=not is_meant, letter=letter, key=key)
                return


def _is_about_code(node: ast.Compare) -> bool:
    """Return whether a comparison asks for the border of the alphabet, by a code or by the letter z."""
    values = [each.value for each in walk(node) if isinstance(each, ast.Constant)]
    return any(value in ("z", "Z", "a", "A", 122, 90, 97, 65, 25, 26) for value in values) or any(
        is_call_of(each, "ord") for each in walk(node)
    )


@logic_rule("case-of-one-side", 0.9, "truth value other", needs=(ast.Compare, ast.Eq), each=ast.Compare)
def case_of_one_side(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield the comparison of a string with a changed copy of it, of which only the copy is in small letters."""
    match node:
        case ast.Compare(left=ast.Name(id=one), ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Name(id=other)]):
            pass
        case _:
            return
    for plain, changed in ((one, other), (other, one)):
        made = program.last_value(changed, node.lineno)
        source = program.last_value(plain, node.lineno)
        match made:
            case ast.Call(func=ast.Attribute(attr=method, value=inner), args=[]) if method in _WORDS_OF_CASE:
                is_copy = plain in names_in(inner)
            case _:
                continue
        if is_copy and not (source is not None and any(method_called_in(source, word) for word in _WORDS_OF_CASE)):
            slots: dict[str, Any] = {
                "plain": Code(plain),
                "changed": Code(changed),
                "test": node,
                "method": Code(method),
            }
            yield program.on_line(made, **slots)
            return


def method_called_in(node: ast.AST, method: str) -> bool:
    """Return whether a method of this name is called anywhere in a node."""
    return any(isinstance(each, ast.Call) and called_name(each) == method for each in walk(node))


@logic_rule("capitals-left-out", 0.85, "less value zero truth other", needs=(ast.In,), each=ast.Compare)
def capitals_left_out(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield a search for a letter in small letters only, where the program's own run has met capital ones."""
    match node:
        case ast.Compare(left=ast.Name() as letter, ops=[ast.In() | ast.NotIn()], comparators=[right]):
            known = _letters(program, right)
        case _:
            return
    if len(known) < _FEWEST or not all(each.islower() for each in known) or program.loop_around(node) is None:
        return
    seen = values_seen(program, [letter]).get(letter, [])
    missed = [each for each in seen if isinstance(each, str) and each not in known and each.lower() in known]
    if missed:
        edit = with_parts(program, [(letter, f"{letter.id}.lower()")])
        yield program.here(node, edit=edit, letter=letter, missed=Code(repr(missed[0])), known=right)


def _letters(program: Program, node: ast.expr) -> list[str]:
    """Return the single letters of a string, list, tuple or set literal, or of the only value of a name."""
    if isinstance(node, ast.Name):
        bound = program.assignments(node.id)
        node = bound[0][1] if len(bound) == 1 and bound[0][1] is not None else node
    match node:
        case ast.Constant(value=str(text)) if text.isalpha():
            return list(text)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            values = [each.value for each in items if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            return values if len(values) == len(items) and all(len(each) == 1 for each in values) else []
    return []


def _part_of_key(program: Program, key: ast.expr | None) -> ast.Subscript | None:
    """Return the part of an item by which a key sorts: of a `lambda`, or of a function with one `return`."""
    match key:
        case ast.Lambda(body=ast.Subscript() as part):
            return part
        case ast.Name(id=name) if name in program.functions:
            results = program.returns_of(program.functions[name])
            value = results[0].value if len(results) == 1 else None
            return value if isinstance(value, ast.Subscript) else None
    return None


@logic_rule("digits-sorted-as-text", 0.9, "order value other", needs=("split",), each=ast.Call)
def digits_sorted_as_text(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a sorting by strings of digits that the program's own run has put into another order than the numbers."""
    key = next((each.value for each in node.keywords if each.arg == "key"), None)
    if called_name(node) not in ("sort", "sorted", "max", "min"):
        return
    sorted_by = _part_of_key(program, key)
    if sorted_by is None:
        return
    seen = [each for each in values_seen(program, [sorted_by]).get(sorted_by, []) if isinstance(each, str)]
    if len(seen) < _FEWEST or not all(each.strip().lstrip("-").isdigit() for each in seen):
        return
    if sorted(seen) != sorted(seen, key=int):
        edit = with_parts(program, [(sorted_by, f"int({program.segment(sorted_by)})")])
        first, second = max(seen, key=int), max(seen)
        yield program.here(node, edit=edit, part=sorted_by, large=Code(repr(first)), small=Code(repr(second)))


@logic_rule("blank-kept-in-parts", 0.85, "value less other", needs=("split", str), each=ast.For)
def blank_kept_in_parts(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a loop over the parts of a text whose run has met the same part with and without a blank in front."""
    match loop:
        case ast.For(
            target=ast.Name(id=part),
            iter=ast.Call(func=ast.Attribute(attr="split"), args=[ast.Constant(value=str(sign))]),
        ) if sign.strip():
            pass
        case _:
            return
    body = list(inside(loop.body))
    if any(method_called(node)[1] in ("strip", "lstrip", "replace") for node in body):
        return
    uses = [node for node in body if isinstance(node, ast.Name) and node.id == part]
    seen = values_seen(program, uses[:1]).get(uses[0], []) if uses else []
    texts = [each for each in seen if isinstance(each, str)]
    padded = [each for each in texts if each != each.strip()]
    plain = {each.strip().lower() for each in texts if each == each.strip()}
    is_key = any(isinstance(node, ast.Compare | ast.Subscript) for node in body)
    if is_key and any(each.strip().lower() in plain for each in padded):
        again = next(each for each in padded if each.strip().lower() in plain)
        statement = next((each for each in loop.body if part in names_in(each)), loop.body[0])
        edit = with_parts(program, [(uses[0], f"{part}.strip()")])
        yield program.on_line(statement, edit=edit, part=Code(part), padded=Code(repr(again)), sign=Code(repr(sign)))


@logic_rule("month-as-index", 0.9, "value other", needs=(ast.Subscript, "month"), each=ast.Subscript)
def month_as_index(program: Program, node: ast.Subscript) -> Iterator[Match]:
    """Yield `MONTHS[day.month]` for a list of twelve names: months count from 1, and places from 0."""
    match node:
        case ast.Subscript(value=ast.Name(id=owner), slice=index):
            bound = program.assignments(owner)
        case _:
            return
    if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Mod):
        plain: ast.expr = index.left
    else:
        plain = index
    match plain:
        case ast.Attribute(attr="month") | ast.Name(id="month"):
            pass
        case _:
            return
    made = bound[0][1] if len(bound) == 1 else None
    if (
        isinstance(made, ast.List | ast.Tuple)
        and len(made.elts) == _MONTHS
        and all(isinstance(each, ast.Constant) for each in made.elts)
    ):
        edit = with_parts(program, [(index, f"{program.segment(plain)} - 1")])
        yield program.here(node, edit=edit, owner=Code(owner), index=index)
