"""Tracing by hand: the advice when no rule matches, with the student's own variables.

The place to start follows the question, then the failing test, then the cursor, then what the program prints. A line
that does not run in the program's own run is no place to start, and the values that it has there are told.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic.followed import first_part, listed, often
from tutor_pedagogy.offline.rules.logic.makers import maker_of_output, maker_of_result, makers, prints
from tutor_pedagogy.offline.rules.logic.tree import parameters_of
from tutor_pedagogy.offline.rules.logic.trials.expectations import is_plain
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor_pedagogy.offline.engine.program import Program

TRACE = Rule("logic.trace-by-hand", "logic")

_MAX_TEXT = 4000
_MOST_NAMES = 2
_LONGEST_SAID = 110
_FEWEST_SPACES = 3
_MARKUP = re.compile(
    r"(?i)\b(?:want|change|replace|instead|insert|add|remove|use|put|swap|rename|write)\b"
    r"|[`$*_<>\[\]\\#|~{}\"“”]|://|[A-Za-z]\.[A-Za-z]"
)
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)")
_FAILING = re.compile(r"^>(.*)$", re.MULTILINE)
"""The line of a test at which pytest says that it failed."""
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_SHORTEST_PART = 4
"""The number of letters from which a part of a name counts as a word that the question has in common with it."""
_ENGLISH = re.compile(
    r"(?i)a|an|as|at|by|do|for|from|get|go|has|he|i|if|in|is|it|list|me|my|no|of|on|or|out|print|run|same|set|so|that|the"
    r"|this|to|up|was|we|what|when|why|with|word|you"
)
"""Words of a question that are no names, although programs have variables of that name."""
_HIDDEN = frozenset(("self", "cls", "_"))
_PLAIN = (ast.Import, ast.ImportFrom, ast.Break, ast.Continue, ast.Pass, ast.Global, ast.Nonlocal, ast.ClassDef)


def trace(program: Program) -> Match:
    """Return the place to start a trace, with one of its variables.

    With a question it is the line of the cursor, if it computes a value and runs. Otherwise it is the variable or
    function that the question names, else the function that the failing test names, else the statement with values that
    is nearest to the cursor.
    """
    at_cursor = _at_cursor(program) if program.submission.question else None
    if at_cursor is not None and _may_run(program, at_cursor, _ran(program)):
        return _match(program, at_cursor)
    return _searched(program)


def _searched(program: Program) -> Match:
    """Return the place to start a trace that the question, the failing test or the output shows."""
    question = (program.submission.question or "")[:_MAX_TEXT]
    report = (program.submission.traceback or "")[:_MAX_TEXT]
    ran = _ran(program)
    named = _variable_in(program, question) or _number_in(program, question)
    if named is not None and _may_run(program, named[0], ran):
        inside = _called_by(program, named[0])
        if inside is not None:
            return _match(program, inside)
        maker = makers(program, [named[1]], program.function_at(named[0].lineno)) if named[1] is not None else []
        return _match(program, maker[-1] if maker and _may_run(program, maker[-1], ran) else named[0], named[1])
    failing = "\n".join(_FAILING.findall(report))
    function = _function_in(program, question) or _function_in(program, failing) or _function_in(program, report)
    if function is not None:
        statement = (maker_of_result(program, function, ran) if ran else None) or _heart(program, function)
        if statement is not None and _may_run(program, statement, ran):
            return _match(program, statement)
    place = _near_cursor(program)
    is_inner = isinstance(place, ast.stmt) and (
        program.loop_around(place) is not None or (ran is not None and not ran.get(place.lineno))
    )
    if is_inner and isinstance(place, ast.stmt) and _may_run(program, place, ran):
        return _match(program, place)
    made = maker_of_output(program, prints(program), ran)
    if made is not None:
        return _match(program, made)
    return _match(
        program, place if isinstance(place, int) or _may_run(program, place, ran) else _first_run(program, ran)
    )


def _ran(program: Program) -> Mapping[int, int] | None:
    """Return how often each line ran; None unless the evaluator has run the program to its end."""
    done = program.run if not program.submission.traceback else None
    return done.ran if done is not None and done.ending == "finished" else None


def _may_run(program: Program, statement: ast.stmt, ran: Mapping[int, int] | None) -> bool:
    """Return whether a line ran, or may have run in a call that the program itself does not make."""
    if ran is None or ran.get(statement.lineno):
        return True
    function = program.function_at(statement.lineno)
    return function is not None and not ran.get(function.body[0].lineno)


def _first_run(program: Program, ran: Mapping[int, int] | None) -> ast.stmt | int:
    """Return the line nearest to the cursor that the program runs and that has a value."""
    lines = sorted(ran or {}, key=lambda line: abs(line - program.cursor_line))
    statements = (program.statement_at(line) for line in lines)
    return next((each for each in statements if each is not None and _has_values(program, each)), program.cursor_line)


def _called_by(program: Program, statement: ast.stmt) -> ast.stmt | None:
    """Return the heart of the function whose result a statement stores as it is: there the value is made."""
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Name(id=name))) if name in program.functions:
            return _heart(program, program.functions[name])
    return None


def _match(program: Program, place: ast.stmt | int, name: str | None = None) -> Match:
    line = place if isinstance(place, int) else place.lineno
    name = name or next(_names(program, line), None)
    variable = Code(name) if name is not None else ""
    is_new = name is not None and _is_made_here(program, name, line)
    slots: dict[str, Any] = {"variable": variable, "new": variable if is_new else "", "story": _story(program, line)}
    slots["said"] = _said(program.submission.question or "")
    return Match(lines=(line,), slots=slots)


def _said(question: str) -> str:
    """Return the sentence with which a student tells what is wrong, as a text can quote it; "" for a question."""
    text = " ".join(question.split()).rstrip(".! ")
    is_plain = text.isprintable() and not _MARKUP.search(text) and text.count(" ") >= _FEWEST_SPACES
    return f"“{text}”" if is_plain and len(text) <= _LONGEST_SAID and "?" not in text else ""


def _is_made_here(program: Program, name: str, line: int) -> bool:
    """Return whether a name has no value before a line: the line gives it its first one."""
    here = program.function_at(line)
    if name in _parameters_at(program, line):
        return False
    bound = [at for at, _ in program.assignments(name)]
    own = [at for at in bound if program.function_at(at) is here]
    outer = [at for at in bound if program.function_at(at) is None] if here is not None and not own else []
    return bool(own) and min(own) >= line and not outer


def _story(program: Program, line: int) -> str:
    """Return what the names on a line are in the program's own run, as a sentence; "" if that is not known."""
    statement = program.statement_at(line)
    if statement is None or program.tree is None or _ran(program) is None:
        return ""
    read = first_part(statement)
    names = [node for node in walk(read) if isinstance(node, ast.Name)] if read is not None else []
    names = [node for node in names if isinstance(node.ctx, ast.Load) and node.id not in program.functions]
    seen = values_seen(program, names)
    told: dict[str, str] = {}
    for node in names:
        values = seen.get(node, [])
        if node.id not in told and values and all(is_plain(value) for value in values):
            told[node.id] = listed([repr(value) for value in values])
    shown = [f"`{name}` is {values}" for name, values in told.items() if values][:_MOST_NAMES]
    if not shown:
        return ""
    times = (_ran(program) or {}).get(line, 0)
    if isinstance(statement, ast.While):  # The line counts once, and its condition is tested before each round.
        several = ", in this order" if max(map(len, seen.values())) > 1 else ""
        return f"When line {program.shown(line)} tests its condition, {' and '.join(shown)}{several}."
    order = ", in this order" if times > 1 else ""
    return f"When your program runs, line {program.shown(line)} is run {often(times)}: {' and '.join(shown)}{order}."


def _parameters_at(program: Program, line: int) -> list[str]:
    function = program.function_at(line)
    return parameters_of(function) if function is not None else []


def _names(program: Program, line: int) -> Iterator[str]:
    """Yield the variables of a line, those that it assigns first, then the parameters of the function around it."""
    statement = program.statement_at(line)
    names = [
        node
        for node in (walk(statement) if statement is not None else ())
        if isinstance(node, ast.Name) and node.id in program.bound_names and node.lineno == line
    ]
    called = {node.func for node in program.each(ast.Call)}
    names = [node for node in names if node.id not in _HIDDEN and node not in called]
    if not isinstance(statement, Loop):
        yield from (node.id for node in names if isinstance(node.ctx, ast.Store))
    else:
        names.sort(key=lambda node: isinstance(node.ctx, ast.Load))
    yield from (node.id for node in names if node.id not in program.functions)
    function = program.function_at(line)
    if function is not None:
        yield from (name for name in parameters_of(function) if name not in _HIDDEN)


def _variable_in(program: Program, question: str) -> tuple[ast.stmt, str] | None:
    """Return the last assignment of a computed value to a variable that the question names."""
    words = _WORD.findall(question)
    named = [word for word in words if not _ENGLISH.fullmatch(word) and word not in _HIDDEN]
    for name in dict.fromkeys((*named, *_shown_as(program, named))):
        places = program.assignments(name) if name in program.uses and name not in program.functions else []
        for line, value in reversed(places):
            statement = program.statement_at(line)
            is_given = isinstance(value, ast.Constant | ast.List | ast.Dict | ast.Tuple | ast.Set)
            if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign) and not is_given:
                return statement, name
    return None


def _shown_as(program: Program, words: list[str]) -> Iterator[str]:
    """Yield the variables that a `print` shows beside a label with one of these words."""
    long = {word.lower() for word in words if len(word) >= _SHORTEST_PART}
    for call in program.each(ast.Call) if long else ():
        if is_call_of(call, "print"):
            labels = " ".join(
                node.value for node in walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
            if not long.isdisjoint(word.lower() for word in _WORD.findall(labels)):
                yield from (node.id for node in walk(call) if isinstance(node, ast.Name) and node.id != "print")


def _number_in(program: Program, question: str) -> tuple[ast.stmt, None] | None:
    """Return the only condition or calculation with a number that the question mentions."""
    numbers = set(_NUMBER.findall(question))
    found = [
        statement
        for node in (program.each(ast.Constant) if numbers else ())
        if isinstance(node.value, int | float)
        and str(node.value) in numbers
        and isinstance(program.parents.get(node), ast.Compare | ast.BinOp | ast.AugAssign)
        and (statement := program.statement_at(node.lineno)) is not None
    ]
    return (found[0], None) if len(found) == 1 and found[0] is not None else None


def _function_in(program: Program, text: str) -> Function | None:
    """Return the function that a text names, in full or by a word that only its name has."""
    words = _WORD.findall(text)
    for word in words:
        if word in program.functions and not _ENGLISH.fullmatch(word):
            return program.functions[word]
    parts = {part.lower() for word in words for part in _PART.findall(word) if len(part) >= _SHORTEST_PART}
    fitting = [
        function
        for name, function in program.functions.items()
        if not name.startswith("__") and parts & {part.lower() for part in _PART.findall(name)}
    ]
    return fitting[0] if len(fitting) == 1 else None


def _heart(program: Program, function: Function) -> ast.stmt | None:
    """Return the statement of a function at which a trace shows most: a loop, else a condition or an assignment."""
    own = [node for node in program.own_nodes(function) if isinstance(node, ast.stmt)]
    for kinds in ((ast.While,), (ast.For,), (ast.If,), (ast.Assign, ast.AugAssign), (ast.Return, ast.Expr)):
        fitting = [node for node in own if isinstance(node, kinds) and _has_values(program, node)]
        if fitting:
            return min(fitting, key=lambda node: node.lineno)
    return None


def _has_values(program: Program, statement: ast.stmt) -> bool:
    """Return whether the first line of a statement reads or stores a value that a trace can show."""
    if isinstance(statement, (*_PLAIN, Function)):
        return False
    if isinstance(statement, ast.Return) and not isinstance(statement.value, ast.Call | ast.BinOp | ast.Compare):
        return False
    return next(_names(program, statement.lineno), None) is not None


def _at_cursor(program: Program) -> ast.stmt | None:
    """Return the statement that begins on the line of the cursor, if it computes a value."""
    statement = program.statement_at(program.cursor_line)
    match statement:
        case ast.Expr(value=ast.Call() as call) if is_call_of(call, "print"):
            return None
        case ast.Assign(value=ast.Constant() | ast.List() | ast.Dict() | ast.Tuple() | ast.Set()) | ast.For():
            return None
    is_here = statement is not None and statement.lineno == program.cursor_line
    return statement if statement is not None and is_here and _has_values(program, statement) else None


def _near_cursor(program: Program) -> ast.stmt | int:
    """Return the statement with values on the cursor's line, else the nearest above it, else the first below."""
    lines = [*range(program.cursor_line, 0, -1), *range(program.cursor_line + 1, len(program.lines) + 1)]
    for line in lines:
        statement = program.statement_at(line)
        if statement is None or statement.lineno != line or not program.line(line).strip():
            continue
        if isinstance(statement, ast.Return):
            function = program.function_at(line)
            heart = _heart(program, function) if function is not None else None
            if heart is not None:
                return heart
        if _has_values(program, statement):
            return statement
    return next((line for line in lines if program.line(line).strip()), 1)
