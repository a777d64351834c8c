"""Tests that run many cases in one item: every case runs, and each that fails is named."""

from __future__ import annotations

import pytest

from testing.each_case import each_case


def test_all_cases_run_and_each_that_fails_is_named(request: pytest.FixtureRequest) -> None:
    """A failure does not end the test of the other cases, and a case that is skipped has failed."""
    seen = []

    @each_case(["one", "two", "three", "four"])
    def check(name: str) -> None:
        seen.append(name)
        if name == "four":
            pytest.skip("not here")
        assert name == "two"

    with pytest.raises(pytest.fail.Exception) as failed:
        check(request=request)

    assert seen == ["one", "two", "three", "four"]
    assert str(failed.value).startswith("3 of 4 cases fail (`--case NAME` runs one):\n  one\n  three\n  four\n")
    assert "'three' == 'two'" in str(failed.value)
    assert "not here" in str(failed.value)


def test_each_case_is_in_one_part(request: pytest.FixtureRequest) -> None:
    """The parts of a test together run every case once."""
    seen = []

    @each_case(range(100), parts=4)
    def check(number: int) -> None:
        seen.append(number)

    for part in range(4):
        check(request=request, part=part)

    assert sorted(seen) == list(range(100))


@pytest.mark.parametrize("cases", [[], ["same", "same"]], ids=["none", "one name twice"])
def test_cases_without_names_of_their_own_are_refused(cases: list[str]) -> None:
    """A test without cases could not fail, and of two cases with one name only one would run."""
    with pytest.raises(ValueError, match="cases need names that differ"):
        each_case(cases)
