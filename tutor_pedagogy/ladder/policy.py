"""The ladder policies: from which level to which an ask about a problem climbs.

The table of policies is part of the public contract, section "Ladder policies". The question's text never decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from tutor_pedagogy.ladder.levels import HintLevel

HIGHEST_OF_AN_ATTEMPT = HintLevel.EXAMPLE
"""The highest hint level of an ask about changed code, so that a solution is not given for a new attempt unasked."""


class Ladder(StrEnum):
    """A policy by its name in settings."""

    CODE = "code"
    ATTEMPTS = "attempts"
    EARNED = "earned"


@dataclass(frozen=True, slots=True)
class Standing:
    """The record of a problem: its hint level (0 before its first ask), and whether an effort is banked."""

    level: int = 0
    effort: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What an ask is, for the policies.

    `is_same_code`: the code is that of the student's last ask about this unit. `is_attempt`: the code is new, and the
    problem is the one before. `made_effort`: an edit that is not cosmetic, a new run, or an answer to the tutor's
    question. `is_follow_up`: a question about an earlier answer. `is_solved`: the problem is gone.
    """

    is_same_code: bool = False
    is_attempt: bool = False
    made_effort: bool = False
    is_follow_up: bool = False
    is_solved: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The hint level of an ask, whether it is above the one before, and what is recorded of the problem afterwards."""

    level: HintLevel
    moved: bool
    after: Standing


WORDS_OF_A_REPLY = 4


def is_reply(question: str | None) -> bool:
    """Return whether a student's words are long enough to count as an answer to the tutor's question."""
    return len((question or "").split()) >= WORDS_OF_A_REPLY


def step(policy: Ladder, standing: Standing, asked: Circumstances, bound: int) -> Step:
    """Return the hint level of an ask about a problem, at most `bound`. The first ask about a problem has level 1.

    An ask about a solved problem has the level that it would have otherwise, and nothing is raised.
    """
    if asked.is_solved:
        usual = step(policy, standing, replace(asked, is_solved=False), bound)
        return Step(usual.level, moved=False, after=Standing(standing.level, usual.after.effort))
    effort = standing.effort or asked.made_effort
    if not standing.level:
        return Step(HintLevel(1), moved=True, after=Standing(1, effort=asked.made_effort and asked.is_follow_up))
    if asked.is_follow_up:
        return _stay(standing, bound, effort=effort)
    if policy is not Ladder.CODE and not asked.is_same_code:
        return _stay(standing, min(bound, HIGHEST_OF_AN_ATTEMPT) if asked.is_attempt else bound, effort=effort)
    if standing.level >= bound or (policy is Ladder.EARNED and not effort):
        return _stay(standing, bound, effort=effort)
    return Step(HintLevel(standing.level + 1), moved=True, after=Standing(standing.level + 1))


def _stay(standing: Standing, bound: int, *, effort: bool) -> Step:
    return Step(HintLevel(min(standing.level, bound)), moved=False, after=Standing(standing.level, effort))
