"""Answers to what happens for another value: a call of the program's function with it, or another line typed in."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.judging import shown_output
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.trying import Laboratory
from tutor_pedagogy.dialogue.word_changes import WordChanges
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.check.asked_calls import asked_call
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


_IF_VALUE = re.compile(
    r"\b(?:if|when|wenn|si|se|quand) (?:the |i (?:set|make|change|put) )?(?P<name>[A-Za-z_]\w{0,40}) "
    r"(?:was|were|is|had been|to|=|ist|w[aä]re|es|fuera|vale|est|[eé]tait|[eé]|fosse) (?P<value>-?\d[\d.]{0,10}"
    r"|'[^'\n]{0,30}'|\"[^\"\n]{0,30}\"|\[[^\]\n]{0,40}\]|[^\W\d]\w{0,30})(?=[\s?.,!]|$)",
    re.IGNORECASE,
)


def what_if_value(asked: Question) -> Iterator[Said]:
    """Yield what the program does if a variable that gets one value has the one that the question names."""
    program, match = asked.diagnosis.program, _IF_VALUE.search(asked.text)
    bound = program.assignments(match["name"]) if match is not None and program.tree is not None else []
    if match is None or len(bound) != 1 or bound[0][1] is None or program.function_at(bound[0][0]) is not None:
        return
    node = bound[0][1]
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    value = match["value"]
    if value[0].isalpha() and value not in ("True", "False", "None"):
        value = repr(value) if is_text else ""
    if not value or not isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Dict):
        return
    laboratory = Laboratory(asked.diagnosis)
    trial = laboratory.attempt(WordChanges(asked.diagnosis).put_in(node, value))
    said = native(asked.language, "with_value", name=code_span(match["name"]), value=code_span(value))
    if trial.exception:
        line = program.shown(trial.line) if trial.line else asked.line
        yield Said(f"{said} {native(asked.language, 'it_raises', line=line, exception=trial.exception)}")
    elif output := shown_output(trial.output):
        yield Said(f"{said} {native(asked.language, 'it_prints', output=output)}")


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
