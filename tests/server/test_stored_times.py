"""Stored times: in UTC, with a time zone, and on SQLite with the same text that SQLAlchemy writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime, make_url
from sqlalchemy.dialects import sqlite

from tutor_server.storage.types import UtcDateTime

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=8))])
FIRST = datetime(1, 1, 2, tzinfo=UTC)
TIMES = st.timedeltas(timedelta(0), timedelta(days=3_650_000)).map(lambda since: FIRST + since)


@given(TIMES, ZONES)
def test_sqlite_is_given_what_sqlalchemy_would_write(time: datetime, zone: timezone) -> None:
    """On SQLite, times have the same text that SQLAlchemy writes, so that rows can be compared and sorted."""
    dialect = sqlite.dialect()
    ours = UtcDateTime().bind_processor(dialect)
    theirs = DateTime().dialect_impl(dialect).bind_processor(dialect)
    assert ours is not None
    assert theirs is not None
    assert ours(time.astimezone(zone)) == theirs(time.replace(tzinfo=None))
    assert ours(None) is None


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+asyncpg://"])
def test_a_time_without_a_zone_is_refused(url: str) -> None:
    """A time without a time zone is refused, since it would be interpreted in the time zone of the machine."""
    write = UtcDateTime().bind_processor(make_url(url).get_dialect()())
    assert write is not None
    with pytest.raises(ValueError, match="time zone"):
        write(FIRST.replace(tzinfo=None))
