"""The benchmark's figures drop if an answer has a false claim, the wrong line or an unjustified certainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from benchmarks.teaching import asks, bug_figures, bugs, rows, sound
from benchmarks.teaching.bugs import judge_all
from benchmarks.teaching.generic import GENERIC, family, names_cause
from benchmarks.teaching.lines import pythons_line, right_lines, tutors_line
from benchmarks.teaching.sound import of_programs
from testing.lesson_cases import lesson_files
from testing.reading_grade import reading_grade, sentences
from tutor_pedagogy.offline import Explanation
from tutor_pedagogy.offline.engine.lesson import lesson_of
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic import wrong_branch, wrong_result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.figures import Figure

TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "shop.py", line 3, in <module>\n    print(len(prices))\n'
    "          ^^^^^^^^^^^\nTypeError: object of type 'NoneType' has no len()\n"
)
CODE = "prices = [3, 1]\nprices = prices.sort()\nprint(len(prices))\n"
SHOP: Mapping[str, object] = {
    "id": "shop",
    "family": "runtime",
    "code": CODE,
    "traceback": TRACEBACK,
    "cause_line": 2,
    "fixed": "prices = [3, 1]\nprices.sort()\nprint(len(prices))\n",
}


def answer(rule: str, certainty: Literal["certain", "likely", "start_here"] = "certain", line: int = 3) -> Explanation:
    """Return an artificial answer of the tutor."""
    text = f"Look at line {line}.\n\n```python\nprint(1)\n```\n"
    return Explanation(rule=rule, lines=(line,), certainty=certainty, text=text)


def plant(monkeypatch: pytest.MonkeyPatch, planted: Explanation) -> None:
    """Make the tutor return the same answer for every program."""
    for module in (bugs, sound, asks):
        monkeypatch.setattr(module, "explain", lambda *_: planted)


def figures_of(*data: Mapping[str, object]) -> dict[str, Figure]:
    """Return the figures for some rows, by the figures' names."""
    judged = judge_all([rows.row(dict(one)) for one in data])
    return {figure.name.strip(): figure for figure in bug_figures.figures(judged)}


def counts(figures: dict[str, Figure], names: Sequence[str]) -> list[str]:
    """Return the counts of the figures with these names."""
    return [figures[name].counts for name in names]


def test_real_answer_is_counted_with_its_gain_over_python() -> None:
    """The tutor's line is right and Python's is not, its certain claim is confirmed, and the fix has no claim."""
    found = figures_of(SHOP)

    names = ("where Python names one, the tutor's right", "where Python names one, Python's own right")
    assert counts(found, names) == ["1 of 1", "0 of 1"]
    assert counts(found, ["right by the tutor alone", "`certain`: borne out"]) == ["1 of 1", "1 of 1"]
    assert found["fixed programs with a claim"].counts == "0 of 1"


def test_every_rule_that_restates_is_generic() -> None:
    """`GENERIC` contains every rule for a wrong result, and every rule that only says where to start looking."""
    made = [
        rule.name for module in (wrong_result, wrong_branch) for rule in vars(module).values() if type(rule) is Rule
    ]
    starts = [rule for rule in lesson_files() if not lesson_of(rule).is_sure]

    assert set(made) | set(starts) <= set(GENERIC)
    assert len(made) > 10
    assert {rule for rule in GENERIC if family(rule) != "purpose"} <= set(lesson_files())


@pytest.mark.parametrize("rule", sorted(GENERIC))
def test_flattering_rule_names_no_cause_and_is_not_borne_out(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of a generic rule counts neither as a cause nor as confirmed, even if certain and on the right line."""
    plant(monkeypatch, answer(rule, "certain", 2))

    found = figures_of(SHOP)

    names = ("run time: a cause beyond the report", "answers that are `certain` and name a cause")
    assert counts(found, names) == ["0 of 1", "0 of 1"]
    assert found["`certain`: borne out"].counts == "0 of 1"
    assert not names_cause("purpose.explain-line")


def test_certain_answer_about_another_line_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certain answer with a false cause at the failing line lowers the share of certain answers that are right."""
    plant(monkeypatch, answer("runtime.none-has-no-length", "certain", 3))

    found = figures_of(SHOP)

    assert counts(found, ["`certain`: borne out", "not: another line"]) == ["0 of 1", "1 of 1"]
    assert counts(found, ["run time: right line", "right by the tutor alone"]) == ["0 of 1", "0 of 1"]


def test_claim_on_a_fixed_or_correct_program_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim about a fixed or a correct program is counted as a false one, and its rule is listed."""
    plant(monkeypatch, answer("logic.loop-never-ends", "likely"))
    correct = rows.correct_program({"id": "sum", "code": "print(sum([1, 2]))\n", "cursor": 0})

    on_fix = figures_of(SHOP)
    (share, _, by_rule) = sound.figures(of_programs([correct]), at_most=0)

    assert on_fix["fixed programs with a claim"].is_short
    assert on_fix["logic.loop-never-ends, likely"].value == 1
    assert (share.counts, share.is_short) == ("1 of 1", True)
    assert by_rule.name.strip() == "logic.loop-never-ends, likely"


def test_place_to_start_and_another_purpose_are_no_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that only says where to start looking, or that explains a line, claims no mistake."""
    for planted in (answer("logic.result-differs", "start_here"), answer("purpose.explain", "certain")):
        plant(monkeypatch, planted)

        assert not figures_of(SHOP)["fixed programs with a claim"].is_short


def test_correct_program_that_does_not_run_here_is_left_out() -> None:
    """A program that ends with an exception is not counted as a correct program."""
    broken = rows.correct_program({"id": "x", "code": "print(nothing)\n", "cursor": 0})

    assert of_programs([broken]) == {}


def test_modules_are_drawn_by_seed_and_without_tests(tmp_path: Path) -> None:
    """The same seed draws the same modules. Test folders, and modules that do not compile, are left out."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "bad.py").write_text("print(nothing)\n", encoding="utf-8")
    for name in "abcdef":
        (tmp_path / f"{name}.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "two.py").write_text("print 1\n", encoding="utf-8")

    drawn = sound.modules([tmp_path], 3, seed=1)

    assert drawn == sound.modules([tmp_path], 3, seed=1)
    assert len(drawn) == 3
    assert len(sound.modules([tmp_path], 99, seed=1)) == 7
    assert len(sound.of_modules(sound.modules([tmp_path], 99, seed=1))) == 6


def test_big_fix_makes_no_line_right() -> None:
    """If a fix changes many lines, only the stated line of the cause counts; the tutor's line must be in its text."""
    new = rows.row({**SHOP, "fixed": "a = 1\nb = 2\nc = 3\nd = 4\n", "cause_line": [2]})

    assert right_lines(new) == {2}
    assert right_lines(rows.row({**SHOP, "fixed": None, "cause_line": None})) == frozenset()
    assert pythons_line(new) == 3
    assert tutors_line((2, 3), "The value comes from line 3.") is None


def test_line_of_a_syntax_error_is_the_compilers() -> None:
    """Python's own line for a syntax error is the line that the compiler reports."""
    broken = rows.row({"id": "x", "family": "syntax", "code": "a = (1\nb = 2\n"})

    assert pythons_line(broken) == 1


def test_purposes_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """If an ask to explain code gets an answer about a mistake, the purpose counts as missed, the answer as a claim."""
    data = {"id": "1", "purpose": "explain", "code": "x = 1\n", "cursor": 0, "question": "What does this line do?"}
    found: list[list[str]] = []
    for planted in (answer("logic.loop-never-ends", "likely"), answer("purpose.explain-line")):
        plant(monkeypatch, planted)
        found.append([figure.counts for figure in asks.figures([asks.judge(rows.ask(data))])])

    assert found == [["0 of 1", "0 of 1", "1 of 1"], ["1 of 1", "1 of 1", "0 of 1"]]
    assert asks.purpose_of(answer("purpose.other-language")) == "other_language"


def test_grade_counts_prose_alone() -> None:
    """The reading grade ignores code blocks and counts a code span as one word. Long words and sentences raise it."""
    assert sentences("Look at `total += 1`. **Why?**\n\n```python\nx = 1\n```\n1. Stop") == [
        "Look at it",
        "Why",
        "Stop",
    ]
    assert reading_grade("Look at the loop. It ends too soon.") < 4
    hard = "Consideration of the initialisation necessitates comprehensive investigation of iterations."
    assert reading_grade(hard) > 12
