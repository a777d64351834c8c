"""The offline tutor in a conversation: it reacts, says nothing twice and answers questions (guarantees T13 and T14)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from testing.asks_about_hints import (
    JOINED,
    LAST_ONLY,
    MENDED,
    MISSPELT,
    NO_COLON,
    PROGRAMS,
    TWO_SLIPS,
    TYPE_ERROR,
    answer,
    passes_guard,
    submission,
)
from testing.asks_in_turn import compared, snapshot, traceback
from tutor_pedagogy.conversation.said import digests_of, share_said, split_digests
from tutor_pedagogy.conversation.talk import NEW, Talk, Told
from tutor_pedagogy.dialogue import explain, react
from tutor_pedagogy.dialogue.kinds import kind_of
from tutor_pedagogy.dialogue.reaction import quoted_place
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose
from tutor_pedagogy.offline import explain as explain_alone
from tutor_protocol import FirstFailure, TestReport


def reaction(before: str, after: str, *, seen_before: str | None = None, seen_after: str | None = None) -> str:
    """Return the sentences about an edit. `seen_before` and `seen_after` are the tracebacks."""
    earlier = snapshot(before, traceback=seen_before)
    return react(compared(earlier, snapshot(after, traceback=seen_after)), submission(after, traceback=seen_after))


def run_report(failed: int, passed: int = 4) -> TestReport:
    """Return the report of a test run."""
    failure = FirstFailure(name="test_mean", message="assert 3 == 4")
    return TestReport(passed=passed, failed=failed, errors=0, first_failure=failure)


class TestReaction:
    """The sentences that open an answer."""

    def test_a_mistake_that_is_still_there_is_named(self) -> None:
        """An edit that leaves the mistake: the line is quoted as it is now."""
        said = reaction(NO_COLON, NO_COLON.replace("[1, 2]", "[1, 2, 3]"))

        assert said == "The mistake is still there, on line 2, `for n in [1, 2, 3]`."

    def test_an_exception_that_came_again_is_named(self) -> None:
        """The same exception after an edit: its name and the line."""
        after = JOINED.replace("age = 4", "age = 5")

        said = reaction(JOINED, after, seen_before=TYPE_ERROR, seen_after=TYPE_ERROR)

        assert said == "`TypeError` came again, and line 3, `text = 'You will be ' + later`, is still where to look."

    def test_what_no_run_has_shown_is_not_claimed(self) -> None:
        """The line of an exception stands unchanged and nothing was run: the student is asked to run it."""
        unseen = MISSPELT.replace("print(item)", "print(item, sep='-')")
        name_error = traceback(6, "print(item)", "NameError: name 'item' is not defined")
        before = snapshot(
            "value = input()\nprint(int(value) + 1)\n",
            traceback=traceback(2, "print(int(value) + 1)", "ValueError: invalid literal for int() with base 10: 'x'"),
        )
        code = "value = input('? ')\nprint(int(value) + 1)\n"

        assert react(compared(before, snapshot(code)), submission(code)) == (
            "Line 2 is as it was. Run the program again to see what your change does."
        )
        assert "is as it was" not in reaction(MISSPELT, unseen, seen_before=name_error, seen_after=name_error)

    def test_the_line_that_is_mended_is_named(self) -> None:
        """The finding is gone and another is left: the mended line, and the line that is left."""
        said = reaction(TWO_SLIPS, TWO_SLIPS.replace("[1, 2]", "[1, 2]:"))

        assert said == "The mistake on line 3 is gone, so that part is right. What is left is on line 2."

    def test_a_line_is_called_right_only_if_that_was_checked(self) -> None:
        """A wrong result that is gone does not make the line right: only that the mistake is gone is said."""
        code = (
            "count = 0\nfor n in [1, 2]:\n    count + 1\nnames = ['b', 'a']\nordered = names.sort()\nprint(ordered)\n"
        )
        said = reaction(code, code.replace("count + 1", "count = 7"))

        assert said == "The mistake that stood on line 3 is gone. What is left is on line 5."

    def test_tests_are_counted(self) -> None:
        """Fewer failing tests are said, with how many pass; more of them, too."""
        one, two = (snapshot(code, test_report=run_report(failed)) for code, failed in (("a = 1\n", 2), ("a = 2\n", 1)))
        report = submission("a = 2\n", test_report=run_report(1))

        assert react(compared(one, two), report) == "One test fewer fails: 1 instead of 2. 4 of 5 tests pass."
        assert react(compared(two, one), submission("a = 1\n", test_report=run_report(2))) == (
            "More tests fail than before: 2 instead of 1. 4 of 6 tests pass."
        )

    def test_a_program_that_parses_no_longer_is_told_so(self) -> None:
        """An edit that breaks the syntax: that is said, with the line."""
        assert reaction(LAST_ONLY, LAST_ONLY.replace("numbers:", "numbers")) == (
            "The program no longer parses: Python cannot read it as it stands. Look at line 3, `for n in numbers`."
        )

    def test_a_mistake_that_came_with_the_edit_is_told_so(self) -> None:
        """A new finding on a line that the edit has added: that it came with the change."""
        before = "values = [3, 1]\nprint(totl)\n"
        after = "values = [3, 1]\nwhile len(values) > 0:\n    print(values)\n"
        seen = traceback(2, "print(totl)", "NameError: name 'totl' is not defined")

        assert reaction(before, after, seen_before=seen) == (
            "This came with your last change: it is on line 2, which you changed or added."
        )

    def test_the_same_code_gets_no_reaction(self) -> None:
        """A first ask and an ask about unchanged code begin with the hint."""
        assert reaction(NO_COLON, NO_COLON) == ""
        assert react(NEW.comparison, submission(NO_COLON)) == ""

    def test_the_answer_opens_with_it(self) -> None:
        """The offline tutor's answer begins with the sentences, unless they are said already."""
        after = NO_COLON.replace("[1, 2]", "[1, 2, 3]")
        talk = Talk(comparison=compared(snapshot(NO_COLON), snapshot(after)))
        usual = explain_alone(submission(after), HintLevel.QUESTION, StudentLevels()).text

        opened = explain(submission(after), HintLevel.QUESTION, StudentLevels(), talk).text
        assert opened == f"The mistake is still there, on line 2, `for n in [1, 2, 3]`.\n\n{usual}"
        continued = explain(submission(after), HintLevel.QUESTION, StudentLevels(), replace(talk, is_opened=True)).text
        assert continued == usual

    def test_a_line_that_cannot_be_quoted_is_only_numbered(self) -> None:
        """A line that is too long for a sentence, or that does not exist, is named by its number."""
        assert quoted_place(submission("x = 1" + "0" * 200), 1) == "line 1"
        assert quoted_place(submission("x = 1"), 9) == "line 9"


class TestSolved:
    """The answer to an ask about a mended program."""

    @pytest.mark.parametrize("level", list(HintLevel))
    def test_t13_it_says_what_is_gone_and_claims_nothing_else(self, level: HintLevel) -> None:
        """T13: the text names what is gone, one sentence to keep and one case to try, and reports no finding."""
        talk = Talk(comparison=compared(snapshot(NO_COLON), snapshot(MENDED)))

        solved = explain(submission(MENDED), level, StudentLevels(), talk)

        gone, keep, attempt = solved.text.split("\n\n")
        assert gone == (
            "The mistake that we spoke of, “missing colon” on line 2, is gone: I do not find it in the code any more. "
            "That says nothing about the rest of the program."
        )
        assert keep.startswith("**To keep:** ")
        assert attempt.startswith("**One case to try:** ")
        assert (solved.rule, solved.certainty, solved.edit) == ("purpose.solved", "start_here", None)
        assert passes_guard(solved.text, submission(MENDED), level)

    def test_a_second_mended_program_gets_another_sentence(self) -> None:
        """T14: the same mistake mended in the same session again is not answered with the same text."""
        talk = Talk(comparison=compared(snapshot(NO_COLON), snapshot(MENDED)))
        said: frozenset[bytes] = frozenset()
        texts = []
        for _ in range(8):
            texts.append(
                explain(submission(MENDED), HintLevel.QUESTION, StudentLevels(), replace(talk, said=said)).text
            )
            said |= split_digests(digests_of(texts[-1]))

        assert len(set(texts)) == 8
        assert all("gone" in text or "does not show" in text for text in texts)


class TestNothingTwice:
    """A session does not hear the same text again."""

    def test_t14_no_text_is_said_twice(self) -> None:
        """T14: eighty asks over eight programs and all levels, in one session, get eighty texts and other code."""
        said: frozenset[bytes] = frozenset()
        texts: list[str] = []
        blocks: list[str] = []
        for asked in PROGRAMS:
            for level in HintLevel:
                for times in range(2):
                    text = explain(asked, level, StudentLevels(), Talk(said=said, times=times)).text
                    texts.append(text)
                    if level < HintLevel.SOLUTION:
                        blocks += re.findall(r"```python\n(.*?)\n```", text, re.DOTALL)
                    said |= split_digests(digests_of(text))
                    assert passes_guard(text, asked, level)

        assert len(texts) == len(set(texts)) == 80
        assert len(blocks) == len(set(blocks))

    def test_t14_a_second_repeat_at_level_5_points_back(self) -> None:
        """T14: the solution is shown, then shown with another reason, and then only pointed at."""
        asked = submission(NO_COLON, 1)
        said: frozenset[bytes] = frozenset()
        texts = []
        for times in range(5):
            texts.append(explain(asked, HintLevel.SOLUTION, StudentLevels(), Talk(said=said, times=times)).text)
            said |= split_digests(digests_of(texts[-1]))

        assert ["for n in [1, 2]:" in text for text in texts] == [True, True, False, False, False]
        assert (
            texts[2] == "I said that at hint 5: “Change line 2 to this.” What did you see when you tried it on line 2?"
        )
        assert len(set(texts)) == 5

    def test_a_text_that_is_stored_with_escapes_counts_as_said(self) -> None:
        """The digests of a text are those of its words, so that escaped markup and other spaces make no difference."""
        text = "Look at `<module>` on line 3, and say what it holds there."
        stored = "Look  at `&lt;module&gt;` on line 3, and say what it *holds* there."

        assert share_said(text, split_digests(digests_of(stored))) == 1.0
        assert (
            share_said("Something else is said about line 3, in other words.", split_digests(digests_of(stored))) == 0
        )

    def test_without_a_conversation_the_text_is_the_usual_one(self) -> None:
        """A first ask gets the text of the offline tutor alone."""
        for asked in PROGRAMS:
            for level in HintLevel:
                assert explain(asked, level, StudentLevels()) == explain_alone(asked, level, StudentLevels())


class TestFollowUps:
    """Questions about a hint."""

    def test_a_name_is_told_with_its_values(self) -> None:
        """A question about a loop variable is answered with the values that it has one after another."""
        text = answer("what does i hold there", PROGRAMS[4], level=1)

        assert "When the program runs, `i` is `0`, then `1`, then `2`" in text

    @pytest.mark.parametrize(
        ("question", "said"),
        [
            ("what does len mean?", "`len` gives the number of items"),
            ("What is `total`?", "`total` gets a value on line 2, from `0`. It gets a new one on line 4."),
            ("what's n", "`n` is the loop variable of line 3: in each iteration it holds the next item of `numbers`."),
            ("what is numbers?", "The call on line 7 hands over `[2, 4, 9]`."),
            ("what does average do", "`average` is your function from line 1. It takes `numbers`"),
            ("where does total come from", "`total` gets a value on line 2"),
            ("what does line 5 do?", "Line 5, step by step:"),
            ("what is an iteration?", "“iteration” is one run of the indented lines of a loop."),
            ("what is a TypeError", "`TypeError` is raised when"),
            ("what does / do", "divides and always gives a number with a decimal point"),
            (
                "difference between < and <=?",
                "`<=` is also true if the two are equal",
            ),
            ("why?", "An equals sign replaces the old value"),
            ("I don't understand", "Said more simply: line 4 is the place."),
            ("is it line 5?", "No, line 5 is not the one I mean: look at line 4."),
            ("do you mean line 4", "line 4 is the one."),
            ("how do i keep the old total", "How to write it is a later hint."),
            ("can you give me the solution", "Not yet: this is hint 2"),
            ("which line?", "I mean line 4, `total = n`."),
            ("is it right now?", "Not yet, as far as I see: this is still where to look: line 4, `total = n`."),
            ("what happens if i remove it", "That is best tried"),
            ("what is `colour`?", "I do not find `colour` in your program"),
            ("thanks!", "Good. Try it on line 4"),
            ("Was macht die Funktion len hier?", "`len` ergibt die Anzahl der"),
            ("¿por qué?", "Con los valores de tu programa: `n` es `2`, luego `4`, luego `9`."),
            ("blue moon over there, or so", "I do not understand that question. What I can say here: what line 4 does"),
        ],
    )
    def test_a_question_is_answered_about_the_question(self, question: str, said: str) -> None:
        """The answer says what was asked: a meaning, a place, a reason, other words, yes or no."""
        assert said in answer(question)

    def test_the_plan_answers_how_from_level_3_on(self) -> None:
        """A question how to do it gets the plan at level 3, since that is the depth of the hint."""
        assert answer("how do i do that?", level=3).startswith("In these steps, beginning at line 4:\n\n1. ")

    def test_a_line_that_python_named_is_told_apart(self) -> None:
        """A line at which Python stopped, but where the cause is not, is named as such."""
        assert answer("is it line 4?", PROGRAMS[4]).startswith(
            "Line 4 is where Python noticed it, but not the one I mean: look at line 3."
        )

    def test_a_line_whose_values_may_not_fit_is_not_described_as_if_they_did(self) -> None:
        """What the failing line does is said only for values that fit."""
        assert "Line 3, step by step, if every value fits:" in answer("what does line 3 do", PROGRAMS[2])

    @pytest.mark.parametrize("level", [1, 2, 3, 4])
    @pytest.mark.parametrize(
        "question",
        ["why?", "I don't get it", "how do I fix it?", "give me the solution", "what next?", "an example please"],
    )
    def test_no_answer_gives_the_solution_before_level_5(self, question: str, level: int) -> None:
        """An answer to a question keeps to the depth of the hint: the guard passes it, and the edit is not in it."""
        for asked in PROGRAMS:
            text = answer(question, asked, level)
            edit = diagnose(asked).edit

            assert passes_guard(text, asked, HintLevel(level))
            assert edit is None or edit.after.strip() not in text

    def test_the_hint_about_an_earlier_question_stays_its_subject(self) -> None:
        """A question about an explanation of a line is about that explanation, and not about a mistake elsewhere."""
        assert "line 5" in answer("I don't understand", earlier="what does line 5 do?")

    def test_questions_over_and_over_are_answered_in_other_words(self) -> None:
        """T14 holds for answers to questions as well: ten times “why?” gives ten texts."""
        said: frozenset[bytes] = frozenset()
        texts = []
        for _ in range(10):
            talk = Talk(follow_up_to=Told(2), said=said)
            text = explain(replace(PROGRAMS[1], question="why?"), HintLevel.CONCEPT, StudentLevels(), talk).text
            texts.append(text)
            said |= split_digests(digests_of(text))

        assert len(set(texts)) == 10

    @pytest.mark.parametrize(
        ("question", "kind"),
        [
            ("ok thanks", "thanks"),
            ("just tell me the answer", "solution"),
            ("where exactly?", "where"),
            ("huh?", "confused"),
            ("so line 3?", "line"),
            ("what now?", "next"),
            ("did i fix it", "checked"),
            ("what do i write after return", "how"),
            ("can i use a comma instead", "try"),
            ("i think it is 3", "guess"),
            ("pourquoi ?", "why"),
            ("no entiendo", "confused"),
        ],
    )
    def test_the_kind_of_a_question_is_told_by_its_words(self, question: str, kind: str) -> None:
        """Questions in students' words are told apart."""
        assert kind_of(question) == kind

    @pytest.mark.parametrize("code", ["x = " + "not " * 900 + "1", "x = " + "1 if a else " * 900 + "2", "", "\0"])
    @pytest.mark.parametrize("question", ["why?", "what does line 1 do?", "I don't get it", "give me the solution"])
    def test_hostile_code_is_answered(self, code: str, question: str) -> None:
        """A question about code that is nested too deeply, or that is no code, gets an answer and no exception."""
        assert answer(question, submission(code), 1)
