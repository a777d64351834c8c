"""Edits and claims that are held back where they may be wrong, and fallbacks that use what the student reports."""

from __future__ import annotations

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain, sure_mistakes
from tutor_protocol import Position, Submission

STUDENT = StudentLevels(programming=3, maths=3)


def asked(code: str, *, traceback: str | None = None, question: str | None = None) -> Submission:
    """Return a submission with the cursor on the first line."""
    return Submission(code=code, cursor=Position(0, 0), traceback=traceback, question=question)


def test_a_message_that_may_tell_of_success_is_no_handler() -> None:
    """Below a `try` without a jump, a `print` is not made the part for a failure."""
    code = 'n = 0\ntry:\n    n = int("4")\nprint("done")\n'
    finding = diagnose(asked(code))
    assert (finding.rule, finding.edit) == ("syntax.try-without-except", None)


def test_a_step_that_jumps_over_the_end_gets_no_wider_condition() -> None:
    """A recursion that goes down by two needs a second end; `<=` would only give a wrong result."""
    code = (
        "def power(x, n):\n    if n == 0:\n        return 1\n    return x * x * power(x, n - 2)\n\n\n"
        "print(power(2, 5))\n"
    )
    report = (
        'Traceback (most recent call last):\n  File "program.py", line 7, in <module>\n    print(power(2, 5))\n'
        '  File "program.py", line 4, in power\n    return x * x * power(x, n - 2)\n'
        "RecursionError: maximum recursion depth exceeded\n"
    )
    finding = diagnose(asked(code, traceback=report))
    assert (finding.rule, finding.edit) == ("runtime.second-end-missing", None)


def test_an_edit_that_only_moves_the_mistake_is_not_offered() -> None:
    """After the edit of a header a call of the function would fail: the finding keeps no edit."""
    code = 'def profile(**info, name):\n    return name + str(info)\n\n\nprint(profile("Jo", age=20))\n'
    assert diagnose(asked(code)).edit is None


@pytest.mark.parametrize(
    "code",
    [
        "numbers = [3, 1]\nresult = numbers.sort()  # in place, the result is None\nprint(result, numbers)\n",
        "la = [2, 1]\nlb = la  # apposta: due nomi\nla.sort()\nprint(lb[0])\nprint(la)\n",
        (
            's = "a1b22"\nnum = ""\nout = []\nfor ch in s + " ":\n    if ch.isdigit():\n        num += ch\n'
            '    elif num:\n        out.append(int(num))\n        num = ""\nprint(out)\n'
        ),
    ],
)
def test_a_program_that_says_what_it_shows_gets_no_claim(code: str) -> None:
    """A comment that tells what happens on a line, or a name that collects a string, is no mistake."""
    assert not sure_mistakes(asked(code))
    assert not diagnose(asked(code)).rule.startswith("logic.")


@pytest.mark.parametrize(
    "report",
    [
        "Test fehlgeschlagen: digits(409)\nErwartet: 13\nErhalten: 44",
        "Test échoué : digits(409)\nAttendu : 13\nObtenu  : 44",
        "Falla: digits(409)\nesperado: 13\nobtenido: 44",
        "Caso de teste: digits(409)\nSaída esperada: 13\nSua saída: 44",
        "Test fallito: digits(409)\nAtteso: 13\nOttenuto: 44",
    ],
)
def test_reports_of_tests_are_read_in_other_languages(report: str) -> None:
    """The failing call and both results are used, so the wrong operator is found."""
    code = "def digits(n):\n    s = 0\n    while n > 0:\n        s += n // 10\n        n //= 10\n    return s\n"
    finding = diagnose(asked(code, traceback=report))
    assert finding.lines == (4,)
    assert finding.edit is not None
    assert finding.edit.after.strip() == "s += n % 10"


def test_the_trace_by_hand_uses_the_sentence_of_the_student() -> None:
    """Where nothing is found, the texts speak of the case that the student tells of."""
    code = "boxes = [1, 2]\nfor box in boxes:\n    total = box * 3\n    print(total)\n"
    told = asked(code, question="the boxes on the screen come out much bigger than at home")
    assert "come out much bigger than at home" in explain(told, HintLevel.SOLUTION, STUDENT).text


def test_the_unreadable_line_tells_the_words_of_python() -> None:
    """A line that no rule explains gets at least Python's own message and the piece that it marks."""
    text = explain(asked("rows = []\nrows.sort(key=lambda (a, b): b)\n"), HintLevel.QUESTION, STUDENT).text
    assert "parenthesized" in text
    assert "`(a, b)`" in text
