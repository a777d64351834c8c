"""Small edits: each parses, changes one place and keeps all other lines; and the choice among those that pass."""

from __future__ import annotations

import ast
import random

import pytest

from testing.each_case import each_case
from testing.lesson_cases import LessonCase, lesson_cases
from tutor_pedagogy.offline.engine.found_edit import rule_named
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.repair.candidates import edits_of
from tutor_pedagogy.offline.repair.choice import choose
from tutor_pedagogy.offline.repair.probes import MOST_PROBES, probes_of
from tutor_pedagogy.offline.repair.small_edit import SmallEdit
from tutor_protocol import Position, Submission

CASES = random.Random(5).sample(lesson_cases("logic"), 60)
LINES = ("def f(xs):", "    return xs[0]", "    # end")


@each_case(CASES)
def test_an_edit_parses_and_changes_one_place(case: LessonCase) -> None:
    """Every edit gives another program that parses, keeps the lines outside of it, and has a rule with a lesson."""
    code = case.code
    program = Program(Submission(code=code, cursor=Position(0, 0)))

    for edit in edits_of(program):
        lines = edit.apply(program.lines).split("\n")
        tail = len(program.lines) - edit.last
        assert lines[: edit.first - 1] == program.lines[: edit.first - 1]
        assert lines[len(lines) - tail :] == program.lines[edit.last :]
        assert "\n".join(lines) != program.code
        ast.parse("\n".join(lines))
        assert 0 < edit.weight <= 1
        rule = rule_named(edit.rule)
        assert rule is not None
        assert rule.lesson.question


@pytest.mark.parametrize("code", ["def f(:\n", "", "x = 1\n" * 500, "if x:\n" + "  y = 1\n" * 3 + " z\n"])
def test_code_that_cannot_be_searched_has_no_edits(code: str) -> None:
    """Code that does not parse, is empty or long has no edits."""
    assert edits_of(Program(Submission(code=code, cursor=Position(0, 0)))) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(n):\n    return range(n)\n", "    return range(n + 1)"),
        ("def f(n):\n    return range(n - 1)\n", "    return range(n)"),
        ("def f(a, b):\n    return a < b\n", "    return a <= b"),
        ("def f(a, b):\n    if a and b:\n        return 1\n", "    if a or b:"),
        ("def f(a):\n    a.sort\n", "    a.sort()"),
        ("def f(a):\n    return a.sort(key=len)\n", "    return sorted(a, key=len)"),
        ("def f(a):\n    b = []\n    for x in a:\n        b += [x]\n        return b\n", "    return b"),
        ("def f(a):\n    b = a\n    return b\n", "    b = a[:]"),
        ("def f(a):\n    print(a)\n", "    return a"),
        ("def f(a):\n    return b\n", "    return a"),
        ("def f(a):\n    b = 1 / 2\n", "    b = 1 // 2"),
        ("def f(a, b):\n    return f(a, b)\n", "    return f(b, a)"),
        ("def f(a):\n    while a:\n        print(a)\n", "        print(a)\n        a -= 1"),
    ],
)
def test_the_common_slips_are_among_the_edits(before: str, after: str) -> None:
    """The usual mistakes of beginners are tried."""
    edits = edits_of(Program(Submission(code=before, cursor=Position(0, 0))))

    assert after in [edit.text for edit in edits]


def edit_on(line: int, text: str, weight: float = 0.5, rule: str = "logic.one-step-off") -> SmallEdit:
    """Return an edit of one line."""
    return SmallEdit(rule, weight, line, line, line, text)


class TestChoice:
    """Which of several edits that pass is told."""

    ONE = edit_on(2, "    return xs[1]")
    OTHER = edit_on(2, "    return xs[2]")
    ELSEWHERE = edit_on(3, "    # other")

    def test_a_single_edit_is_certain_with_enough_tests(self) -> None:
        """One edit that passes three tests is certain; with fewer tests it is only likely."""
        assert [getattr(choose(LINES, [self.ONE], {}, count), "certainty", None) for count in (1, 2, 3)] == [
            "likely",
            "likely",
            "certain",
        ]

    def test_rivals_on_one_line_leave_the_place(self) -> None:
        """If two edits of one line pass and differ in effect, only the line is told."""
        chosen = choose(LINES, [self.ONE, self.OTHER], {}, 5)
        assert chosen is not None
        assert (chosen.is_place, chosen.certainty, chosen.edit.line) == (True, "likely", 2)

    def test_rivals_on_different_lines_leave_nothing(self) -> None:
        """If edits of different lines pass and differ in effect, nothing is told."""
        assert choose(LINES, [self.ONE, self.ELSEWHERE], {}, 5) is None

    def test_rivals_with_the_same_results_are_one(self) -> None:
        """Edits that give the same results for other calls say the same; with few tests only these do."""
        same = ("1", "2", "IndexError", "4")
        shown = {self.ONE: same, self.ELSEWHERE: same}
        assert choose(LINES, [self.ONE, self.ELSEWHERE], shown, 1) is not None
        assert choose(LINES, [self.ONE, self.ELSEWHERE], shown | {self.ELSEWHERE: ("0", *same[1:])}, 1) is None

    def test_a_rare_edit_is_no_rival_unless_tests_are_few(self) -> None:
        """With enough tests a much rarer mistake does not count; with few it does."""
        rare = edit_on(3, "    # rare", 0.1)
        assert choose(LINES, [self.ONE, rare], {}, 5) is not None
        assert choose(LINES, [self.ONE, rare], {}, 2) is None

    def test_a_returned_constant_is_not_believed(self) -> None:
        """An edit that adds a `return` of a constant is nothing with few tests, and never certain."""
        constant = edit_on(2, "    return 7", 1.0)
        assert choose(LINES, [constant], {}, 2) is None
        assert getattr(choose(LINES, [constant], {}, 9), "certainty", None) == "likely"
        chosen = choose(LINES, [constant, edit_on(3, "    # natural", 0.8)], {}, 9)
        assert chosen is not None
        assert chosen.edit.line == 3


def test_probes_are_the_calls_of_tests_and_calls_near_them() -> None:
    """A call with literal arguments is a probe, and so are calls with one argument changed."""
    probes = probes_of(["assert f([1, 2], 3) == g(x)\nself.assertEqual(m.f([], 0), 1)\n", "def ("], {"f", "g"})

    assert probes[:2] == ["f([1, 2], 3)", "f([], 0)"]
    assert {"f([2], 3)", "f([1, 2], 4)", "f([], 1)"} <= set(probes)
    assert len(probes_of(["f(1, 2, 3, 4, 5)\n" * 5 + "".join(f"f({n})\n" for n in range(200))], {"f"})) == MOST_PROBES
