"""The texts for "is it right?" if no rule finds a mistake: test cases that would reveal one."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.check.asked_calls import asked_call
from tutor_pedagogy.offline.purposes.check.cases import line_of_cases, tested, told_task, tried_calls
from tutor_pedagogy.offline.purposes.check.verdicts import plain_no, results_of, verdict
from tutor_pedagogy.offline.purposes.endings import absent_error, asks_about_end, way_out
from tutor_pedagogy.offline.purposes.own_values import shown
from tutor_pedagogy.offline.purposes.questions import kind_of_question
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, listed, numbered, quoted, quoted_line, sentence
from tutor_pedagogy.offline.rules.logic.contradictions import agreement

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.purposes.inputs import Case
    from tutor_protocol import Certainty

_ASKS_VERDICT = re.compile(
    r"(?:^|[.,;:!?]\s{0,3}|\b(?:so|and|but|now|hi|hello)\s)"
    r"(?:is|are|does|do|did|am|will|would|can|have|ist|sind|stimmt|passt|hab\w{0,2}|est|es|ai|y a|hay)\b"
    r"|\b(?:check|review|verify|feedback|done|finished)\b|\b(?:right|correct|ok|okay|fine|so|bien)\s?\?",
    re.IGNORECASE,
)
"""A question for a verdict on the program. Next to an error report, other words tell of the error or guess at it."""
EXAMPLES = (
    (
        "def halves(size):\n    return size // 2, size - size // 2\n\nassert halves(6) == (3, 3)\nassert "
        "halves(7) == (3, 4)\nassert halves(0) == (0, 0)\nprint('all as expected')  # all as expected"
    ),
    (
        "def initials(first, last):\n    return first[:1] + last[:1]\n\nprint(initials('Ada', 'Byron') == 'AB')  "
        "# True\nprint(initials('', 'Byron') == 'B')  # True"
    ),
)
_CONCEPT = (
    "That a program runs does not show that it is right; cases with a known result say far more. "
    "Choose them at the "
    "edges: a value at which a condition just turns, an empty or very small input, and one that is out of "
    "the ordinary, "
    "such as a negative number or equal items. Work out by hand what should come out before you run it. "
    "Otherwise it is "
    "too easy to find any result right."
)


_NUMBERS = {2: "Two", 3: "Three"}
_UNASKED = "I find none of the mistakes that I know here; that does not say there is none."
_ASKED = "I see no mistake that I know."
_MOST_TRIED, _STEPS = 3, 1500


def check_ladder(program: Program) -> Ladder:
    """Return the five texts for a program in which no rule finds a mistake."""
    function, cases = tested(program)
    line = function.lineno if function is not None else line_of_cases(program)
    shown = program.shown(line)
    is_call = function is not None
    opening, task = _opening(program, function), _task(program, function)
    known = _tried(program, function)
    first = cases[0]
    gives = _gives(program, function)
    asked = f"what should {code_span(first.code)} {gives}" if is_call else f"what should happen for {first.code}"
    calls = [f"print({case.code})" if gives == "give" else case.code for case in cases] if is_call else []
    block = f"\n\n{fenced(chr(10).join(calls))}\n\n" if calls else "\n\n"
    return Ladder(
        line=line,
        expression=None,
        question=(
            f"{opening} {task} {_NUMBERS[len(cases)]} cases may show more, beginning at "
            f"{quoted_line(program, line)}. {known}The first one: {asked}, {first.why}?"
        ),
        concept=_CONCEPT,
        structure=(
            f"These cases may show a mistake, beginning at line {shown}:\n\n"
            f"{numbered(_asked(case, gives if is_call else '') for case in cases)}\n\n{known}Write down each answer "
            "first, then run it and compare."
        ),
        examples=examples_of(
            EXAMPLES,
            "Another program that is tested with cases at its edges:",
            "Each line compares a result with the value that was worked out by hand.",
        ),
        without=(
            f"Write one line below your program for each case, beginning with line {shown}: a print of the call, "
            "and beside it, in a comment, the result that you worked out by hand. Run it, and compare both."
        ),
        solution=(
            f"{_closing(program, function)}{task} Try these cases:{block}"
            f"{_whys(cases, is_call=is_call)}\n\nIf one result surprises you, tell me what you got "
            "and what you expected."
        ),
        spare=_SPARE,
        topic="fits" if function is not None and agreement(program, function) else "",
        outcome=_results(program, function),
        cases=", ".join(code_span(case.code) for case in cases) if is_call else "",
    )


def _results(program: Program, function: Function | None) -> str:
    """Return calls of a function with their results as code spans, those that a well-known name asks for first."""
    if function is None:
        return ""
    known = agreement(program, function)
    if known:
        return ", ".join(f"{code_span(call)} = {code_span(result)}" for call, result in known[:_MOST_TRIED])
    tried = results_of(program, function)
    return ", ".join(f"{call} = {code_span(result)}" for call, result, _ in tried[:_MOST_TRIED])


def no_to_check(program: Program, edit: Edit | None, certainty: Certainty) -> str:
    """Return the plain no to "is it right?" if a rule has found a mistake; "" for any other question."""
    question = program.submission.question or ""
    if kind_of_question(question) != "check" or (program.submission.traceback and not _ASKS_VERDICT.search(question)):
        return ""
    function, cases = tested(program)
    return plain_no(program, edit, certainty, cases if function is not None else [], function)


_SPARE = (
    "One case that comes out wrong says more than ten that come out right.",
    "Begin with the case that you are least sure of.",
)


def _opening(program: Program, function: Function | None) -> str:
    """Return the sentences that say what is known: on the error or the loop that the question names, or in general."""
    question = program.submission.question or ""
    name = absent_error(program)
    if name is not None:
        return (
            f"I can not see that {code_span(name)} in this program: followed with the values in it, it runs to its "
            "end. Is the file saved, and is it the file that you run?"
        )
    told = _answer(program).strip() or _asked_case(program, function)
    if kind_of_question(question) == "check":
        return verdict(program, function).strip() if not told else f"{told} {_ASKED}"
    return f"{told} {_UNASKED}" if told else _UNASKED


def _asked_case(program: Program, function: Function | None) -> str:
    """Return the result of the call with the value that the question asks about, such as a negative number; or ""."""
    question = program.submission.question or ""
    call = asked_call(program, function, question) if function is not None else None
    if call is None or program.tree is None:
        return ""
    done = run(program.tree, call=call, steps=_STEPS)
    span = code_span(ast.unparse(call))
    if done.ending == "raised":
        exception = code_span(type(done.exception).__name__)
        return f"{span} ends with {exception} on line {program.shown(done.line)}, so that case is not handled."
    value = shown(done.value) if done.ending == "finished" and done.is_certain else None
    return f"{span} gives {value}; no exception comes in that case." if value else ""


def _closing(program: Program, function: Function | None) -> str:
    """Return the answer that level 5 begins with: to a question about a loop's end, or whether it is right."""
    if kind_of_question(program.submission.question) != "check" or asks_about_end(program.submission.question or ""):
        return _answer(program)
    return f"{verdict(program, function).strip()} "


def _answer(program: Program) -> str:
    """Return the answer to a question whether a loop ends, or ""."""
    told = way_out(program) if asks_about_end(program.submission.question or "") else None
    return f"{sentence(told)} " if told is not None else ""


def _task(program: Program, function: Function | None) -> str:
    told = told_task(program, function)
    if told is None:
        return "What the program should do I know only from its names and texts."
    line, text = told
    return f"Line {program.shown(line)} says: “{text}”. Compare the results with that."


def _tried(program: Program, function: Function | None) -> str:
    """Return the sentence about the calls that the program has already, or ""."""
    calls = tried_calls(program, function) if function is not None else []
    spans = [span for call in calls if (span := quoted(call))][:_MOST_TRIED]
    return f"Your program tries {listed(spans)} already. " if spans else ""


def _gives(program: Program, function: Function | None) -> str:
    """Return the verb for what a call of the function does: it gives a result, or only does something."""
    is_giving = function is None or any(each.value is not None for each in program.returns_of(function))
    return "give" if is_giving else "do"


def _asked(case: Case, gives: str) -> str:
    if gives:
        return f"{code_span(case.code)}, {case.why}: what should it {gives}?"
    return f"{sentence(case.code)}, {case.why}: what should happen?"


def _whys(cases: list[Case], *, is_call: bool) -> str:
    return numbered(
        f"{code_span(case.code) if is_call else sentence(case.code)}: {case.why}{_decided(case)}." for case in cases
    )


def _decided(case: Case) -> str:
    return f"; {case.other}" if case.other else ""
