"""Which bracket a closing one belongs to, where another was never closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.meaning import named_line
from tutor_pedagogy.dialogue.tables import filled, table
from tutor_pedagogy.offline.engine.writing import code_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_CLOSED = re.compile(r"\bclos\w*|\bschlie|geschlossen|\bcierr|\bcerrad|\bferm|\bfech", re.IGNORECASE)
_NEVER = re.compile(r"'(?P<sign>[(\[{])' was never closed")
_PARTNERS = {"(": ")", "[": "]", "{": "}"}


def closed_bracket(asked: Question) -> Iterator[tuple[str, str]]:
    """Yield which bracket the last closing one belongs to, where one was never closed."""
    program = asked.diagnosis.program
    fault = program.fault
    match = _NEVER.search(fault.message) if fault is not None else None
    if fault is None or match is None or not _CLOSED.search(asked.text):
        return
    opened: list[tuple[int, int]] = []
    pairs: list[tuple[tuple[int, int], tuple[int, int]]] = []
    sign = match["sign"]
    for number, line in enumerate(program.lines[fault.line - 1 :], fault.line):
        bare = re.sub(r"\"[^\"\n]*\"|'[^'\n]*'|#.*", lambda text: " " * len(text[0]), line)
        for column, each in enumerate(bare):
            if each == sign:
                opened.append((number, column))
            elif each == _PARTNERS[sign] and opened:
                pairs.append((opened.pop(), (number, column)))
    if not pairs or not opened:
        return
    named = named_line(asked.text)
    on_it = [pair for pair in pairs if named is not None and program.shown(pair[1][0]) == named]
    (other, at), (closing, _) = (on_it or pairs)[-1]
    before = re.search(r"(?<![\w.])[\w.]+$", program.line(other)[:at])
    opener = code_span(f"{before[0] if before else ''}{sign}")
    slots = {"sign": code_span(_PARTNERS[sign]), "first": code_span(sign), "opener": opener}
    lines = {"line": program.shown(closing), "other": program.shown(other), "open": program.shown(opened[0][0])}
    yield "", filled(table("facts")["closed"], **slots, **lines)
