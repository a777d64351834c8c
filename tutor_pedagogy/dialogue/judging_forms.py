"""Answers to guesses of a special form: what was tried, in which function, after which word, what is there twice."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said, ideas_at_level
from tutor_pedagogy.dialogue.claim_words import NOT
from tutor_pedagogy.dialogue.fragments import fragments
from tutor_pedagogy.dialogue.judging import line_of, shown_output, told
from tutor_pedagogy.dialogue.kinds import is_tried
from tutor_pedagogy.dialogue.meaning import named_line
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.trying import Laboratory
from tutor_pedagogy.dialogue.word_changes import WordChanges
from tutor_pedagogy.dialogue.wordings import code_line, questions
from tutor_pedagogy.offline.engine.writing import code_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question


def judge_tried(asked: Question) -> Iterator[Said]:
    """Yield what the program does with a change that was tried and stands in it now; nothing if none does."""
    program = asked.diagnosis.program
    pieces = [piece for piece in fragments(asked.text, program) if WordChanges(asked.diagnosis).has(piece)]
    if not pieces or not is_tried(asked.text) or program.fault is not None:
        return
    laboratory = Laboratory(asked.diagnosis)
    trial = laboratory.as_it_is()
    code = code_span(pieces[0])
    idea = next(ideas_at_level(asked), "")
    if trial.exception:
        said = asked.say("verdict", "tried_raises", code=code, exception=trial.exception, line=line_of(asked, trial))
    elif trial.result:
        said = asked.say("verdict", "tried_result", code=code, result=trial.result)
    elif output := shown_output(trial.output):
        said = asked.say("verdict", "tried_prints", code=code, output=output)
    else:
        return
    call = re.match(r"print\(", pieces[0])
    shown = asked.say("claim", "prints_only", name=code_span("print")) if call and trial.exception else ""
    yield Said(f"{said} {shown}".strip(), "" if shown else idea)
    yield Said(said, next(questions(asked.diagnosis)))


_CHANGE = re.compile(
    r"\b(?:chang\w*|edit|fix|[aä]nder\w*|anpassen|cambi\w*|modific\w*|modifi\w*|changer|mud\w*|alter\w*)\b",
    re.IGNORECASE,
)


def judge_function(asked: Question) -> Iterator[Said]:
    """Yield the answer to a question whether something has to be changed in a function of the program."""
    diagnosis, program = asked.diagnosis, asked.diagnosis.program
    if not _CHANGE.search(asked.text) or diagnosis.ladder is not None or diagnosis.cause.certainty == "start_here":
        return
    functions = [program.functions[word] for word in re.findall(r"[^\W\d]\w*", asked.text) if word in program.functions]
    if len(functions) != 1 or named_line(asked.text) is not None or NOT.search(asked.text):
        return
    (function,) = functions
    is_in_it = function.lineno <= code_line(diagnosis) <= (function.end_lineno or function.lineno)
    said = f"{asked.say('verdict', 'yes' if is_in_it else 'no')} {asked.say('reply', 'where', place=asked.place)}"
    for question in questions(diagnosis):
        yield Said(said, question)


_AFTER = re.compile(
    r"\b(?:after|behind|nach|hinter|despu[eé]s de|detr[aá]s de|apr[eè]s|depois de)(?: the)? (?P<one>\w{1,40}) "
    r"(?:or|oder|o|ou) (?:(?:after|behind|nach|hinter|despu[eé]s de|detr[aá]s de|apr[eè]s|depois de) )?(?:the )?"
    r"(?P<other>\w{1,40})",
    re.IGNORECASE,
)


def judge_either(asked: Question) -> Iterator[Said]:
    """Yield after which of two words a sign belongs, if Python can read the program with just one of the two."""
    program, match = asked.diagnosis.program, _AFTER.search(asked.text)
    sign = next((each["sign"] for each in table("signs")["sign"] if re.search(each["words"], asked.text)), "")
    if match is None or program.fault is None or not sign or sign.isalpha():
        return
    line = code_line(asked.diagnosis)
    laboratory, text = Laboratory(asked.diagnosis), program.line(line)
    fits = []
    for word in (match["one"], match["other"]):
        found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)(?:\s*[)\]}}])*", text)
        if found is None:
            return
        changed = WordChanges(asked.diagnosis).put(line, f"{text[: found.end()]}{sign}{text[found.end() :]}")
        if laboratory.attempt(changed).ending == "mended":
            fits.append(word)
    if len(fits) == 1:
        slots = {"name": code_span(fits[0]), "sign": code_span(sign)}
        yield Said(told(asked, "", "either", **slots))


_TWICE = re.compile(
    r"(?P<code>-?\d{1,9}(?:\.\d{1,6})?|'[^'\n]{1,30}'|\"[^\"\n]{1,30}\")[^.?!\n]{0,20}"
    r"(?:twice|two times|more than once|several times|zweimal|doppelt|dos veces|deux fois|duas vezes)",
    re.IGNORECASE,
)


def judge_twice(asked: Question) -> Iterator[Said]:
    """Yield the answer to a guess that a value is there twice: the program is tried with another one in its place."""
    program, match = asked.diagnosis.program, _TWICE.search(asked.text)
    if match is None or program.tree is None:
        return
    value: float | str = ast.literal_eval(match["code"])
    changes, laboratory = WordChanges(asked.diagnosis), Laboratory(asked.diagnosis)
    if laboratory.crash is None:
        return
    for node in program.each(ast.Call, ast.List, ast.Tuple):
        parts = node.elts if isinstance(node, ast.List | ast.Tuple) else getattr(node, "args", [])
        same = [part for part in parts if isinstance(part, ast.Constant) and part.value == value]
        if (
            len(same) != len(_PAIR)
            or {type(part.value) for part in same} != {type(value)}
            or same[1].lineno != same[1].end_lineno
        ):
            continue
        others = [f"{value}x"] if isinstance(value, str) else [value + 1, value - 1]
        trials = [laboratory.attempt(changes.put_in(same[1], repr(other))) for other in others]
        slots = {
            "value": code_span(repr(value)),
            "line": program.shown(same[1].lineno),
            "exception": laboratory.crash.exception,
        }
        endings = {trial.ending for trial in trials}
        if endings == {"mended"}:
            yield Said(told(asked, "yes", "twice_yes", **slots), next(questions(asked.diagnosis)))
        elif endings == {"same"}:
            yield Said(told(asked, "no", "twice_no", **slots), next(questions(asked.diagnosis)))
        return


_PAIR = ("one", "other")
