"""The purpose of an ask: to find a mistake or something else, decided by question and code."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.purposes.complaints import asks_for_help, complains, expects_otherwise
from tutor_pedagogy.offline.purposes.endings import absent_error, asks_about_end, way_out
from tutor_pedagogy.offline.purposes.explain.around import answer_around
from tutor_pedagogy.offline.purposes.known_subjects import known_subject
from tutor_pedagogy.offline.purposes.off_topic import wants_other_work
from tutor_pedagogy.offline.purposes.other_language.foreign import foreign_language
from tutor_pedagogy.offline.purposes.questions import kind_of_question, language_of_question
from tutor_pedagogy.offline.purposes.stubs import is_beginning, stub_of
from tutor_pedagogy.offline.purposes.subject import names_a_line, readable_line
from tutor_pedagogy.offline.rules.logic.symptom import read_symptom
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from tutor_protocol import Purpose, Submission

_WANTS_ALL = re.compile(
    r"\b(?:solve|write|do|make|finish|complete|code) (?:it|this|that|the \w{1,20}|my \w{1,20}) for me\b"
    r"|\b(?:give|tell|show) me (?:the|a) (?:solution|answer|code)\b",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    r"最[高大小低长短多少]|m[aá]xim[oa]|m[ií]nim[oa]|\bmayor|\bmenor|\bmaior|gr[öo](?:ß|ss)te|h[öo]chste|kleinste"
    r"|niedrigste|plus (?:grand|petit|haut|bas)|m[aá]s (?:alt|baj|grand|peque)",
    re.IGNORECASE,
)
_ONLY_WHY = re.compile(r"(?:so |but |and |hi |hello )?(?:why|how come|what happened)\b\W+\w", re.IGNORECASE)
_REASON = re.compile(r"(?:warum|wieso|por ?qu[eéê]|pourquoi)\b", re.IGNORECASE)
_UNDERSTANDING = re.compile(
    r"understand|\bwhy (?:do|would|should|must|did|can) (?:we|you|one|they|people|i)\b|\bmeans?\b|meaning"
    r"|what (?:is|does|are)|\bexplain\b|why (?:is|are) there"
    r"|(?:don.?t|do not) get (?:the|this|that|what|how)\b|verst|entiend|compren|ente(?:nd)|signif|bedeut",
    re.IGNORECASE,
)
_FAULT = re.compile(
    r"wrong|error|fail|crash|bug|broken|incorrect|instead|(?:n.t|not) (?:work|run|print|stop|end)"
    r"|\bso \w|\btoo\b|the same|differ|missing|empty|\bnone\b|zero|\b0\b|never|always|early|nothing|expect|should"
    r"|stuck|forever|infinite|do i get|(?:it|this|that|code|program) \w{0,6} ?(?:print|return|give|show|output|say|do)",
    re.IGNORECASE,
)
_ABOUT_A_FORM = re.compile(r"__name__ ?==|\bobject at 0x|what[^?]{0,30}<__main__\.", re.IGNORECASE)
"""Words about a form that every program may have: the guard at its end, the text of an object."""
_ASKING = re.compile(
    r"\b(?:how|which|can|may|could|is (?:it|that|there)|are there|now what|what now|darf|kann|wie|wof[uü]r|est-ce"
    r"|what|why|who|when|where|does|do i|explain|differ\w*|read this|warum|wieso|was|wer|wann|qu[eé]"
    r"|por ?qu[eê]|pourquoi"
    r"|comment|peut|c[oó]mo|como|puedo|puede|posso|pode|onde|d[oó]nde)\b",
    re.IGNORECASE,
)
"""Words that begin a question or a wish, in five languages."""
_OPEN_KINDS = (None, "explain", "why", "help")
_OF_CHECKS = frozenset(
    ("string-plus", "return-condition", "print-return", "indentation", "float-exact", "recursion", "identity")
)
"""Entries that answer “is this right?” if the words of the question name them."""
_FEWEST_WORDS = 5
_EMPTY_BLOCK = re.compile("expected an indented block")


def purpose_of(submission: Submission) -> Purpose:
    """Return the purpose of an ask, from its question and code alone.

    A traceback, a failing test or a syntax error makes it `find`. An ask without a question can be `check`, too.
    If a rule then finds a mistake, the ask is answered as `find`.
    """
    return purpose_in(Program(submission))


def purpose_in(program: Program) -> Purpose:
    """Return the purpose of an ask about a program that is already parsed."""
    submission = program.submission
    if foreign_language(program.code, submission.language, parses=program.tree is not None) is not None:
        return "other_language"
    if (submission.traceback or "").strip():
        return "find"
    question = submission.question
    kind = kind_of_question(question)
    if _ABOUT_A_FORM.search(question or "") and program.fault is None and program.code.strip():
        return "explain"
    if program.fault is None and answer_around(program, is_before_rules=True):
        return "explain"
    if kind not in ("find", "explain") and not program.code.strip():
        return "start"
    if program.fault is None and (_is_about_python(program, kind) or wants_other_work(program)):
        return "explain"
    if kind == "find":
        return _of_complaint(program)
    if program.fault is not None:
        return _of_broken(program, kind)
    is_wish = kind == "explain" and _UNDERSTANDING.search(question or "")
    if kind not in ("check", "improve") and not is_wish and _is_complaint(program):
        return "find"
    if is_open_question(program):
        return "start" if is_beginning(program) else ("find" if _tells_of_a_result(program) else "explain")
    if kind in ("explain", "improve") and program.tree is not None:
        return kind if program.tree.body or kind == "explain" else "start"
    if is_beginning(program) or kind == "start":
        return "start"
    if kind == "check":
        return "check"
    is_silent = kind == "help" or not (question or "").strip()
    if not is_silent or (kind == "help" and read_symptom(None, question) is not None):
        return "find"
    return "check"


def _is_about_python(program: Program, kind: str | None) -> bool:
    """Return whether a question that tells of nothing wrong is surely about a thing of Python that is known."""
    question = program.submission.question or ""
    kinds = (*_OPEN_KINDS, "check", *(("start",) if _ONLY_WHY.match(question) or _REASON.match(question) else ()))
    if not _asks(question) or kind not in kinds or is_beginning(program):
        return False
    found = known_subject(program)
    if found is None or not found.is_clear or (kind == "check" and found.entry.key not in _OF_CHECKS):
        return False
    return not complains(question) and read_symptom(None, question) is None


def _asks(question: str) -> bool:
    """Return whether a text asks something, or is too short to tell of a wrong result."""
    is_short = 0 < len(question.split()) < _FEWEST_WORDS
    return is_short or "?" in question or _ASKING.search(question) is not None


def is_known_apart(program: Program) -> bool:
    """Return whether a question is surely about a thing of Python, and names no wrong result."""
    question = program.submission.question or ""
    if not _asks(question) or complains(question):
        return False
    found = known_subject(program)
    symptom = read_symptom(None, question)
    has_result = symptom is not None and (symptom.call or symptom.got)
    return found is not None and found.is_clear and not has_result and not is_beginning(program)


def _is_complaint(program: Program) -> bool:
    """Return whether a question says what a program that is there does wrong."""
    return complains(program.submission.question or "") and not is_beginning(program) and stub_of(program) is None


def _tells_of_a_result(program: Program) -> bool:
    """Return whether a sentence that is no question tells what a whole program does: something to look for."""
    text = (program.submission.question or "").strip()
    is_sentence = "?" not in text and len(text.split()) >= _FEWEST_WORDS and not asks_for_help(text)
    return is_sentence and program.tree is not None and stub_of(program) is None and not is_beginning(program)


def is_open_question(program: Program) -> bool:
    """Return whether a question states no purpose that is known, or only asks for a reason.

    If no rule finds a mistake either, the line that it is asked about is explained. In English, where the words for a
    purpose are known best, a question of neither kind is taken for one about a mistake.
    """
    question = (program.submission.question or "").strip()
    kind = kind_of_question(question)
    is_foreign = language_of_question(question) is not None and language_of_question(question) != "en"
    return kind == "why" or (kind is None and bool(question) and is_foreign)


def without_finding(program: Program) -> Purpose:
    """Return the purpose of a question about something wrong if no rule finds a mistake.

    It is `explain` if the question only asks why, and no exception, wrong result or word for a fault is named.
    """
    question = (program.submission.question or "").strip()
    is_reported = bool((program.submission.traceback or "").strip()) or program.fault is not None
    if not is_reported and program.code.strip():
        found = known_subject(program)
        is_told = (read_symptom(None, question) is None and not expects_otherwise(question)) or (
            found is not None and found.entry.parts_asked(question) > 1
        )
        if found is not None and is_told and not is_beginning(program):
            return "explain"
        stated = "explain" if answer_around(program) else _stated_purpose(program)
        if stated is not None:
            return stated
    if (
        is_reported
        or _is_complaint(program)
        or not program.code.strip()
        or not _ONLY_WHY.match(question)
        or _FAULT.search(question)
    ):
        return "find"
    return "find" if read_symptom(None, question) is not None else "explain"


def _stated_purpose(program: Program) -> Purpose | None:
    """Return the purpose of a question that names no fault; None if it may tell of one.

    The words of a complaint are common words in other languages, so a purpose that the question states comes first.
    """
    question = (program.submission.question or "").strip()
    kind = kind_of_question(question)
    if kind == "find" or read_symptom(None, question) is not None or _FAULT.search(question):
        return None
    if kind is None and (not _ASKING.search(question) or complains(question)):
        return None
    is_english = language_of_question(question) in (None, "en")
    if kind == "why" or (kind is not None and is_english and complains(question)):
        return None
    if kind in ("check", "start", "improve", "explain"):
        return kind
    return None if kind == "help" else ("start" if is_beginning(program) else "explain")


def yields_to_rules(program: Program, purpose: Purpose) -> bool:
    """Return whether a mistake that a rule finds takes precedence over the purpose.

    It does not if the question states the purpose. Nor does it for a function without a body, whose missing result a
    rule would report as a mistake.
    """
    question = program.submission.question or ""
    if purpose == "check" and (absent_error(program) or (asks_about_end(question) and way_out(program))):
        return False
    if purpose == "explain" and not is_open_question(program):
        return False
    if (
        purpose in ("find", "explain")
        and _EXTREME.search(question)
        and not (program.submission.traceback or "").strip()
    ):
        return not _keeps_an_extreme(program)
    if purpose == "start":
        return (
            kind_of_question(program.submission.question) != "start"
            and stub_of(program) is None
            and bool(program.code.strip())
        )
    return purpose in ("find", "check", "explain")


def _of_complaint(program: Program) -> Purpose:
    """Return the purpose of a question about something wrong: `find`, unless the code shows that it is another ask."""
    if program.fault is not None:
        return "find"
    if _WANTS_ALL.search(program.submission.question or "") and is_beginning(program):
        return "start"
    return "check" if absent_error(program) is not None else "find"


def _keeps_an_extreme(program: Program) -> bool:
    """Return whether a program keeps the better of two values, as in `if a < b: b = a`.

    Whether it looks for the largest or the smallest is then said by words that may not be English.
    """
    for node in program.each(ast.If):
        match node:
            case ast.If(
                test=ast.Compare(left=ast.Name(id=left), comparators=[ast.Name(id=right)]),
                body=[ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=value)), *_],
            ) if {target, value} == {left, right}:
                return True
    return False


def _of_broken(program: Program, kind: str | None) -> Purpose:
    """Return the purpose of an ask about code with a syntax error: the question's if possible, else `find`."""
    if kind == "explain" and names_a_line(program.submission.question or "") and readable_line(program) is not None:
        return "explain"
    if kind == "start" and program.fault is not None and _EMPTY_BLOCK.search(program.fault.message):
        return "start" if _is_header_only(program.code) else "find"
    return "find"


def _is_header_only(code: str) -> bool:
    """Return whether the code is a single `def` or `class` header that becomes valid if `pass` is added as its body."""
    lines = [line for line in code.split("\n") if line.strip()]
    headers = [line for line in lines if not line.lstrip().startswith("#")]
    if not headers or len(headers) > 1 or not headers[0].lstrip().startswith(("def ", "class ")):
        return False
    try:
        syntax_tree(f"{headers[0]} pass")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True
