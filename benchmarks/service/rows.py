"""Every figure of the benchmark, part by part, with its name, its unit and its targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """A target: a bound in the figure's unit, or as a multiple of the value of the floor (pass-through) or LiteLLM."""

    bound: float
    is_least: bool
    of: Literal["", "floor", "LiteLLM"] = ""

    def __str__(self) -> str:
        sign = "≥" if self.is_least else "≤"
        return f"{sign} {self.bound:,g}" + (f" x {self.of}" if self.of else "")


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of the table."""

    name: str
    unit: str
    goals: tuple[Goal, ...] = ()


def _at_least(bound: float, of: Literal["", "floor", "LiteLLM"] = "") -> Goal:
    return Goal(bound, is_least=True, of=of)


def _at_most(bound: float, of: Literal["", "floor", "LiteLLM"] = "") -> Goal:
    return Goal(bound, is_least=False, of=of)


FIRST_TEXT = Row("first text added, one ask at a time, median", "ms", (_at_most(4, "floor"),))
RATE = Row("answers a second, 64 streams of 100 tokens", "/s")
EFFICIENCY = Row("answers per CPU-second", "/s", (_at_least(0.2, "floor"), _at_least(30, "LiteLLM")))
PACED = Row("CPU per 1000 tokens, 16 streams, a token each 10 ms", "ms", (_at_most(2, "floor"),))

CAPACITY = Row("capacity of one core, streams of 50 tokens a second", "", (_at_least(400),))

IDLE = Row("memory, idle", "MB", (_at_most(110),))
AN_ANSWER = Row("memory, each open answer", "KB", (_at_most(45),))
A_SOCKET = Row("memory, each idle signed-in socket", "KB", (_at_most(30),))
AT_STREAMS = Row("memory with every stream open", "MB")

CUT_BEFORE = Row("upstream closed after a cancel before the first token", "ms", (_at_most(50),))
CUT_AFTER = Row("upstream closed after a cancel after the first token", "ms", (_at_most(50),))

SQLITE_WRITES = Row("durable writes a second, SQLite", "/s", (_at_least(20_000),))
SQLITE_P99 = Row("durable write, SQLite, p99", "ms", (_at_most(10),))
POSTGRES_WRITES = Row("durable writes a second, PostgreSQL", "/s", (_at_least(20_000),))
POSTGRES_P99 = Row("durable write, PostgreSQL, p99", "ms", (_at_most(10),))

START = Row("start of `tutor-server serve` to listening", "s", (_at_most(1.5),))
OFFLINE = Row("offline answers a second, one process", "/s", (_at_least(150),))

MORE_MESSAGES = Row("an ask at the 10,000th message beside the 10th", "x", (_at_most(1.3),))
MORE_USERS = Row("an ask with 100,000 users beside 10", "x", (_at_most(1.3),))

LOST = Row("2 workers on PostgreSQL and Redis: answers lost", "", (_at_most(0),))
DOUBLED = Row("2 workers on PostgreSQL and Redis: answers doubled", "", (_at_most(0),))
WORKERS_RATE = Row("2 workers on PostgreSQL and Redis: answers a second, 64 streams", "/s")

ROWS = {
    "streams": (FIRST_TEXT, RATE, EFFICIENCY, PACED),
    "capacity": (CAPACITY,),
    "memory": (IDLE, AN_ANSWER, A_SOCKET, AT_STREAMS),
    "cancel": (CUT_BEFORE, CUT_AFTER),
    "writes": (SQLITE_WRITES, SQLITE_P99, POSTGRES_WRITES, POSTGRES_P99),
    "offline": (START, OFFLINE),
    "growth": (MORE_MESSAGES, MORE_USERS),
    "workers": (LOST, DOUBLED, WORKERS_RATE),
}
"""The figures of each part, in the order of the table."""
