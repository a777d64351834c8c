"""Checks after a soak test. The students' records, the model's calls and the database's rows must agree."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from benchmarks.soak.students import CANCELLED, LEFT, whole_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.soak.students import Record
    from testing.fake_upstream import FakeUpstream
    from testing.service import Service

UNAVAILABLE = "The AI service is temporarily unavailable. Please try again in a moment."
ANY = {"done", "failed", "cancelled", "released", "none"}
"""The possible states of an ask whose student did not wait for its end."""
STATES = {
    CANCELLED: ANY,
    LEFT: ANY,
    "done": {"done"},
    "AI_UNAVAILABLE": {"released"},
    "ANSWER_INTERRUPTED": {"failed", "released"},  # `released` means that the ask ended while the connection was down.
    "DATABASE_UNAVAILABLE": ANY,  # The service sends this error if it could not store the end.
}
"""The states that the database may hold for an ask, by the end that its student saw."""
SHOWN = 5
"""The maximum number of faults of each kind that are printed."""


class Accounts:
    """The records of students, model and database, and the checks that compare them."""

    def __init__(self, service: Service, upstream: FakeUpstream, records: Sequence[Record]) -> None:
        self.upstream = upstream
        self.records = records
        self._query = service.query

    def ends(self) -> Counter[str]:
        """Return how many asks ended in each way, as the students saw it."""
        return Counter(record.end or "no end" for record in self.records)

    def outcomes(self) -> list[tuple[Any, ...]]:
        """Return the number of calls with each outcome."""
        return self._query(
            "SELECT CASE WHEN state = 'settled' THEN outcome ELSE state END, count(*) FROM model_calls"
            " GROUP BY 1 ORDER BY 2 DESC"
        )

    def open_rows(self) -> int:
        """Return the number of calls and asks that have not ended."""
        (calls,) = self._query("SELECT count(*) FROM model_calls WHERE state IN ('reserved', 'sent')")
        (asks,) = self._query("SELECT count(*) FROM asks WHERE state = 'running'")
        return int(calls[0] + asks[0])

    def checks(self) -> list[tuple[str, bool]]:
        """Return the checks, and print the first few faults that each finds."""
        asks = {
            _uuid(request_id): (state, content or "")
            for request_id, state, content in self._query(
                "SELECT a.request_id, a.state, m.content FROM asks a LEFT JOIN chat_messages m ON m.id = a.id"
            )
        }
        return [
            _check("asks whose end and text the database knows otherwise", self._unlike(asks)),
            _check("answers with a gap, a repetition, or text that was never sent", self._torn()),
            _check("asks whose calls and rows do not match one to one", self._miscounted(asks)),
            _check("students whose day counts otherwise than their answers", self._miscounted_days()),
            _check("sums that are not those of the rows", self._wrong_sums()),
        ]

    def _unlike(self, asks: dict[UUID, tuple[str, str]]) -> Iterator[str]:
        for record in self.records:
            state, content = asks.get(record.request_id, ("none", ""))
            if record.end == "AI_UNAVAILABLE" and record.message != UNAVAILABLE:
                yield f"{record.request_id} lost its line: {record.message}"
            elif state not in STATES.get(record.end, ()):
                yield f"{record.request_id}: the student saw {record.end or 'no end'}, the database says {state}"
            elif record.end == "done" and record.text != content:
                yield f"{record.request_id}: the student saw {len(record.text)} characters, kept are {len(content)}"

    def _torn(self) -> Iterator[str]:
        for record in self.records:
            if record.seqs != list(range(len(record.seqs))):
                yield f"{record.request_id}: deltas {record.seqs}"
            parts = re.match(r"This hint has (\d+) parts\.", record.text)
            whole = whole_text(int(parts[1])) if parts else ""
            if record.withheld or not whole.startswith(record.text) or (record.end == "done" and record.text != whole):
                yield f"{record.request_id}: {record.end}, {record.text[-60:]!r}"

    def _miscounted(self, asks: dict[UUID, tuple[str, str]]) -> Iterator[str]:
        """Yield asks whose rows do not match the model's calls. A row without a response may lack its call."""
        prompts = (str(call.body["messages"]) for call in self.upstream.calls)
        received = Counter(UUID(re.findall(r"Why, ([-0-9a-f]{36})\?", prompt)[-1]) for prompt in prompts)
        rows: Counter[UUID] = Counter()
        for request_id, count in self._query(
            "SELECT a.request_id, count(*) FROM model_calls c JOIN asks a ON a.id = c.ask_id"
            " WHERE c.state IN ('settled', 'swept') GROUP BY a.request_id"
        ):
            rows[_uuid(request_id)] = count
        silent = dict(
            self._query(
                "SELECT a.request_id, count(*) FROM model_calls c JOIN asks a ON a.id = c.ask_id"
                " WHERE c.state = 'swept' OR c.outcome IN ('cancelled', 'timeout', 'interrupted', 'unreachable')"
                " GROUP BY a.request_id"
            )
        )
        lost = Counter({_uuid(request_id): count for request_id, count in silent.items()})
        for request_id in received.keys() | rows.keys():
            state = asks.get(request_id, ("none", ""))[0]
            if not received[request_id] <= rows[request_id] <= received[request_id] + lost[request_id]:
                yield f"{request_id} ({state}): {received[request_id]} calls, {rows[request_id]} rows"

    def _miscounted_days(self) -> Iterator[str]:
        """Yield students whose daily count differs from their answers. Failures before any text must not count."""
        for user_id, counted, given in self._query(
            "SELECT u.id, (SELECT coalesce(sum(d.messages), 0) FROM daily_usage d WHERE d.subject = u.subject),"
            " (SELECT count(*) FROM asks a WHERE a.user_id = u.id AND (a.state IN ('done', 'cancelled')"
            " OR a.state = 'failed' AND a.delta_ends IS NOT NULL)) FROM users u"
        ):
            if counted != given:
                yield f"{user_id}: counted {counted}, given {given}"

    def _wrong_sums(self) -> Iterator[str]:
        (of_rows,) = self._query(
            "SELECT count(*), sum(input_tokens), sum(output_tokens), sum(cost_nanodollars) FROM model_calls"
            " WHERE state IN ('settled', 'swept')"
        )
        (of_rollups,) = self._query(
            "SELECT sum(calls), sum(input_tokens), sum(output_tokens), sum(cost_nanodollars) FROM usage_rollups"
        )
        if of_rows != of_rollups:
            yield f"rows {of_rows}, sums {of_rollups}"


def _check(what: str, faults: Iterator[str]) -> tuple[str, bool]:
    found = list(faults)
    for fault in found[:SHOWN]:
        print(f"       {fault}")
    return f"{what}: {len(found)}", not found


def _uuid(stored: object) -> UUID:
    return UUID(str(stored))
