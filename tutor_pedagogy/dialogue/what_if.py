"""Answers to what happens for another value: a call of the program's function with it, or another line typed in."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.asked_calls import asked_call
from tutor_pedagogy.offline.purposes.own_values import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.offline.engine.nodes import Function

_STEPS = 1500


def what_if(asked: Question) -> Iterator[Said]:
    """Yield what a call of the program gives for the value that a question names."""
    program = asked.diagnosis.program
    function = _function(asked)
    if function is None or not isinstance(program.tree, ast.Module):
        return
    call = asked_call(program, function, asked.text)
    if call is None:
        return
    done = run(program.tree, call=call, steps=_STEPS)
    if done.ending == "raised" and not function.lineno <= done.line <= (function.end_lineno or function.lineno):
        kept: list[ast.stmt] = [
            n for n in program.tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)
        ]
        done = run(ast.Module(kept, []), call=call, steps=_STEPS)
    span = code_span(ast.unparse(call))
    if done.ending == "raised":
        name = type(done.exception).__name__
        yield Said(asked.say("claim", "called_raises", call=span, exception=name, line=program.shown(done.line)))
    elif done.ending == "finished" and (value := shown(done.value)) is not None:
        yield Said(asked.say("claim", "called_with", call=span, value=value))


def _function(asked: Question) -> Function | None:
    """Return the function that a question names, that its hint is about, or the only one of the program."""
    program = asked.diagnosis.program
    if program.tree is None or not program.functions:
        return None
    for word in re.findall(r"[A-Za-z_]\w*", asked.text):
        if word in program.functions:
            return program.functions[word]
    around = program.function_at(code_line(asked.diagnosis))
    return around or (next(iter(program.functions.values())) if len(program.functions) == 1 else None)
