"""Reasons that lie in the order and the rounds of a program, which a run of it establishes."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.dialogue.kinds import is_tried
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.values import values_of
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.own_values import computed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.offline.engine.program import Program

_LITERAL = re.compile(r"(?<![\w.'\"])(?:-?\d{1,9}(?:\.\d{1,6})?|'[^'\n]{1,30}'|\"[^\"\n]{1,30}\")(?![\w'])")
_LOOPS = re.compile(r"\bloop|\bschleife|\bbucle|\bboucle|\bla[cç]o|\bround|\beach time|\bevery time", re.IGNORECASE)
_CHANGING = frozenset(
    ("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "add", "discard")
)
_MOST, _MOST_STEPS = 6, 5
_STEPS = 2_000


def changing_lines(program: Program, *names: str) -> Iterator[tuple[int, str]]:
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


def each_round(asked: Question) -> Iterator[str]:
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
    return any(loop.lineno < line <= (loop.end_lineno or line) for line, _ in changing_lines(program, name))


def rounds(asked: Question) -> Iterator[str]:
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
    match near[-1].iter:
        case ast.Name(id=of):
            source = " ".join(program.segment(given) for _, given in program.assignments(of) if given is not None)
    wanted = [value for value in missing if re.search(rf"(?<![\w.]){re.escape(repr(value))}(?![\w.])", source)]
    if is_expected:
        yield said
    elif wanted:
        yield f"{said} {native(asked.language, 'rounds_without', value=shown(wanted[0]))}"


def steps(asked: Question) -> Iterator[str]:
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
        value = values.of(name)[0]
        if len(set(known)) == 1 and computed(program.segment(part), {name: value}) is True:
            slots = {"name": code_span(name), "value": known[0], "condition": code_span(program.segment(part))}
            yield native(asked.language, "never_changes", **slots, line=program.shown(loop.lineno))
            return
