"""The guard between model and student: what it releases at each hint level, and at what cost."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.disguises import DISGUISES
from testing.each_case import each_case
from testing.guarded_answers import BUGS, answer, rule, submission
from tutor_pedagogy.guard import Guard, GuardRule, Verdict
from tutor_pedagogy.guard import guard as guard_module
from tutor_pedagogy.guard.student_material import StudentMaterial
from tutor_pedagogy.guard.units import MAX_BLOCK, MAX_LINE, Splitter, Unit
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Cell, Diagnostic, Position, Submission

QUESTION, CONCEPT, STRUCTURE, EXAMPLE, SOLUTION = HintLevel


class TestWhatPasses:
    """Hints that follow the rules of their level are released unchanged."""

    def test_a_module_allows_names(self) -> None:
        """A name that the module's instructor has listed is allowed like a builtin."""
        guard = Guard(CONCEPT, submission(), allowed_names=frozenset({"robot", "turn"}))
        assert guard.feed("What does `robot.turn()` do?") + guard.finish() == ["What does `robot.turn()` do?"]
        assert rule("What does `robot.turn()` do?", 2) == "code-span"

    def test_what_the_machine_and_the_student_said_is_their_own(self) -> None:
        """Text from a diagnostic, a traceback, the question or another cell may be quoted."""
        asked = submission(
            diagnostics=(
                Diagnostic(line=0, character=0, end_line=0, end_character=1, message="use total := grade + 1 here"),
            ),
            traceback="Traceback (most recent call last):\nNameError: name 'averge' is not defined",
            question="Is it grade ** 2?",
            cells=(Cell(source="weights = grades[1:]", output="[4]"),),
        )
        for quote in (
            "total := grade + 1",
            "NameError: name 'averge' is not defined",
            "grade ** 2",
            "weights = grades[1:]",
        ):
            assert rule(f"You see `{quote}` there.", 1, asked) is None

    def test_a_failing_case_is_no_instalment(self) -> None:
        """Values of a failing test case, told over several answers, do not count as fragments of a statement."""
        asked = submission(traceback="Test failed: average([1, 2])\nExpected: ('low', 1)\nGot: [[1], [2]]\n")
        told = ["You need `return`.", "You call `average([1, 2])` and get `[[1], [2]]`.", "It wants `('low', 1)`."]
        for number, text in enumerate(told):
            assert answer(text, QUESTION, asked, earlier=told[:number]) == (text, None)
            assert answer(text, QUESTION, asked, earlier=["Read `return total`.", *told]) == (text, None)

    def test_a_comment_and_a_semicolon_end_what_is_put_together(self) -> None:
        """The student's own code may be quoted repeatedly, even with a comment or semicolon at its end."""
        asked = submission("name = input();\nhalf = 1 # 1/2\n")
        said = ["Line 1, `name = input();`.", "See `half = 1 # 1/2`."]
        for text in ("Print `name`.", "Line 1, `name = input();`.", "What is `1/2`?"):
            assert answer(text, QUESTION, asked, earlier=said) == (text, None)

    @each_case(sorted(set(DISGUISES) - {"hidden comment", "zero width spaces"}))
    def test_level_5_may_say_anything(self, disguise: str) -> None:
        """The solution passes at level 5."""
        assert answer(DISGUISES[disguise](BUGS[0].fixed), SOLUTION)[1] is None


class TestWhatDoesNotPass:
    """Code that a level does not allow, with the violated rule."""

    @pytest.mark.parametrize(
        "pieces",
        [
            ["`total`", "`+= # 1`", "`grade`"],
            ["`grades; total`", "`+=`", "`grade`"],
            ["`return`", "`average([2, 4])`"],
            ["`return grades`", "`[2]`"],
        ],
    )
    def test_instalments_beside_a_failing_case(self, pieces: list[str]) -> None:
        """A new statement in fragments is found despite comments, semicolons, and values from a test case."""
        asked = submission(traceback="Test failed: average([1, 3])\nExpected: [2]\nGot: (3, 0)\n")
        told = ["You call `average([1, 3])` and get `(3, 0)`.", *(f"Next: {piece}." for piece in pieces)]
        _, verdict = answer(told[-1], CONCEPT, asked, earlier=told[:-1])
        assert verdict == Verdict(GuardRule.INSTALMENTS, told[-1])

    def test_nothing_comes_after_a_verdict(self) -> None:
        """After a violation, this unit and all later ones are withheld; earlier ones were already released."""
        guard = Guard(QUESTION, submission())
        assert guard.feed("Think about line 4. ") == ["Think about line 4. "]
        assert guard.feed("Use `total += grade`. Good") == []
        assert guard.verdict == Verdict(GuardRule.CODE_SPAN, "Use `total += grade`. ")
        assert guard.feed(" luck. ") + guard.finish() == []

    def test_text_without_end_is_stopped(self) -> None:
        """At every level, an endless line or block is stopped once it is longer than any hint."""
        for level in HintLevel:
            assert rule("word " * (MAX_LINE // 5 + 1), level) == "endless"
            assert rule("```\n" + "word\n" * (MAX_BLOCK // 5), level) == "endless"

    def test_what_cannot_be_judged_is_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """If judging a text raises an exception, the text is withheld."""

        def fail(*_: object) -> None:
            raise RecursionError

        guard = Guard(QUESTION, submission())
        monkeypatch.setattr(guard_module, "broken_rule", fail)
        assert guard.feed("Look at line 4. Well") == []
        assert guard.verdict == Verdict(GuardRule.UNJUDGED, "Look at line 4. ")


class TestChunks:
    """The same text split into different chunks."""

    MIXED = (
        "Look, e.g., at line 4.\r\nIt says `total = grade`. 1. One?\n2. Two… ok!\n> quoted\n"
        "> ```py\n> total = grade\n> ```\n```python\ntotal = grade\n```\n"
        'A "quote." End\x1b[31mred\x1b[0m ``a ` b`` `open\nmark\n\n| a | b |\n~~~\nx\n~~~\n'
    )

    @given(
        chunks=st.lists(st.integers(1, 9), max_size=250),
        level=st.sampled_from(list(HintLevel)),
        tail=st.sampled_from(["", "`total += grade`", "```\ntotal += grade", "total += grade. More.", "\r", "\x1b["]),
    )
    @settings(max_examples=300, deadline=None)
    def test_chunks_change_nothing(self, chunks: list[int], level: HintLevel, tail: str) -> None:
        """The released units and the verdict do not depend on how the text is split into chunks."""
        assert answer(self.MIXED + tail, level, chunks=chunks) == answer(self.MIXED + tail, level)

    @given(
        st.lists(
            st.sampled_from(["`", "``", "```", "~~~", "\n", ". ", "a", "> ", "- ", "1. ", " ", '!"', "…", "x" * 99])
        ),
        st.lists(st.integers(1, 5), max_size=60),
    )
    @settings(max_examples=300, deadline=None)
    def test_units_depend_on_the_text_alone(self, parts: list[str], chunks: list[int]) -> None:
        """The units do not depend on how the text is split into chunks, and together they are the whole text."""
        text, splitter, units, position = "".join(parts), Splitter(), list[Unit](), 0
        for length in chunks:
            units += splitter.feed(text[position : position + length])
            position += length
        units += [*splitter.feed(text[position:]), *splitter.finish()]
        whole = Splitter()
        assert units == [*whole.feed(text), *whole.finish()]
        assert "".join(unit.text for unit in units) == text

    @given(st.text(max_size=300), st.sampled_from(list(HintLevel)))
    @settings(deadline=None)
    def test_any_text_is_judged(self, text: str, level: HintLevel) -> None:
        """The guard judges any text without an exception."""
        _, verdict = answer(text, level)
        assert verdict is None or verdict.rule != "unjudged"

    def test_sentences_come_out_as_they_end(self) -> None:
        """A sentence is released as soon as it ends, a block when it closes."""
        guard = Guard(QUESTION, submission())
        assert guard.feed("Look at line 4. What") == ["Look at line 4. "]
        assert guard.feed(" does `total = gr") == []
        assert guard.feed("ade` do?\n```\ntotal = grade\n") == [" What does `total = grade` do?\n".lstrip()]
        assert guard.feed("```\n") == ["```\ntotal = grade\n```\n"]


SECRET = "kestrel-4F9a-71bc-amber"


class TestCanary:
    """T4: an answer must not contain the canary, a secret text in the system prompt."""

    @given(
        level=st.sampled_from(list(HintLevel)),
        form=st.sampled_from(
            [
                SECRET,
                SECRET.upper(),
                SECRET.replace("-", " "),
                "-".join(SECRET),
                SECRET[::-1],
                "`" + SECRET + "`",
                "\u200b".join(SECRET),
                SECRET.encode().hex(),
                base64.b64encode(SECRET.encode()).decode(),
                base64.b64encode(b"x" + SECRET.encode() + b"yz").decode(),
                SECRET.replace("4", "&#52;"),
                "**" + SECRET[:9] + "**" + SECRET[9:],
            ]
        ),
        chunks=st.lists(st.integers(1, 20), max_size=20),
    )
    @settings(max_examples=200, deadline=None)
    def test_t4_the_canary_never_reaches_the_student(self, level: HintLevel, form: str, chunks: list[int]) -> None:
        """T4: an answer with the canary is stopped at every level, in every spelling and however it is split."""
        shown, verdict = answer(f"My rules say: {form} and more.", level, chunks=chunks, canary=SECRET)
        assert shown == ""
        assert verdict is not None
        assert verdict.rule in {"canary", "encoded"}

    def test_t4_a_canary_over_several_units_stops_at_the_last(self) -> None:
        """T4: a canary that is spread over several units is stopped at its last part."""
        shown, verdict = answer("It begins kestrel 4F9a. It ends 71bc amber. ", SOLUTION, canary="4F9a it ends 71bc")
        assert shown == "It begins kestrel 4F9a. "
        assert verdict == Verdict(GuardRule.CANARY, "It ends 71bc amber. ")

    def test_t4_a_canary_must_be_a_secret(self) -> None:
        """A canary that is so short that it could occur by chance raises an error."""
        with pytest.raises(ValueError, match="8 letters or digits"):
            Guard(QUESTION, submission(), canary="a-b-c")

    def test_t4_an_answer_without_the_canary_passes(self) -> None:
        """T4: other words, and parts of the canary, are released."""
        assert answer("An amber kestrel. 71bc. ", QUESTION, canary=SECRET)[1] is None


class TestCost:
    """Limits on the processor time of the guard."""

    def test_a_unit_takes_a_fraction_of_a_millisecond(self) -> None:
        """A sentence of an ordinary hint is judged in under 2 ms, even on a busy machine."""
        text = (
            "Look at line 4, where `total = grade` runs in every round. What does `total` hold after the second one? "
            "You could put `print(total)` there. Then change nothing else, and compare it with what you expect.\n\n"
        )
        guard = Guard(QUESTION, submission())
        started = time.process_time()
        released = [unit for _ in range(50) for unit in guard.feed(text)]
        assert len(released) == 250
        assert (time.process_time() - started) / len(released) < 0.002

    @pytest.mark.parametrize(
        "text",
        [
            "replace " * 480 + "\n",
            "`" * 3900 + "\n",
            "`a` " * 990 + "\n",
            "use a instead of " * 220 + "\n",
            "- " * 1900 + "\n",
            "a.b(" * 990 + "\n",
            "x = " * 990 + "\n",
            "&lt;" * 990 + "\n",
            "**" * 1900 + "\n",
            "A" * 3900 + "\n",
            "12, " * 990 + "\n",
            "[a](" * 990 + "\n",
            "it should be " * 300 + "\n",
            '"' * 3900 + "\n",
            "should not be instead of -> " * 140 + "\n",
            "=> " * 1300 + "\n",
        ],
    )
    def test_no_line_takes_long(self, text: str) -> None:
        """The longest possible line takes less than a second, for each kind of repeated markup."""
        started = time.process_time()
        rule(text)
        assert time.process_time() - started < 1

    def test_the_largest_submission_takes_bounded_time(self) -> None:
        """Code of 256 KiB is prepared in limited time, and the code around the cursor still counts as the student's."""
        code = "".join(f"value_{number} = compute(value_{number // 2}, {number})\n" for number in range(6000))[: 2**18]
        line = code.count("\n") // 2
        asked = Submission(code=code, cursor=Position(line, 0))
        started = time.process_time()
        assert rule(f"What does `{code.splitlines()[line]}` do?", 1, asked) is None
        assert time.process_time() - started < 3

    def test_a_piece_is_looked_for_among_many_names_in_bounded_time(self) -> None:
        """Searching for a hundred fragments among many names takes less than two seconds."""
        material = StudentMaterial(
            submission("".join(f"def f{at}(a{at}):\n    return a{at} + {at}\n" for at in range(800)))
        )
        material.read_ahead()
        started = time.process_time()
        assert not any(material.traces(("a", "**", str(at))) for at in range(100))
        assert time.process_time() - started < 2
