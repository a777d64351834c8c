"""The failing call followed: reports on typed input, examples in prose, decisions with values, and siblings."""

from __future__ import annotations

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_protocol import Position, Submission

BIASED = """\
def main():
    code = input("Code: ")
    print("ok" if good(code) else "bad")


def good(code):
    if len(code) < 3:
        return False
    for place, mark in enumerate(code):
        if mark == "-" and len(code) % 2 == 1 and place * place > len(code):
            return False
    return True


main()
"""


def submission(code: str, report: str | None = None, question: str | None = None) -> Submission:
    """Return a submission of code with a report."""
    return Submission(code=code, cursor=Position(0, 0), traceback=report, question=question)


def text(given: Submission, level: HintLevel) -> str:
    """Return the text of a level."""
    return explain(given, level, StudentLevels(programming=3, maths=3)).text


def test_report_on_input_is_tried_with_that_input() -> None:
    """A report such as check50's proves a change that gives the expected output for the input."""
    code = """\
def main():
    print(share(input("Part: ")))


def share(text):
    one, other = text.split("-")
    return f"{round(int(one) / int(other)) * 100}%"


main()
"""
    report = ':( input of 1-4 yields output of 25%\n    expected "25%", not "0%"'
    finding = diagnose(submission(code, report))

    assert (finding.rule, finding.lines) == ("logic.rounded-too-early", (7,))
    assert finding.edit is not None
    assert "round(int(one) / int(other) * 100)" in finding.edit.after


def test_decision_is_named_with_its_values() -> None:
    """Without a change that helps, the condition that led to the fixed answer is named, with the values in it."""
    report = ':( input of abcd-cd yields output of ok\n    expected "ok", not "bad"'
    given = submission(BIASED, report)

    assert diagnose(given).lines == (10,)
    assert "the input `abcd-cd`" in text(given, HintLevel.QUESTION)


def test_example_in_a_docstring_is_an_expectation() -> None:
    """An example in a docstring that the code does not fulfil is named with its call."""
    code = """\
def area(base, height):
    \"\"\"Area of a shape, e.g. area(4, 3) gives 5.\"\"\"
    return base * base * height
"""
    given = submission(code)

    assert diagnose(given).rule == "logic.result-against-note"
    assert "`area(4, 3)`" in text(given, HintLevel.QUESTION)


def test_example_that_holds_is_no_mistake() -> None:
    """An example in a docstring that the code fulfils is no finding."""
    code = """\
def area(base, height):
    \"\"\"Area of a shape, e.g. area(4, 3) gives 12.\"\"\"
    return base * height
"""
    assert diagnose(submission(code)).rule == "purpose.check"


def test_call_is_found_by_a_value_in_the_report() -> None:
    """A report without a call names a value; the only call with it that gives the wrong result is the failing one."""
    code = """\
def drops(number):
    sound = ""
    if number % 2 == 0:
        sound += "Tic"
    elif number % 3 == 0:
        sound += "Tac"
    return sound or str(number)
"""
    report = "AssertionError: 'Tic' != 'TicTac'\n\nThe sound for 12 is TicTac"

    assert diagnose(submission(code, report)).rule == "logic.branches-exclude-each-other"


def test_same_mistake_on_other_lines_is_mended_with_it() -> None:
    """If two lines of a function have the same mistake, the text names both and the edit mends both."""
    code = """\
def plain(text):
    text.replace(".", "")
    text.replace(",", "")
    return text.lower()
"""
    given = submission(code, "plain('A.b'): expected 'ab', got 'a.b'")
    finding = diagnose(given)

    assert finding.edit is not None
    assert finding.edit.after == '    text = text.replace(".", "")\n    text = text.replace(",", "")'
    assert "The same mistake is on line 3." in text(given, HintLevel.STRUCTURE)


def test_cases_follow_the_branches_and_the_loop() -> None:
    """The cases for an input are the words that conditions ask for, and no letters that the program itself changes."""
    code = """\
word = input("Colour: ").upper()
if word == "RED":
    print("stop")
elif word == "GREEN":
    print("go")
"""
    shown = text(submission(code), HintLevel.STRUCTURE)

    assert "`GREEN` as the input on line 1" in shown
    assert "capital letters" not in shown.lower()
