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


def test_second_mistake_of_another_kind_is_left_for_the_next_message() -> None:
    """If two lines have different mistakes, the edit corrects only the first one, and the text says so."""
    submission = ask('n = 4\nwhile n > 1\n    n -= 1\n    print("left:, n)\n')
    finding = diagnose(submission)
    assert (finding.rule, finding.edit) == ("syntax.text-never-closed", None)
    assert finding.first_step is not None
    assert finding.first_step.after == '    print("left:", n)'
    assert "the next message" in explain(submission, HintLevel.SOLUTION, StudentLevels()).text


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


def test_more_faults_than_an_edit_may_mend_give_a_first_step() -> None:
    """If more than three tokens would have to change, there is no edit, but a first step for the first mistake."""
    code = "".join(f"if {n}\n    print({n})\n" for n in range(6))
    finding = diagnose(ask(code))
    assert finding.edit is None
    assert finding.first_step is not None
    assert finding.first_step.after == "if 0:"


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
