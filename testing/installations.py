"""The two kinds of installation that the service supports: a laptop's and a university's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from testing.servers import PostgresServer, RedisServer


@dataclass(frozen=True, slots=True)
class Laptop:
    """A service in one process, with SQLite in the data folder."""

    workers: int = 1

    def settings(self) -> dict[str, str]:
        """Return the settings of a new service, which are empty because a laptop needs none."""
        return {}


@dataclass(frozen=True, slots=True)
class University:
    """A service with two workers on PostgreSQL and Redis."""

    postgres: PostgresServer
    redis: RedisServer
    workers: int = 2

    def settings(self) -> dict[str, str]:
        """Return the settings of a new service, with an empty PostgreSQL database and an empty Redis database."""
        return {
            "TUTOR_DATABASE_URL": self.postgres.database(),
            "TUTOR_REDIS_URL": self.redis.database(),
            "TUTOR_JWT_SECRET": "a secret that is long enough for tests",
        }


Installation = Laptop | University
KINDS = ("sqlite", "postgres")


def installation_of(kind: str, request: pytest.FixtureRequest) -> Installation:
    """Return the installation of a kind in `KINDS`, with servers from the test's fixtures if it needs them."""
    if kind == "sqlite":
        return Laptop()
    return University(request.getfixturevalue("postgres_server"), request.getfixturevalue("redis_server"))
