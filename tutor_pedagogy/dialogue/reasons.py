"""Reasons for what a program does, which its syntax tree and a run of it establish: an answer to “why …?”."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.fragments import fragments
from tutor_pedagogy.dialogue.meaning import names_in
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.reasons_of_loops import changing_lines, each_round, never_changes, rounds, steps
from tutor_pedagogy.dialogue.values import values_of
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import Stopped, run
from tutor_pedagogy.offline.purposes.own_values import computed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_WHY = re.compile(
    r"\b(?:why|how come|warum|wieso|weshalb|por ?qu[eé]|pourquoi|porque)\b|\bshould (?:be|print|give|show)\b|\bstill\b"
    r"|\binstead of\b|\bpython (?:is|has|must be) (?:wrong|a bug|broken)\b|\bbug in python\b|\bsollte\b|\bdeber[ií]a\b"
    r"|\bdevrait\b|\bdeveria\b|\bi don.?t (?:see|get|understand) (?:why|how)\b",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:both|all|same|too|also|beide\w*|auch|ambos|ambas|tambi[eé]n|aussi|tamb[eé]m)\b", re.IGNORECASE
)
_BEFORE = re.compile(
    r"\b(?:before|above|outside|inside|in) the loop\b|\b(?:v[o]r|au(?:ß|ss)er\w*|in) der schleife\b"
    r"|\b(?:antes|fuera|dentro) del bucle\b|\b(?:avant|hors de|dans) la boucle\b|\b(?:antes|fora|dentro) do la[cç]o\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\b(?:before|earlier|vorher|antes|avant)\b", re.IGNORECASE)
_ITEMS_GO = frozenset(("pop", "popitem", "setdefault", "write", "read", "readline", "send", "add", "remove"))
_LONG_FLOAT = 12
_FIXED = {str, int, float, bool, tuple, type(None)}
"""The types whose values no method changes."""
_STEPS = 2_000


def reasons(asked: Question) -> Iterator[Said]:
    """Yield the reasons that are established for what a question wonders about."""
    program = asked.diagnosis.program
    is_reason = _WHY.search(asked.text) is not None
    if program.tree is None or not (is_reason or _TOGETHER.search(asked.text) or _BEFORE.search(asked.text)):
        return
    if _BEFORE.search(asked.text):
        yield from [Said(text) for text in each_round(asked)]
    together = (_shared, _repeated)
    every = (_inexact, _kinds, *together, _thrown, _later, each_round, never_changes, rounds, steps, _earlier)
    for reason in every if is_reason else together:
        try:
            yield from [Said(text) for text in reason(asked) if text]
        except Stopped:
            continue


def _mentions(asked: Question, *names: str) -> bool:
    return bool(set(names_in(asked.diagnosis.program, asked.text)) & set(names))


def _shared(asked: Question) -> Iterator[str]:
    """Yield that two names lead to one list, with the line that changes it."""
    program = asked.diagnosis.program
    values = values_of(asked.diagnosis, asked.text)
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=one)], value=ast.Name(id=other)):
                kinds = values.types_of(other)
            case _:
                continue
        if len(program.assignments(one)) != 1 or len(program.assignments(other)) != 1:
            continue
        if not kinds or not kinds <= {list, dict, set} or not _mentions(asked, one, other):
            continue
        for line, name in changing_lines(program, one, other):
            if line > node.lineno:
                slots = {"one": code_span(one), "other": code_span(other), "kind": next(iter(kinds)).__name__}
                said = native(asked.language, "shared", **slots, line=program.shown(node.lineno))
                through = {"one": code_span(name), "other": code_span(other if name == one else one)}
                yield f"{said} {native(asked.language, 'shared_change', **through, line=program.shown(line))}"
                return


def _repeated(asked: Question) -> Iterator[str]:
    """Yield that a product puts one list into another several times."""
    program = asked.diagnosis.program
    values = values_of(asked.diagnosis, asked.text)
    for node in program.each(ast.BinOp):
        match node:
            case ast.BinOp(left=ast.List(elts=[inner]), op=ast.Mult()):
                pass
            case _:
                continue
        match inner:
            case ast.List() | ast.ListComp():
                kind = "list"
            case ast.BinOp(left=ast.List(), op=ast.Mult()):
                kind = "list"
            case ast.Dict():
                kind = "dict"
            case ast.Name(id=name) if (kinds := values.types_of(name)) and kinds <= {list, dict, set}:
                kind = next(iter(kinds)).__name__
            case _:
                continue
        code = code_span(program.segment(node))
        yield native(asked.language, "repeated", code=code, kind=kind, line=program.shown(node.lineno))
        return


def _thrown(asked: Question) -> Iterator[str]:
    """Yield that nothing takes the result of a line."""
    program = asked.diagnosis.program
    every: list[ast.Expr] = program.each(ast.Expr)
    lost = [
        node
        for node in every
        if (isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute))
        or isinstance(node.value, ast.BinOp)
    ]
    called = {node: name for node in lost if (name := _method(node.value))}
    about = [
        node
        for node in lost
        if called.get(node) not in _ITEMS_GO
        and (node.lineno == code_line(asked.diagnosis) or called.get(node, "\0") in asked.text or len(lost) == 1)
    ]
    if not about or program.tree is None:
        return
    node = about[0]
    found = run(program.tree, watched=[node.value], steps=_STEPS).seen.get(node.value, [])
    value = shown(found[0]) if found and found[0] is not None else None
    if value is None:
        return
    slots = {"code": code_span(program.segment(node.value)), "line": program.shown(node.lineno), "value": value}
    name = "thrown" if asked.level > HintLevel.QUESTION else "thrown_early"
    said = native(asked.language, name, **slots)
    yield " ".join(filter(None, (said, _keeps(asked, node))))
    yield said


def _method(node: ast.expr) -> str:
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _keeps(asked: Question, lost: ast.Expr) -> str:
    """Return which printed name keeps its first value."""
    program = asked.diagnosis.program
    for call in program.each(ast.Call):
        for argument in call.args if is_call_of(call, "print") else ():
            match argument:
                case ast.Name(id=name) if len(program.assignments(name)) == 1:
                    ((line, _),) = program.assignments(name)
                case _:
                    continue
            known = values_of(asked.diagnosis, asked.text)
            values = known.shown(name) if known.types_of(name) <= _FIXED else []
            if values and line < lost.lineno < call.lineno:
                slots = {"name": code_span(name), "line": program.shown(line), "value": values[0]}
                return native(asked.language, "keeps", **slots)
    return ""


def _later(asked: Question) -> Iterator[str]:
    """Yield that a line prints before another changes what it prints."""
    program = asked.diagnosis.program
    tree = program.tree
    if not isinstance(tree, ast.Module):
        return
    top = {node.lineno: node for node in tree.body}
    prints = [node for node in tree.body if isinstance(node, ast.Expr) and is_call_of(node.value, "print")]
    for node in prints:
        names = [part.id for part in ast.walk(node.value) if isinstance(part, ast.Name) and part.id != "print"]
        for name in dict.fromkeys(names):
            changing = [line for line, _ in changing_lines(program, name)]
            changing += [line for line, _ in program.assignments(name)][1:]
            after = [line for line in changing if line in top]
            last = max((each.lineno for each in prints if name in _read(each)), default=0)
            if not after or len(after) != len(changing) or min(after) <= last:
                continue
            argument = node.value.args[-1] if isinstance(node.value, ast.Call) and node.value.args else None
            seen = run(tree, watched=[argument], steps=_STEPS).seen.get(argument, []) if argument is not None else []
            value = shown(seen[0]) if len(seen) == 1 else None
            if value is None or argument is None or name not in _read(argument):
                continue
            code = code_span(program.segment(argument))
            slots = {"shown": program.shown(node.lineno), "name": code_span(name), "code": code, "value": value}
            said = native(asked.language, "later", **slots, line=program.shown(min(after)))
            yield " ".join(filter(None, (_only_name(asked, name), said)))
            return


def _read(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _only_name(asked: Question, source: str) -> str:
    """Return that a name got an item of a collection and later another value, which does not change the collection."""
    program = asked.diagnosis.program
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript(value=ast.Name(id=of))) if of == source:
                later = [line for line, _ in program.assignments(name) if line > node.lineno]
            case _:
                continue
        if later:
            slots = {"name": code_span(name), "other": code_span(source), "line": program.shown(later[0])}
            return native(asked.language, "only_name", **slots)
    return ""


def _inexact(asked: Question) -> Iterator[str]:
    """Yield that a number with a decimal point is stored only nearly, for a piece of code that shows it."""
    for code in fragments(asked.text, asked.diagnosis.program):
        value = computed(code, {})
        if type(value) is float and len(repr(value)) > _LONG_FLOAT:
            yield native(asked.language, "inexact", code=code_span(code), value=code_span(repr(value)))
            return


def _earlier(asked: Question) -> Iterator[str]:
    """Yield that the program as it was before is not known."""
    if _EARLIER.search(asked.text) and asked.diagnosis.ladder is not None and "loop" not in asked.text:
        yield native(asked.language, "earlier")


def _kinds(asked: Question) -> Iterator[str]:
    """Yield that the two sides of an `==` are of types that are never equal."""
    program = asked.diagnosis.program
    values = values_of(asked.diagnosis, asked.text)
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                one, other = (_types(values, side) for side in (left, right))
            case _:
                continue
        if len(one) == len(other) == 1 and (one | other) in ({str, int}, {str, float}, {str, list}, {int, list}):
            slots = {"line": program.shown(node.lineno), "one": code_span(program.segment(left))}
            kinds = {"type": next(iter(one)).__name__, "kind": next(iter(other)).__name__}
            yield native(asked.language, "kinds", **slots, **kinds, other=code_span(program.segment(right)))
            return


def _types(values: Any, side: ast.expr) -> set[type]:
    match side:
        case ast.Name(id=name):
            found: set[type] = values.types_of(name)
            return found
        case ast.Constant(value=value):
            return {type(value)}
        case ast.Call() if is_call_of(side, "input"):
            return {str}
    return set()
