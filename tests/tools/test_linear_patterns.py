"""The tool that finds regular expressions with super-linear matching time."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tools.linear.__main__ import slowest
from tools.linear.ambiguity import find_pump
from tools.linear.automaton import automaton
from tools.linear.patterns import ROOT, Pattern


@pytest.mark.real_time
def test_no_pattern_of_the_product_takes_super_linear_time() -> None:
    """Every pattern of the product is linear, or a comment says why its input is bounded.

    The tool runs in a new process, since it records patterns while the modules are imported.
    """
    checked = subprocess.run(
        [sys.executable, "-m", "tools.linear"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        (r"\s+$", 0),
        (r"\s++$", 0),
        (r"[\w.]+@x", 0),
        (r"(?P<name>\w+)\(\) takes", 0),
        (r"after (.*?) on line (\d+)", 0),
        (r"x(?=.*y)", 0),
        (r"^[ \t]*def[ \t]+\w+.*:$", re.MULTILINE),
        (r'"(?:[^"\\\n]|\\.)*"', 0),
        (r"(?im)^\s*self\.f", 0),
    ],
)
def test_super_linear_patterns_are_found_and_are_slow(pattern: str, flags: int) -> None:
    """For a super-linear pattern the tool finds an input on which matching is measurably slow."""
    pump = find_pump(automaton(pattern, flags, searches=True))
    assert pump is not None

    sought = Pattern("here", 1, pattern, flags, searches=True, whole=False, reason=None)
    size = len(pump.prefix) + 20 * len(pump.word)
    while (seconds := slowest(sought, pump, size)) < 0.005:
        size += size // 2
        assert size < 200_000, "it stays fast"
    assert slowest(sought, pump, size) / seconds < 4
    assert slowest(sought, pump, 4 * size) / seconds > 7


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        (r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL),
        (r"\d+(?:(?:\s*(?:,|-)\s*)+\d+)*;", 0),
        (r"(?:(?:a|b)+)+c", 0),
    ],
)
def test_back_references_and_exponential_patterns_are_found(pattern: str, flags: int) -> None:
    """Quantified back references and exponential patterns are found by analysis, without measuring them."""
    assert find_pump(automaton(pattern, flags, searches=True)) is not None


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        (r"(?<!\s)\s+$", 0),
        (r"#.*$", re.MULTILINE),
        (r'"[^"\n]*"', 0),
        (r"\b\w+ = ", 0),
        (r"(?m)^[ \t]*x", 0),
        (r"(?<![\w.])[\w.]++@x", 0),
        (r"(?m)^(?>.*?after )[^:\n]*+:", 0),
        (r"[A-Z]{16,}={0,6}", 0),
        (r"x.{0,200}y", 0),
        (r'(?:[^"\\]++|\\.|""?(?!"))*+"""', re.DOTALL),
    ],
)
def test_linear_patterns_are_passed(pattern: str, flags: int) -> None:
    """Patterns that lookbehinds, possessive quantifiers or bounds keep linear are accepted."""
    searches = not pattern.endswith('"""')

    assert find_pump(automaton(pattern, flags, searches=searches)) is None
