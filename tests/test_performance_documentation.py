"""`docs/performance.md` has the benchmark's tables, and the benchmark judges its results strictly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.service import rows, scenarios
from benchmarks.service.cases import LENGTHS, OWN, passes
from benchmarks.service.proxies import Proxy
from benchmarks.service.rows import ROWS
from benchmarks.service.subjects import Heard
from benchmarks.service.table import Measured, write_markdown
from benchmarks.service.upstream import FastUpstream, Pace

if TYPE_CHECKING:
    from benchmarks.service.cases import Case

PERFORMANCE = (Path(__file__).resolve().parents[1] / "docs" / "performance.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ROWS)
def test_each_part_stands_in_the_documentation_with_every_figure_and_target(part: str) -> None:
    """The table of each part in `docs/performance.md` has exactly the figures and targets of the benchmark."""
    pattern = rf"^<!-- measured: {part} -->\n(.*?)^<!-- end: {part} -->"
    (table,) = re.findall(pattern, PERFORMANCE, re.MULTILINE | re.DOTALL)
    lines = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]

    assert [(line[0][2:], line[5]) for line in lines] == [(cells[0], cells[5]) for cells in _cells(part)]


def _cells(part: str) -> list[tuple[str, ...]]:
    return [Measured(row, None).cells() for row in ROWS[part]]


def test_a_goal_is_met_by_its_own_measure() -> None:
    """A target relative to a bare pass-through proxy is judged by this proxy, one relative to LiteLLM by LiteLLM."""
    figure = Measured(rows.EFFICIENCY, ours=500, floor=2400, litellm=20)

    assert [figure.verdict(goal) for goal in rows.EFFICIENCY.goals] == ["met", "not reached"]


def test_what_was_not_measured_is_not_met() -> None:
    """A target whose own or reference measurement is missing is reported as "not measured", never as "met"."""
    without_litellm = Measured(rows.EFFICIENCY, ours=500, floor=2400)

    assert [without_litellm.verdict(goal) for goal in rows.EFFICIENCY.goals] == ["met", "not measured"]
    assert Measured(rows.IDLE, None).verdict(rows.IDLE.goals[0]) == "not measured"


def test_a_part_replaces_its_own_table_only(tmp_path: Path) -> None:
    """Writing one part's table replaces or appends only that table, and leaves the rest of the document as it is."""
    document = tmp_path / "performance.md"
    document.write_text("# Title\n\n<!-- measured: cancel -->\nold\n<!-- end: cancel -->\n\nThe end.\n")

    write_markdown(document, "cancel", "2 cores.", [Measured(rows.CUT_AFTER, 3.0)])
    write_markdown(document, "memory", "2 cores.", [Measured(rows.IDLE, 90.0)])

    text = document.read_text()
    assert text.startswith("# Title\n\n<!-- measured: cancel -->\n| figure |")
    assert "old" not in text
    assert text.index("The end.") < text.index("<!-- measured: memory -->")


def test_an_answer_that_lacks_its_last_token_is_a_fault() -> None:
    """An answer without its last token, or without any text, is reported as a fault, not measured."""
    upstream = FastUpstream(list(OWN))
    upstream.begin(Pace(tokens=10))
    floor = Proxy.__new__(Proxy)

    assert scenarios.fault(floor, upstream, Heard("whole", 0, 0.0, ends=[4, 10], at=[0.1, 0.2])) is None
    assert scenarios.fault(floor, upstream, Heard("cut", 0, 0.0, ends=[4, 9], at=[0.1, 0.2])) == "9 of 10 came"
    assert scenarios.fault(floor, upstream, Heard("silent", 0, 0.0)) == "no text"


@pytest.mark.parametrize("case", OWN)
def test_our_own_replies_pass_the_guard(case: Case) -> None:
    """The replies that the benchmark uses pass the guard, and the released units together are the whole reply."""
    assert passes(case)
    assert case.unit_ends(LENGTHS[0])[-1] == len("".join(case.tokens(LENGTHS[0])))
