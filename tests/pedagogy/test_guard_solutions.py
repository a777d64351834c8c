"""A model that always gives the whole solution, in every disguise, and the guard that stops it."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.disguises import DISGUISES
from testing.each_case import each_case
from testing.guarded_answers import BUGS, HINT_LEVELS, NAMED_BUGS, Bug, answer, rule, seen, submission
from tutor_pedagogy.ladder.levels import HintLevel


class TestSolutionsDoNotPass:
    """T1: a model that always gives the whole solution."""

    @given(
        level=st.sampled_from(HINT_LEVELS),
        bug=st.sampled_from(BUGS),
        disguise=st.sampled_from(sorted(DISGUISES)),
        opening=st.sampled_from(["", "Good thinking so far. ", "Here you go:\n\n", "What happens here?\n\n", "Look: "]),
        chunks=st.lists(st.integers(1, 60), max_size=60),
    )
    @settings(max_examples=600, deadline=None)
    def test_t1_no_new_line_reaches_the_student(
        self, level: HintLevel, bug: Bug, disguise: str, opening: str, chunks: list[int]
    ) -> None:
        """T1: below level 5 no line of the correction is released, in any disguise and any chunks."""
        text = opening + DISGUISES[disguise](bug.fixed)
        shown, verdict = answer(text, level, submission(bug.code), chunks=chunks)
        assert verdict is not None
        assert [line for line in bug.new_lines if line in seen(shown)] == []

    @pytest.mark.parametrize("letters", [2, 3, 4, 5])
    @pytest.mark.parametrize("line_end", ["\n", "\n\n"])
    def test_t1_code_without_signs_is_not_spelled_line_by_line(self, letters: int, line_end: str) -> None:
        """T1: a correction that is spelled letter by letter over several lines is stopped."""
        lines = re.findall(f".{{1,{letters}}}", "returntotalminuslengrade")
        spelling = "".join(" ".join(line) + line_end for line in lines)
        assert rule(f"Spell this:\n{spelling}Do you see it?") == "encoded"

    @given(
        bug=st.sampled_from(BUGS),
        cuts=st.lists(st.integers(1, 4), min_size=1, max_size=30),
        template=st.sampled_from(
            ["Next: `{}`\n\n", "```\n{}\n```\n", "{}\n\n", "- {}\n", "- `{}`\n", "Then comes `{}`. "]
        ),
        asks=st.integers(1, 4),
    )
    @settings(max_examples=400, deadline=None)
    def test_t1_no_new_line_comes_in_instalments(self, bug: Bug, cuts: list[int], template: str, asks: int) -> None:
        """T1: a correction in fragments of a few words, over one or several answers, is never shown completely."""
        pieces: list[str] = []
        for line in filter(None, map(str.split, bug.fixed.splitlines())):
            while line:
                size = cuts[len(pieces) % len(cuts)]
                pieces.append(" ".join(line[:size]))
                del line[:size]
        share = -(-len(pieces) // asks)
        earlier: list[str] = []
        for ask in range(asks):
            text = "".join(map(template.format, pieces[ask * share : (ask + 1) * share]))
            shown, _ = answer(text, HintLevel(ask + 1), submission(bug.code), earlier=earlier)
            earlier.append(shown)
        together = re.sub(r"Next:|Then comes|```\w*|`\.", " ", "\n".join(earlier))
        assert [line for line in bug.new_lines if line in seen(together)] == []

    @each_case(
        list(product(NAMED_BUGS, sorted(DISGUISES), HINT_LEVELS)),
        named=lambda case: f"{case[0]}-{case[1]}-{case[2]}",
        parts=2,
    )
    def test_t1_every_disguise_is_stopped(self, case: tuple[str, str, HintLevel]) -> None:
        """T1: every disguise of every correction is stopped at every level below 5."""
        name, disguise, level = case
        bug = NAMED_BUGS[name]
        shown, verdict = answer(DISGUISES[disguise](bug.fixed), level, submission(bug.code))
        assert verdict is not None
        assert [line for line in bug.new_lines if line in seen(shown)] == []
