"""The processor time and the memory of an answer: both are limited for programs of any kind and length."""

from __future__ import annotations

import gc
import sys
from functools import partial
from operator import mul
from typing import TYPE_CHECKING
from uuid import UUID
from weakref import ref

import pytest

from tutor_pedagogy.classification import classify
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain, report, sure_mistakes
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.problem.syntax_tree import COMPILED
from tutor_pedagogy.remembered import Remembered
from tutor_protocol import Ask, Position, Submission

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from _typeshed import TraceFunction

STUDENT = StudentLevels(programming=3, maths=3)
SMALL = 150
"""The number of repetitions of a pattern in the smaller program; the larger program has four times as many."""

REPEATED = {
    "undefined names": "print(x)\n",
    "assignments": "x = 1\n",
    "sums": "x += 1\n",
    "branches": "if x == 1:\n    pass\n",
    "loops over positions": "for i in range(len(a)):\n    a[i + 1]\n",
    "while loops": "while i < len(a):\n    i += 1\n",
    "functions": "def f(a):\n    return a\n",
    "classes": "class A:\n    def f(self):\n        return self.x\n",
    "blocks with handlers": "try:\n    x = 1\nexcept ValueError:\n    pass\n",
    "imports": "import math\n",
    "subscripts behind the end": "a[len(a)]\n",
    "comprehensions": "[x for x in y]\n",
    "strings": "x = 'abc'\n",
    "formatted strings": "f'{x}'\n",
    "open strings": "x = 'abc\n",
    "open brackets": "print(x\n",
    "closed brackets": "x)\n",
    "crossed brackets on one line": "(]",
    "brackets on one line": "([{",
    "semicolons on one line": ";",
    "statements on one line": "x = x; ",
    "names with digits on one line": "1a ",
    "words on one line": "foo ",
    "signs on one line": "= * ",
    "operands on one line": "x + ",
    "headers without a colon": "if x\n    y\n",
    "blocks at odd depths": "x = 1\n  y = 2\n",
    "typographic quotes": "\u201cx\u201d\n",
    "comments": "# x\n",
}
PROGRAMS: dict[str, Callable[[int], str]] = {
    **{name: partial(mul, piece) for name, piece in REPEATED.items()},
    "calls of a function that fails": lambda times: "def f(a):\n    a + 1\n" + "f('x')\n" * times,
    "calls of a function that fails often": lambda times: "def f(a):\n" + "    a + 1\n" * times + "f('x')\n" * times,
    "a length under one name": lambda times: "n = len(a)\n" + "a[n]\n" * times,
    "lengths under many names": lambda times: "".join(f"n{i} = len(a)\na[n{i}]\n" for i in range(times)),
    "many names": lambda times: "".join(f"name{i} = 1\n" for i in range(times)) + "print(nam)\n",
    "a long loop body with errors": lambda times: "for i in b:\n" + "    x = a\n" * times,
    "returns": lambda times: "def f(x):\n" + "    if x: return 1\n" * times,
}


def work(call: Callable[[], object]) -> int:
    """Return the number of lines executed in `tutor_pedagogy`: unlike time, it is the same on every machine."""
    lines = 0

    def enter(frame: FrameType, _event: str, _: object) -> TraceFunction | None:
        return trace if "tutor_pedagogy" in frame.f_code.co_filename else None

    def trace(_frame: FrameType, event: str, _: object) -> None:
        nonlocal lines
        if event == "line":
            lines += 1

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        call()
    finally:
        sys.settrace(before)
    return lines


def submission(code: str, question: str | None = None) -> Submission:
    """Return a submission with the cursor in the middle of the code."""
    return Submission(code=code, cursor=Position(code.count("\n") // 2, 0), question=question)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    "answer",
    [lambda asked: explain(asked, HintLevel.SOLUTION, STUDENT), sure_mistakes],
    ids=["explain", "sure_mistakes"],
)
def test_work_grows_with_the_length_of_a_program(name: str, answer: Callable[[Submission], object]) -> None:
    """A program of four times the length takes less than seven times the work, so the work is not quadratic."""
    small, large = (submission(PROGRAMS[name](times)) for times in (SMALL, 4 * SMALL))
    assert work(lambda: answer(large)) < 7 * work(lambda: answer(small)) + 2000


MORE: dict[str, Callable[[int], str]] = {
    **{name: PROGRAMS[name] for name in ("sums", "functions", "classes", "strings", "subscripts behind the end")},
    "sums of strings in one loop": lambda times: "s = ''\nfor c in t:\n" + "    s += c\n" * times,
    "searches in one loop": lambda times: "xs = []\nfor c in t:\n" + "    print(c in xs, sorted(c), sum(c))\n" * times,
    "calls of many functions": lambda times: "".join(f"def f{i}(a):\n    return g(a)\nf{i}(1)\n" for i in range(times)),
    "items of one list": lambda times: f"x = [{'1, ' * times}]\n",
    "lines of another language": lambda times: "let x = 5;\n" * times,
}


@pytest.mark.parametrize("name", MORE)
@pytest.mark.parametrize(
    "question", ["what does `x` do here?", "explain this program", "how do I start?", "make it faster", "is it right?"]
)
def test_work_of_every_purpose_grows_with_the_length(name: str, question: str) -> None:
    """A program of four times the length takes less than seven times the work, whatever is asked about it."""
    small, large = (submission(MORE[name](times), question) for times in (SMALL, 4 * SMALL))
    costs = [work(partial(explain, asked, HintLevel.SOLUTION, STUDENT)) for asked in (small, large)]
    assert costs[1] < 7 * costs[0] + 2000


def test_nested_lambdas_are_classified_without_being_compiled() -> None:
    """Nested lambdas, which CPython compiles in quadratic time, are classified without compiling them."""
    assert classify(submission("lambda:" * 2700 + "0")) == "none"
    assert classify(submission("lambda:0\n" * 200)) == "none"
    assert classify(submission("lambda:0\n" * 200 + "return\n")) == "syntax"


def test_the_topic_of_the_same_code_is_found_once() -> None:
    """The topic of a program is found once, and reused for the next hint level."""
    code = "def total(ns):\n    s = 0\n    for n in ns:\n        s += n\n"
    first, again = (Ask(code=code, cursor=Position(1, at), request_id=UUID(int=at)) for at in range(2))
    other = Ask(code=code, cursor=Position(1, 0), request_id=UUID(int=2), question="Why do I get None?")
    costs = [work(partial(report, one)) for one in (first, again, other)]
    assert costs[1] < 20 < min(costs[0], costs[2])


def test_classified_code_is_not_compiled_again() -> None:
    """Code that was classified once is not compiled again."""
    sound, broken = "x = 'known to be sound'\n", "return 'known to be broken'\n"
    assert [classify(submission(code)) for code in (sound, broken)] == ["none", "syntax"]
    assert [COMPILED.get(code, 0) for code in (sound, broken)] == [True, None]
    assert [Program(submission(code)).fault is None for code in (sound, broken)] == [True, False]
    COMPILED.keep(broken, 0, answer=True)
    assert Program(submission(broken)).fault is None


def test_what_is_remembered_is_bounded() -> None:
    """The number of cached answers is limited, and the oldest is dropped first."""
    remembered = Remembered[int]()
    for number in range(1000):
        remembered.keep("code", number, answer=number)
    known = [number for number in range(1000) if remembered.get("code", number) == number]
    assert known == list(range(500, 1000))


def test_a_program_is_freed_as_soon_as_it_has_been_gone_through() -> None:
    """A program is freed without the garbage collector once its topic is found: it leaves no reference cycle."""
    gc.collect()
    gc.disable()
    try:
        before = programs()
        report(submission("def double(n):\n    return n + n\nprint(double(2))\n"))
        assert programs() == before
    finally:
        gc.enable()


def programs() -> int:
    """Return the number of programs that have not been freed."""
    return sum(isinstance(found, Program) for found in gc.get_objects())


def test_a_guard_is_freed_with_its_answer() -> None:
    """A guard is freed without the garbage collector: it leaves no reference cycle."""
    guard = Guard(HintLevel.QUESTION, submission("def double(n):\n    return n + n\n"))
    guard.feed("What does `double` give for 2, and what is 2 + 2? Write n, then +, then n. ")
    context = ref(guard._context)
    gc.disable()
    try:
        del guard
        assert context() is None
    finally:
        gc.enable()
