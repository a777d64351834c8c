"""The facts chosen from the recorded steps of a failing test, and what the offline tutor makes of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tutor_analysis.work import explain, find
from tutor_pedagogy.failure_reports import Report
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.problem.identity import identify
from tutor_pedagogy.run_trace.digest import digest
from tutor_pedagogy.run_trace.shown import shown_steps
from tutor_pedagogy.run_trace.steps import Returned, Step, Trace, read_trace
from tutor_pedagogy.trace_table import header_and_rows
from tutor_protocol import FirstFailure, Position, Submission, TestReport
from tutor_protocol.run_trace import NoneCall, Rounds, RunTrace, Turn, Untaken

if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

FILE = "<traced>"


def trace_of(code: str, call: str) -> Trace:
    """Return the steps of a call, recorded in this process."""
    names: dict[str, Any] = {}
    exec(compile(code, FILE, "exec"), names)  # noqa: S102 - programs of this file
    steps: list[Step] = []
    returns: list[Returned] = []
    ran: dict[int, int] = {}
    stack: list[list[int]] = []
    count = 0

    def local(frame: FrameType, event: str, argument: Any) -> Any:
        values = {name: repr(value) for name, value in frame.f_locals.items()}
        if event == "line":
            stack[-1][1] = frame.f_lineno
            ran[frame.f_lineno] = ran.get(frame.f_lineno, 0) + 1
            steps.append(Step(frame.f_lineno, frame.f_code.co_name, stack[-1][0], values))
        elif event == "return":
            number, line = stack.pop()
            caller = stack[-1][1] if stack else 0
            steps.append(Step(0, frame.f_code.co_name, number, values))
            returns.append(Returned(frame.f_code.co_name, number, line, caller, repr(argument)))
        return local

    def begin(frame: FrameType, _: str, __: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename != FILE or frame.f_code.co_name.startswith("<"):
            return None
        count += 1
        stack.append([count, frame.f_lineno])
        return local

    before = sys.gettrace()
    sys.settrace(begin)
    try:
        eval(call, names)  # noqa: S307 - programs of this file
    finally:
        sys.settrace(before)
    return Trace(tuple(steps), tuple(returns), ran, sum(step.line > 0 for step in steps))


def shown(code: str, call: str, expected: str, got: str) -> RunTrace:
    """Return what the trace of a call with a wrong result shows."""
    return digest(trace_of(code, call), code, Report(call, expected, got))


def submission(code: str, call: str, expected: str, got: str, *, trace: bool = True) -> Submission:
    """Return an ask about a call with a wrong result, with its trace."""
    failure = FirstFailure(name="test_a", message=f"Test failed: {call}\nExpected: {expected}\nGot: {got}")
    return Submission(
        code=code,
        cursor=Position(0, 0),
        test_report=TestReport(passed=1, failed=1, errors=0, first_failure=failure),
        trace=shown(code, call, expected, got) if trace else None,
    )


ODD = (
    "def odd(n):\n    out = []\n    for i in range(n):\n        if i % 2:\n            out.append(i)\n    return out\n"
)
TOTAL = """\
def total(values):
    t = 0
    for value in values:
        t += value
        if value > 3:
            break
    return t
"""
GROWS = "def area(n):\n    t = 1\n    for side in range(1, n):\n        t += side * side\n    return t\n"
WORD = "def code(word):\n    out = ''\n    for letter in word:\n        out = out + letter * 2\n    return out\n"
GRADE = "def grade(n):\n    if n > 100:\n        return 'A'\n    elif n > 50:\n        return 'B'\n    return 'C'\n"
SIGN = "def sign(n):\n    if n < 0:\n        return 'minus'\n    if n > 0:\n        print(n)\n"


class TestRounds:
    """The rounds of a loop become a table."""

    def test_the_values_after_each_round(self) -> None:
        """A row holds the loop's variable and what the loop changes, after the round."""
        rounds = shown(ODD, "odd(3)", "[9]", "[1]").rounds

        assert rounds == Rounds(line=3, names=("i", "out"), rows=(("0", "[]"), ("1", "[1]"), ("2", "[1]")), first=1)

    def test_a_round_that_break_ends(self) -> None:
        """The last round counts, too, if `break` ends it."""
        rounds = shown(TOTAL, "total([1, 9, 2])", "1", "10").rounds

        assert rounds is not None
        assert rounds.rows == (("1", "1"), ("9", "10"))

    def test_only_the_last_rounds(self) -> None:
        """Of many rounds, the last twelve are kept, with their numbers."""
        rounds = shown(GROWS, "area(30)", "1", "8556").rounds

        assert rounds is not None
        assert (rounds.first, len(rounds.rows), rounds.rows[0][0]) == (18, 12, "18")

    def test_the_outer_loop_of_two(self) -> None:
        """Of two nested loops, the outer one is shown."""
        code = (
            "def f(n):\n    t = 0\n    for i in range(n):\n        for j in (0, 1):\n            t += j\n    return t\n"
        )
        rounds = shown(code, "f(2)", "1", "2").rounds

        assert rounds is not None
        assert (rounds.line, [row[0] for row in rounds.rows]) == (3, ["0", "1"])

    def test_the_loop_that_makes_the_result(self) -> None:
        """A loop that changes what is returned goes before one above it that only prepares something."""
        code = (
            "def f(ns):\n    seen = []\n    for n in ns:\n        seen.append(n)\n    out = []\n"
            "    for each in seen:\n        out.append(each * 2)\n    return out\n"
        )
        rounds = digest(trace_of(code, "f([1, 2])"), code, Report("f([1, 2])", "[1, 2]", "[2, 4]")).rounds

        assert rounds is not None
        assert (rounds.line, rounds.names) == (6, ("each", "out"))

    def test_a_while_loop(self) -> None:
        """The rounds of a `while` loop are those in which its block ran."""
        code = "def f(n):\n    k = 0\n    while n > 1:\n        n = n // 2\n        k = k + 1\n    return k\n"
        rounds = shown(code, "f(8)", "4", "3").rounds

        assert rounds is not None
        assert rounds.rows == (("4", "1"), ("2", "2"), ("1", "3"))

    def test_a_loop_on_one_line_or_without_rounds_has_no_table(self) -> None:
        """A loop whose block is on its own line, or never ran, has no table."""
        one = "def f(n):\n    t = 0\n    for i in range(n): t += i\n    return t\n"

        assert shown(one, "f(3)", "9", "3").rounds is None
        assert shown(ODD, "odd(0)", "[1]", "[]").rounds is None

    def test_the_columns_are_aligned(self) -> None:
        """The table's lines have columns of one width, and long values lose their middle."""
        table = Rounds(line=3, names=("i", "out"), rows=(("0", "[]"), ("10", "x" * 60)), first=9)
        header, rows = header_and_rows(table)

        assert [header, *rows] == ["round  i   out", "9      0   []", f"10     10  {'x' * 15}…{'x' * 15}"]


class TestTurns:
    """The first step at which a value stops being what the test needs."""

    @pytest.mark.parametrize(
        ("code", "call", "expected", "turn"),
        [
            (ODD, "odd(4)", "[1, 9]", Turn(kind="parted", line=5, name="out", before="[1]", after="[1, 3]", round=4)),
            (TOTAL, "total([1, 2, 9])", "3", Turn(kind="lost", line=4, name="t", before="3", after="12", round=3)),
            (GROWS, "area(4)", "13", Turn(kind="passed", line=4, name="t", before="6", after="15", round=3)),
            (
                WORD,
                "code('ab')",
                "'aab'",
                Turn(kind="parted", line=4, name="out", before="'aa'", after="'aabb'", round=2),
            ),
        ],
    )
    def test_a_turn(self, code: str, call: str, expected: str, turn: Turn) -> None:
        """The line, the round and both values are those of the step."""
        names: dict[str, Any] = {}
        exec(code, names)  # noqa: S102 - programs of this file
        got = repr(eval(call, names))  # noqa: S307 - programs of this file

        assert shown(code, call, expected, got).turn == turn

    @pytest.mark.parametrize(
        ("code", "call", "expected", "got"),
        [
            (GROWS, "area(4)", "99", "15"),  # The value never comes near.
            (
                "def f(xs):\n    out = []\n    for x in xs:\n        out.insert(0, x)\n    return out\n",
                "f([1, 2])",
                "[1, 2]",
                "[2, 1]",
            ),
            ("def f(xs):\n    t = 0\n    for x in xs:\n        t += x\n    return t + 1\n", "f([1, 2])", "3", "4"),
            (ODD, "odd(4)", "not a value", "[1, 3]"),
            (
                "def f(xs):\n    ok = True\n    for x in xs:\n        ok = x > 1\n    return ok\n",
                "f([1])",
                "True",
                "False",
            ),
        ],
    )
    def test_no_turn_where_the_steps_do_not_prove_it(self, code: str, call: str, expected: str, got: str) -> None:
        """Nothing is told if values are not built up, if another value is returned, or if a start value was right."""
        assert shown(code, call, expected, got).turn is None


class TestBranchesAndCalls:
    """Branches that were never taken, and calls that came to their end."""

    def test_the_branch_with_the_expected_result_comes_first(self) -> None:
        """A condition that was tested, and whose block never ran, is told."""
        assert shown(GRADE, "grade(100)", "'A'", "'B'").untaken == (Untaken(line=2, first_line=3),)

    def test_a_call_without_a_return(self) -> None:
        """The last line of a call that gave None is told, if the function returns values elsewhere."""
        assert shown(SIGN, "sign(3)", "'plus'", "None").none_call == NoneCall(function="sign", line=5)

    def test_a_return_of_none_is_no_forgotten_return(self) -> None:
        """A `return None` is meant."""
        code = "def f(n):\n    if n:\n        return 1\n    return None\n"
        assert shown(code, "f(0)", "2", "None").none_call is None

    def test_a_cut_trace_claims_no_untaken_branch(self) -> None:
        """If the trace was ended, what comes after it is not known."""
        trace = replace(trace_of(GRADE, "grade(100)"), ended="steps")
        told = digest(trace, GRADE, Report("grade(100)", "'A'", "'B'"))

        assert (told.untaken, told.ran, told.is_whole) == ((), (), False)


class TestUntrustedData:
    """The steps come from the student's process, which can write anything."""

    @pytest.mark.parametrize(
        "recorded",
        [{}, {"steps": 3}, {"steps": [[1, 2, 3, 4]]}, {"steps": [["1", "f", 1, []]]}, {"steps": [None, {}, []]}],
    )
    def test_other_forms_are_no_trace(self, recorded: dict[str, Any]) -> None:
        """Without a step of the right form, there is no trace."""
        assert read_trace(recorded) is None

    def test_sizes_and_characters(self) -> None:
        """Numbers, names and values are bounded, and no value breaks a line."""
        step = [10**30, "f" * 999, 1, [["x", "a\nb\x1b[31m" + "y" * 999], ["z", 3]] * 50]
        trace = read_trace(
            {"steps": [step] * 999, "ran": [[-5, -5], [1, 10**20]], "count": -1, "returns": [[1]], "ended": 7}
        )

        assert trace is not None
        assert (len(trace.steps), trace.ended, trace.returns) == (200, "", ())
        assert len(trace.steps[0].values["x"]) == 120
        assert trace.steps[0].values["x"].startswith("a�b�[31m")
        assert trace.ran == {0: 0, 1: 2**31 - 1}
        assert all("\n" not in line for line in shown_steps(trace))


class TestTheOfflineTutor:
    """The trace names a cause where the code alone names none, and its rounds are in the texts."""

    @pytest.mark.parametrize(
        ("code", "wrong", "rule", "line", "certainty"),
        [
            (ODD, ("odd(4)", "[1, 9]", "[1, 3]"), "logic.first-wrong-part", 5, "start_here"),
            (TOTAL, ("total([1, 2, 9, 4])", "3", "12"), "logic.right-value-changed-again", 4, "likely"),
        ],
    )
    def test_a_cause_in_place_of_a_start(
        self, code: str, wrong: tuple[str, str, str], rule: str, line: int, certainty: str
    ) -> None:
        """Without the trace, the tutor only says in which way the result is wrong."""
        rules = []
        for trace in (False, True):
            ask = submission(code, *wrong, trace=trace)
            rules.append(find(ask, identify(code, ask.cursor, "document"))[0])

        assert rules[0].certainty == "start_here"
        assert (rules[1].rule, rules[1].line, rules[1].certainty) == (rule, line, certainty)

    def test_a_finding_with_a_cause_stays(self) -> None:
        """What the rules have found by themselves is not replaced."""
        code = GRADE.replace("'C'", "'B'")
        ask = submission(code, "grade(100)", "'A'", "'B'")

        assert find(ask, identify(code, ask.cursor, "document"))[0].rule == "logic.border-on-wrong-side"

    def test_predict_then_see(self) -> None:
        """Level 1 asks for the next round, level 2 shows it, level 3 has the whole table; no later level has it."""
        ask = submission(ODD, "odd(4)", "[1, 9]", "[1, 3]")
        texts = [explain(ask, level, StudentLevels()).text for level in HintLevel]

        assert "Predict, then look: in the recorded run, after round 3 of the loop on line 3" in texts[0]
        assert "[1, 3]" not in texts[0]
        assert "after round 4 of the loop on line 3, `i` is `3` and `out` is `[1, 3]`" in texts[1]
        assert "round  i  out\n1      0  []\n2      1  [1]\n3      2  [1]\n4      3  [1, 3]" in texts[2]
        assert all("round  i" not in text for text in texts[3:])

    def test_a_run_that_cannot_be_repeated_is_no_proof(self) -> None:
        """The finding then only says where to start, and level 1 says why."""
        ask = submission(ODD, "odd(4)", "[1, 9]", "[1, 3]")
        assert ask.trace is not None
        ask = replace(ask, trace=replace(ask.trace, unrepeatable="random"))
        explained = explain(ask, HintLevel.QUESTION, StudentLevels())

        assert explained.certainty == "start_here"
        assert "random numbers" in explained.text

    def test_the_guard_knows_the_values_of_the_trace(self) -> None:
        """A model may quote a value of the recorded run."""
        ask = submission(ODD, "odd(4)", "[1, 9]", "[1, 3]")
        guard = Guard(HintLevel.QUESTION, ask)
        guard.feed("After round 4 the list is `[1, 3]`. Is that what you planned?\n\n")
        guard.finish()

        assert guard.verdict is None

    def test_the_guard_knows_the_table_of_the_rounds(self) -> None:
        """The table as it is shown passes; a block with another value does not."""
        ask = submission(ODD, "odd(4)", "[1, 9]", "[1, 3]")
        verdicts = []
        for third in ("[1]", "[1, 9, 27]"):
            guard = Guard(HintLevel.STRUCTURE, ask)
            guard.feed(f"```text\nround  i  out\n1      0  []\n2      1  [1]\n3      2  {third}\n```\n\n")
            guard.finish()
            verdicts.append(guard.verdict is None)

        assert verdicts == [True, False]


STILL = "def f(n):\n    k = 0\n    while n > k:\n        n = n + k\n    return n\n"


@pytest.mark.parametrize(
    ("names", "rows", "rule"),
    [
        (("n",), (("3",),) * 4, "logic.loop-stands-still"),
        (("n", "count"), (("3", "1"), ("3", "2"), ("3", "3")), "logic.loop-stands-still"),
        (("n",), (("3",), ("4",), ("5",)), "logic.never-comes-to-an-end"),
        (("n",), (("[…]",),) * 4, "logic.never-comes-to-an-end"),
        (("count",), (("3",),) * 4, "logic.never-comes-to-an-end"),
    ],
)
def test_a_loop_whose_values_stand_still(names: tuple[str, ...], rows: tuple[tuple[str, ...], ...], rule: str) -> None:
    """If no value of an endless loop's condition changes, that is its cause; a cut value proves nothing."""
    failure = FirstFailure(name="test_a", message="Test failed: test_a\nIt did not finish in 5 seconds: f(3)")
    ask = Submission(
        code=STILL,
        cursor=Position(2, 4),
        test_report=TestReport(passed=0, failed=0, errors=1, first_failure=failure),
        trace=RunTrace(steps=200_000, is_whole=False, rounds=Rounds(line=3, names=names, rows=rows, first=0)),
    )

    assert find(ask, identify(STILL, ask.cursor, "document"))[0].rule == rule
