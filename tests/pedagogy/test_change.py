"""What became of a problem between two asks, and which asks are about one problem (section "Ladder policies")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing.asks_in_turn import compared, snapshot, traceback
from tutor_pedagogy.conversation.change import Comparison, compare
from tutor_pedagogy.conversation.line_map import map_lines
from tutor_pedagogy.conversation.records import Version, highest_of_follow_up, place
from tutor_pedagogy.conversation.snapshot import Snapshot, digests
from tutor_pedagogy.ladder.policy import Ladder
from tutor_protocol import Diagnostic, FirstFailure, TestReport

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)

MISSPELT = "prices = [3, 4]\ntotal = 0\nfor price in prices:\n    totl = total + price\nprint(totl + 1)\nprint(item)\n"


NAME_ERROR = traceback(1, "print(totl)", "NameError: name 'totl' is not defined")
TWO_SLIPS = "total = 3\nprint(totl)\nfor n in [1, 2]\n    print(n)\n"


class TestChange:
    """The six words for a change."""

    def test_the_first_ask_and_the_same_code_are_no_change(self) -> None:
        """The first ask about a unit and an ask about the same code have the change `none`."""
        same = snapshot("print(totl)\n", traceback=NAME_ERROR)

        assert compare(None, same, is_recent=False).change == "none"
        assert compared(same, snapshot("print( totl )  # again\n")).change == "none"

    def test_an_edit_elsewhere_leaves_the_finding(self) -> None:
        """If lines above are added, the same rule at the carried line is the `same` problem, and an attempt."""
        before = snapshot("for n in [1, 2]\n    print(n)\n")
        after = snapshot("start = 1\nprint(start)\n\nfor n in [1, 2]\n    print(n)\n", line=3)

        assert (compared(before, after).change, compared(before, after).is_attempt) == ("same", True)

    def test_an_edit_of_the_line_that_does_not_mend_is_an_attempt(self) -> None:
        """If the faulty line was edited and has the same mistake, it is the `same` problem, and an attempt."""
        found = compared(snapshot("for n in [1, 2]\n    print(n)\n"), snapshot("for n in [1, 2, 3]\n    print(n)\n"))

        assert (found.change, found.is_attempt) == ("same", True)

    def test_the_same_exception_at_the_edited_line_is_an_attempt(self) -> None:
        """If the failing line was edited and raises the same exception, it is an attempt, whatever rule explains it."""

        def asked(key: str) -> Snapshot:
            line = f"print(prices[{key}])"
            return snapshot(
                f"prices = {{'tea': 2}}\nitem = 'Tea'\n{line}\n", 2, traceback=traceback(3, line, "KeyError: 'x'")
            )

        found = compared(asked("item"), asked('"item"'))
        assert (found.change, found.is_attempt) == ("same", True)

    def test_a_wrong_result_that_is_gone_is_solved(self) -> None:
        """If a function's result contradicted its name and does not any more, the problem is solved."""
        body = "    best = 0\n    for n in numbers:\n        if n > best:\n            best = n\n    return best\n"
        code = f"def largest(numbers):\n{body}"
        before, after = (snapshot(each, 2) for each in (code, code.replace("best = 0", "best = numbers[0]")))

        assert before.names_problem
        assert compared(before, after).change == "solved"

    def test_another_mistake_that_was_there_is_nearer(self) -> None:
        """If the finding is gone and another one is left on an unchanged line, the problem is new, but `nearer`."""
        found = compared(
            snapshot("for n in [1, 2]\n    print(n)\nwhile True\n    pass\n"),
            snapshot("for n in [1, 2]:\n    print(n)\nwhile True\n    pass\n"),
        )

        assert (found.change, found.is_attempt, found.is_introduced) == ("nearer", False, False)

    def test_a_mistake_that_came_with_the_edit_is_new(self) -> None:
        """If the finding is gone and the edit brought another one, the change is `new`."""
        found = compared(
            snapshot("print(totl)\n", traceback=NAME_ERROR),
            snapshot("total = 3\nprint(total / 0)\n", line=1),
        )

        assert (found.change, found.is_introduced) == ("new", True)

    def test_code_that_no_longer_parses_is_worse(self) -> None:
        """If the code parsed before and does not now, the change is `worse`."""
        found = compared(snapshot("print(totl)\n", traceback=NAME_ERROR), snapshot("print(totl\n"))

        assert found.change == "worse"

    def test_a_mended_program_is_solved(self) -> None:
        """If the finding is gone, nothing else is found and no error is reported, the problem is `solved`."""
        found = compared(snapshot("for n in [1, 2]\n    print(n)\n"), snapshot("for n in [1, 2]:\n    print(n)\n"))

        assert found.change == "solved"

    def test_a_crash_is_not_solved_while_its_line_stands_there(self) -> None:
        """If the failing line was not touched and the program was not run again, nothing says that it is solved."""
        code = "age = int(input())\nprint(age)\n"
        crash = traceback(1, "age = int(input())", "ValueError: invalid literal for int() with base 10: 'x'")
        found = compared(snapshot(code, traceback=crash), snapshot(code.replace("print(age)", 'print("Age", age)')))

        assert (found.change, found.is_attempt, found.is_seen) == ("same", True, False)

    def test_a_mistake_that_a_crash_hides_is_not_gone(self) -> None:
        """If the new ask is about an exception, a mistake that no run had shown may still be there: it is not gone."""
        code = "count = 0\nfor n in [1, 2]:\n    count + 1\nprint('start')\nage = int(input())\n"
        crash = traceback(5, "age = int(input())", "ValueError: invalid literal for int() with base 10: 'x'")
        found = compared(snapshot(code, 2), snapshot(code.replace("start", "begin"), 4, traceback=crash))

        assert (found.change, found.is_attempt) == ("new", False)

    @pytest.mark.parametrize("is_run", [True, False])
    def test_an_exception_that_was_not_reached_is_not_gone(self, *, is_run: bool) -> None:
        """An exception whose line was not reached, or that came without another run, is not known to be gone."""
        code = "age = int(input())\nprint(6 / age)\nprint('end')\nfor n in [age]:\n    n + 1\n"
        before = snapshot(code, 1, traceback=traceback(2, "print(6 / age)", "ZeroDivisionError: division by zero"))
        crash = traceback(1, "age = int(input())", "ValueError: invalid literal for int() with base 10: 'x'")
        found = compared(before, snapshot(code.replace("end", "over"), 4, traceback=crash if is_run else None))

        assert (found.change, found.is_attempt) == ("new", False)

    def test_an_exception_after_which_another_comes_is_gone(self) -> None:
        """If the program runs past the line of an exception and stops below it, that exception is gone: `nearer`."""
        code = "total = 3\nprint(totl)\nprint(itm)\n"
        before = snapshot(code, 1, traceback=traceback(2, "print(totl)", "NameError: name 'totl' is not defined"))
        below = traceback(3, "print(itm)", "NameError: name 'itm' is not defined")

        assert compared(before, snapshot(code.replace("totl", "total"), 2, traceback=below)).change == "nearer"

    def test_a_crash_is_solved_if_the_program_runs_to_its_end(self) -> None:
        """If the evaluator runs the changed program to its end, a crash is gone although its line stands there."""
        code = "prices = []\nprint(sum(prices) / len(prices))\n"
        crash = traceback(2, "print(sum(prices) / len(prices))", "ZeroDivisionError: division by zero")
        found = compared(snapshot(code, 1, traceback=crash), snapshot(code.replace("[]", "[4, 5]"), 1))

        assert found.change == "solved"

    @pytest.mark.parametrize(("failed", "change"), [(1, "nearer"), (2, "same"), (3, "worse")])
    def test_failing_tests_are_counted(self, failed: int, change: str) -> None:
        """Fewer failing tests are `nearer`, more are `worse`."""

        def tested(code: str, failed: int) -> Snapshot:
            first = FirstFailure(name="test_sum", message="assert 3 == 4")
            return snapshot(code, test_report=TestReport(passed=0, failed=failed, errors=0, first_failure=first))

        code = "def add(a, b):\n    return a - b\n"
        assert compared(tested(code, 2), tested(code.replace("-", "*"), failed)).change == change

    def test_another_program_is_not_compared(self) -> None:
        """A script of which no line is left, as in another file, is `new`: its mistake is not the one before."""
        reported = (Diagnostic(line=1, character=0, end_line=1, end_character=5, message="expected ':'", severity=1),)
        before = snapshot("total = 1\nfor n in [1, 2]\n    print(total)\n", 1, diagnostics=reported)
        codes = ("other = 2\nwhile other > 0\n    other -= 1\n", "other = 2\nx = 3\nprint(x - other)\n")
        for code, diagnostics in zip(codes, (reported, ()), strict=True):
            found = compared(before, snapshot(code, 1, diagnostics=diagnostics))

            assert (found.change, found.is_attempt, found.is_introduced) == ("new", False, False)

    def test_a_line_that_was_written_anew_is_compared(self) -> None:
        """In a program of a line or two, all lines may be edited: it is an attempt."""
        found = compared(snapshot("while True\n    pass\n"), snapshot("while 1 > 0\n    print(1)\n"))

        assert (found.change, found.is_attempt) == ("same", True)

    def test_an_old_ask_is_no_measure(self) -> None:
        """After more than an hour, changed code is a new problem."""
        before, after = snapshot("for n in [1, 2]\n    print(n)\n"), snapshot("for n in [1, 2, 3]\n    print(n)\n")

        assert compare(before, after, is_recent=False) == Comparison(change="new", before=before, after=after)


def placed(
    after: Snapshot, *earlier: Snapshot, policy: Ladder = Ladder.ATTEMPTS, minutes: int = 1
) -> tuple[str | None, bool]:
    """Return the problem of an ask after others, and whether it is an attempt. `v0` is the newest of the others."""
    versions = [
        Version(
            key=f"v{number}",
            root=f"v{number}",
            fingerprint=one.fingerprint,
            asked_at=NOW - timedelta(minutes=minutes * (number + 1)),
            snapshot=one,
        )
        for number, one in enumerate(earlier)
    ]
    of_code = [version for version in versions if version.fingerprint == after.fingerprint]
    of_unit = [version for version, one in zip(versions, earlier, strict=True) if one.unit == after.unit]
    found = place(after, of_code=of_code, of_unit=of_unit, policy=policy, now=NOW)
    return found.root, found.circumstances.is_attempt


class TestProblem:
    """Which asks are about one problem."""

    NO_COLON = snapshot("for n in [1, 2]\n    print(n)\n")
    ATTEMPT = snapshot("for n in [1, 2, 3]\n    print(n)\n")
    SLIP = snapshot("for n in [1, 2, 3\n    print(n)\n")

    def test_an_attempt_keeps_its_problem(self) -> None:
        """An edit of the faulty line that does not mend it belongs to the problem before."""
        assert placed(self.ATTEMPT, self.NO_COLON) == ("v0", True)

    def test_under_the_policy_of_code_changed_code_is_a_problem(self) -> None:
        """Under `code`, every changed code begins a problem."""
        assert placed(self.ATTEMPT, self.NO_COLON, policy=Ladder.CODE) == (None, False)

    def test_a_slip_in_between_does_not_end_a_problem(self) -> None:
        """An attempt after another mistake in between belongs to the problem before that."""
        assert placed(self.ATTEMPT, self.SLIP, self.NO_COLON) == ("v1", True)

    def test_after_an_hour_a_problem_is_new(self) -> None:
        """An edit after more than an hour begins a problem."""
        assert placed(self.ATTEMPT, self.NO_COLON, minutes=61) == (None, False)

    def test_coming_back_keeps_the_problem(self) -> None:
        """An earlier version belongs to its problem, and is no attempt."""
        assert placed(self.NO_COLON, self.SLIP, self.NO_COLON) == ("v1", False)

    def test_t12_two_errors_in_a_script_are_two_problems(self) -> None:
        """T12: outside functions, two asks about one code with different errors are about two problems."""
        first = snapshot(MISSPELT, traceback=traceback(5, "print(totl + 1)", "TypeError: unsupported"))
        second = snapshot(MISSPELT, traceback=traceback(6, "print(item)", "NameError: name 'item' is not defined"))
        silent = snapshot(MISSPELT)

        assert placed(second, first) == (None, False)
        assert placed(first, second, first) == ("v1", False)
        assert placed(silent, second, first) == ("v0", False)
        assert placed(first, silent) == ("v0", False)

    def test_an_error_is_compared_by_its_tokens(self) -> None:
        """The same error on a line with another number is the same problem."""
        crash = traceback(6, "print(item)", "NameError: name 'item' is not defined")
        moved = "\n" + MISSPELT

        assert placed(
            snapshot(moved, traceback=crash.replace("line 6", "line 7")), snapshot(MISSPELT, traceback=crash)
        ) == ("v0", False)

    def test_errors_of_the_editor_are_told_apart(self) -> None:
        """Outside functions, two diagnostics of severity error on different lines are two problems."""

        def reported(line: int) -> Snapshot:
            place_ = Diagnostic(line=line, character=0, end_line=line, end_character=3, message="not defined")
            return snapshot(MISSPELT, line, diagnostics=(place_,))

        assert placed(reported(5), reported(3)) == (None, False)

    def test_a_question_has_a_level_only_for_the_code_of_its_answer(self) -> None:
        """A question with the answer's code has its level, an attempt at most level 4, other code or errors level 1."""
        script = "total = 0\nprint(totl)\nprint(itm)\n"
        crashes = [
            traceback(line, f"print({name})", f"NameError: name '{name}' is not defined")
            for line, name in ((2, "totl"), (3, "itm"))
        ]
        answered = snapshot(script, 1, traceback=crashes[0])
        version = Version(key=1, root=1, fingerprint=answered.fingerprint, asked_at=NOW, snapshot=answered)
        attempt = snapshot(script.replace("totl", "toal"), 1, traceback=crashes[0].replace("totl", "toal"))
        asked = {
            "same": answered,
            "without a run": snapshot(script, 1),
            "attempt": attempt,
            "other error": snapshot(script, 2, traceback=crashes[1]),
            "other program": snapshot("def mean(marks):\n    return sum(marks)\n", 1),
        }

        def highest(each: Snapshot) -> int:
            of_code = [version] if each.fingerprint == answered.fingerprint else []
            of_unit = [version] if each.unit == answered.unit else []
            return highest_of_follow_up(each, 1, of_code=of_code, of_unit=of_unit, now=NOW)

        assert {name: int(highest(each)) for name, each in asked.items()} == {
            "same": 5,
            "without a run": 5,
            "attempt": 4,
            "other error": 1,
            "other program": 1,
        }

    def test_in_a_function_the_code_alone_is_the_problem(self) -> None:
        """Inside a function, asks about the same code are about one problem, whatever is reported."""
        code = "def show(prices):\n    print(price)\n    print(item)\n"
        first, second = (
            snapshot(code, 1, traceback=traceback(line, "print(x)", f"NameError: name '{name}' is not defined"))
            for line, name in ((2, "price"), (3, "item"))
        )

        assert placed(second, first) == ("v0", False)


LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "if x:", "pass"]), max_size=12)


class TestLineMap:
    """The line diff."""

    @given(LINES, LINES)
    def test_lines_are_paired_with_equal_ones_in_order(self, old: Sequence[str], new: Sequence[str]) -> None:
        """Each line is carried to an equal line, no two to one, and in the same order."""
        carried = map_lines(digests(old), digests(new)).carried

        pairs = [(before, after) for before, after in enumerate(carried) if after is not None]
        assert [old[before] for before, _ in pairs] == [new[after] for _, after in pairs]
        assert sorted({after for _, after in pairs}) == [after for _, after in pairs]

    @given(LINES)
    def test_an_unchanged_text_is_carried_whole(self, lines: Sequence[str]) -> None:
        """Each line of an unchanged text is carried to itself."""
        assert map_lines(digests(lines), digests(lines)).carried == tuple(range(len(lines)))

    @given(LINES, st.integers(0, 12))
    def test_an_inserted_line_moves_those_below(self, lines: Sequence[str], at: int) -> None:
        """A new line at some place moves only the lines below it."""
        at = min(at, len(lines))
        found = map_lines(digests(lines), digests([*lines[:at], "something new", *lines[at:]]))

        assert found.carried == (*range(at), *range(at + 1, len(lines) + 1))
        assert found.edited == {at}

    def test_an_edited_line_has_its_hunk(self) -> None:
        """The lines that stand where an edited line stood are its hunk."""
        found = map_lines(digests(["a", "old", "b"]), digests(["a", "new", "newer", "b"]))

        assert (found.carried[1], list(found.hunk_of(1))) == (None, [1, 2])


def test_a_snapshot_survives_its_json() -> None:
    """A snapshot is equal after it was stored as JSON and read again."""
    taken = snapshot("print(totl)\n", traceback=NAME_ERROR)

    assert Snapshot.from_json(taken.to_json()) == taken


def test_a_snapshot_holds_no_code() -> None:
    """The stored snapshot contains no name or value of the code."""
    stored = str(snapshot("secret_name = 'secret value'\nprint(totl)\n", 1, traceback=NAME_ERROR).to_json())

    assert "secret" not in stored
    assert "totl" not in stored
