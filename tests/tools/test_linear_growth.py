"""Functions that read a student's material or a model's text take linear time for any input."""

from __future__ import annotations

from random import Random

import pytest

from tools.linear.entries import ENTRIES, Entry
from tools.linear.growth import LONGEST, attacks, growth, processor_time
from tools.linear.shapes import Shape

_MANY = 10_000


def _repeated(*parts: str, head: str = "", tail: str = "") -> Shape:
    return Shape(head, parts, "", (), tail, lengthening=False)


KNOWN = (
    ("explain code", _repeated("1", head="x=[")),
    ("explain code", _repeated("\\")),
    ("explain code", _repeated("_")),
    ("explain traceback", _repeated("a", head='Traceback:\n  File "a.py", line 1, in f\n    x=1\nTypeError: ')),
    ("explain traceback", _repeated("\n")),
    ("explain diagnostic", _repeated("Literal[")),
    ("guard student's code", _repeated('\\"')),
    ("guard student's cells", _repeated(" ", tail="\\")),
    ("guard student's cells", _repeated("_")),
    ("guard answer", _repeated(", ", head="line 1")),
    ("guard answer", _repeated("replace", *["\t"] * 90)),
    ("guard answer", _repeated("](", *[" "] * 90)),
    ("redact words", _repeated("a-", tail="é")),
    ("redact words", _repeated("sk-")),
    ("redact words", _repeated("eyJ-")),
    ("stored words", _repeated("`", "x", tail="`")),
)


@pytest.mark.parametrize(("entry", "shape"), KNOWN, ids=str)
def test_shapes_that_froze_a_process_are_cheap(entry: str, shape: Shape) -> None:
    """Inputs that once took quadratic or exponential time take linear time."""
    reader = next(each for each in ENTRIES if each.name == entry)

    assert not growth(reader, shape, 5000).is_super_linear


def test_random_shapes_cost_no_more_than_their_length() -> None:
    """A small, reproducible sample of random inputs takes linear time in every entry function."""
    found = [str(each) for each in attacks(Random(20), 2 * len(ENTRIES), 800) if each.is_super_linear]

    assert found == []


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_thousands_of_random_shapes_cost_no_more_than_their_length() -> None:
    """A large sample of random inputs takes linear time; the slowest and the fastest-growing inputs are printed."""
    measured = [*attacks(Random(21), _MANY, 3000)]
    for title, key in (("fastest growth", "times"), ("longest", "long")):
        worst = sorted((each for each in measured if each.long > 0.005), key=lambda each: -getattr(each, key))[:10]
        print(title, *worst, sep="\n  ")  # noqa: T201 - the developer who runs this long test reads the printed inputs

    assert [str(each) for each in measured if each.is_super_linear] == []


def test_a_quadratic_reader_is_noticed() -> None:
    """The measurement detects a quadratic function, and stops an endless one."""

    def quadratic(text: str) -> object:
        lines = [*map(str, range(len(text)))]
        return [lines.index(line) for line in lines]

    def endless(text: str) -> object:
        while text:
            pass
        return None

    assert growth(Entry("quadratic", "code", quadratic), _repeated("a"), 2000).is_super_linear
    assert processor_time(Entry("endless", "code", endless), "a") == LONGEST
