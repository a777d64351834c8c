"""Expectations in words: comments beside a `print`, and questions such as "it prints 12 but should be 15"."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation, expression, literal
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_pedagogy.offline.rules.logic.trials.outline import Outline
    from tutor_pedagogy.offline.rules.logic.trials.stage import Stage

# linear: a comment is one line, and each alternative begins with another word
_LABEL = re.compile(
    r"(?i)(?:.*\b(?:should|must|ought to|supposed to)(?: be| print| give| return| show| output| get)?"
    r"|.*\bexpect(?:ed|s|ing)?(?: output| result| value| answer)?|.*\bwant(?:ed)?|correct(?: answer| output| result)?"
    r"|->|=>|=|==|→)[ \t:=]*(?P<v>\S.*)$"
)
_TAIL = frozenset(("but", "instead", "not", "is", "and", "prints", "gives", "got"))
"""Words with which the expected result is over."""
_LONGEST = 120


def of_comments(outline: Outline) -> Iterator[Expectation]:
    """Yield the expectations in comments behind calls of the module, such as `print(f(2))  # 4`."""
    if "#" not in outline.program.code:
        return
    for statement in outline.statements:
        if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
            continue
        line = statement.end_lineno or statement.lineno
        comment = _comment(outline, statement, line)
        if comment:
            yield from _of_comment(outline, statement, statement.value, comment)


def _comment(outline: Outline, statement: ast.stmt, line: int) -> str:
    """Return the comment behind a statement, or the one alone on the next line if it has a label."""
    tail = outline.program.line(line).encode("utf-8")[statement.end_col_offset or 0 :].decode("utf-8", "ignore").strip()
    if tail.startswith("#"):
        return tail.lstrip("#").strip()[:_LONGEST]
    below = outline.program.line(line + 1).strip()
    return below[1:].strip()[:_LONGEST] if below.startswith("#") and _LABEL.match(below[1:].strip()) else ""


def _of_comment(outline: Outline, statement: ast.Expr, call: ast.Call, comment: str) -> Iterator[Expectation]:
    labelled = _LABEL.match(comment)
    wanted = _without_tail(labelled["v"]) if labelled else comment
    if not wanted or (not labelled and not literal(wanted)[0] and not _is_word(wanted)):
        return
    if is_call_of(call, "print"):
        shown = call.args[0] if len(call.args) == 1 else None
        text = outline.program.segment(shown if isinstance(shown, ast.Call) else call)
        source = "label" if labelled else "literal" if literal(wanted)[0] else "word"
        if shown is not None and outline.holds(shown) and isinstance(shown, ast.Call):
            body = outline.needed_for(shown)
            yield Expectation(form="shown", text=text, body=body, call=shown, wanted=wanted, source=source)
        else:
            body = outline.before(statement)
            last = call.args[-1] if len(call.args) > 1 and not call.keywords else None
            if last is not None and source != "word" and literal(wanted)[0]:
                text = outline.program.segment(last)
                yield Expectation(form="shown", text=text, body=body, call=last, wanted=wanted, source=source)
                return
            if source == "word" and _begins_alike(call, wanted):
                source = "label"
            yield Expectation(form="printed", text=text, body=body, call=call, wanted=wanted, source=source)
    elif outline.holds(call) and (labelled or literal(wanted)[0]):
        body = outline.needed_for(call)
        yield Expectation(form="shown", text=outline.program.segment(call), body=body, call=call, wanted=wanted)


def _begins_alike(call: ast.Call, wanted: str) -> bool:
    """Return whether a comment repeats the label that a `print` begins with, so that it shows the right output."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    label = first.value.strip() if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return len(label) > 1 and wanted.startswith(label) and len(wanted) > len(label)


def _without_tail(text: str) -> str:
    """Return the expected result in a comment, without the words and the punctuation behind it."""
    words = text.split(" ")
    end = next((place for place, word in enumerate(words) if place and word.lower() in _TAIL), len(words))
    return " ".join(words[:end]).strip(" \t,;!?").removesuffix(".")


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST and text.isprintable()


def is_reordered(text: str, wanted: str) -> bool:
    """Return whether an unlabelled comment has the letters of a printed text, in another order or case."""
    return bool(wanted) and sorted(text.lower().strip()) == sorted(wanted.lower().strip())


def of_question(outline: Outline, stage: Stage, question: str | None, symptom: Symptom | None) -> Expectation | None:
    """Return the expectation of a question with a wrong and a right result, where the program gives the wrong one."""
    if not question or symptom is None or symptom.call or not symptom.got or not symptom.expected:
        return None
    named = _call_in(outline, question)
    got, wanted = symptom.got.rstrip("."), symptom.expected.rstrip(".")
    if named is not None:
        body = outline.needed_for(named)
        text = ast.unparse(named)
        return Expectation(form="shown", text=text, body=body, call=named, wanted=wanted, got=got, source="question")
    return _printed_there(outline, stage, got, wanted)


def _call_in(outline: Outline, question: str) -> ast.expr | None:
    for name in outline.program.functions:
        start = question.find(f"{name}(")
        if start < 0:
            continue
        depth = 0
        for place in range(start, min(len(question), start + _LONGEST)):
            depth += {"(": 1, ")": -1}.get(question[place], 0)
            if depth == 0 and question[place] == ")":
                call = expression(question[start : place + 1])
                return call if call is not None and outline.holds(call) else None
    return None


def _printed_there(outline: Outline, stage: Stage, got: str, wanted: str) -> Expectation | None:
    """Return the only printed line, or value in a printed line, that is the wrong result."""
    body = [each for each in outline.statements if not isinstance(each, ast.Assert)]
    whole = Expectation(form="line", text="the program", body=body, call=None, wanted=wanted, got=got)
    done = stage.outcome(whole).run
    if done.ending != "finished" or done.output is None:
        return None
    lines = done.output.split("\n")
    plain = got.strip().strip("'\"")
    right = wanted.strip().strip("'\"")
    places = [number for number, line in enumerate(lines) if line.strip() == plain]
    if not places:
        pattern = re.compile(rf"(?<![\w.]){re.escape(plain)}(?P<zeros>\.0{{1,9}})?(?![\w.]\w|\w)")
        places = [number for number, line in enumerate(lines) if pattern.search(line)]
        if len(places) == 1:
            right = pattern.sub(lambda found: right + (found["zeros"] or ""), lines[places[0]], count=1)
    if not places or (len(places) > 1 and len(places) != len([line for line in lines if line])):
        places = places[:1]
    if not places:
        return None
    return Expectation(
        form="line",
        text="the program",
        body=body,
        call=None,
        wanted=right,
        got=lines[places[0]],
        at=places[0],
        source="question",
        told=(wanted, got),
        shown_by=_print_of(outline, lines[places[0]]),
    )


def _print_of(outline: Outline, line: str) -> ast.stmt | None:
    """Return the only `print` of the module whose own words all stand in a printed line; None if there are several."""
    calls = [each for each in outline.program.each(ast.Call) if is_call_of(each, "print")]
    fitting = [each for each in calls if all(part in line for part in _own_words(each))]
    alone = [each for each in outline.statements if isinstance(each, ast.Expr) and each.value in fitting]
    return alone[0] if len(fitting) == len(alone) == 1 else None


def _own_words(call: ast.Call) -> list[str]:
    """Return the strings that a call prints as they are."""
    strings = [part.value for part in walk(call) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [text.strip() for text in strings if text.strip()]
