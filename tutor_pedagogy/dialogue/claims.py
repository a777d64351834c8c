"""Claims about a program that a question makes, each held against the values of its run or its syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.evaluation import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.dialogue.values import Values
from tutor_pedagogy.dialogue.claims_of_code import (
    claim_base_case,
    claim_branch,
    claim_endless_calls,
    claim_prints,
    claim_returns,
    claim_runs,
)
from tutor_pedagogy.dialogue.claims_of_keys import claim_letters, claim_member, claim_near_key
from tutor_pedagogy.dialogue.claims_of_values import (
    claim_changes,
    claim_empty,
    claim_of_message,
    claim_type,
    claim_typed,
    claim_value,
)


def judged_claims(asked: Question, values: Values, *, is_guess: bool) -> Iterator[str]:
    """Yield answers to what a question claims about the program, those to a guess with yes or no in front."""
    for claim in _CLAIMS if is_guess else _FACTS:
        try:
            yield from list(claim(asked, values))
        except Stopped:  # A value that is compared holds one that is not known.
            continue


_CLAIMS: tuple[Callable[[Question, Values], Iterator[str]], ...] = (
    claim_typed,
    claim_letters,
    claim_member,
    claim_near_key,
    claim_base_case,
    claim_endless_calls,
    claim_prints,
    claim_type,
    claim_empty,
    claim_returns,
    claim_of_message,
    claim_changes,
    claim_runs,
    claim_value,
    claim_branch,
)


_FACTS: tuple[Callable[[Question, Values], Iterator[str]], ...] = (
    claim_typed,
    claim_near_key,
    claim_endless_calls,
    claim_prints,
    claim_runs,
    claim_branch,
)
"""Those that answer a question of another kind, too: what is true, without yes or no."""
