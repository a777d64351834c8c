"""The offline tutor on code that does not parse: the cause, its line, and the edit that repairs it."""

from __future__ import annotations

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_protocol import Position, Submission


def ask(code: str) -> Submission:
    """Build a submission with the cursor at the start."""
    return Submission(code=code, cursor=Position(0, 0))


def test_two_faults_are_mended_together() -> None:
    """If two lines have the same mistake, one edit corrects both."""
    code = "n = 2\nif n > 1\n    print(n)\nelse\n    print(0)\n"
    edit = diagnose(ask(code)).edit
    assert edit is not None
    assert edit.apply(code) == "n = 2\nif n > 1:\n    print(n)\nelse:\n    print(0)\n"


def test_second_mistake_of_another_kind_is_told() -> None:
    """If two lines have different mistakes, the edit corrects only the first one, and the text names the other line."""
    submission = ask('n = 4\nwhile n > 1\n    n -= 1\n    print("left:, n)\n')
    finding = diagnose(submission)
    assert (finding.rule, finding.edit) == ("syntax.text-never-closed", None)
    assert finding.first_step is not None
    assert finding.first_step.after == '    print("left:", n)'
    told = "Python still stops at line 2: `expected ':'`."
    assert told in explain(submission, HintLevel.SOLUTION, StudentLevels()).text
    assert "stops at line 2" in explain(submission, HintLevel.STRUCTURE, StudentLevels()).text


def test_first_step_corrects_its_whole_line() -> None:
    """If the line of the first mistake has a second one, the first step corrects both."""
    finding = diagnose(ask("n = 4\nif n = 3\n    print(n)\nelse\n    print(0)\n"))
    assert finding.first_step is not None
    assert finding.first_step.after == "if n == 3:"


def test_lines_in_a_text_count_from_the_start_of_the_document() -> None:
    """A line that a lesson mentions besides the cause is the line of the document, in a fragment too."""
    code = "def later():\n    # to do\n\ndef now():\n    return 1\n"
    submission = Submission(code=code, cursor=Position(0, 0), first_line=10)
    assert "comment stands in the block, on line 12" in explain(submission, HintLevel.CONCEPT, StudentLevels()).text


def test_nul_characters_are_removed() -> None:
    """NUL characters are named and removed. This test exists since a lesson file cannot contain NUL."""
    code = "a = 1\nb = \0002\n"
    finding = diagnose(ask(code))
    assert (finding.rule, finding.lines) == ("syntax.null-character", (2,))
    assert finding.edit is not None
    assert finding.edit.apply(code) == "a = 1\nb = 2\n"


def test_one_edit_covers_every_line_of_the_same_mistake() -> None:
    """An edit corrects the same mistake on all lines, and the finding and the plan name the other lines."""
    submission = ask("".join(f"if {n}\n    print({n})\n" for n in range(6)))
    finding = diagnose(submission)
    assert finding.also == (3, 5, 7, 9, 11)
    assert finding.edit is not None
    assert finding.edit.apply(submission.code) == "".join(f"if {n}:\n    print({n})\n" for n in range(6))
    plan = explain(submission, HintLevel.STRUCTURE, StudentLevels()).text
    assert "The same mistake is on lines 3, 5, 7, 9 and 11." in plan


def test_edit_leaves_out_long_unchanged_parts() -> None:
    """The text of an edit with several places shows each place, without the unchanged lines between them."""
    submission = ask("low-end = 1\na = 2\nb = 3\nc = 4\nd = 5\ne = 6\nprint(low-end)\n")
    text = explain(submission, HintLevel.SOLUTION, StudentLevels()).text
    assert "Change line 1 to this:\n\n```python\nlow_end = 1\n```" in text
    assert "Change line 7 to this:\n\n```python\nprint(low_end)\n```" in text


def test_guess_that_only_computes_a_string_is_no_edit() -> None:
    """An edit that leaves a string alone on its line has no effect, so it is not offered."""
    finding = diagnose(ask('print("a")\n    "b"\n'))
    assert finding.edit is None


def test_lines_count_from_the_start_of_the_document() -> None:
    """For a part of a document, the lines of a finding are counted from the start of the document."""
    submission = Submission(code="while True\n    pass\n", cursor=Position(0, 0), first_line=40)
    finding = diagnose(submission)
    assert finding.lines == (41,)
    assert finding.edit is not None
    assert (finding.edit.line, finding.edit.after) == (1, "while True:")


def test_indented_piece_keeps_its_margin() -> None:
    """A method cut out of its class is repaired with its indentation."""
    code = "    def area(self)\n        return 3\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), first_line=10))
    assert finding.rule == "syntax.missing-colon"
    assert finding.edit is not None
    assert finding.edit.apply(code) == "    def area(self):\n        return 3\n"


def test_magic_commands_of_a_notebook_are_no_faults() -> None:
    """Magics and shell commands of a notebook cell are not reported as syntax errors."""
    code = "%matplotlib inline\n!ls\nprint(1\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), kind="cell"))
    assert (finding.rule, finding.lines) == ("syntax.bracket-never-closed", (3,))
