"""The two ways to run the service on which everything has to hold: a laptop's and a university's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from testing.servers import PostgresServer, RedisServer


@dataclass(frozen=True, slots=True)
class Laptop:
    """SQLite in the data folder, one process."""

    workers: int = 1

    def settings(self) -> dict[str, str]:
        """Return the settings of a service that knows of no other: there is nothing to set."""
        return {}


@dataclass(frozen=True, slots=True)
class University:
    """PostgreSQL, Redis and two workers."""

    postgres: PostgresServer
    redis: RedisServer
    workers: int = 2

    def settings(self) -> dict[str, str]:
        """Return the settings of a service that knows of no other, on empty databases."""
        return {
            "TUTOR_DATABASE_URL": self.postgres.database(),
            "TUTOR_REDIS_URL": self.redis.database(),
            "TUTOR_JWT_SECRET": "a secret that is long enough for tests",
        }


Installation = Laptop | University
KINDS = ("sqlite", "postgres")


def installation_of(kind: str, request: pytest.FixtureRequest) -> Installation:
    """Return the way that one of `KINDS` names, with servers of its own where it needs any, for a test to begin on."""
    if kind == "sqlite":
        return Laptop()
    return University(request.getfixturevalue("postgres_server"), request.getfixturevalue("redis_server"))
