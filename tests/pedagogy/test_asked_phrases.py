"""Questions in five languages: the kind of help that they ask for, and the language that is recognised."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain, purpose
from tutor_pedagogy.offline.purposes.questions import kind_of_question, language_of_question
from tutor_pedagogy.offline.purposes.tables import table
from tutor_protocol import Position, Submission

PHRASES = tomllib.loads((Path(__file__).parents[2] / "testing" / "asked_phrases.toml").read_text(encoding="utf-8"))
LOOP = "for k in range(3):\n    print(k)\n"


@pytest.mark.parametrize("language", PHRASES)
def test_kind_is_told_in_the_language_of_the_question(language: str) -> None:
    """The words of a question decide the kind of help; a question for a reason may be open between two kinds."""
    told = {(kind, each): kind_of_question(each) for kind, every in PHRASES[language].items() for each in every}
    assert [asked for asked, kind in told.items() if kind not in (asked[0], "why")] == []


@pytest.mark.parametrize("language", PHRASES)
def test_no_question_is_taken_for_another_language(language: str) -> None:
    """At least nine of ten questions are recognised as their language."""
    every = [each for questions in PHRASES[language].values() for each in questions]
    known = [each for each in every if language_of_question(each) == language]
    assert len(known) >= 0.9 * len(every)


def test_open_question_in_another_language_assumes_no_fault() -> None:
    """A question whose purpose is not understood gets an explanation and no trace of a fault."""
    submission = Submission(code=LOOP, cursor=Position(0, 0), question="¿Y el número tres, qué tal?")
    assert purpose(submission) == "explain"


def test_question_for_a_reason_is_answered_with_the_second_name_of_a_list() -> None:
    """A question why a list changes is answered at the line that gives it a second name."""
    submission = Submission(code="a = [1]\nb = a\nb.append(3)\n", cursor=Position(1, 0), question="why is a changed?")
    text = explain(submission, HintLevel.QUESTION, StudentLevels(programming=3, maths=3)).text
    assert "`a` and `b` are two names for one and the same list" in text


def test_empty_file_is_a_start_whatever_the_language() -> None:
    """An empty file has no fault to look for, unless the question explains one."""
    asked = [
        Submission(code="", cursor=Position(0, 0), question=each) for each in ("¿Y ahora?", "und jetzt?", "接下来")
    ]
    assert [purpose(each) for each in asked] == ["start"] * len(asked)


@pytest.mark.parametrize("language", ["es", "de", "fr", "pt", "zh"])
def test_frames_and_topics_have_every_language(language: str) -> None:
    """Every frame and every topic of the table is written in each of the five languages."""
    known = table("native")
    entries = [*known["frames"].values(), *known["topics"].values(), known["outcome"]]
    assert [entry for entry in entries if language not in entry] == []


def test_frame_names_the_line_in_the_language_of_the_question() -> None:
    """The answer begins with a frame in the language of the question, which says that the rest is in English."""
    submission = Submission(code=LOOP, cursor=Position(0, 0), question="Was macht diese Zeile?")
    text = explain(submission, HintLevel.QUESTION, StudentLevels(programming=3, maths=3)).text
    assert text.startswith("Ich erkläre Zeile 1. Ich gehe nicht davon aus, dass etwas falsch ist.")
    assert "Der Rest der Antwort ist auf Englisch." in text


FINALLY = "try:\n    n = int('x')\nexcept ValueError:\n    n = 0\nfinally:\n    print(n)\n"
NONLOCAL = (
    "def out():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    return up\n"
    "print(out()())\n"
)
STEPS = "# 1. print the board\n# 2. let two players play\n# 3. say who has won\n"
SUMMED = (
    "function f(a) {\n  let t = 0;\n  for (let i = 0; i <= a.length; i++) {\n    t += a[i];\n  }\n  return t;\n}\n"
    "console.log(f([1, 2]));\n"
)


@pytest.mark.parametrize(
    ("code", "line", "question", "level", "told"),
    [
        (FINALLY, 4, "what is finally for", 2, ("always run", "goes on at")),
        (NONLOCAL, 3, "what does nonlocal do", 2, ("outer", "whole program")),
        ("def f(a, b):\n    ...\n", 0, "Par où je commence ?", 3, ("plan", "remainder")),
        (STEPS, 0, "how do I start?", 5, ("# print the board", "broken")),
        (SUMMED, 0, "why NaN?", 5, ("IndexError", "Then run it")),
    ],
)
def test_the_word_that_is_meant_is_answered(
    code: str, line: int, question: str, level: int, told: tuple[str, str]
) -> None:
    """The answer is about the word of the question, and nothing of a similar one."""
    asked = Submission(code=code, cursor=Position(line, 0), question=question)
    text = explain(asked, HintLevel(level), StudentLevels()).text
    assert told[0] in text
    assert told[1] not in text
