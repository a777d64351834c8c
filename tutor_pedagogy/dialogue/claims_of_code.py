"""Claims about functions, lines and branches, held against the syntax tree and the run."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.meaning import named_line
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.dialogue.values import Values
from tutor_pedagogy.dialogue.claim_words import LITERAL, NOT, NUMBER_OF_LINE, yes_or_no
from tutor_pedagogy.problem.syntax_tree import expression_tree

_PRINTS = re.compile(r"\b(?:print\w*|shows?|display\w*|imprim\w*|affich\w*)\b", re.IGNORECASE)
_BASE_CASE = re.compile(r"\bbase case\b|\bstop condition\b|\babbruch\w*|\bcaso base\b|\bcas de base\b", re.IGNORECASE)
_RUNS = re.compile(
    r"\b(?:run|runs|executed?|reached?|called|ausgef[uü]hrt|ejecuta\w*|ex[eé]cut\w*|executad\w*|iterat\w*"
    r"|repeat\w*|round)\b|how (?:often|many times)|wie oft|cu[aá]ntas veces|combien de fois|quantas vezes",
    re.IGNORECASE,
)


_STOPS = re.compile(r"\b(?:stop|stops|end|ends|finish|finishes|leave|exit|terminate)\b", re.IGNORECASE)


_RETURNS = re.compile(
    r"\b(?:returns?|gives? back|hands? back|gibt|devuelve|regresa|renvoie|retourne|retorna|devolve)\b", re.IGNORECASE
)


_NONE_METHODS = frozenset(
    ("append", "sort", "reverse", "extend", "insert", "remove", "clear", "add", "update", "discard")
)


def claim_returns(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a function of the program, or a method of Python, returns nothing."""
    del values
    if not _RETURNS.search(asked.text):
        return
    program = asked.diagnosis.program
    is_nothing = bool(re.search(r"\bnothing\b|\bnone\b|\bnichts\b|\bnada\b|\brien\b", asked.text, re.IGNORECASE))
    is_denied = bool(NOT.search(asked.text))
    for word in re.findall(r"[A-Za-z_]\w*", asked.text):
        function = program.functions.get(word)
        if function is not None:
            is_none = program.returns_nothing(function)
            lines = [str(program.shown(each.lineno)) for each in program.returns_of(function) if each.value is not None]
            opening = yes_or_no(asked, is_true=is_none == is_nothing, is_denied=is_denied)
            if is_none:
                yield f"{opening} {asked.say('claim', 'returns_none', name=code_span(word))}"
            elif lines:
                where = ", ".join(lines[:3])
                yield f"{opening} {asked.say('claim', 'returns_value', name=code_span(word), line=where)}"
            return
        if word in _NONE_METHODS and any(
            isinstance(node.func, ast.Attribute) and node.func.attr == word for node in program.each(ast.Call)
        ):
            opening = yes_or_no(asked, is_true=is_nothing, is_denied=is_denied)
            yield f"{opening} {asked.say('claim', 'method_none', name=code_span(f'.{word}'))}"
            return


def claim_runs(asked: Question, values: Values) -> Iterator[str]:
    """Answer how often a line runs, or the body of a loop."""
    is_how_often = re.search(r"how (?:often|many)|every time|each time|wie oft|cu[aá]ntas|combien|quantas", asked.text)
    if not (_RUNS.search(asked.text) or (_STOPS.search(asked.text) and "loop" in asked.text)):
        return
    program = asked.diagnosis.program
    line = named_line(asked.text)
    at = line - program.first_line if line else values.line
    node = program.statement_at(at) if program.tree is not None else None
    is_about_it = re.match(r"(?:does|is) (?:it|this|that)\b", asked.text, re.IGNORECASE)
    is_about_loop = re.search(r"loop|schleife|bucle|boucle|la[cç]o", asked.text, re.IGNORECASE)
    if node is None or (line is None and not (is_about_loop or is_how_often or is_about_it)):
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield asked.say("claim", "defines", line=program.shown(at), name=code_span(node.name))
        return
    loop = node if isinstance(node, ast.For | ast.While) else program.loop_around(node)
    loops: list[ast.For | ast.While] = program.each(ast.For, ast.While)
    if is_about_loop and not isinstance(loop, ast.For | ast.While) and len(loops) == 1:
        loop = loops[0]
    if line is None and not is_about_it and not isinstance(loop, ast.For | ast.While):
        return
    if is_about_it and not is_about_loop:
        loop, line = None, program.shown(at)
    target = (
        at if line is not None and not isinstance(node, ast.For | ast.While) else loop.body[0].lineno if loop else at
    )
    count, is_all = values.times(target)
    if count is None:
        return
    name = ("never" if not count else "once" if count == 1 else "times") if is_all else "endless"
    shown = program.shown(at if line is not None or loop is None else loop.lineno)
    name = f"loop_{name}" if isinstance(node, ast.For | ast.While) or line is None else f"runs_{name}"
    said = asked.say("claim", name, line=shown, count=count)
    if re.search(r"\bonce\b|\beinmal\b|\buna vez\b|\bune fois\b|\buma vez\b", asked.text, re.IGNORECASE) and is_all:
        said = f"{yes_or_no(asked, is_true=count == 1, is_denied=False)} {said}".strip()
    yield said


def claim_prints(asked: Question, values: Values) -> Iterator[str]:
    """Answer that a function that prints hands nothing back, where the mistake is a `None`."""
    program = asked.diagnosis.program
    crash = values.crash
    is_about_none = "None" in (crash.message if crash is not None else "") or "print" in asked.diagnosis.finding.rule
    if not is_about_none or not re.search(
        r"\b(?:print\w*|shows?|display\w*|imprim\w*|affich\w*)\b", asked.text, re.IGNORECASE
    ):
        return
    for name, function in program.functions.items():
        own = program.own_nodes(function)
        if program.returns_nothing(function) and any(isinstance(n, ast.Call) and is_call_of(n, "print") for n in own):
            yield asked.say("claim", "prints_only", name=code_span(name))
            return


def claim_base_case(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a function that calls itself has a `return` without such a call."""
    if not re.search(
        r"\bbase case\b|\bstop condition\b|\babbruch\w*|\bcaso base\b|\bcas de base\b", asked.text, re.IGNORECASE
    ):
        return
    program = asked.diagnosis.program
    function = program.function_at(values.line) if program.tree is not None else None
    if function is None or not any(is_call_of(each, function.name) for each in program.own_nodes(function)):
        return
    ends = [
        each for each in program.returns_of(function) if not any(is_call_of(part, function.name) for part in walk(each))
    ]
    is_denied = bool(re.search(r"\b(?:no|without|missing|kein\w*|sin|sans|sem)\b", asked.text, re.IGNORECASE))
    opening = yes_or_no(asked, is_true=bool(ends), is_denied=is_denied)
    if ends:
        said = asked.say("claim", "base_case", line=program.shown(ends[0].lineno), name=function.name)
    else:
        said = asked.say("claim", "no_base_case", name=function.name)
    yield f"{opening} {said}".strip()


def claim_branch(asked: Question, values: Values) -> Iterator[str]:
    """Answer which condition of a function is true for a number or a string that the question names."""
    literals = LITERAL.findall(NUMBER_OF_LINE.sub(" ", asked.text))
    program = asked.diagnosis.program
    function = program.function_at(values.line) if program.tree is not None else None
    if not literals or function is None or len(function.args.args) != 1 or program.tree is None:
        return
    tests = [node for node in program.own_nodes(function) if isinstance(node, ast.If)]
    if not tests:
        return
    call = expression_tree(f"{function.name}({literals[0]})")
    kept: list[ast.stmt] = [
        n for n in program.tree.body if isinstance(n, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.ClassDef)
    ]
    done = run(ast.Module(kept, []), call=call, steps=1000)
    if done.ending == "stopped":
        return
    for test in sorted(tests, key=lambda node: node.lineno):
        truths = done.tests.get(test.test, set())
        if truths == {True}:
            span, line = code_span(ast.unparse(call)), program.shown(test.lineno)
            name = "first_branch" if test.orelse else "branch"
            condition = code_span(program.segment(test.test))
            yield asked.say("claim", name, call=span, line=line, condition=condition, truth="`True`")
            return


def claim_endless_calls(asked: Question, values: Values) -> Iterator[str]:
    """Answer how often a function calls itself if Python stopped it."""
    crash = values.crash
    if (
        crash is not None
        and crash.exception == "RecursionError"
        and re.search(r"how (?:often|many)|wie oft|cu[aá]nt|combien|quantas", asked.text, re.IGNORECASE)
    ):
        yield asked.say("claim", "calls_endless")
