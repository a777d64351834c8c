"""How times are stored: in UTC, the same text on SQLite as SQLAlchemy writes, and never without a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url
from sqlalchemy.dialects import sqlite

from tutor_server.storage.types import UtcDateTime

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=8))])
TIMES = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001 - as hypothesis wants it


@given(TIMES)
def test_sqlite_is_given_what_sqlalchemy_would_write(time: datetime) -> None:
    """Whatever was written before compares and sorts with what is written now."""
    ours = UtcDateTime().bind_processor(sqlite.dialect())
    theirs = sqlite.DATETIME().bind_processor(sqlite.dialect())  # type: ignore[no-untyped-call]
    assert ours is not None
    assert theirs is not None
    assert ours(time) == theirs(time.astimezone(UTC).replace(tzinfo=None))
    assert ours(None) is None


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+asyncpg://"])
def test_a_time_without_a_zone_is_refused(url: str) -> None:
    """It would be read in whatever zone the machine is in."""
    write = UtcDateTime().bind_processor(make_url(url).get_dialect()())
    assert write is not None
    with pytest.raises(ValueError, match="time zone"):
        write(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the fault
