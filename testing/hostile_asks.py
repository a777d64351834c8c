"""Asks that are designed to take long to analyse (guarantee H10), as fields of the contract's `ask`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = {"line": 0, "character": 0}
CALL = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: no\n'


def _code(code: str) -> dict[str, Any]:
    return {"code": code, "cursor": PLACE}


def _cells(*sources: str) -> dict[str, Any]:
    return {**_code("total = 1\n"), "kind": "cell", "cells": [{"source": source} for source in sources]}


def _diagnostic(message: str) -> dict[str, Any]:
    place = {"line": 0, "character": 0, "end_line": 0, "end_character": 1}
    return {**_code("total = 1\n"), "diagnostics": [{**place, "message": message}]}


HOSTILE_ASKS: Mapping[str, dict[str, Any]] = {
    "700 digits": _code("x=[" + "7" * 700),
    "2,000 digits": _code("x=[" + "7" * 2_000),
    "100,000 digits": _code("x=[" + "7" * 100_000),
    "cell of 120,000 underscores": _cells("_" * 120_000),
    "8 cells of 120,000 blanks and a backslash": _cells(*[" " * 120_000 + "\\"] * 8),
    "60 KB of an unclosed quote before brackets": _code("x = '" + "a" * 30_000 + "[" * 30_000),
    "14 KB of with": _code("with (a as b," * 1_100),
    "20 KB of backslashes": _code("\\" * 20_000),
    "20 KB of continued lines": _code("\\\n" * 10_000),
    "64 KB f-string": _code("x = f'" + "{a}" * 21_000 + "'"),
    "1,000 nested lambdas": _code("x = " + "lambda: " * 1_000 + "0"),
    "200 nested brackets": _code("x = " + "[" * 199 + "]" * 199),
    "40 cells of 24 KB": _cells(*["value = [1, 2, 3]\n" * 1_300] * 40),
    "74,000 empty cells": _cells(*[""] * 74_000),
    "traceback of 8,000 line ends": {**_code("total = 1\n"), "traceback": CALL + "\n" * 8_000},
    "traceback of a million characters": {**_code("total = 1\n"), "traceback": "x" * 1_000_000},
    "diagnostic of 1 MB": _diagnostic("m" * 1_000_000),
    "256 KB of one name": _code("a" * 256_000),
    "256 KB of short lines": _code("x\n" * 128_000),
    "250 KB program": _code("def total(prices):\n" + "    result = 0\n" * 16_000),
    "question of 4,000 digits": {**_code("total = 1\n"), "question": "expected " * 100 + "7" * 3_000},
}
"""The hostile asks by name. Each fits into a frame of at most 1 MiB."""
