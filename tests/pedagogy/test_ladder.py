"""The ladder policies, as a machine that plays random sequences of asks (section "Ladder policies", T9, T10)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.ladder.policy import Circumstances, Ladder, Standing, is_reply, step

AGAIN = Circumstances(is_same_code=True)
ATTEMPT = Circumstances(is_attempt=True, made_effort=True)
COSMETIC = Circumstances(is_attempt=True)
BACK = Circumstances()
RUN = replace(AGAIN, made_effort=True)
REPLY = Circumstances(is_follow_up=True, made_effort=True)
FOLLOW_UP = Circumstances(is_follow_up=True)
SOLVED = Circumstances(is_solved=True)

ASKS = st.lists(st.sampled_from([AGAIN, ATTEMPT, COSMETIC, BACK, RUN, REPLY, FOLLOW_UP, SOLVED]), max_size=30)


def play(policy: Ladder, *asks: Circumstances, bound: int = 5) -> list[int]:
    """Return the hint levels of asks about one problem. The first ask begins it."""
    standing, levels = Standing(), []
    for asked in (Circumstances(), *asks):
        taken = step(policy, standing, asked, bound)
        standing = taken.after
        levels.append(int(taken.level))
    return levels


@pytest.mark.parametrize("policy", [Ladder.CODE, Ladder.ATTEMPTS])
def test_the_same_code_climbs_by_one(policy: Ladder) -> None:
    """Under `code` and `attempts`, asking again about the same code climbs one level, up to the highest."""
    assert play(policy, *[AGAIN] * 6) == [1, 2, 3, 4, 5, 5, 5]


def test_an_attempt_keeps_its_level() -> None:
    """Under `attempts`, an attempt keeps the level, and the next ask about it climbs."""
    assert play(Ladder.ATTEMPTS, AGAIN, AGAIN, ATTEMPT, AGAIN, ATTEMPT) == [1, 2, 3, 3, 4, 4]


def test_an_attempt_is_not_given_a_solution() -> None:
    """An attempt has at most level 4; the earlier version keeps the level of its problem."""
    assert play(Ladder.ATTEMPTS, *[AGAIN] * 4, ATTEMPT, BACK) == [1, 2, 3, 4, 5, 4, 5]


def test_a_level_is_earned() -> None:
    """Under `earned`, each rise needs an edit, a run, or an answer to the tutor's question since the last one."""
    asks = (AGAIN, ATTEMPT, AGAIN, AGAIN, RUN, AGAIN, REPLY, AGAIN, AGAIN)

    assert play(Ladder.EARNED, *asks) == [1, 1, 1, 2, 2, 3, 3, 3, 4, 4]


def test_efforts_do_not_add_up() -> None:
    """Under `earned`, several efforts since the last rise count as one."""
    assert play(Ladder.EARNED, ATTEMPT, REPLY, ATTEMPT, AGAIN, AGAIN) == [1, 1, 1, 1, 2, 2]


def test_t10_asks_alone_earn_nothing() -> None:
    """T10: under `earned`, 100 asks without an effort stay at level 1."""
    assert set(play(Ladder.EARNED, *[AGAIN, COSMETIC, BACK, FOLLOW_UP] * 25)) == {1}


@given(ASKS)
def test_without_efforts_nothing_is_earned(asks: list[Circumstances]) -> None:
    """Under `earned`, no sequence of asks without an effort climbs above level 1."""
    assert set(play(Ladder.EARNED, *(replace(asked, made_effort=False) for asked in asks))) == {1}


@given(st.sampled_from(list(Ladder)), ASKS, st.integers(1, 5))
def test_levels_are_bounded_and_rise_by_one(policy: Ladder, asks: list[Circumstances], bound: int) -> None:
    """Under each policy, a recorded level never falls, rises by one at most, and no ask exceeds the bound."""
    standing = Standing()
    for asked in (Circumstances(), *asks):
        taken = step(policy, standing, asked, bound)
        assert taken.after.level - standing.level == int(taken.moved)
        assert taken.after.level - standing.level in {0, 1}
        assert taken.level <= bound
        standing = taken.after


STANDINGS = st.builds(Standing, st.integers(0, 5), st.booleans())


@given(st.sampled_from(list(Ladder)), STANDINGS, st.sampled_from([FOLLOW_UP, REPLY, SOLVED]))
def test_questions_and_solved_problems_do_not_climb(policy: Ladder, standing: Standing, asked: Circumstances) -> None:
    """Under each policy, a follow-up question and a solved problem raise no recorded level above the first."""
    assert step(policy, standing, asked, 5).after.level <= max(standing.level, 1)


@given(st.sampled_from([Ladder.ATTEMPTS, Ladder.EARNED]), st.integers(1, 5))
def test_trying_never_lowers(policy: Ladder, level: int) -> None:
    """An attempt keeps the recorded level of its problem."""
    assert step(policy, Standing(level), ATTEMPT, 5).after.level == level


def test_a_level_is_one_of_the_five() -> None:
    """The level of an ask is a member of the enumeration `HintLevel`."""
    assert step(Ladder.CODE, Standing(), Circumstances(), 5).level is HintLevel.QUESTION


@pytest.mark.parametrize(("programming", "maths"), [(0, 3), (3, 6), (-1, 1)])
def test_a_student_level_is_one_to_five(programming: int, maths: int) -> None:
    """A student's level outside 1 to 5 raises `ValueError`."""
    with pytest.raises(ValueError, match="1 to 5"):
        StudentLevels(programming, maths)


@pytest.mark.parametrize("bound", [1, 2, 3, 4])
def test_no_step_goes_over_the_bound(bound: int) -> None:
    """The maximum hint level limits every ask, even after a higher level was reached earlier."""
    assert max(play(Ladder.CODE, *[AGAIN] * 10, bound=bound)) == bound
    assert step(Ladder.CODE, Standing(5), AGAIN, bound).level == bound


def test_four_words_are_a_reply() -> None:
    """Words of a student count as an answer to the tutor's question if there are at least four."""
    assert is_reply("it is the index")


@pytest.mark.parametrize("question", ["why not? no", "", None])
def test_fewer_words_are_no_reply(question: str | None) -> None:
    """Fewer than four words, or no question, are no answer to the tutor's question."""
    assert not is_reply(question)
