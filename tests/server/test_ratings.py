"""Students' ratings of answers: counted by model and hint level, for the dashboard and for metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from testing.chat_client import connect
from tutor_server.api.figures import read_figures
from tutor_server.errors import NotFound
from tutor_server.storage.ratings import RatingTotal, rate_ask, rating_totals
from tutor_server.storage.spending import Budgets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from testing.held_service import HeldService


async def counted(service: HeldService) -> Sequence[RatingTotal]:
    """Return the counts of ratings."""
    return await service.database.read(rating_totals)


async def test_the_latest_rating_counts(on_both: HeldService) -> None:
    """A rating counts once, however often it is given; another one takes its place; another student's is refused."""
    student = await on_both.register()
    async with connect(on_both.url, student["access_token"]) as chat:
        done = (await chat.answer())[-1]
    message = UUID(done["message_id"])

    async def rate(*, helpful: bool, user: UUID) -> None:
        await on_both.database.commit(lambda connection: rate_ask(connection, user, message, helpful=helpful))

    me = UUID(student["user"]["id"])
    for helpful in (True, True, False):
        await rate(helpful=helpful, user=me)
    with pytest.raises(NotFound):
        await rate(helpful=True, user=uuid4())

    given = {"provider": done["provider"], "model": done["model"], "hint_level": 1}
    assert [each for each in await counted(on_both) if each.answers] == [
        RatingTotal(**given, is_helpful=False, answers=1)
    ]

    def figure(connection: Connection) -> Sequence[Sequence[object]]:
        figures = read_figures(connection, on_both.clock.now(), 7, Budgets())
        return next(each for each in figures if each.name == "ratings").rows

    assert [tuple(row) for row in await on_both.database.read(figure)] == [("1", 0, 1)]
