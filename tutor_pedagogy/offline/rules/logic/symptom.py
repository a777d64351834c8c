"""Symptoms: the call, the expected and the actual result, read from a failing test or the student's question."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.failure_reports import Report, called_names, read_report
from tutor_pedagogy.offline.engine.vocabulary import words
from tutor_pedagogy.offline.rules.logic import report_words
from tutor_pedagogy.offline.rules.logic.differences import kinds_of
from tutor_pedagogy.offline.rules.logic.whole_output import Outputs, outputs_of
from tutor_pedagogy.problem.syntax_tree import expression_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

MAX_TEXT = 8000
_VALUE = r"(?P<{}>'[^'\n]*'|\"[^\"\n]*\"|\[[^\n]{{0,200}}?\]|\([^\n]{{0,200}}?\)|\{{[^\n]{{0,200}}?\}}|-?[\w.]+)"
_LABELLED_EXPECTED = re.compile(
    rf"(?im)^[ \t>*-]*(?:{report_words.EXPECTED})(?: output| result| value| answer)?[ \t]*[:=][ \t]*(?P<v>.*)$"
)
_LABELLED_GOT = re.compile(
    rf"(?im)^[ \t>*-]*(?:{report_words.GOT})(?: output| result| value| answer)?[ \t]*[:=][ \t]*(?P<v>.*)$"
)
_PRINTED = re.compile(r"(?im)^[ \t]*printed[ \t]*:[ \t]*(?P<v>.*)$")
_FAILED = re.compile(rf"(?im)^[ \t]*(?:{report_words.FAILED})[ \t]*:[ \t]*(?P<call>.*)$")
_ENDLESS = re.compile(r"(?i)did not finish|timed? ?out|time limit|stopped after \d|infinite loop|endless")
_ENDLESS_CALL = re.compile(r"(?im)^(?>.*?(?:did not finish|timed? ?out))[^:\n]*+:[ \t]*+(?P<call>.*)$")
_PYTEST = re.compile(r"(?m)^E?[^\S\n]*+(?:AssertionError: )?assert (?P<got>.+?) == (?P<expected>.+?)$")
_SHOWN = re.compile(r"(?m)^E[ \t]++assert ")
_DIFFER = re.compile(
    r"(?m)^AssertionError: (?:Lists|Tuples|Sets|Dicts|Sequences) differ: (?P<got>.+) != (?P<expected>.+)$"
)
_EQUAL = re.compile(
    r"(?m)^[^\S\n]*+self\.assert(?:Equals?|True|False|Is|Is(?:Not)?None|AlmostEqual)\((?P<arguments>.+)\)[^\S\n]*$"
)
_TOLD_CALL = re.compile(
    r"(?<![\w.])(?P<call>[A-Za-z_][\w.]*+\(.{0,200}?\))(?: (?:returned|gave|gives|returns|should|is)\b| ?:)"
)
_NOTHING = re.compile(r"(?im)^[ \t]*got nothing[ \t]*$")
_WHERE = re.compile(r"(?m)^E?[^\S\n]*+\+\s+where (?=.*\)$)(?>.+? = (?=\w[\w.]*+\())(?P<call>.*)$")
_UNITTEST = re.compile(r"(?m)^AssertionError: (?P<got>.+?) != (?P<expected>.+?)(?: : .*)?$")
_ASSERTED = re.compile(r"(?m)^[^\S\n]*+assert (?P<call>\w[\w.]*\(.*?\)) == (?P<expected>.+?)(?:,.*)?$")
_OUTPUT = re.compile(r"(?m)^[ \t]*expected (?P<expected>\"[^\"\n]*\"|'[^'\n]*'), not (?P<got>\"[^\"\n]*\"|'[^'\n]*')")
"""The two texts in a report of `check50`."""
_INPUT = re.compile(
    r"(?im)^(?::\( input of (?P<of>[^\n]{1,80}?) (?:yields|gives|outputs|prints)\b"
    r"|[ \t>*-]*(?:your |test |sample )?(?:input|stdin|eingabe|entrada)[ \t]*[:=][ \t]*(?P<label>\S[^\n]{0,79})$)"
)
_CALL_IN_PARENTHESES = re.compile(r"(?m)^[^\n(]{0,40}\((?P<call>[A-Za-z_]\w*+\(.{0,200}\))\)[ \t]*:?")
_EXPECTED, _GOT = _VALUE.format("expected"), _VALUE.format("got")
_GIVES = r"(?:get|gets|got|gives?|gave|return(?:s|ed)?|print(?:s|ed)?|outputs?|shows?|says?|is)"
_IT = r"(?:it|i|mine|this|that|(?:my |the )?(?:code|program)|the (?:function|answer|result))"
_SHOULD = r"(?:should|must|expect(?:ed)?|want(?:ed)?)(?: to)?(?: be| get| give| return| print| have)?"
# linear: each value has at most 200 characters, and the text at most 8,000 (`MAX_TEXT`)
_SPOKEN = (
    re.compile(
        rf"(?i)(?:returned|gave|gives|returns|printed) {_GOT},? (?:but )?(?:expected|should be|wanted):? {_EXPECTED}"
    ),
    re.compile(rf"(?i)expected:? {_EXPECTED},? (?:but |and )?(?:it )?(?:returned|gave|printed):? {_GOT}"),
    re.compile(rf"(?i)expected:? {_EXPECTED},? (?:but |and )?(?:got|received|was|is):? {_GOT}"),
    re.compile(
        rf"(?i){_GIVES} {_GOT},? (?:instead of|rather than|not"
        rf"|(?:but|and|when|where|while) (?:it|i|that|the answer)? ?{_SHOULD}) {_EXPECTED}"
    ),
    re.compile(
        rf"(?i){_GIVES} (?:only |always )?{_GOT}[,;.]? (?:- )?(?:it |that |this )?{_SHOULD}(?: only)? {_EXPECTED}"
    ),
    re.compile(rf"(?i)\bonly {_GOT}[,;] (?:it )?{_SHOULD} {_EXPECTED}"),
    re.compile(rf"(?i){_SHOULD} {_EXPECTED},? (?:(?:but|and|yet) )?{_IT}? ?(?:only )?{_GIVES} {_GOT}"),
    re.compile(rf"(?i){_GIVES} {_GOT}(?: [a-z]+)?,? (?:but )?(?:i )?(?:expect(?:ed)?|want(?:ed)?):? {_EXPECTED}"),
    re.compile(rf"(?i){_GIVES} {_GOT}(?: [a-z]+){{1,5}} instead of {_EXPECTED}"),
    re.compile(rf"(?i)\b{report_words.GIVES} {_GOT},? (?:{report_words.BUT} )?{report_words.SHOULD} {_EXPECTED}"),
    re.compile(
        rf"(?i)\b{report_words.SHOULD} {_EXPECTED}{report_words.END},? {report_words.YET}{report_words.GIVES} {_GOT}"
    ),
)
_QUESTION_KINDS = (
    (
        "endless",
        re.compile(
            r"(?i)never (?:ends|stops|finishes|comes back)|infinite|forever|endless|hangs|freez|does ?n.t (?:stop|end)"
            r"|(?:end|stop)s? never|nie zu ende|endlos|no termina|infini"
        ),
    ),
    ("none", re.compile(r"\bNone\b|(?i:nothing (?:is )?(?:returned|comes back|happens))")),
    (
        "short",
        re.compile(
            r"(?i)missing|skip|leaves? out|left out|\b(?:last|first) \w+\b[^.?!]{0,25}"
            r"(?:not|n.t|never|missing)|(?:not|n.t|never|misses|without) [^.?!]{0,25}\b(?:last|first)\b"
            r"|too (?:few|short)"
            r"|too early|(?:only|just) (?:the |one |a )?(?:last|first|one)|not all|stops (?:after|at|early)|fehlt|falta"
        ),
    ),
    ("order", re.compile(r"(?i)wrong order|reversed|backwards|not sorted|n.t sorted|sorted wrong|upside|mixed up")),
    ("empty", re.compile(r"(?i)empty (?:list|string|result|dict)|\b(?:is|stays|prints|get) (?:an )?empty\b")),
    ("off", re.compile(r"(?i)off by one|one too (?:many|few|much|small|big|high|low)|one (?:more|less) than")),
    (
        "long",
        re.compile(r"(?i)\btwice\b|too (?:many|long)|double[ds]?\b|duplicate|\b(?:2|two) times\b|again and again"),
    ),
    (
        "zero",
        re.compile(r"(?i)(?:always|still|stays|is|just|only|prints|remains|shows) (?:at )?(?:0|zero)(?![\w.]\d)\b"),
    ),
    ("more", re.compile(r"(?i)\b(?:way |much |far )?too (?:big|high|large|much)\b")),
    ("less", re.compile(r"(?i)\b(?:way |much |far )?too (?:small|low|little)\b|\btiny\b")),
    (
        "truth",
        re.compile(
            r"(?i)\b(?:always|never) (?:true|false|right|wins?|works)\b|says? (?:yes|no|true|false)\b|lets? me in"
            r"|accept|refuse|reject|\ballowed\b|everybody|everyone"
        ),
    ),
)
_NO_COMPLAINT = re.compile(
    r"(?i)^\W*(?:(?:hi|hello|hey|please|so|and|ok|hallo|hola)\W+)*"
    r"(?:is (?:this|it|that|my \w+) (?:right|correct|ok|fine|good)"
    r"|(?:are there|is there|any|do you see|can you see) (?:any |a |other )*(?:bug|error|mistake|problem)"
    r"|what (?:does|is|are|do)|explain|how (?:can|do|should|could) i|can (?:i|this|it|you)|could you"
    r"|(?:make|write|give|show|tell|check|review|help)\b|how to|when (?:do|should)|ist (?:das|es)|stimmt"
    r"|(?:was|wie|est[aá]|qu[eé]|c[oó]mo|comment|como|est-ce|c'est)\b)"
)
"""The words with which a question begins that asks for something else than the reason of a wrong result."""
_ONE_SIDE = re.compile(
    r"(?i)\b(?:always|never|ever|every\w*|all|none|no|nobody|nothing|not|only|still|even|immer|nie|nur|nicht|kein\w*"
    r"|siempre|nunca|solo|toujours|jamais|pas|sempre|altijd|nooit)\b|n['\u2019]t\b"
)
_TELLING = re.compile(
    "expect|should|want|must|instead|rather|not|never|infinite|forever|endless|hangs|freez|stop|none|missing|skip|out"
    "|last|order|reversed|backwards|empty|off|too|n't|n\u2019t|first|only|just|early|sorted|upside|mixed|twice|double|dupl"
    "|times|again|zero|0|tiny|always|say|let|accept|refus|reject|allow|every|all|end|falta|fehl|infini|termina|miss"
    "|one more|one less|dev|deb|soll|doit|statt|dovre"
)
"""A prefilter: a question that matches a pattern contains one of these parts of words in lower case."""
NO_VALUES = words(
    "it the a an this that these those my your our his her its not no so only just all always never sorted right",
    "wrong correct same other one some any what which why how is are was be been to of in on at for and or but if then",
    "than when while with from by i you he she we they me them him us there here now still even too very much many",
    "more most less least out up down off over again also working printing printed changed called used done get gets",
    "got",
)
"""Words that are no values, however they stand in a sentence."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """A wrong result. `kinds` are the ways in which it is wrong, the most specific first. Unknown parts are None."""

    kinds: tuple[str, ...]
    call: str | None = None
    expected: str | None = None
    got: str | None = None
    others: tuple[tuple[str, str], ...] = ()
    """Further calls of the same function, each with its right result."""
    entered: str | None = None
    """What a report says that was typed in, in place of a call."""
    outputs: Outputs | None = None
    """The whole outputs that a report shows, in place of a call."""

    @property
    def functions(self) -> list[str]:
        """The names of all functions that the failing call mentions."""
        return called_names(self.call or "")

    def function_in(self, program: Program) -> Function | None:
        """Return the first function of a program that the failing call names."""
        return next((program.functions[name] for name in self.functions if name in program.functions), None)


FAILED_ASSERTION = Symptom(("value", "truth", "other"))
"""The symptom of an assertion of the program that fails, if nothing more is reported."""


def read_symptom(text: str | None, question: str | None = None) -> Symptom | None:
    """Return the symptom in the report of a failing test, else that in the question; None if neither has one."""
    return _from_test(text[:MAX_TEXT]) if text and _is_test(text[:MAX_TEXT]) else _from_question(question)


def symptom_of(call: str, expected: str, got: str, others: Iterable[tuple[str, str]] = ()) -> Symptom:
    """Return the symptom of a call with a wrong result. Results are written as by `repr`."""
    return Symptom(kinds_of(expected, got, printed=False), call, expected, got, tuple(others))


def _is_test(text: str) -> bool:
    return bool(
        _FAILED.search(text)
        or _ENDLESS.search(text)
        or "AssertionError" in text
        or (_LABELLED_EXPECTED.search(text) and _LABELLED_GOT.search(text))
        or _PYTEST.search(text)
        or _SHOWN.search(text)
        or _OUTPUT.search(text)
        or (_shows_outputs(text) and outputs_of(text) is not None)
        or ("expected" in text and _TOLD_CALL.search(text) and _spoken(text))
        or (" should " in text and _TOLD_CALL.search(text) and _spoken(text))
    )


def _spoken(text: str) -> re.Match[str] | None:
    """Return the first match of a sentence with the right and the wrong result."""
    return next((match for pattern in _SPOKEN if (match := pattern.search(text))), None)


def _of_output(text: str) -> Symptom | None:
    """Return the symptom in a report about what a program prints for an input; None for another report."""
    entered = _INPUT.search(text)
    shown = _OUTPUT.search(text)
    if entered is None:
        return None
    if shown is not None:
        expected, got = (_text_of(shown[part]) for part in ("expected", "got"))
    else:
        expected, got = (_bare_text(_last(each, text)) for each in (_LABELLED_EXPECTED, _LABELLED_GOT))
    value: str = (entered["of"] or entered["label"]).strip().strip("\"'")
    if not expected or not got or is_call(value):
        return None
    return Symptom(kinds_of(repr(expected), repr(got), printed=True), None, expected, got, entered=value)


def _text_of(quoted: str) -> str:
    """Return the text that a report shows in quotes, without white space at its ends."""
    try:
        return str(ast.literal_eval(quoted)).strip()
    except (ValueError, SyntaxError):
        return quoted[1:-1].strip()


def _bare_text(text: str | None) -> str:
    return (text or "").strip().strip("'\"")


def _from_test(text: str) -> Symptom | None:
    if (output := _of_output(text)) is not None:
        return output
    if _shows_outputs(text) and (whole := outputs_of(text)) is not None:
        wanted, came = whole.first_difference
        return Symptom(whole.kinds, None, wanted or None, came or None, outputs=whole)
    report = read_report(text)
    if report is not None and (report.expected or report.call):
        return _of_report(report)
    call = _failing_call(text)
    if _ENDLESS.search(text) and not _LABELLED_GOT.search(text):
        return Symptom(("endless",), call, _last(_LABELLED_EXPECTED, text))
    expected, got = _two_values(text)
    asserted = _asserted(text)
    if asserted is not None:
        call, is_first = asserted
        if not is_first:
            expected, got = got, expected
    call = call or _told_call(text)
    if expected is None or got is None:
        return Symptom(("other",), call) if _FAILED.search(text) else None
    if call is None and re.match(r"\w[\w.]*\(.*\)$", got):
        call, got = got, "another value"
    printed = _PRINTED.search(text)
    kinds = kinds_of(expected, got, printed=printed is not None)
    if printed and printed["v"].strip().strip("'\"") == expected.strip("'\"") and "printed" not in kinds:
        kinds = ("printed", *kinds)
    return Symptom(kinds, call, expected, got)


def _shows_outputs(text: str) -> bool:
    """Return whether a report may show whole outputs: it names neither an input nor a call."""
    return _INPUT.search(text) is None and "Failed example" not in text and _failing_call(text) is None


def _told_call(text: str) -> str | None:
    """Return the call that a report shows: where a value comes from, in an assertion, in a sentence, in parentheses."""
    if match := _WHERE.search(text) or _ASSERTED.search(text):
        return match["call"].strip()
    for pattern in (_TOLD_CALL, _CALL_IN_PARENTHESES):
        match = pattern.search(text)
        if match and is_call(match["call"]):
            return match["call"]
    return None


def _of_report(report: Report) -> Symptom | None:
    """Return the symptom of a failure whose parts are known. Its message can tell the result, and the call."""
    call, expected, got = report.call, report.expected, report.got
    spoken = _spoken(report.message)
    if got is None and spoken is not None:
        got = _bare(spoken["got"])
        expected = expected or _bare(spoken["expected"])
    if call is None and (told := _TOLD_CALL.match(report.message)) and is_call(told["call"]):
        call = told["call"]
    if expected is None or got is None:
        return Symptom(("value", "other"), call, expected)
    return Symptom(kinds_of(expected, got, printed=False), call, expected, got)


def _bare(value: str) -> str:
    """Return a value without the full stop that ends its sentence."""
    return value.removesuffix(".")


def is_call(text: str) -> bool:
    """Return whether a text is one whole call."""
    try:
        return isinstance(expression_tree(text), ast.Call)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False


def _failing_call(text: str) -> str | None:
    """Return the failed call that a report names, on the line of its label or on the next one."""
    match = _FAILED.search(text) or _ENDLESS_CALL.search(text)
    if match is None:
        return None
    call: str = match["call"].strip() or text[match.end() :].strip("\n").partition("\n")[0].strip()
    return call if re.search(r"\w\(", call) else None


def _two_values(text: str) -> tuple[str | None, str | None]:
    """Return the expected and the actual value, labelled or in the format of a test framework; None if missing."""
    expected, got = _last(_LABELLED_EXPECTED, text), _last(_LABELLED_GOT, text)
    if expected is not None and got is None and _NOTHING.search(text):
        return expected, "None"
    if expected is not None and got is not None:
        return expected, got
    for pattern in (_PYTEST, _DIFFER, _UNITTEST, *_SPOKEN):
        match = pattern.search(text)
        if match:
            return match["expected"].strip(), match["got"].strip()
    return expected, got


def _asserted(text: str) -> tuple[str, bool] | None:
    """Return the call in a line such as `self.assertEqual(f(2), 3)`, and whether it is the first argument."""
    match = _EQUAL.search(text)
    if match is None:
        return None
    try:
        tree = expression_tree(f"f({match['arguments']})")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    arguments = tree.args if isinstance(tree, ast.Call) else []
    for number, argument in enumerate(arguments[:2]):
        if isinstance(argument, ast.Call):
            return ast.unparse(argument), number == 0
    return None


def _last(pattern: re.Pattern[str], text: str) -> str | None:
    found = list(pattern.finditer(text))
    if not found:
        return None
    value = found[-1]["v"].strip()
    if value:
        return value
    following = text[found[-1].end() :].strip("\n").split("\n")[0].strip()
    return following or None


def _from_question(question: str | None) -> Symptom | None:
    if not question or not _may_tell(question):
        return None
    for pattern in _SPOKEN:
        match = pattern.search(question)
        if match:
            expected, got = _bare(match["expected"]), _bare(match["got"])
            is_told = not {expected.lower(), got.lower()} & NO_VALUES
            if expected != got and is_told:  # else two sentences about two results were read as one
                return Symptom(kinds_of(expected, got, printed=False), None, expected, got)
    kinds = tuple(kind for kind, pattern in _QUESTION_KINDS if pattern.search(question))
    return Symptom(kinds) if kinds else None


def is_complaint(question: str | None) -> bool:
    """Return whether a question is about a wrong result, in whatever words: it asks for nothing else."""
    text = (question or "")[:MAX_TEXT].strip()
    return bool(text) and not _NO_COMPLAINT.match(text)


def is_about_one_side(question: str | None) -> bool:
    """Return whether a question says that something always or never happens, or does not happen to all."""
    return bool(question and _ONE_SIDE.search(question[:MAX_TEXT]))


def _may_tell(question: str) -> bool:
    """Return whether a question may hold a symptom. This is a cheap prefilter; non-ASCII text always passes it."""
    return not question.isascii() or bool(_TELLING.search(question.lower()))
