"""The exceptions that the offline tutor predicts from code alone, compared with those of a real run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.each_case import each_case
from testing.lesson_cases import LessonCase, lesson_cases, real_traceback
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_pedagogy.offline.engine.crash import Crash, read_crash
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.foresight import foresee
from tutor_protocol import Cell, Position, Submission

CASES = [case for case in lesson_cases() if case.is_crash and case.message is None]
EXAMPLES = Path(__file__).parents[2] / "examples"
ONLY_WHEN_RUN = frozenset(
    (
        "abstract-method-missing",
        "added-after-inner-loop",
        "arguments-in-other-order",
        "assertion-misspelt",
        "assigned-past-end",
        "attribute-calls-itself",
        "attribute-cannot-be-set",
        "attribute-hides-method",
        "attribute-set-by-later-call",
        "attribute-set-for-some",
        "attribute-set-in-branch",
        "before-its-try",
        "began-as-none",
        "blanks-in-stored-key",
        "bytes-and-text",
        "chain-end-not-tested",
        "chain-left-at-its-end",
        "chain-still-empty",
        "changed-while-looping",
        "character-for-index",
        "claim-not-true",
        "class-under-a-name",
        "column-name-with-space",
        "columns-moved",
        "condition-never-true",
        "coroutine-expected",
        "coroutine-not-awaited",
        "counted-from-one",
        "counter-never-raised",
        "counting-new-key",
        "date-format-differs",
        "date-of-another-form",
        "date-with-other-type",
        "day-not-in-month",
        "decimal-with-float",
        "decorator-without-function",
        "default-before-required",
        "division-by-zero",
        "divisor-starts-at-zero",
        "empty-collection",
        "empty-entry-in-data",
        "empty-part-of-split",
        "empty-string-for-number",
        "entry-of-another-length",
        "entry-stored-otherwise",
        "entry-unlike-others",
        "entry-with-another-key",
        "entry-without-key",
        "enumerate-forgotten",
        "evaluated-text",
        "except-without-class",
        "exception-name-gone",
        "exit-not-called",
        "field-cannot-change",
        "file-already-closed",
        "file-not-there",
        "file-wanted",
        "folder-in-place-of-file",
        "form-of-another-kind",
        "function-called-too-early",
        "function-hides-module",
        "function-wanted",
        "group-not-in-pattern",
        "handler-without-value",
        "header-in-data",
        "header-line-read-too",
        "index-of-item-returned",
        "index-on-dictionary",
        "init-returns-a-value",
        "inner-collection-not-made",
        "item-is-no-collection",
        "item-used-as-position",
        "items-of-dictionary",
        "items-without-order",
        "iterator-has-no-length",
        "iterator-used-up",
        "json-of-wrong-argument",
        "key-function-gets-one-item",
        "key-in-another-case",
        "key-in-two-spellings",
        "key-is-no-function",
        "key-not-found",
        "key-of-another-type",
        "key-of-inner-dictionary",
        "key-one-level-deeper",
        "length-let-in",
        "length-minus-zero",
        "letters-for-lines",
        "library-method-misspelt",
        "limit-let-in",
        "line-end-in-key",
        "line-with-fewer-parts",
        "line-without-parts",
        "list-indexed-with-array",
        "looked-for-without-asking",
        "loop-asks-before-checking",
        "loop-outlasts-list",
        "loop-over-other",
        "made-and-not-used",
        "math-domain",
        "method-does-not-override",
        "method-imported-without-class",
        "method-lacks-parameter",
        "middle-too-far",
        "module-hidden-by-value",
        "module-not-found",
        "new-string-thrown-away",
        "no-argument-on-command-line",
        "no-branch-for-value",
        "no-iterator",
        "no-match-found",
        "no-more-input",
        "none-as-argument",
        "none-handed-on",
        "not-a-package",
        "not-for-json",
        "not-in-class",
        "not-in-collection",
        "not-json",
        "not-offered-by-object",
        "nothing-found",
        "nothing-left",
        "nothing-to-choose-from",
        "number-key-after-json",
        "number-too-big",
        "odd-item-in-order",
        "odd-item-in-sum",
        "one-character-needed",
        "other",
        "outside-the-grid",
        "own-method-for-parents",
        "own-object-as-collection",
        "own-objects-in-operation",
        "own-objects-without-order",
        "pair-as-key",
        "pairs-wanted",
        "parent-not-set-up",
        "part-against-whole",
        "path-plus-string",
        "pattern-not-valid",
        "places-and-values",
        "plain-value-awaited",
        "pop-of-a-value",
        "position-out-of-range",
        "positions-wanted",
        "private-name-outside",
        "property-called",
        "property-without-setter",
        "raise-of-no-exception",
        "raised-on-purpose",
        "random-bound-is-float",
        "random-needs-sequence",
        "random-of-nothing",
        "read-with-another-separator",
        "recursion-misses-end",
        "recursion-same-argument",
        "recursion-without-end",
        "removed-while-searching",
        "renamed-table-not-kept",
        "row-is-dictionary",
        "row-values-are-strings",
        "rows-and-columns-swapped",
        "rows-joined-to-one-list",
        "search-loop-in-dictionary",
        "second-end-missing",
        "separator-inside-a-part",
        "several-numbers-in-string",
        "shared-default-value",
        "sign-beside-number",
        "sign-not-in-table",
        "slice-keeps-all",
        "slice-never-empty",
        "sort-key-of-two-kinds",
        "split-at-another-sign",
        "start-is-no-key",
        "statistics-of-strings",
        "still-json-text",
        "string-gone-through",
        "string-needed-to-write",
        "string-taken-apart-forever",
        "super-not-called",
        "table-built-sideways",
        "taken-before-put-in",
        "taken-from-empty",
        "test-of-text-not-called",
        "tested-in-another-collection",
        "text-form-without-text",
        "text-in-another-encoding",
        "text-is-no-number",
        "time-zone-on-one-side",
        "value-in-place-of-object",
        "value-lost-in-try",
        "value-not-accepted",
        "value-only-on-some-paths",
        "whole-number-needed",
        "width-and-height-swapped",
        "with-needs-open",
        "wrong-value-from-elsewhere",
    )
)
"""Rules about values, files and data that cannot be predicted without running the program."""


def asked(code: str, line: int = 1) -> Submission:
    """Build a submission about a line of a program that was not run."""
    return Submission(code=code, cursor=Position(line - 1, 0))


def foreseen(code: str) -> Crash | None:
    """Return the exception that is predicted for a program."""
    return foresee(Program(asked(code)))


def happens(code: str) -> Crash | None:
    """Run a program and return the exception that ends it."""
    try:
        text = real_traceback(code)
    except AssertionError:
        return None
    return read_crash(text, Program(asked(code)))


@each_case(CASES)
def test_what_is_foreseen_is_what_happens(case: LessonCase) -> None:
    """The predicted exception, line and message are Python's, and rule and line are those found from the traceback."""
    expected, happened = foreseen(case.code), happens(case.code)
    if expected is None:
        return
    assert happened is not None
    assert (expected.exception, expected.line) == (happened.exception, happened.line)
    assert expected.message.partition(" (unknown location)")[0] in happened.message
    finding = diagnose(asked(case.code))
    assert (finding.rule, finding.lines) == (case.rule, (case.line,))


def test_every_kind_of_error_that_code_alone_tells_is_foreseen() -> None:
    """For each rule that can be found from code alone, an exception is predicted for at least one of its programs."""
    names = {case.rule.partition(".")[2] for case in CASES}
    seen = {case.rule.partition(".")[2] for case in CASES if foreseen(case.code)}

    assert names - seen == ONLY_WHEN_RUN


BY_NUMPY = [
    ("numerical.truth-of-array", "xs = np.linspace(0, 1, 5)\nif xs > 0.5:\n    print(xs)\n", 3),
    ("numerical.one-number-needed", "import math\nxs = np.linspace(0, 1, 5)\nprint(math.sin(xs))\n", 4),
    ("numerical.shape-as-one-value", "grid = np.zeros(3, 3)\n", 2),
    ("runtime.method-of-another-kind", "xs = np.array([1, 2])\nxs.append(3)\n", 3),
]


@pytest.mark.parametrize(("rule", "code", "line"), BY_NUMPY)
def test_errors_with_arrays_are_foreseen(rule: str, code: str, line: int) -> None:
    """Array errors are predicted from the way arrays are made, even without numpy installed."""
    finding = diagnose(asked("import numpy as np\n" + code))
    assert (finding.rule, finding.lines) == (rule, (line,))


def test_of_several_errors_the_one_at_the_cursor_is_explained() -> None:
    """Of several predicted errors, the one at the cursor's line is explained, else one in the same function."""
    code = "def half(n):\n    return n / '2'\n\ndef twice(n):\n    return n - [2]\n\nhalf(1)\ntwice(2)\n"
    lines = {line: foresee(Program(asked(code, line))) for line in (1, 2, 4, 5)}
    assert {line: crash.line for line, crash in lines.items() if crash} == {1: 2, 2: 2, 4: 5, 5: 5}


def test_foreseen_error_knows_the_call_that_leads_to_it() -> None:
    """An error inside a function is reported with the line of the call, as in a traceback."""
    crash = foreseen("def half(n):\n    return n / 2\n\nprint(half('6'))\n")
    assert crash is not None
    assert (crash.line, crash.callers) == (2, (4,))


QUIET = {
    "a name that a later cell run gave": "if 'x' in globals():\n    print(x)\n",
    "a call-back before what it calls": "press = lambda: greet()\n\ndef greet():\n    print('hi')\n\npress()\n",
    "a decorator whose key is a lambda": (
        "def by(key):\n    return lambda f: f\n\nclass A:\n    @by(lambda: later())\n    def f(self):\n        pass\n\n"
        "def later():\n    return 1\n"
    ),
    "a module that may be missing": (
        "try:\n    import colour\nexcept ImportError:\n    colour = None\n\ndef show():\n    if colour:\n"
        "        print(colour.red('x'))\n\nshow()\n"
    ),
    "a value that another function puts in": (
        "best = None\n\ndef put():\n    global best\n    best = [1]\n\n"
        "def show():\n    print(best[0])\n\nput()\nshow()\n"
    ),
    "an exception that is caught": "try:\n    n = 1 + 'b'\nexcept (TypeError, ValueError):\n    n = 0\nprint(n)\n",
    "a kind that is asked for": "v = 3\nif isinstance(v, str):\n    print(v.upper())\n",
    "None that is asked for": "v = None\nfor x in [1]:\n    if v is not None:\n        print(v + x)\n    v = x\n",
    "another Python": "import sys\nif sys.version_info < (3,):\n    print(unicode('a'))\n",
    "a mixed list": "for x in [1, 'a']:\n    if x == 1:\n        print(x + 1)\n",
    "names of every module": "print(__name__ + '.py', __doc__)\n",
    "a list that grows under a known length": "xs = [1]\nn = len(xs)\nxs.append(2)\nprint(xs[n])\n",
    "a list that a function makes longer": (
        "def add(ys):\n    ys.append(2)\n\nxs = [1]\nn = len(xs)\nadd(xs)\nprint(xs[n])\n"
    ),
    "a loop that leaves before the end": (
        "xs = [1, 2]\nfor k in range(len(xs) + 1):\n    if k == len(xs):\n        break\n    print(xs[k])\n"
    ),
    "a divisor that is checked": "for d in range(3):\n    if d and 6 % d == 0:\n        print(d)\n",
    "a start that a class shares": (
        "class A:\n    pass\n\ndef start(self, n):\n    self.n = n\n\nA.__init__ = start\nprint(A(3).n)\n"
    ),
    "an attribute that is set from outside": "class A:\n    pass\n\na = A()\na.n = 1\nprint(a.n)\n",
    "a method of a class that is extended": (
        "class A:\n    def f(self):\n        return self.g()\n\nclass B(A):\n    def g(self):\n        return 1\n\n"
        "print(B().f())\n"
    ),
    "a function that always gives back": (
        "def sign(n):\n    if n < 0:\n        return -1\n    else:\n        return 1\n\nprint(sign(2) + 1)\n"
    ),
    "a function that never ends its loop without a result": (
        "def first():\n    while True:\n        return 1\n\nprint(first() + 1)\n"
    ),
    "arguments taken apart": "def f(a, b):\n    return a + b\n\nxs = (1, 2)\nprint(f(*xs), f(**{'a': 1, 'b': 2}))\n",
    "a match": "v = 3\nmatch v:\n    case str():\n        print(v.upper())\n    case int(n):\n        print(n + 1)\n",
    "operators of the student's own": (
        "class P:\n    def __init__(self, x):\n        self.x = x\n\n    def __add__(self, o):\n"
        "        return P(self.x + o)\n\n    def __radd__(self, o):\n        return P(self.x + o)\n\n"
        "print((2 + P(1) + 2).x)\n"
    ),
}


@pytest.mark.parametrize("name", QUIET)
def test_right_programs_stay_quiet(name: str) -> None:
    """For programs that run without an exception, none is predicted."""
    assert happens(QUIET[name]) is None
    assert foreseen(QUIET[name]) is None


def test_the_repositorys_own_code_stays_quiet() -> None:
    """For the project's own code, which is known to run, no exception is predicted."""
    root = EXAMPLES.parent
    files = [
        path
        for folder in ("tutor_pedagogy", "tutor_server", "tutor_lsp", "benchmarks")
        for path in root.joinpath(folder).rglob("*.py")
    ]
    assert len(files) > 100
    assert [path for path in files if foreseen(path.read_text(encoding="utf-8"))] == []


def test_fragments_and_cells_may_use_names_from_elsewhere() -> None:
    """A name that a fragment or cell uses may come from code that is not known, so it is not reported as undefined.

    If the earlier cells of a notebook are known, it is.
    """
    fragment = Submission(code="print(total)\n", cursor=Position(0, 0), first_line=40)
    cell = Submission(code="print(total)\n", cursor=Position(0, 0), kind="cell")
    told = Submission(code="print(total)\n", cursor=Position(0, 0), kind="cell", cells=(Cell(source="total = 1\n"),))
    assert [foresee(Program(submission)) for submission in (fragment, cell, told)] == [None, None, None]
    other = Submission(code="print(total)\n", cursor=Position(0, 0), kind="cell", cells=(Cell(source="name = 1\n"),))
    crash = foresee(Program(other))
    assert crash is not None
    assert crash.message == "name 'total' is not defined"


def expressions() -> st.SearchStrategy[str]:
    """Return a strategy for expressions of every built-in type, with small numbers so that strings stay short."""
    atoms = st.sampled_from(
        ["2", "0.5", "True", "None", "'ab'", "[1, 2]", "['x']", "(1, 'x')", "{'k': 1}", "{3}", *"abc"]
    )

    def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        signs = st.sampled_from(["+", "-", "/", "//", "%", "<", "==", "in", "is", "^", "&"])
        functions = st.sampled_from(
            [
                "len",
                "str",
                "abs",
                "sum",
                "sorted",
                "list",
                "int",
                "float",
                "max",
                "round",
                "range",
                "set",
                "bool",
                "tuple",
            ]
        )
        methods = st.sampled_from(["upper()", "append(1)", "copy()", "split()", "keys()", "sort()", "index(1)", "size"])
        return st.one_of(
            st.builds("({} {} {})".format, inner, signs, inner),
            st.builds("({} * 2)".format, inner),
            st.builds("{}({})".format, functions, inner),
            st.builds("{}.{}".format, atoms.filter(str.isalpha), methods),
            st.builds("{}[{}]".format, atoms.filter(lambda text: text not in ("2", "0.5")), inner),
            st.builds("[{}, {}]".format, inner, inner),
            st.builds("-{}".format, atoms),
        )

    return st.recursive(atoms, combined, max_leaves=5)


@given(st.lists(st.tuples(st.sampled_from("abc"), expressions()), min_size=1, max_size=5))
@settings(max_examples=600, deadline=None)
def test_whatever_is_foreseen_in_straight_code_happens(assignments: list[tuple[str, str]]) -> None:
    """A random program without branches ends with the predicted exception, or with an earlier one."""
    code = "a, b, c = 1, 'xy', [3]\n" + "".join(f"{name} = {value}\n" for name, value in assignments)
    expected = foreseen(code)
    if expected is not None:
        happened = happens(code)
        assert happened is not None
        assert happened.line <= expected.line


@given(st.text(alphabet="abx=+-*()[]{}:.,'\n 01", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_gone_through(code: str) -> None:
    """No program makes the prediction raise."""
    foreseen(code)


SHIPPED = {
    "average.py": (8, 8, ""),
    "shopping.py": (8, 8, ""),
    "grades.py": (11, 10, ""),
    "birthday.py": (6, 4, "Kim\n20\n"),
    "counter.py": (7, 7, ""),
    "temperatures.py": (10, 10, ""),
    "orbit.py": (9, 9, ""),
    "savings.py": (6, 6, ""),
}
"""The example programs for students: the line of the question, the line of the cause, and the input."""


def test_every_shipped_program_is_tried() -> None:
    """The table above contains every example program."""
    assert set(SHIPPED) == {path.name for path in EXAMPLES.glob("*.py")} - {"demo.py"}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_program_is_explained_without_a_run(name: str) -> None:
    """In five asks without a run, each answer names the line, and only the last shows the fix."""
    at, cause, _ = SHIPPED[name]
    submission = asked(EXAMPLES.joinpath(name).read_text(encoding="utf-8"), at)
    edit = diagnose(submission).edit
    assert edit is not None
    for level in HintLevel:
        text = explain(submission, level, StudentLevels()).text
        if level is HintLevel.SOLUTION:
            assert f"```python\n{edit.after}\n```" in text
        else:
            assert f"line {cause}" in text.lower()
            assert edit.after not in text
            guard = Guard(level, submission)
            guard.feed(text)
            guard.finish()
            assert guard.verdict is None


def mended(name: str) -> str:
    """Return a program after applying the edit that the last hint level offers."""
    code = EXAMPLES.joinpath(name).read_text(encoding="utf-8")
    edit = diagnose(asked(code)).edit
    assert edit is not None
    return edit.apply(code)


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_is_foreseen_of_a_shipped_program_once_it_is_mended(name: str) -> None:
    """Applying the edit offered at the last hint level leaves no known error."""
    assert foreseen(mended(name)) is None


@pytest.mark.parametrize(
    "name", [name for name in SHIPPED if "numpy" not in EXAMPLES.joinpath(name).read_text("utf-8")]
)
def test_shipped_program_runs_once_it_is_mended(name: str) -> None:
    """With the edit the program runs to its end; programs with numpy, which is not a dependency, are not run."""
    command = [sys.executable, "-I", "-c", mended(name)]
    run = subprocess.run(command, input=SHIPPED[name][2], capture_output=True, text=True, timeout=30, check=False)
    assert (run.returncode, run.stderr) == (0, "")
