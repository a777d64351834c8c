"""The same mistake at several places: one edit covers all of them, and what is still wrong after it is told."""

from __future__ import annotations

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_protocol import Position, Submission


def ask(code: str, question: str | None = None) -> Submission:
    """Return a submission of code with the cursor on its first line."""
    return Submission(code=code, cursor=Position(0, 0), question=question)


def test_lines_that_fail_next_for_the_same_reason_join_the_edit() -> None:
    """If the edited program fails on another line for the same reason, that line joins the edit and is named."""
    submission = ask('n = 3\nprint("n " + n)\nprint("again " + n)\n')
    finding = diagnose(submission)
    assert (finding.also, finding.still_wrong) == ((3,), None)
    assert finding.edit is not None
    assert finding.edit.apply(submission.code) == 'n = 3\nprint("n " + str(n))\nprint("again " + str(n))\n'
    plan = explain(submission, HintLevel.STRUCTURE, StudentLevels()).text
    assert "The same mistake is on line 3." in plan


def test_another_failure_after_an_edit_is_told() -> None:
    """If the edited program stops on another line for another reason, levels 3 and 5 name that line."""
    submission = ask('n = 3\nprint("n " + n)\nprint(unknown)\n')
    assert "Python still stops at line 3" in explain(submission, HintLevel.STRUCTURE, StudentLevels()).text
    told = "Python still stops at line 3: `NameError: name 'unknown' is not defined`."
    assert told in explain(submission, HintLevel.SOLUTION, StudentLevels()).text


def test_an_exception_that_the_program_raises_itself_is_not_told() -> None:
    """After an edit the program may raise an exception on purpose: that is no further mistake."""
    finding = diagnose(ask('n = 3\nprint("n " + n)\nraise SystemError("end")\n'))
    assert finding.edit is not None
    assert finding.still_wrong is None


def test_all_global_variables_that_a_function_changes_are_declared() -> None:
    """The edit declares each variable that the function changes by its old value, and not only the first one."""
    code = "x = 0\ny = 0\ndef move():\n    x += 1\n    y += 1\nmove()\n"
    edit = diagnose(ask(code)).edit
    assert edit is not None
    assert "    global x, y\n" in edit.apply(code)
