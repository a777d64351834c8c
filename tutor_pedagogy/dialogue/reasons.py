"""Reasons for what a program does, which its syntax tree and a run of it establish: an answer to “why …?”."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.fragments import fragments
from tutor_pedagogy.dialogue.kinds import is_tried
from tutor_pedagogy.dialogue.meaning import names_in
from tutor_pedagogy.dialogue.native_texts import native
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
    from tutor_pedagogy.offline.engine.program import Program

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
    r"\b(?:before|above|outside|inside|in) the loop\b|\b(?:vor|au(?:ß|ss)er\w*|in) der schleife\b"
    r"|\b(?:antes|fuera|dentro) del bucle\b|\b(?:avant|hors de|dans) la boucle\b|\b(?:antes|fora|dentro) do la[cç]o\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\b(?:before|earlier|vorher|antes|avant)\b", re.IGNORECASE)
_LITERAL = re.compile(r"(?<![\w.'\"])(?:-?\d{1,9}(?:\.\d{1,6})?|'[^'\n]{1,30}'|\"[^\"\n]{1,30}\")(?![\w'])")
_LOOPS = re.compile(r"\bloop|\bschleife|\bbucle|\bboucle|\bla[cç]o|\bround|\beach time|\bevery time", re.IGNORECASE)
_ITEMS_GO = frozenset(("pop", "popitem", "setdefault", "write", "read", "readline", "send", "add", "remove"))
_CHANGING = frozenset(
    ("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "add", "discard")
)
_MOST, _MOST_STEPS, _LONG_FLOAT = 6, 5, 12
_STEPS = 2_000


def reasons(asked: Question) -> Iterator[Said]:
    """Yield the reasons that are established for what a question wonders about."""
    program = asked.diagnosis.program
    is_reason = _WHY.search(asked.text) is not None
    if program.tree is None or not (is_reason or _TOGETHER.search(asked.text) or _BEFORE.search(asked.text)):
        return
    if _BEFORE.search(asked.text):
        yield from [Said(text) for text in _each_round(asked)]
    together = (_shared, _repeated)
    every = (_inexact, _kinds, *together, _thrown, _later, _each_round, never_changes, _rounds, _steps, _earlier)
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
        for line, name in _changes(program, one, other):
            if line > node.lineno:
                slots = {"one": code_span(one), "other": code_span(other), "kind": next(iter(kinds)).__name__}
                said = native(asked.language, "shared", **slots, line=program.shown(node.lineno))
                through = {"one": code_span(name), "other": code_span(other if name == one else one)}
                yield f"{said} {native(asked.language, 'shared_change', **through, line=program.shown(line))}"
                return


def _changes(program: Program, *names: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that change a collection through one of its names, each with the name."""
    for node in program.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGING:
                pass
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                pass
            case _:
                continue
        if name in names:
            yield node.lineno, name


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
    called = {node: node.value.func.attr for node in lost if _is_method(node.value)}
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


def _is_method(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


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
            values = values_of(asked.diagnosis, asked.text).shown(name)
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
            changing = [line for line, _ in _changes(program, name)]
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
            slots = {"shown": program.shown(node.lineno), "name": code_span(name), "value": value}
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


def _each_round(asked: Question) -> Iterator[str]:
    """Yield that a line inside a loop gives a name its first value anew in each round."""
    program = asked.diagnosis.program
    if asked.level is HintLevel.QUESTION or not (_LOOPS.search(asked.text) or _is_hinted(asked)):
        return
    loops: list[ast.For | ast.While] = program.each(ast.For, ast.While)
    for loop in loops:
        for node in loop.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() | ast.List(elts=[]) as value):
                    pass
                case _:
                    continue
            done = program.run
            count = done.ran.get(node.lineno, 0) if done is not None and done.is_certain else 0
            others = [line for line, _ in program.assignments(name) if line > node.lineno]
            if count > 1 and (others or _changed_in(program, name, loop)):
                slots = {"line": program.shown(node.lineno), "loop": program.shown(loop.lineno), "count": count}
                spans = {"name": code_span(name), "value": code_span(program.segment(value))}
                yield native(asked.language, "each_round", **slots, **spans)
                return


def _is_hinted(asked: Question) -> bool:
    node = asked.diagnosis.program.statement_at(code_line(asked.diagnosis))
    return isinstance(node, ast.Assign)


def _changed_in(program: Program, name: str, loop: ast.stmt) -> bool:
    return any(loop.lineno < line <= (loop.end_lineno or line) for line, _ in _changes(program, name))


def _rounds(asked: Question) -> Iterator[str]:
    """Yield the values of the loop variable, and that it never has the one that the question names."""
    program, line = asked.diagnosis.program, code_line(asked.diagnosis)
    if is_tried(asked.text):
        return
    loops: list[ast.For] = program.each(ast.For)
    near = [loop for loop in loops if loop.lineno <= line <= (loop.end_lineno or line)] or loops[:1]
    if not near or not isinstance(near[-1].target, ast.Name) or program.tree is None:
        return
    name, at = near[-1].target.id, near[-1].lineno
    tree = copy.deepcopy(program.tree)
    loop = next(node for node in ast.walk(tree) if isinstance(node, ast.For) and node.lineno == at)
    read = ast.copy_location(ast.Name(name, ast.Load()), loop.body[0])
    loop.body.insert(0, ast.copy_location(ast.Expr(read), loop.body[0]))
    done = run(tree, steps=_STEPS, watched=[read])
    values: list[Any] = done.seen.get(read, [])
    spans = [span for span in map(shown, values) if span is not None]
    named = [ast.literal_eval(text) for text in _LITERAL.findall(asked.text)]
    missing = [value for value in named if value not in values]
    times = program.run.ran.get(near[-1].body[0].lineno, 0) if program.run is not None else 0
    is_whole = done.ending == "finished" and len(values) == times < _MOST
    is_expected = re.search(r"\bshould\b|\bsollte\b|deber|devrait|deveria", asked.text, re.IGNORECASE) is not None
    if not spans or len(spans) != len(values) or not is_whole or not (missing or is_expected):
        return
    told = asked.say("listing", "then").join(spans)
    said = native(asked.language, "rounds", line=program.shown(at), name=code_span(name), values=told)
    source = program.segment(near[-1].iter)
    wanted = [value for value in missing if repr(value) in source or isinstance(near[-1].iter, ast.Call | ast.Name)]
    if is_expected:
        yield said
    elif wanted:
        yield f"{said} {native(asked.language, 'rounds_without', value=shown(wanted[0]))}"


def _steps(asked: Question) -> Iterator[str]:
    """Yield the values that names get line by line, where one of them gets several in straight lines."""
    program = asked.diagnosis.program
    tree = program.tree
    if not isinstance(tree, ast.Module) or program.each(ast.For, ast.While, ast.FunctionDef, ast.ClassDef):
        return
    plain = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    names = [node.targets[0].id for node in plain if isinstance(node.targets[0], ast.Name)]
    if len(set(names)) == len(names) or len(names) > _MOST_STEPS:
        return
    found = run(tree, watched=[node.value for node in plain], steps=_STEPS).seen
    told = []
    for node, name in zip(plain, names, strict=True):
        values = [shown(value) for value in found.get(node.value, [])]
        if len(values) != 1 or values[0] is None:
            return
        slots = {"line": program.shown(node.lineno), "name": code_span(name), "value": values[0]}
        told.append(native(asked.language, "step", **slots))
    yield native(asked.language, "steps", steps=", ".join(told))


def _inexact(asked: Question) -> Iterator[str]:
    """Yield that a number with a decimal point is stored only nearly, for a piece of code that shows it."""
    for code in fragments(asked.text, asked.diagnosis.program):
        value = computed(code, {})
        if type(value) is float and len(repr(value)) > _LONG_FLOAT:
            yield native(asked.language, "inexact", code=code_span(code), value=code_span(repr(value)))
            return


def never_changes(asked: Question) -> Iterator[str]:
    """Yield that no line inside a `while` loop changes a name of its condition."""
    program = asked.diagnosis.program
    node = program.statement_at(code_line(asked.diagnosis)) if program.tree is not None else None
    loop = node if isinstance(node, ast.While) else program.loop_around(node) if node is not None else None
    if not isinstance(loop, ast.While) or program.run is None or asked.level is HintLevel.QUESTION:
        return
    values = values_of(asked.diagnosis, asked.text)
    for part in ast.walk(loop.test):
        match part:
            case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant()]):
                known = values.shown(name)
            case _:
                continue
        inside = [line for line, _ in program.assignments(name) if loop.lineno < line <= (loop.end_lineno or line)]
        if inside or _changed_in(program, name, loop) or not known or program.each(ast.Global, ast.Nonlocal):
            continue
        if program.run.tests.get(part, {True}) == {True} and len(set(known)) == 1:
            slots = {"name": code_span(name), "value": known[0], "condition": code_span(program.segment(part))}
            yield native(asked.language, "never_changes", **slots, line=program.shown(loop.lineno))
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
