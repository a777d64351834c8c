"""The edit that was found with the tests as the finding of the offline tutor."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from testing.each_case import each_case
from testing.known_cases import found_edit
from tutor_analysis.work import known_edit
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_pedagogy.offline.repair.rule_names import RULES
from tutor_pedagogy.offline.rules.logic.trials import RULES as TRIED
from tutor_pedagogy.reported import with_report_read
from tutor_protocol import FirstFailure, FoundEdit, Position, Submission, TestReport

CODE = """\
def spread(values):
    low = values[0]
    high = marks[0]
    for mark in values:
        if mark < low:
            low = mark
        if mark > high:
            high = low
    return high - low
"""
MESSAGE = "Test failed: spread([4, 9, 2])\nExpected: 7\nGot: 0"
FOUND = found_edit("wrong-name-used", 8, "            high = mark", certainty="likely")
MENDED = CODE.replace("high = low", "high = mark")
MIDDLE = StudentLevels(programming=3, maths=3)
EARLY = [level for level in HintLevel if level is not HintLevel.SOLUTION]


def submission(found: FoundEdit | None, code: str = CODE, first_line: int = 0) -> Submission:
    """Return an ask about the failing test, with the edit that was found."""
    report = TestReport(passed=1, failed=3, errors=0, first_failure=FirstFailure(name="T.test_a", message=MESSAGE))
    asked = Submission(code=code, cursor=Position(0, 0), test_report=report, found_edit=found, first_line=first_line)
    return with_report_read(asked)


def test_the_edit_is_the_finding() -> None:
    """Line, rule, certainty and edit are those of the edit with which all tests pass."""
    found = explain(submission(FOUND), HintLevel.SOLUTION, MIDDLE)

    assert (found.rule, found.lines, found.certainty) == ("logic.wrong-name-used", (8,), "likely")
    assert found.edit is not None
    assert found.edit.apply(CODE) == MENDED
    assert "high = mark" in found.text


def test_lines_are_those_of_the_document() -> None:
    """In a part of a document, the lines of the edit are moved along."""
    moved = replace(FOUND, line=28, first_line=28, last_line=28)

    found = diagnose(submission(moved, first_line=20))

    assert found.lines == (28,)
    assert found.edit is not None
    assert found.edit.apply(CODE) == MENDED


def test_a_place_without_an_edit_is_likely() -> None:
    """If only the line is sure, the finding names it, and offers no edit."""
    found = explain(
        submission(replace(FOUND, new_text=None)), HintLevel.STRUCTURE, StudentLevels(programming=3, maths=3)
    )
    assert (found.lines, found.certainty, found.edit) == ((8,), "likely", None)


def test_a_rule_that_agrees_keeps_its_words() -> None:
    """If a rule has found the same edit, its lesson is told; one that says something else gives way."""
    code = "def total(n):\n    answer = 0\n    for i in range(n):\n        answer += i\n    return answer\n"
    own = diagnose(submission(None, code))
    assert own.edit is not None
    same = found_edit("part-to-change", own.edit.line, own.edit.after, certainty="likely", passed=3)
    assert own.lines[0] == own.edit.line
    other = replace(same, line=2, first_line=2, last_line=2, new_text="    answer = n", rule="logic.wrong-start-value")

    assert diagnose(submission(same, code)).rule == own.rule
    assert diagnose(submission(other, code)).rule == "logic.wrong-start-value"
    assert diagnose(submission(other, code)).lines == (2,)


@pytest.mark.parametrize(
    "changed",
    [
        {"line": 99},
        {"first_line": 30, "last_line": 30},
        {"new_text": "            high = ("},
        {"first_line": 1, "last_line": 40, "new_text": "x = 1"},
    ],
)
def test_an_edit_that_does_not_fit_is_no_finding(changed: dict[str, Any]) -> None:
    """An edit outside of the code, or one after which the program does not parse, changes nothing."""
    assert diagnose(submission(replace(FOUND, **changed))) == diagnose(submission(None))


@pytest.mark.parametrize("name", ["logic.no-such-rule", "syntax.missing-colon", "logic.accumulator-reset"])
def test_a_rule_that_does_not_fit_has_a_general_lesson(name: str) -> None:
    """A rule that this tutor does not know, or that does not match, gets the lesson of a part to change."""
    assert diagnose(submission(replace(FOUND, rule=name))).rule == "logic.part-to-change"


@each_case(list(product(sorted({*RULES, *TRIED}), (1, 3, 5))), named=lambda case: f"{case[0]}-{case[1]}")
def test_the_texts_of_every_rule_pass_the_guard(case: tuple[str, int]) -> None:
    """Levels 1 to 4 give nothing of the edit away, no slot is left open, and levels 1 to 3 show no block of code."""
    rule, programming = case
    asked = submission(replace(FOUND, rule=rule))
    for level in EARLY:
        text = explain(asked, level, StudentLevels(programming=programming, maths=3)).text
        guard = Guard(level, asked, edit=known_edit(asked))
        guard.feed(text)
        guard.finish()
        assert guard.verdict is None, (level, text)
        assert "$" not in text
        assert ("```" in text) == (level is HintLevel.EXAMPLE)


def test_no_part_of_an_answer_is_empty_without_a_call_to_quote() -> None:
    """If the call is too long to be quoted, level 5 still says why the edit helps, and what to check."""
    long = MESSAGE.replace("[4, 9, 2]", str(list(range(60))))
    report = TestReport(passed=1, failed=3, errors=0, first_failure=FirstFailure(name="T.test_a", message=long))
    for rule in sorted({*RULES, *TRIED}):
        asked = replace(submission(replace(FOUND, rule=rule)), test_report=report, traceback=long)
        text = explain(asked, HintLevel.SOLUTION, MIDDLE).text
        _, _, rest = text.partition("The reason: ")
        reason, _, check = rest.partition("**Check it:**")
        assert len(reason.split()) > 4, (rule, text)
        assert len(check.split()) > 4, (rule, text)


def test_an_exception_in_a_test_gives_way_to_the_edit() -> None:
    """If a test fails by an exception, the edit with which all tests pass is the finding, too."""
    code = "def first(values):\n    return values[len(values)]\n"
    traceback = (
        'Traceback (most recent call last):\n  File "first.py", line 2, in first\n    return values[len(values)]\n'
        "IndexError: list index out of range"
    )
    edit = replace(FOUND, line=2, first_line=2, last_line=2, new_text="    return values[0]", certainty="certain")
    found = diagnose(replace(submission(edit, code), traceback=traceback))

    assert found.edit is not None
    assert found.edit.after == "    return values[0]"


@pytest.mark.parametrize(
    "fields",
    [
        {"rule": "no rule"},
        {"rule": "logic." + "x" * 90},
        {"certainty": "start_here"},
        {"line": 0},
        {"passed": 0},
        {"first_line": 9},
        {"last_line": 2**31},
        {"first_line": 1, "last_line": 41},
        {"new_text": "x" * 2001},
    ],
)
def test_values_beyond_the_limits_are_refused(fields: dict[str, Any]) -> None:
    """A value of another form, or beyond a limit, is a clear error."""
    with pytest.raises(ValueError, match=r"is|at least|at most|limited|lines"):
        replace(FOUND, **fields)


FIRST = """\
def firsts(ns):
    new = []
    for n in ns:
        if ns.count(n) > 1:
            new += []
        else:
            new += [n]
    return new
"""
PLACE = """\
def place(x, ns):
    for i in range(len(ns)):
        if not ns:
            return 0
        if x <= ns[i]:
            return i
"""
TOPS = """\
def tops(ns, k):
    out = []
    while ns:
        out.append(max(ns))
        ns.remove(max(ns))
        if len(out) == k:
            return out
"""
OLDEST = """\
def oldest(ns):
    out = []
    while ns:
        low = ns[0]
        for n in ns:
            if n < low:
                low = n
        ns.remove(low)
        out.append(low)
        out.reverse
    return out
"""


@pytest.mark.parametrize(
    ("code", "rule", "line", "text"),
    [
        (FIRST, "conditions-joined-wrongly", 4, "        if ns.count(n) > 1 and new:"),
        (PLACE, "one-step-off", 2, "    for i in range(len(ns) + 1):"),
        (TOPS, "return-forgotten", 7, "            return out\n    return ns"),
        (OLDEST, "comparison-turned-round", 6, "            if n > low:"),
    ],
)
def test_an_edit_that_passes_by_a_trick_is_no_finding(code: str, rule: str, line: int, text: str) -> None:
    """Conditions that are not there, a round too many, an argument that is emptied, a plan that is turned round."""
    found = found_edit(rule, line, text)

    assert diagnose(submission(found, code)) == diagnose(submission(None, code))


def test_another_part_of_an_item_is_not_told_as_a_range() -> None:
    """The part at another index of a loop's item is a part to change, and no end of a range."""
    code = "def sum_up(pairs):\n    total = 0\n    for pair in pairs:\n        total += pair[0]\n    return total\n"
    found = replace(
        FOUND, rule="logic.one-step-off", line=4, first_line=4, last_line=4, new_text="        total += pair[1]"
    )

    assert diagnose(submission(found, code)).rule == "logic.part-to-change"


def test_a_fixed_number_is_not_called_a_name() -> None:
    """Where a name replaces a number, the lesson speaks of the number."""
    code = "def firsts(ns, k):\n    ns.sort()\n    return ns[:3]\n"
    found = replace(FOUND, line=3, first_line=3, last_line=3, new_text="    return ns[:k]")
    told = [explain(submission(found, code), level, MIDDLE).text for level in EARLY]

    assert "in place of the fixed `3`" in told[0]
    assert not any("the name `3`" in text for text in told)
