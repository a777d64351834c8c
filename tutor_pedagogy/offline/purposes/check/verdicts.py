"""The verdict on "is it right?": what was tried with which result, what the caller loses, and a plain no."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edited_tree
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.own_values import seen, shown
from tutor_pedagogy.offline.purposes.stubs import comments
from tutor_pedagogy.offline.purposes.texts import listed, quoted
from tutor_pedagogy.offline.rules.logic.contradictions import agreement, contradiction
from tutor_pedagogy.problem.syntax_tree import expression_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.purposes.inputs import Case
    from tutor_protocol import Certainty

_MOST, _MOST_CALLS = 3, 20
_STEPS = 600
_FEWEST_CHECKS = 3
"""Fewer calls with a known result show too little for a plain yes."""
_OTHERS = "I can not tell about other calls."
_CHANGERS = frozenset(("append", "remove", "pop", "sort", "reverse", "insert", "extend", "clear", "update", "add"))
_ELSE = re.compile(r"\belse\b|\bsinon\b|\bsino\b", re.IGNORECASE)


def verdict(program: Program, function: Function | None) -> str:
    """Return the sentences that answer "is it right?" for a program in which no rule finds a mistake."""
    known = agreement(program, function) if function is not None else []
    tried = results_of(program, function) if function is not None else []
    change = _changed_argument(program, function) if function is not None else ""
    extra = f"{_without_else(program)}{change}"
    if known:
        told = listed([f"{code_span(call)} gives {code_span(result)}" for call, result in known[:_MOST]])
        if change:
            return f"Partly: {told}, which fits the name of the function. {extra}"
        if len(known) < _FEWEST_CHECKS:
            return f"On these calls it fits the name of the function: {told}. {_OTHERS} {extra}"
        return f"Yes, as far as I have checked: {told}, which fits the name of the function. {extra}"
    fits = [(call, result) for call, result, wanted in tried if wanted == result]
    if fits and all(wanted is None or wanted == result for _, result, wanted in tried):
        told = listed([f"{call} gives {code_span(result)}" for call, result in fits[:_MOST]])
        start = "Partly" if change else "On these calls, yes"
        return f"{start}: {told}, as your comments say. {_OTHERS} {extra}"
    if tried:
        told = listed([f"{call} gives {code_span(result)}" for call, result, _ in tried[:_MOST]])
        return f"I see no mistake that I know: {told}. {extra}"
    return f"I see no mistake that I know. {_unknown(program)}{extra}"


def _unknown(program: Program) -> str:
    """Return the sentence that says why no result could be computed, or ""."""
    done = program.run
    is_asking = any(is_call_of(node, "input") for node in program.each(ast.Call))
    if is_asking:
        return "What it shows depends on the input, so I can not say that it is right. "
    if done is not None and done.ending == "finished" and done.is_certain and done.output:
        return "Followed with its own values, it runs to its end. "
    return ""


def results_of(program: Program, function: Function) -> list[tuple[str, str, str | None]]:
    """Return the program's own calls of a function outside it: the call, its result, and what a comment beside it says.

    The call is a code span. The comment counts only if it is a literal.
    """
    calls = [
        each
        for each in program.each(ast.Call)
        if is_call_of(each, function.name) and program.function_at(each.lineno) is None
    ][:_MOST_CALLS]
    values = seen(program, *calls)
    notes = dict(comments(program))
    found: list[tuple[str, str, str | None]] = []
    for call in calls:
        row = values.get(call, [])
        span, code = (shown(row[0]) if row else None), quoted(program.segment(call))
        if span and code and len(row) == 1:
            found.append((code, repr(row[0]), _literal(notes.get(call.lineno))))
    return found


def _literal(note: str | None) -> str | None:
    """Return the result that a comment beside a call says, as `repr` writes it; None if it is not a literal."""
    text = (note or "").removeprefix("->").removeprefix("should be").removeprefix("expected:").strip()
    try:
        return repr(ast.literal_eval(text)) if text else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _changed_argument(program: Program, function: Function) -> str:
    """Return the sentence about a list of the caller that a function changes although it returns a result; or ""."""
    names = {each.arg for each in function.args.args}
    if not any(each.value is not None for each in program.returns_of(function)):
        return ""
    for node in program.own_nodes(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if (
                name in names and attr in _CHANGERS
            ):
                pass
            case _:
                continue
        place = next(number for number, each in enumerate(function.args.args) if each.arg == name)
        if [line for line, _ in program.assignments(name) if function.lineno < line <= node.lineno]:
            return ""
        return (
            f"But {code_span(program.segment(node))} on line {program.shown(node.lineno)} changes the list of the "
            f"caller itself{_afterwards(program, function, place)}. If the caller still needs it, work on a copy. "
        )
    return ""


def _afterwards(program: Program, function: Function, place: int) -> str:
    """Return what a variable of the caller holds after the call, as the end of a sentence; or ""."""
    done = program.run
    for call in program.each(ast.Call):
        if is_call_of(call, function.name) and len(call.args) > place and done is not None:
            argument = call.args[place]
            if isinstance(argument, ast.Name) and argument.id in done.names and done.ending == "finished":
                value = shown(done.names[argument.id])
                if value and program.function_at(call.lineno) is None:
                    return f": after the call {code_span(argument.id)} is {value}"
    return ""


def _without_else(program: Program) -> str:
    """Return the answer to a question about a missing `else` behind a branch that returns, or ""."""
    if not _ELSE.search(program.submission.question or ""):
        return ""
    for node in program.each(ast.If):
        if not node.orelse and isinstance(node.body[-1], ast.Return):
            return (
                f"No `else` is needed after line {program.shown(node.lineno)}: a `return` ends the call at once, so "
                "the lines below are reached only if the condition was false. "
            )
    return ""


def plain_no(
    program: Program, edit: Edit | None, certainty: Certainty, cases: Sequence[Case], function: Function | None
) -> str:
    """Return the answer to "is it right?" if a rule has found a mistake: a plain no with a call that shows it."""
    shows = _telling_call(program, edit, cases, function) if edit is not None and certainty != "start_here" else ""
    if shows:
        return f"No, not yet: {shows}"
    against = contradiction(program)
    if against is not None and (got := shown(against.got)):
        return (
            f"No, not yet: {code_span(against.call.shown)} gives {got}, and by the name of the function it should give "
            f"{code_span(repr(against.call.wanted))}."
        )
    if certainty == "start_here":
        return ""
    return "No, not yet: I see a mistake." if certainty == "certain" else "I think not yet: I see a likely mistake."


def _telling_call(program: Program, edit: Edit, cases: Sequence[Case], function: Function | None) -> str:
    """Return the sentence about the first call whose result changes with the edit, or ""."""
    tree = edited_tree(program, edit)
    if tree is None or program.tree is None or function is None:
        return ""
    calls = [
        program.segment(each)
        for each in program.each(ast.Call)
        if is_call_of(each, function.name) and program.function_at(each.lineno) is None
    ]
    for code in [*calls[:_MOST], *(case.code for case in cases)]:
        try:
            call = expression_tree(code)
        except (SyntaxError, ValueError):
            continue
        now, then = run(program.tree, call=call, steps=_STEPS), run(tree, call=call, steps=_STEPS)
        is_known = now.ending == then.ending == "finished" and now.is_certain and then.is_certain
        span, better = shown(now.value), shown(then.value)
        if is_known and span and better and span != better:
            return f"{code_span(code)} gives {span} now. Is that what you want?"
    return ""
