"""The texts for "what does this do?" about a line, a construct or a name in Python, read from the syntax tree."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.offline.purposes.entries import shown_entry
from tutor_pedagogy.offline.purposes.explain.around import answer_around
from tutor_pedagogy.offline.purposes.explain.end_values import end_value
from tutor_pedagogy.offline.purposes.explain.forms import form_of
from tutor_pedagogy.offline.purposes.explain.line_facts import counted, from_where, lookup, value_says
from tutor_pedagogy.offline.purposes.explain.outline import outline_ladder
from tutor_pedagogy.offline.purposes.explain.points import asked_point, point_of
from tutor_pedagogy.offline.purposes.explain.reading import Part, Reader
from tutor_pedagogy.offline.purposes.explain.worked import Worked, worked
from tutor_pedagogy.offline.purposes.explanation_texts import SPARE, plain, without
from tutor_pedagogy.offline.purposes.known_subjects import known_ladder, known_subject
from tutor_pedagogy.offline.purposes.off_topic import is_off_topic
from tutor_pedagogy.offline.purposes.questions import language_of_question
from tutor_pedagogy.offline.purposes.subject import Subject, line_subject, subject_of
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import (
    MOST_WORDS,
    Ladder,
    count_words,
    examples_of,
    listed,
    numbered,
    quoted,
    sentence,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.knowledge import Known
    from tutor_pedagogy.offline.purposes.explain.told_point import Point

_MARGIN, _NATIVE_WORDS = 5, 42
"""The words of level 5 that are kept free, without and with sentences in the language of the question."""
_MOST_PARTS = 6
_MOST_STEP_WORDS = 110


def explain_ladder(program: Program) -> Ladder:
    """Return the five texts that explain the subject of a question."""
    question = program.submission.question or ""
    ladder = _explained(program, question)
    if told := end_value(program, question):
        ladder = replace(ladder, question=f"{told} {ladder.question}", solution=f"{told}\n\n{ladder.solution}")
        ladder = replace(ladder, plain=f"{told} {ladder.plain}" if ladder.plain else "")
    around = answer_around(program)
    if not around and not is_off_topic(program):
        return ladder
    if around:
        place = f"What I can tell more about is line {program.shown(ladder.line)}"
        return replace(
            ladder,
            question=f"{around} {place}. Which value, or which line, would you look at first?",
            concept=f"{around} {place}:\n\n{ladder.concept}",
            solution=f"{around} {place}:\n\n{ladder.solution}",
        )
    away = "Your question has nothing to do with this program, so I can not help with it. "
    return replace(
        ladder,
        question=f"{away}{ladder.question}",
        concept=f"{away}About the line at the cursor I can say this:\n\n{ladder.concept}",
        solution=f"{away}About the line at the cursor I can say this:\n\n{ladder.solution}",
    )


def _explained(program: Program, question: str) -> Ladder:
    subject = subject_of(program, question)
    if (told := _of_known(program, subject, question)) is not None:
        return told
    if subject is None:
        subject = Subject(line=program.cursor_line, code="", entry="program")
    if subject.node is not None and any(isinstance(up, ast.Lambda) for up in program.above(subject.node)):
        node = program.statement_at(subject.line)
        subject = replace(subject, node=node, code=program.line(subject.line).strip())
    if subject.node is None and subject.entry in _DISPLAYS and (node := _built(program)) is not None:
        subject = replace(subject, line=node.lineno, node=node, code=program.line(node.lineno).strip(), entry=None)
    if subject.node is None:
        return _pointed(program, subject, question) or _of_entry(program, subject)
    reader = Reader(program, subject.code)
    if isinstance(subject.node, ast.Module):
        return outline_ladder(program, subject, subject.node, reader)
    reader.read(subject.node)
    point = point_of(program, subject.node, question)
    if point is not None:
        return _of_code(program, subject, subject.node, reader, point)
    if isinstance(subject.node, Function | ast.ClassDef):
        return outline_ladder(program, subject, subject.node, reader)
    return _of_code(program, subject, subject.node, reader)


def _fits(point: Point, found: Known, question: str) -> bool:
    """Return whether a point that the program's lines have is what the question is about."""
    if "identity" in (point.topic, point.entry):
        return found.entry.key in ("equals", "identity")
    return not point.gist.startswith("`self`") or "self" in question


def _of_known(program: Program, subject: Subject | None, question: str) -> Ladder | None:
    """Return the five texts about what the knowledge base has on a question; None if the program tells more."""
    found = known_subject(program)
    if found is None:
        return None
    at_cursor = line_subject(program, program.cursor_line)
    if not found.is_clear and subject is not None and (subject.is_whole or subject != at_cursor):
        return None
    named = subject.node if subject is not None else None
    if isinstance(named, Function | ast.ClassDef) and named.name in question:
        return None
    if subject is not None and subject.contrast is not None and found.node is None:
        return None
    if named is not None and not isinstance(named, ast.Module):
        told = point_of(program, named, question)
        if told is not None and _fits(told, found, question):
            return None
    node = found.node if found.node is not None else (subject.node if subject is not None else None)
    point = point_of(program, node, question) if node is not None else None
    if point is not None and _fits(point, found, question):
        if found.node is None or node is None:
            return None
        place = Subject(line=found.line, code=program.line(found.line).strip(), node=node)
        return _of_code(program, place, node, Reader(program, place.code), point)
    statement = program.statement_at(found.line)
    if statement is None or isinstance(statement, Function | ast.ClassDef):
        return known_ladder(program, found)
    part = found.node if isinstance(found.node, ast.Lambda) else statement
    place = Subject(line=found.line, code=program.line(found.line).strip(), node=part)
    reader = Reader(program, place.code)
    reader.read(part)
    return known_ladder(program, found, _of_code(program, place, part, reader))


_DISPLAYS = frozenset(("list", "dict", "set"))


def _built(program: Program) -> ast.stmt | None:
    """Return the statement at the cursor if it builds a collection by a comprehension."""
    node = program.statement_at(program.cursor_line)
    forms = (ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
    return node if node is not None and any(isinstance(each, forms) for each in ast.walk(node)) else None


def _pointed(program: Program, subject: Subject, question: str) -> Ladder | None:
    """Return the five texts about a word of Python whose meaning the program's own lines show, or None."""
    if subject.entry == "finally":
        return None
    node = program.statement_at(subject.line)
    if node is None and subject.entry == "else":
        node = program.statement_at(program.cursor_line) or next(iter(program.each(ast.For, ast.While)), None)
    tell = point_of if isinstance(node, ast.Try) else asked_point
    point = tell(program, node, question) if node is not None else None
    if point is None or node is None:
        return None
    found = Subject(line=subject.line, code=program.line(subject.line).strip(), node=node)
    return _of_code(program, found, node, Reader(program, found.code), point)


def _of_entry(program: Program, subject: Subject) -> Ladder:
    """Return the five texts about a name or construct of Python that the question names."""
    entry = subject.entry or "program"
    contrast = _contrast(subject.contrast)
    glossary, constructs = table("glossary"), table("constructs")
    line = program.shown(subject.line)
    is_here = bool(subject.code) and subject.code in program.line(subject.line)
    where = (
        f" Your code uses it on line {line}."
        if is_here
        else f" I look at line {line}, where the cursor is, for a place to try it."
    )
    if entry not in constructs:
        name, says = shown_entry(entry), glossary[entry]["says"]
        gist = f"{name} {says}."
        base = constructs["method" if entry.startswith(".") else "call"]
        codes = [glossary[entry]["example"], *base["examples"]]
        concept = _idea(base, entry)
        ask = glossary[entry].get("ask", "Which value would you hand to it in your program, and what should come back?")
    else:
        base = constructs[entry]
        gist = base["concept"].partition(". ")[0]
        gist, codes, concept, ask = f"{gist}.", base["examples"], base["concept"], base["question"]
    return Ladder(
        line=subject.line,
        expression=None,
        question=f"You ask what a part of Python means.{where} In short: {gist}{contrast} {ask}",
        concept=f"{concept}{contrast}",
        structure=f"To find out what it does, try it on its own near line {line}.\n\n{_TRYING}",
        examples=examples_of(
            codes, "The same thing in a small program of its own:", "The comments show what each line prints."
        ),
        without=without("one value", line),
        spare=SPARE,
        solution=(
            f"{concept}{contrast}\n\nTo be certain, print its result with three values: a usual one, the "
            "smallest, and an empty one."
        ),
    )


def _contrast(entry: str | None) -> str:
    """Return the sentence about the second name in a question about the difference of two names, or ""."""
    if entry is None:
        return ""
    if entry in table("glossary"):
        return f" By contrast, {shown_entry(entry)} {table('glossary')[entry]['says']}."
    return f" By contrast: {table('constructs')[entry]['concept'].partition('. ')[0]}."


_TRYING = numbered(
    (
        "Open a new file, or the Python prompt.",
        "Write down what you expect for one small value.",
        "Print the result for that value, and compare.",
        "Change one thing only, and print again.",
    )
)


def _of_code(program: Program, subject: Subject, node: ast.AST, reader: Reader, point: Point | None = None) -> Ladder:
    parts = _distinct(reader.parts)
    if point is not None:
        subject = replace(subject, line=point.line or subject.line, code=_code_of(program, subject, point))
    line = program.shown(subject.line)
    gist = point.gist if point is not None else _gist(parts, node, reader, program)
    entry, says = form_of(program, node)
    entry, says = (point.entry, None) if point is not None else (subject.entry or entry, says)
    base = table("constructs")[entry]
    base = {**base, "question": point.ask} if point is not None and point.ask else base
    says = None if _has_key(node) else says
    around = program.statement_at(subject.line) if isinstance(node, ast.Lambda) else None
    own = worked(program, around or node)
    codes = [*([table("glossary")[says]["example"]] if says else []), *base["examples"]]
    span = quoted(subject.code.partition("\n")[0])
    opening = f"Look at line {line}, {span}." if span else f"Look at line {line}."
    value = " ".join(own.whole) or value_says(program, node) or counted(node)
    first = _first(own, point)
    order = _steps(parts, gist, lookup(program, node, subject.line)) if point is None else numbered(point.steps[:2])
    return Ladder(
        line=subject.line,
        expression=subject.code if span else None,
        question=f"{opening} {_allowed(program)}In short: {gist} {_question(base, says)}",
        concept=_idea(base, says),
        structure=f"Python works through line {line} in this order:\n\n{order}\n\n{first}",
        examples=examples_of(codes, "The same form in another program:", "The comments show what it prints."),
        without=without("one value", line),
        spare=SPARE,
        plain=plain(opening, base["question"]),
        plain_steps=f"{opening} {point.gist if point is not None else first} {base['question']} {' '.join(SPARE)}",
        topic=(point.topic if point is not None else "") or entry,
        outcome=point.outcome if point is not None else own.outcome,
        solution=_solution(program, subject, node, (_full(parts, line, gist), value, own), point),
    )


def _code_of(program: Program, subject: Subject, point: Point) -> str:
    return program.line(point.line).strip() if point.line else subject.code


def _first(own: Worked, point: Point | None) -> str:
    """Return the sentences below the order of execution: the first values, or how to find them."""
    if point is None and own.first:
        return f"{own.first} Follow these values from step to step, and say what comes next."
    if point is not None:
        return "Say in your own words what happens next, and then compare it with what the program shows."
    return "Choose one small value for each name, and follow it from step to step."


def _solution(
    program: Program, subject: Subject, node: ast.AST, told: tuple[str, str, Worked], point: Point | None
) -> str:
    """Return the text of level 5: each part in order, its values, where the names come from, and equal longer code."""
    full, value, own = told
    if point is not None:
        return f"Line {program.shown(subject.line)}, step by step:\n\n{numbered(point.steps)}"
    longer = f"{own.before_code}\n\n{fenced(own.code)}" if own.code else ""
    extras = [longer, from_where(program, node, subject.line)]
    is_native = language_of_question(program.submission.question or "") not in (None, "en")
    most = MOST_WORDS - (_NATIVE_WORDS if is_native else _MARGIN)
    while extras and count_words(" ".join((full, value, *extras))) > most:
        extras.pop()
    return "\n\n".join(filter(None, (full, value, *extras)))


_ALLOWED = re.compile(
    r"\b(?:is|are) (?:that|this|it|these) (?:even |really |actually )?(?:allowed|legal|valid|possible)"
    r"|\b(?:allowed|legal|valid) in python",
    re.IGNORECASE,
)


def _allowed(program: Program) -> str:
    """Return the answer to a question whether a form is allowed: it is, since Python can read the code; or ""."""
    is_asked = _ALLOWED.search((program.submission.question or "")[:300])
    return "Yes, Python allows this. " if is_asked and program.tree is not None else ""


def _meaning(entry: str | None) -> str:
    if entry is None:
        return ""
    return f"{shown_entry(entry)} {table('glossary')[entry]['says']}.\n\n"


def _idea(base: Mapping[str, Any], entry: str | None) -> str:
    """Return the idea behind a construct or, if the glossary has one, the idea of the called function."""
    own: str = table("glossary")[entry].get("idea", "") if entry else ""
    return own or f"{_meaning(entry)}{base['concept']}"


def _question(base: Mapping[str, Any], entry: str | None) -> str:
    own: str = table("glossary")[entry].get("ask", "") if entry else ""
    return own or base["question"]


def _has_key(node: ast.AST) -> bool:
    """Return whether a statement calls `max` or `min` with a key, for which the glossary's words are not right."""
    value = node.value if isinstance(node, ast.Assign | ast.Expr | ast.Return) else node
    return isinstance(value, ast.Call) and is_call_of(value, "max", "min") and bool(value.keywords)


def _distinct(parts: Sequence[Part]) -> list[Part]:
    return list({(part.subject, part.says): part for part in parts}.values())


def _gist(parts: Sequence[Part], node: ast.AST, reader: Reader, program: Program) -> str:
    if parts:
        if len(parts) > 1 and isinstance(node, ast.Expr) and is_call_of(node.value, "print"):
            return sentence(f"{parts[-2].subject} {parts[-2].says}; `print` shows the result.")
        said = parts[-2] if len(parts) > 1 and isinstance(node, ast.Assign) else parts[-1]
        last = parts[-1]
        if said is last or not isinstance(node, ast.Assign):
            return sentence(f"{said.subject} {said.says}.")
        return f"{said.subject} {said.says}; the line {last.says}."
    value = node.value if isinstance(node, ast.Expr) else node
    match value:
        case ast.Name(id=name):
            lines = [program.shown(line) for line, _ in program.assignments(name)]
            where = f"; it gets a value on line {lines[-1]}" if lines else ""
            return f"{code_span(name)} is the value that has this name at the moment{where}."
        case ast.Constant():
            return f"{reader.span(value)} is a value that is written out."
    return "this line has no step that I can put into words."


def _steps(parts: Sequence[Part], gist: str, lookup: list[str]) -> str:
    if not parts:
        return numbered([*lookup, sentence(gist)])
    shown = list(parts)
    left_out = ""
    if len(shown) > _MOST_PARTS:
        left_out = (
            "Smaller parts come first: "
            + listed([part.subject for part in shown[: len(shown) - _MOST_PARTS + 1][:3]])
            + "."
        )
        shown = shown[-(_MOST_PARTS - 1) :]
    lines = [sentence(f"{part.subject} {part.says}.") for part in shown]
    steps = [*lookup, *([left_out] if left_out else []), *lines]
    while count_words(" ".join(steps)) > _MOST_STEP_WORDS and len(steps) > 1:
        steps = steps[1:]
    return numbered(steps)


def _full(parts: Sequence[Part], line: int, gist: str) -> str:
    if not parts:
        return f"Read line {line} like this: {gist}"
    sentences = [f"{part.subject} {part.says}." for part in parts[-_MOST_PARTS:]]
    while count_words(" ".join(sentences)) > _MOST_STEP_WORDS and len(sentences) > 1:
        sentences = sentences[1:]
    order = ("First", "Then", "After that", "Next", "Then", "At last")
    if len(sentences) == 1:
        return f"Read line {line} like this: {sentences[0]}"
    told = " ".join(f"{order[min(at, 5)]}: {each}" for at, each in enumerate(sentences))
    return f"Read line {line} from the inside out. {told}"
