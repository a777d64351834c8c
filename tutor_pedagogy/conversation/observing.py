"""Find out what a program does, what its finding's edit would make of it, and which result the student wants."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.behaviour import (
    Behaviour,
    caught_by,
    digest_of_text,
    digest_of_tree,
    lines_of,
    literals_of,
    split,
    stands_in,
    token_digest,
    tokens_of,
)
from tutor_pedagogy.conversation.snapshot import Wanted, digest
from tutor_pedagogy.conversation.told_result import values_told
from tutor_pedagogy.offline.engine.crash import without_values
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.parsing import parse
from tutor_pedagogy.offline.evaluation import Stopped, run
from tutor_pedagogy.offline.purposes.check.cases import tested
from tutor_pedagogy.offline.rules.logic.symptom import read_symptom
from tutor_pedagogy.problem.syntax_tree import expression_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.program import Program

_TYPED = ("7", "3", "5", "2", "9", "4", "6", "8")
_MOST_TYPED = 12
_STEPS = 6_000
_CALL_STEPS = 1_500
_MOST_CALLS = 4
_MOST_VARIED = 2
_MOST_NODES = 4_000
_TOO_DEEP = (RecursionError, MemoryError, ValueError, SyntaxError)


def observe(program: Program, calls: Sequence[str]) -> Behaviour | None:
    """Return what a program does; None if it does not parse, or is a fragment or a part of a notebook."""
    if program.tree is None or program.fault is not None or program.cells or program.margin or program.first_line:
        return None
    return _observed(program.tree, calls)


def observe_edited(program: Program, edit: Edit, calls: Sequence[str]) -> Behaviour | None:
    """Return what the program would do with an edit; None if it does not parse then."""
    if program.cells or program.margin or program.first_line:
        return None
    tree = parse(edit.apply(program.code), cell=program.is_cell)
    if not isinstance(tree, ast.Module):
        return None
    done = _observed(tree, calls)
    own = set(edit.before.split("\n"))
    written = [digest(line) for line in edit.after.split("\n") if line.strip() and line not in own]
    return None if done is None else replace(done, lines=b"".join(written))


def calls_to_watch(program: Program) -> list[str]:
    """Return calls whose results show what the program's functions do: those of the program itself and of a test."""
    if program.tree is None:
        return []
    own = {node.name for node in program.tree.body if isinstance(node, ast.FunctionDef)}
    found = [
        ast.unparse(node)
        for statement in program.tree.body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in own and _is_closed(node)
    ]
    symptom = read_symptom(without_values(program.submission.traceback or ""), program.submission.question)
    told = [symptom.call] if symptom is not None and symptom.call else []
    calls = [*map(_normal_call, told), *found][:_MOST_CALLS]
    calls += [other for call in calls[:_MOST_VARIED] for other in _varied(call)]
    if own:
        try:
            calls += [_normal_call(case.code) for case in tested(program)[1] if "(" in case.code]
        except _TOO_DEEP:
            return list(dict.fromkeys(calls))
    return list(dict.fromkeys(calls))


def wanted_result(program: Program, behaviour: Behaviour | None) -> Wanted | None:
    """Return the result that the student's words or a failing test want, if the wrong one is found in this program."""
    if behaviour is None:
        return None
    symptom = read_symptom(without_values(program.submission.traceback or ""), program.submission.question)
    results = behaviour.results()
    if symptom is not None and symptom.expected and symptom.call:
        call = token_digest(_normal_call(symptom.call))
        if call in results:
            return Wanted(_result(symptom.expected), call)
    told = values_told(program.submission.question)
    if symptom is not None and symptom.expected and symptom.got and told is None:
        told = symptom.expected, [symptom.got]
    return None if told is None else _placed(program, behaviour, *told)


def _placed(program: Program, behaviour: Behaviour, expected: str, others: Sequence[str]) -> Wanted | None:
    """Return where a wanted value belongs: at the call, or in the line, that has the other values told."""
    named = [tokens for tokens in map(tokens_of, others) if tokens]
    results = behaviour.results()
    fitting = [
        (call, list(split(tokens_of(call))))
        for call in calls_to_watch(program)
        if any(_result(value) == results.get(token_digest(call)) for value in others)
    ]
    for value in reversed(named):
        for call, given in fitting:
            if stands_in(list(split(value)), given):
                return Wanted(_result(expected), token_digest(call))
    if len(results) == 1 == len(fitting):
        return Wanted(_result(expected), token_digest(fitting[0][0]))
    lines = lines_of(behaviour.output)
    places = [
        at for at, line in enumerate(lines) if named and all(stands_in(list(split(value)), line) for value in named)
    ]
    if not places and len(named) > 1:
        places = [at for at, line in enumerate(lines) if stands_in(list(split(named[-1])), line)]
    return Wanted(tokens_of(expected), b"", places[0]) if len(places) == 1 else None


def _observed(tree: ast.Module, calls: Iterable[str]) -> Behaviour | None:
    try:
        nodes = list(ast.walk(tree))
        if len(nodes) > _MOST_NODES:
            return None
        reads = any(is_call_of(node, "input") for node in nodes)
        done = run(tree, inputs=_typed(nodes) if reads else None, steps=_STEPS)
        is_known = done.ending == "finished" and done.is_certain and done.output is not None
        pairs: list[bytes] = []
        for call in calls:
            pairs += _called(tree, call)
        return Behaviour(
            output=tokens_of(done.output or "") if is_known else b"",
            calls=b"".join(pairs),
            literals=literals_of(tree),
            tree=digest_of_tree(tree),
            statements=sum(isinstance(node, ast.stmt) for node in nodes),
            handlers=caught_by(tree),
            text=digest_of_text(done.output or "") if is_known else "",
        )
    except _TOO_DEEP:
        return None


def _typed(nodes: Iterable[ast.AST]) -> list[str]:
    """Return the lines that are typed: some numbers, then those of the program, so that a wait for one of them ends."""
    own = [node.value for node in nodes if isinstance(node, ast.Constant) and type(node.value) is int]
    return [*_TYPED, *map(str, dict.fromkeys(own[:_MOST_TYPED]))]


def _called(tree: ast.Module, code: str) -> list[bytes]:
    """Return the digest of a call and of its result; nothing if the result is not known."""
    call = expression_tree(code)
    kept = [node for node in tree.body if not isinstance(node, ast.Assert | ast.Expr)]
    done = run(ast.Module(kept, []), call=call, steps=_CALL_STEPS)
    if done.ending == "raised":
        return [token_digest(code), token_digest(f"raised {type(done.exception).__name__}")]
    if done.ending != "finished" or not done.is_certain or done.output is None:
        return []
    try:
        result = repr(done.value)
    except Stopped:  # An object without a text of its own.
        return []
    return [token_digest(code), token_digest(f"{done.output}{_value(result)}")]


def _result(text: str) -> bytes:
    return token_digest(_value(text))


def _value(text: str) -> str:
    """Return the text of a value: a string without its quotes, a number without a fraction of zero."""
    plain = text.strip()
    try:
        value = ast.literal_eval(plain)
    except _TOO_DEEP:
        return plain
    return (
        value if isinstance(value, str) else repr(int(value) if isinstance(value, float) and value % 1 == 0 else value)
    )


def _varied(code: str) -> list[str]:
    """Return the call with other arguments: lists and strings backwards, numbers one higher."""
    call = expression_tree(code)
    if not isinstance(call, ast.Call) or not _is_closed(call):
        return []
    values = [ast.literal_eval(argument) for argument in call.args]
    others = [_other(value) for value in values]
    varied = ast.Call(call.func, [expression_tree(repr(value)) for value in others], call.keywords)
    return [ast.unparse(varied)] if others != values else []


def _other(value: object) -> object:
    match value:
        case bool() | None:
            return value
        case int() | float():
            return value + 1
        case list() | str() | tuple():
            return value[::-1]
    return value


def _is_closed(call: ast.Call) -> bool:
    """Return whether a call's arguments are literals."""
    try:
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            ast.literal_eval(argument)
    except _TOO_DEEP:
        return False
    return True


def _normal_call(code: str) -> str:
    try:
        return ast.unparse(expression_tree(code))
    except _TOO_DEEP:
        return code
