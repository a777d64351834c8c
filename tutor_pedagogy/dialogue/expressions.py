"""The values of pieces of code: those that a question names, and those on the line of a hint."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.dialogue.fragments import fragments
from tutor_pedagogy.dialogue.meaning import line_says, names_in, word_says
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import UNKNOWN, run
from tutor_pedagogy.offline.purposes.explain.reading import Reader
from tutor_pedagogy.offline.purposes.native.lines import line_in_language
from tutor_pedagogy.offline.purposes.own_values import computed, shown
from tutor_pedagogy.offline.purposes.texts import sentence as capitalized
from tutor_pedagogy.problem.syntax_tree import expression_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.dialogue.values import Values
    from tutor_pedagogy.offline.engine.program import Program

_WORTH_SHOWING = (ast.BinOp, ast.Compare, ast.BoolOp, ast.Subscript, ast.Call, ast.Attribute, ast.UnaryOp)
_MOST_PARTS, _MOST_EXPRESSIONS, _LONGEST_CODE = 3, 12, 50
_NUMBER = re.compile(r"(?<![\w.'\"(])-?\d{1,9}(?:\.\d{1,6})?(?![\w'.)])")
_SLICE = re.compile(r"(?<![\w\])])\[(?P<inside>-?\d{0,4}:-?\d{0,4}(?::-?\d{0,4})?)\]")


def computed_parts(program: Program, line: int) -> list[tuple[str, str]]:
    """Return pieces of code on a line, each with the value that it always has; both as code spans, inner ones first."""
    node = program.statement_at(line) if program.tree is not None else None
    if node is None or program.run is None or program.tree is None:
        return []
    every = [
        part
        for part in walk(node)
        if isinstance(part, _WORTH_SHOWING)
        and not is_call_of(part, "print", "input")
        and part.lineno == line
        and isinstance(getattr(part, "ctx", ast.Load()), ast.Load)
    ][:_MOST_EXPRESSIONS]
    if not every:
        return []
    found = run(program.tree, watched=every).seen
    told = []
    for part in reversed(every):
        values = found.get(part, [])
        spans = {shown(value) for value in values}
        code = program.segment(part)
        if len(spans) == 1 and None not in spans and "\n" not in code and len(code) <= _LONGEST_CODE:
            told.append((code_span(code), str(spans.pop())))
    return told[-_MOST_PARTS:]


def values_say(asked: Question, values: Values) -> str:
    """Return the sentence with the values and types that are known on the hint's line; "" if there are none."""
    program = asked.diagnosis.program
    lines = [values.crash.line if values.crash is not None else 0, values.line]
    for line in filter(None, dict.fromkeys(lines)):
        told = [asked.say("claim", "is_value", code=code, value=value) for code, value in computed_parts(program, line)]
        names = [name for name in _names_on(program, line) if name not in program.functions]
        for name in names[:4]:
            spans = values.shown(name)
            kinds = values.types_of(name)
            if spans and values.shown_line(name) == program.shown(line):
                several = asked.say("listing", "then").join(dict.fromkeys(spans[:4]))
                told.insert(0, asked.say("claim", "is_value", code=code_span(name), value=several))
            elif not spans and len(kinds) == 1:
                kind = next(iter(kinds)).__name__
                told.insert(0, asked.say("claim", "kinds", name=code_span(name), type=code_span(kind)))
        if told:
            return asked.say("claim", "computed", values="; ".join(dict.fromkeys(told[:4])))
    return ""


def _names_on(program: Program, line: int) -> list[str]:
    node = program.statement_at(line) if program.tree is not None else None
    if node is None:
        return []
    found = [part.id for part in walk(node) if isinstance(part, ast.Name) and part.lineno == line]
    own = program.bound_names
    return [name for name in dict.fromkeys(found) if name in own]


def expression_answers(asked: Question) -> Iterator[tuple[str, str]]:
    """Yield answers to a question about the value of a piece of code: what is computed, and how Python reads it."""
    program = asked.diagnosis.program
    if program.tree is None:
        return
    found = fragments(asked.text, program)
    yield from _two_things(asked, found)
    for code in found:
        at = next((line for line, text in enumerate(program.lines, 1) if text.strip() == code), None)
        if at is not None and program.statement_at(at) is not None:
            read = line_says(program, at, is_doubtful=bool(program.submission.traceback))
            told = "" if asked.language == "en" else line_in_language(program, at, asked.language)
            if told or read:
                yield told, read
        try:
            expression = expression_tree(code)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
        told = _with_number(asked, expression, code) or _of_program(asked, code) or _alone(asked, code)
        reader = Reader(program, code)
        reader.read(expression)
        read = " ".join(capitalized(f"{part.subject} {part.says}.") for part in dict.fromkeys(reader.parts[-2:]))
        if told or read:
            yield told, read
    if match := _SLICE.search(asked.text):
        yield _slice_says(asked, match["inside"]), ""
        if match["inside"] in (":", "::"):
            yield asked.say("claim", "slice_plain"), ""


def _two_things(asked: Question, found: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what two pieces of code are that a question joins with “and” or “or”, such as “`i` and `days[i]`”."""
    program = asked.diagnosis.program
    for code in found:
        match _parsed(code):
            case ast.BoolOp(values=[one, other]) if not any(code in line for line in program.lines):
                told = [_thing_says(asked, part) for part in (one, other)]
            case _:
                continue
        if all(told):
            yield " ".join(told), ""


def _parsed(code: str) -> ast.expr | None:
    try:
        return expression_tree(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _thing_says(asked: Question, part: ast.expr) -> str:
    """Return what a name of the program or a piece of code is, with its values if they are known."""
    program, code = asked.diagnosis.program, ast.unparse(part)
    if isinstance(part, ast.Name):
        return word_says(program, code, code_line(asked.diagnosis))
    reader = Reader(program, code)
    reader.read(_parsed(code) or part)
    read = [capitalized(f"{each.subject} {each.says}.") for each in dict.fromkeys(reader.parts[-1:])]
    return " ".join([*read, _of_program(asked, code)]).strip()


def _with_number(asked: Question, expression: ast.expr, code: str) -> str:
    """Return the value of a piece of code for a number that the question gives its only name; "" without one."""
    names = {node.id for node in walk(expression) if isinstance(node, ast.Name)}
    numbers = _NUMBER.findall(asked.text.replace(code, " "))
    if len(names) != 1 or len(set(numbers)) != 1:
        return ""
    name = names.pop()
    value = shown(computed(code, {name: ast.literal_eval(numbers[0])}))
    if value is None:
        return ""
    slots = {"name": code_span(name), "number": numbers[0], "code": code_span(code)}
    return asked.say("claim", "expression_with", **slots, value=value)


def _of_program(asked: Question, code: str) -> str:
    """Return the values that a piece of the program has, one after another; "" if the program has no such piece."""
    program = asked.diagnosis.program
    wanted = re.sub(r"\s", "", code)
    nodes: list[ast.expr] = program.each(*_WORTH_SHOWING, ast.ListComp, ast.Tuple)
    same = [node for node in nodes if re.sub(r"\s", "", program.segment(node)) == wanted][:2]
    if not same or program.run is None or program.tree is None:
        return ""
    found = run(program.tree, watched=same).seen
    for node in same:
        spans = [shown(value) for value in found.get(node, [])[:4]]
        if spans and None not in spans:
            told = asked.say("listing", "then").join(dict.fromkeys(map(str, spans)))
            return asked.say("claim", "expression", code=code_span(code), value=told)
    return ""


def _alone(asked: Question, code: str) -> str:
    """Return the value of a piece of code that needs no variable, or those that the module has at its end."""
    run_of = asked.diagnosis.program.run
    names: dict[str, Any] = dict(run_of.names) if run_of is not None and run_of.ending == "finished" else {}
    value = computed(code, names)
    span = shown(value) if value is not UNKNOWN else None
    return asked.say("claim", "expression", code=code_span(code), value=span) if span is not None else ""


def _slice_says(asked: Question, inside: str) -> str:
    """Return what a slice does, with a word as the example."""
    word = "house"
    value = shown(computed(f"{word!r}[{inside}]", {}))
    if value is None:
        return ""
    name = "slice_whole" if inside in (":", "::") else "slice"
    return asked.say(
        "claim", name, code=code_span(f"[{inside}]"), example=code_span(f"{word!r}[{inside}]"), value=value
    )


def plain_names(asked: Question) -> list[str]:
    """Return the names of the program that a question mentions and that are no functions of it."""
    program = asked.diagnosis.program
    return [name for name in names_in(program, asked.text) if name not in program.functions]
