"""The purposes of an ask: how question and code decide them, and the five texts of each purpose."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from testing.each_case import each_case
from testing.lesson_cases import lesson_cases
from testing.printed import printed_by
from testing.purpose_asks import ASKS as FIRST_ASKS
from testing.purpose_asks import BANK, GRADE, ODDS, PurposeAsk
from testing.reading_grade import reading_grade
from testing.value_asks import VALUE_ASKS
from tools.linear.ambiguity import find_pump
from tools.linear.automaton import automaton
from tutor_pedagogy.classification import classify
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain, purpose, report
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.purposes import purpose_of
from tutor_pedagogy.offline.purposes.check import checking
from tutor_pedagogy.offline.purposes.explain.line_facts import known_value
from tutor_pedagogy.offline.purposes.improve.improvements import improvements
from tutor_pedagogy.offline.purposes.other_language import translating
from tutor_pedagogy.offline.purposes.questions import kind_of_question, note_on_language
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import fill
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from pathlib import Path

    from tutor_pedagogy.offline.engine.finding import Explanation

ASKS = (*FIRST_ASKS, *VALUE_ASKS)
STUDENTS = [StudentLevels(programming=level, maths=level) for level in (1, 3, 5)]
EARLY = [level for level in HintLevel if level < HintLevel.SOLUTION]
OTHERS = [ask for ask in ASKS if ask.purpose != "find"]
NAMES = {ask: f"{number}-{ask.purpose}" for number, ask in enumerate(ASKS)}


@cache
def explained(ask: PurposeAsk, level: HintLevel, student: StudentLevels = STUDENTS[1]) -> Explanation:
    """Return what the tutor says to an ask."""
    return explain(ask.submission(), level, student)


def text(ask: PurposeAsk, level: HintLevel, student: StudentLevels = STUDENTS[1]) -> str:
    """Return the text of an ask."""
    return explained(ask, level, student).text


def asked(code: str, question: str | None = None, line: int = 0) -> Submission:
    """Return an ask about a program."""
    return Submission(code=code, cursor=Position(line, 0), question=question)


@each_case(ASKS, named=NAMES.__getitem__)
def test_purpose_is_told_by_question_and_code(ask: PurposeAsk) -> None:
    """Question and code decide the purpose, which the explanation carries at every level."""
    found = {explained(ask, level).purpose for level in HintLevel}
    assert ({ask.purpose}, ask.purpose) == (found, purpose(ask.submission()))


@each_case(OTHERS, named=NAMES.__getitem__)
def test_texts_contain_the_facts_of_the_code(ask: PurposeAsk) -> None:
    """The five texts together contain the facts about the code that the student should learn."""
    texts = "\n".join(text(ask, level) for level in HintLevel)
    assert [fact for fact in ask.facts if fact not in texts] == []


@each_case(OTHERS, named=NAMES.__getitem__)
def test_texts_are_short_and_plain(ask: PurposeAsk) -> None:
    """Every text has 40 to 160 words, a reading grade of at most 9.5, and no unfilled placeholder."""
    for level in HintLevel:
        for student in STUDENTS:
            found = text(ask, level, student)
            assert 40 <= len(re.sub(r"```\w*", "", found).split()) <= 160, (level, found)
            assert reading_grade(found) <= 9.5, (level, found)
            assert "$" not in found or "$" in ask.code, (level, found)


@each_case(OTHERS, named=NAMES.__getitem__)
def test_guard_lets_every_early_text_pass(ask: PurposeAsk) -> None:
    """The guard finds no solution in any text before level 5, and levels 1 to 3 have no block of code."""
    for level in EARLY:
        found = text(ask, level)
        guard = Guard(level, ask.submission())
        guard.feed(found)
        guard.finish()
        assert guard.verdict is None, found
        assert ("```" in found) <= (level is HintLevel.EXAMPLE)


@each_case(OTHERS, named=NAMES.__getitem__)
def test_other_purposes_claim_no_mistake(ask: PurposeAsk) -> None:
    """An answer with another purpose than `find` has a rule and a line, but no edit, and only says where to start."""
    submission = ask.submission()
    explanation = explained(ask, HintLevel.QUESTION)
    finding = diagnose(submission)
    rule = f"purpose.{ask.purpose.replace('_', '-')}"
    assert (rule, "start_here", None) == (explanation.rule, explanation.certainty, explanation.edit)
    assert (rule, explanation.lines, "none") == (finding.rule, finding.lines, finding.error_type)
    assert rule == report(submission).rule
    assert classify(submission) == "none" or Program(submission).fault is not None
    assert f"line {explanation.lines[0]}" in explanation.text


def test_cases_of_lessons_without_a_question_are_mistakes() -> None:
    """No program in the cases of the lessons gets another purpose than `find`."""
    others = [case for case in lesson_cases() if purpose(case.submission()) != "find"]
    assert others == []


def test_lines_are_counted_in_the_whole_document() -> None:
    """If the code is a part of a larger document, questions and texts use the line numbers in the document."""
    submission = Submission(code=ODDS, cursor=Position(0, 0), first_line=40, question="What does line 44 do?")
    explanation = explain(submission, HintLevel.QUESTION, STUDENTS[1])
    assert explanation.lines == (44,)
    assert "`total += i`" in explanation.text


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("what does this do", "explain"),
        ("what is wrong?", "find"),
        ("is anything wrong?", "check"),
        ("why is it so slow", "improve"),
        ("why do we need this loop?", "explain"),
        ("why does the loop stop early?", "find"),
        ("how do I fix it", "find"),
        ("how do I begin?", "start"),
        ("I don't know how to start", "start"),
        ("what should this print?", "explain"),
        ("it should print 5 but prints 4", "find"),
        ("please help", "help"),
        ("", None),
        ("hay algún error?", "check"),
        ("Wie kann ich das schneller machen?", "improve"),
        ("par où commencer ?", "start"),
        ("como eu faço isso mais rápido?", "improve"),
        ("怎么开始", "start"),
        ("这样对吗", "check"),
    ],
)
def test_kind_of_question(question: str, kind: str | None) -> None:
    """The words of a question decide the kind of help, in six languages."""
    assert kind == kind_of_question(question)


def test_note_on_the_language_only_if_it_is_certain() -> None:
    """A question in English, or of one word that several languages share, gets no note about its language."""
    assert [note_on_language(each) for each in ("why is it wrong?", "error", None)] == ["", "", ""]


def test_answer_to_a_question_in_another_language_says_so_first() -> None:
    """If a question is not in English, the answer begins with a note in the language of the question."""
    code = "for i in range(3)\n    print(i)\n"
    found = explain(asked(code, "¿Por qué no funciona mi programa?"), HintLevel.QUESTION, STUDENTS[1])
    assert (found.purpose, found.rule) == ("find", "syntax.missing-colon")
    assert found.text.startswith("Esta respuesta está en inglés.\n\n")


def test_python_with_a_foreign_sign_stays_python() -> None:
    """Python code with a token of another language counts as a mistake, not as code in that language."""
    codes = [
        "def f(x):\n    if x > 1 && x < 3:\n        return x;\n",
        "i = 0\nwhile i < 3 {\n    print(i)\n    i++\n}\n",
        "x = 3;\nprint(x);\n",
        "function add(a, b):\n    return a + b\nprint(add(1, 2))\n",
        "text = 'SELECT * FROM t'\nprint(text\n",
        "String name = 'Ann'\nprint(name)\n",
        "print('a')\nelse if x:\n    print(x)\n",
    ]
    assert ["find"] * len(codes) == [purpose(asked(code, "why?")) for code in codes]


def test_stub_at_the_cursor_is_planned_although_others_are_written() -> None:
    """The function at the cursor decides: one without a body gets a plan, and a complete one is checked."""
    code = f"{GRADE}\n\ndef count_passes(scores):\n    pass\n"
    assert [purpose(asked(code, None, line)) for line in (0, 9)] == ["check", "start"]


def test_a_mistake_counts_for_more_than_a_request_to_check() -> None:
    """If the student asks for a check and a rule finds a mistake, the answer is about the mistake."""
    code = "def total(xs):\n    for x in xs:\n        s = 0\n        s += x\n    return s\n"
    assert (purpose_of(asked(code, "is it right?")), purpose(asked(code, "is it right?"))) == ("check", "find")


def test_an_endless_loop_is_no_check() -> None:
    """A question whether a loop ends is about a mistake if the loop has no way out."""
    found = explain(
        asked("k = 3\nwhile k > 0:\n    print(k)\n", "will this run forever?"), HintLevel.QUESTION, STUDENTS[1]
    )
    assert found.purpose == "find"


def test_an_error_that_the_program_can_not_raise_is_doubted() -> None:
    """If the question names an exception and the program surely ends without one, the answer says so."""
    code = "ages = [4, 9]\nfor at in range(len(ages)):\n    print(ages[at])\n"
    found = explain(asked(code, "why do I get an IndexError in line 3?"), HintLevel.QUESTION, STUDENTS[1])
    assert found.purpose == "check"
    assert found.text.startswith("I can not see that `IndexError` in this program")


def test_unasked_program_is_not_said_to_be_right() -> None:
    """Without a question, one text alone says that no known mistake is found, and that there may be others."""
    found = [explain(asked(GRADE), level, STUDENTS[1]).text for level in HintLevel]
    said = ["I find none of the mistakes that I know here; that does not say there is none." in each for each in found]
    assert (said, ["no mistake" in each for each in found]) == ([True, *[False] * 4], [False] * 5)


def test_direction_of_a_search_is_not_guessed_from_another_language() -> None:
    """If a question says “largest” in another language, no rule claims a cause for the search in the program."""
    code = "low = 0\nfor mark in [4, 9]:\n    if mark < low:\n        low = mark\nprint(low)\n"
    found = explain(asked(code, "¿Por qué el máximo siempre es 0?"), HintLevel.QUESTION, STUDENTS[1])
    assert (found.rule, found.certainty) == ("logic.trace-by-hand", "start_here")


EXAMPLES = {
    **{f"glossary-{name}": entry["example"] for name, entry in table("glossary").items()},
    **{
        f"{name}-{number}": code
        for name, entry in table("constructs").items()
        for number, code in enumerate(entry["examples"])
    },
    **{f"task-{name}": entry["example"] for name, entry in table("tasks").items()},
    **{f"improve-{name}": entry["example"] for name, entry in table("improvements").items()},
    **{f"code-{number}": code for number, code in enumerate((*checking.EXAMPLES, *translating.EXAMPLES))},
}


@each_case(EXAMPLES)
def test_examples_print_what_their_comments_say(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worked example runs, and prints the lines that its comments show."""
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    code = EXAMPLES[name]
    said = [
        line
        for found in re.findall(r"(?:^|  )# (.*)$", code, re.MULTILINE)
        if not re.match(r"as if|one for", found)
        for line in [found]
    ]
    assert printed_by(code, "imported") == said


PATTERNS = {
    **{
        f"{name}-{number}": sign[0]
        for name, entry in table("languages").items()
        for number, sign in enumerate(entry["signs"])
    },
    **{
        f"{language}-{entry['kind']}-{place}-{number}": rf"\b(?:{phrase})(?:\b|(?<=\W))"
        for language in ("en", "es", "de", "fr", "pt", "zh")
        for place, entry in enumerate(table("questions")[language])
        for number, phrase in enumerate(entry["phrases"])
    },
}


@each_case(PATTERNS, parts=2)
def test_patterns_of_the_tables_take_linear_time(name: str) -> None:
    """Every pattern in the tables takes linear time for any text of a student."""
    assert find_pump(automaton(PATTERNS[name], re.MULTILINE | re.IGNORECASE, searches=True)) is None


@pytest.mark.parametrize("name", table("tasks"))
def test_frames_of_tasks_are_programs_with_gaps(name: str) -> None:
    """The code frame of each kind of task is valid Python, and leaves at least one part open as `...`."""
    skeleton = fill(table("tasks")[name]["skeleton"], {"p": "values", "item": "value"})
    ast.parse(f"def task(values):\n    {skeleton.replace(chr(10), chr(10) + '    ')}")
    assert "..." in skeleton


@pytest.mark.parametrize("name", ["glossary", "constructs", "tasks", "improvements", "ideas"])
def test_texts_of_the_tables_are_plain(name: str) -> None:
    """The prose of every entry in the tables has a reading grade of at most 9.5."""
    for entry, parts in table(name).items():
        for part in ("concept", "idea", "remedy"):
            if part in parts:
                assert reading_grade(parts[part]) <= 9.5, (entry, part)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("xs = [1]\nfor x in xs:\n    print(x in {1, 2})\n", set()),
        (
            "def f(xs):\n    a = False\n    for x in xs:\n        if x > 3:\n            a = True\n    return a\n",
            {"search-without-break"},
        ),
        ("xs = [4, 5]\ni = 0\nwhile i < len(xs):\n    print(xs[i])\n    i += 1\n", {"counting-by-hand"}),
        ("xs = [4, 5]\ni = 1\nwhile i < len(xs):\n    print(xs[i])\n    i += 1\n", set()),
        (
            "def f(x):\n    if x > 9:\n        return 'a'\n    elif x > 5:\n        return 'a'\n    return 'b'\n",
            {"equal-branches"},
        ),
        ("def f(xs):\n    for x in xs:\n        if x in xs:\n            print(x)\n", set()),
        ("xs = []\nfor x in range(3):\n    xs.insert(0, x)\n", {"front-of-list"}),
        ("xs = [3, 1]\nxs.insert(0, 2)\n", set()),
        ("xs = [3, 1]\nfor x in range(3):\n    xs.append(x)\n    xs.sort()\n", set()),
        ("def f(xs):\n    for x in [1, 2]:\n        print(sorted(xs))\n", {"sort-in-loop"}),
        ("def fact(n):\n    return n * fact(n - 1) if n else 1\n", set()),
        ("def walk(t):\n    return walk(t.left) + walk(t.right)\n", set()),
        ("total = 0\nfor x in [1, 2]:\n    total += x\n", {"sum-by-hand"}),
        ("for i in range(len([1])):\n    print(i)\n", set()),
        ("def f(xs):\n    for i in range(len(xs)):\n        xs[i] = 0\n", set()),
        ("def f(xs):\n    for i in range(len(xs)):\n        print(i, xs[i])\n", {"enumerate-by-hand"}),
        ("def f(x):\n    if x:\n        return True\n    return False\n", set()),
        ("def f(x):\n    if x > 1:\n        return True\n    return False\n", {"true-false"}),
        ("print('a', 1)\nprint('b', 2)\nprint('c', 3)\n", set()),
        ("def f():\n    global seen\n    seen = 3\n", set()),
        ("def f(a):\n    b = a\n    return a\n", {"unused"}),
        ("def f(a):\n    b = a\n    def inner():\n        return b\n    return inner\n", set()),
        ("def f(xs):\n    for x in xs:\n        xs = [x]\n        print(sum(xs))\n", set()),
        ("def f(xs):\n    for x in xs:\n        print(x / max(xs))\n", {"invariant-call"}),
        ("def f(xs, ys):\n    for x in xs:\n        for y in ys:\n            print(x, y)\n", {"loop-in-loop"}),
        ("def f(xs):\n    for x in xs:\n        for y in xs:\n            print(x, y)\n", {"loop-in-loop"}),
    ],
)
def test_improvements_are_checked_in_the_tree(code: str, names: set[str]) -> None:
    """An improvement is reported only if the syntax tree proves it."""
    assert names == {each.name for each in improvements(Program(asked(code)))}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("17 // 5 + 2 ** 3", "11"),
        ("words[-1].upper()", "'MOON'"),
        ("[1, 2, 3][::-1]", "[3, 2, 1]"),
        ("len(words) > 1 ", "True"),
        ("grown", "[1]"),
        ("input()", None),
        ("[input()]", None),
        ("unknown + 1", None),
        ("9 ** 9 ** 9", None),
        ("'a' * 10 ** 9", None),
        ("1 / 0", None),
    ],
)
def test_values_are_told_only_if_the_evaluator_knows_them(expression: str, value: str | None) -> None:
    """The value of an expression in the run is known, but not that of input, of a failure, or of a huge number."""
    program = Program(asked(f"words = ['sun', 'moon']\ngrown = []\ngrown.append(1)\nx = {expression}\n"))
    node = program.statement_at(4)
    assert isinstance(node, ast.Assign)
    found = known_value(program, node.value)
    assert value == (None if found is UNKNOWN else repr(found))


def test_a_name_of_the_program_is_read_rather_than_a_name_of_python() -> None:
    """If the student's function has the name of a builtin, a question about that name is about the function."""
    code = "def sum(a, b):\n    return a + b\n\nprint(sum(1, 2))\n"
    found = explain(asked(code, "what does `sum` do?"), HintLevel.QUESTION, STUDENTS[1]).text
    assert "`sum` is a function that takes `a` and `b`" in found


def test_method_of_an_own_class_is_named_with_its_line() -> None:
    """For a call of a method of the student's own class, the text names the line of the method."""
    found = explain(asked(BANK, "What does line 11 do?"), HintLevel.QUESTION, STUDENTS[1]).text
    assert "calls the method from line 6 on `mine` with `20`" in found
