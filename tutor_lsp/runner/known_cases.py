"""The cases of a test run that can be told: the call of each assertion, its right result, and what came of it.

The files of tests are only read here. An assertion counts if it compares a call with a literal, once the values that
stand in the test itself (variables, the table of a loop, the parameters of pytest) are filled in.
"""

from __future__ import annotations

import ast
import doctest
import re
from typing import TYPE_CHECKING, NamedTuple

from tutor_lsp.runner.assertions import Asserted, asserted_in
from tutor_protocol import KnownCase
from tutor_protocol.submission import MAX_KNOWN_CASE_CHARACTERS, MAX_KNOWN_CASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tutor_lsp.runner.found_tests import FoundTests
    from tutor_lsp.runner.results import Case
    from tutor_protocol.submission import CaseKind, CaseOutcome

MAX_CHARACTERS = 2_400
"""The maximum number of characters of all cases. With more, the service would read the ask in another process."""
_MOST_FAILING = 6
_LONGEST_EXAMPLE_NAME = 80
_LABELLED = {part: re.compile(rf"(?m)^{part}:(?: |\n)(?P<v>[^\n]*)$") for part in ("Expected", "Got")}
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)


class _Told(NamedTuple):
    """What a failure's message tells."""

    call: str | None
    expected: str | None
    got: str | None


def known_cases(program: Path, tests: Sequence[FoundTests], cases: Sequence[Case]) -> tuple[KnownCase, ...]:
    """Return the cases of a run that are worth telling: the failing ones and the smallest that pass."""
    by_name: dict[str, list[Asserted]] = {}
    entered: dict[str, Asserted] = {}
    for found in tests:
        for file in found.files:
            try:
                text = file.read_text(encoding="utf-8")
                if found.kind == "cases":
                    right = file.with_suffix(".out").read_text(encoding="utf-8")
                    entered[file.stem] = Asserted(text.rstrip("\n"), right.rstrip("\n"))
                elif found.kind == "doctest":
                    _add(by_name, _examples(text))
                else:
                    _add(by_name, asserted_in(text, program.stem))
            except (OSError, *_NOT_PARSED):
                continue
    seen: dict[tuple[str, str], KnownCase] = {}
    for case in cases:
        for known in _of(case, by_name, entered):
            seen.setdefault((known.kind, known.given), known)
    return _chosen(list(seen.values()))


def _add(by_name: dict[str, list[Asserted]], found: Mapping[str, list[Asserted]]) -> None:
    for name, asserted in found.items():
        by_name.setdefault(name, []).extend(asserted)


def _examples(text: str) -> dict[str, list[Asserted]]:
    """Return the examples in a text with docstrings, by the names that their tests have."""
    found: dict[str, list[Asserted]] = {}
    for example in doctest.DocTestParser().get_examples(text):
        name = " ".join(example.source.split())
        name = name if len(name) <= _LONGEST_EXAMPLE_NAME else name[: _LONGEST_EXAMPLE_NAME - 1] + "…"
        wanted = example.want.strip()
        if wanted and "\n" not in wanted and not example.exc_msg:
            found.setdefault(name, []).append(Asserted(" ".join(example.source.split()), wanted))
    return found


def _of(case: Case, by_name: Mapping[str, list[Asserted]], entered: Mapping[str, Asserted]) -> Iterator[KnownCase]:
    """Yield the cases that one test has run: all of a test that passes, else those up to the one that has failed."""
    if case.outcome == "skipped":
        return
    if (given := entered.get(case.name)) is not None:
        got = _told(case).got if case.failure is not None else None
        yield from _known(given, case.outcome, got, "input")
        return
    asserted = by_name.get(case.name, [])
    if case.failure is None:
        for each in asserted:
            yield from _known(each, "passed")
        return
    told = _told(case)
    failed = _failed(asserted, told)
    if failed is not None:
        for each in asserted[:failed]:
            yield from _known(each, "passed")
        yield from _known(asserted[failed], case.outcome, told.got)
    elif told.call is not None and told.expected is not None and not asserted:
        yield from _known(Asserted(told.call, told.expected), case.outcome, told.got)


def _failed(asserted: Sequence[Asserted], told: _Told) -> int | None:
    """Return the number of the assertion that has failed: that of the told call, else the only one that it can be."""
    by_call = [number for number, each in enumerate(asserted) if each.call == told.call]
    if by_call:
        return by_call[0]
    alike = [number for number, each in enumerate(asserted) if _is_same(each.expected, told.expected)]
    found = alike if len(asserted) > 1 else list(range(len(asserted)))
    return found[0] if len(found) == 1 else None


def _is_same(code: str, told: str | None) -> bool:
    try:
        return told is not None and bool(ast.literal_eval(code) == ast.literal_eval(told))
    except (*_NOT_PARSED, TypeError):
        return False


def _known(
    asserted: Asserted, outcome: CaseOutcome, got: str | None = None, kind: CaseKind = "call"
) -> Iterator[KnownCase]:
    """Yield a case, unless its texts are too long to be told. A result that is too long is left out."""
    if max(map(len, asserted)) <= MAX_KNOWN_CASE_CHARACTERS:
        shown = got if got is not None and len(got) <= MAX_KNOWN_CASE_CHARACTERS else None
        yield KnownCase(given=asserted.call, expected=asserted.expected, got=shown, outcome=outcome, kind=kind)


def _told(case: Case) -> _Told:
    """Return the call, the right and the actual result that a failure's message tells."""
    failure = case.failure
    if failure is None:
        return _Told(None, None, None)
    report = failure.report
    if report.call or report.expected or report.got:
        return _Told(report.call, report.expected, report.got)
    expected, got = (pattern.search(failure.message) for pattern in _LABELLED.values())
    return _Told(None, expected["v"] if expected else None, got["v"] if got else None)


def _chosen(known: list[KnownCase]) -> tuple[KnownCase, ...]:
    """Return at most as many cases as an ask holds, in their order: the first that fails, and then the shortest.

    Those that pass are of the function that fails, as long as there are any.
    """
    failing = [case for case in known if case.outcome != "passed"]
    function = failing[0].given.partition("(")[0] if failing else ""
    passing = sorted(
        (case for case in known if case.outcome == "passed"),
        key=lambda case: (case.given.partition("(")[0] != function, _size(case)),
    )
    others = sorted(failing[1:], key=_size)[: _MOST_FAILING - 1]
    wanted = [*failing[:1], *(each for pair in _alternating(others, passing) for each in pair)]
    chosen: list[KnownCase] = []
    left = MAX_CHARACTERS
    for case in wanted:
        if len(chosen) < MAX_KNOWN_CASES and _size(case) <= left:
            chosen.append(case)
            left -= _size(case)
    return tuple(case for case in known if case in chosen)


def _alternating(one: list[KnownCase], other: list[KnownCase]) -> Iterator[list[KnownCase]]:
    for number in range(max(len(one), len(other))):
        yield [*one[number : number + 1], *other[number : number + 1]]


def _size(case: KnownCase) -> int:
    return sum(map(len, case.texts))
