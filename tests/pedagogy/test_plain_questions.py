"""Questions that name no fault: nothing in the answers speaks of a mistake, and stray words decide nothing."""

from __future__ import annotations

import pytest

from tutor_pedagogy.dialogue.meaning import meanings, names_in
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.purposes.start.task_kinds import kinds_of
from tutor_protocol import Position, Submission

LAMP = "class Lamp:\n    def press(self):\n        self.on = True\n\nlamp = Lamp()\nlamp.press()\nprint(lamp.on)\n"
STUDENT = StudentLevels(programming=2, maths=2)
AREA = "def area(width, height):\n    return width * height\n\narea(6, 4)\n"
COUNTS = "counts = {}\nfor word in ['fir', 'elm']:\n    counts[word] = counts.get(word, 0) + 1\nprint(counts)\n"


def _explained(code: str, question: str, line: int = 0) -> tuple[str, str]:
    submission = Submission(code=code, cursor=Position(line, 0), question=question)
    found = explain(submission, HintLevel.QUESTION, STUDENT)
    return found.rule, found.text


@pytest.mark.parametrize(
    ("code", "question", "rule"),
    [
        (LAMP, "was genau ist self und warum muss ich es beim aufruf nicht mitgeben", "purpose.explain"),
        ("secret = 'fir'\n", "we must do hangman. i have the word now what", "purpose.start"),
        ("texto = 'a la casa'\n", "tengo que decir cual palabra sale mas. que hago primero", "purpose.start"),
        (
            AREA + "print(area(2, 2))\n",
            "est-ce que mon calcul de la surface est correct, je dois le rendre",
            "purpose.check",
        ),
    ],
)
def test_a_question_that_names_no_fault_is_not_traced(code: str, question: str, rule: str) -> None:
    """A question about a concept, a plan or a check gets the purpose that it states."""
    assert _explained(code, question)[0] == rule


@pytest.mark.parametrize(
    ("code", "question", "said"),
    [
        ("import numpy\nprint(numpy.arange(5))\n", "how do i install numpy", "with pip"),
        (AREA, "where does the result go? i see nothing", "`area(6, 4)`, gives a value, but no line takes or shows it"),
        (COUNTS, "how can i see what is in the variable while the program runs", "`print` of a variable"),
        ("def f(a):\n    return a\n\nprint(f(2))\n", "are my variable names ok", "Of one letter only"),
        (COUNTS, "may i use chatgpt for this", "your teacher or the rules of your course"),
    ],
)
def test_a_question_about_what_surrounds_the_program_is_answered(code: str, question: str, said: str) -> None:
    """Installing, watching, naming and the rules of a course have answers of their own."""
    assert said in _explained(code, question)[1]


def test_a_method_that_is_named_without_its_object_is_found() -> None:
    """The call of the program is explained, with its own arguments."""
    assert "do not know this function" not in _explained(COUNTS, "why do we need the 0 in get(word, 0)", 2)[1]


def test_an_article_of_the_question_names_no_task() -> None:
    """An English word for a task is none where it is an article of the question's language."""
    assert "dice" not in kinds_of("darf ich für die hausaufgabe das buch nehmen")
    assert kinds_of("roll a die") == ["dice"]


def test_a_pronoun_is_no_variable_and_a_slash_in_a_sentence_no_operator() -> None:
    """Words and signs of running text are no names and no operators of the program."""
    code = "scores = [4, 9]\nfor i in range(1, 2):\n    print(scores[i])\n"
    program = Program(Submission(code=code, cursor=Position(1, 0)))
    assert "i" not in names_in(program, "so do i have to change the list itself?")
    assert "i" in names_in(program, "what is i here")
    assert not any("divides" in each.direct for each in meanings(program, "what means shallow / flat", 2))
