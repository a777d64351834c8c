"""Reports that show a whole output beside the expected one, several lines each, under labels in several languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor_pedagogy.offline.rules.logic import report_words

_OUTPUT = r"(?: (?:output|result|ausgabe|salida|sa[i\u00ed]da|sortie|uscita))?"
_FRONT = r"(?i)(?:(?:salida|sa[i\u00ed]da|resultado|sortie|ausgabe) )?"
_EXPECTED = re.compile(rf"{_FRONT}(?:{report_words.EXPECTED}){_OUTPUT}")
_GOT = re.compile(rf"{_FRONT}(?:{report_words.GOT}){_OUTPUT}")
_AROUND = " \t\r:>*#+-"
"""What may stand around a label on its line."""
_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Outputs:
    """The lines that a program should print, and those that it prints."""

    expected: tuple[str, ...]
    got: tuple[str, ...]

    @property
    def first_difference(self) -> tuple[str, str]:
        """The first two lines that differ; "" for a line that one of the outputs has not."""
        for number in range(max(len(self.expected), len(self.got))):
            one = self.expected[number] if number < len(self.expected) else ""
            other = self.got[number] if number < len(self.got) else ""
            if one != other:
                return one, other
        return "", ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The ways in which the output is wrong."""
        if sorted(self.expected) == sorted(self.got):
            return ("order", "value")
        if len(self.expected) != len(self.got):
            return ("short" if len(self.got) < len(self.expected) else "long", "value")
        return ("value", "other")


def outputs_of(text: str) -> Outputs | None:
    """Return the two outputs that a report shows; None without both, or if they are the same or one line each."""
    lines = text.split("\n")[: 3 * _MOST_LINES]
    wanted = next((number for number, line in enumerate(lines) if _EXPECTED.fullmatch(line.strip(_AROUND))), None)
    came = next((number for number, line in enumerate(lines) if _GOT.fullmatch(line.strip(_AROUND))), None)
    if wanted is None or came is None:
        return None
    first, second = min(wanted, came), max(wanted, came)
    above, below = _block(lines[first + 1 : second]), _block(lines[second + 1 :])
    expected, got = (above, below) if wanted < came else (below, above)
    if expected == got or not expected or max(len(expected), len(got)) < 2:  # noqa: PLR2004 - several lines
        return None
    return Outputs(expected, got)


def _block(lines: list[str]) -> tuple[str, ...]:
    """Return the lines of an output, without empty ones at its end and white space at the end of each."""
    found = [line.rstrip() for line in lines[:_MOST_LINES]]
    while found and not found[-1]:
        found.pop()
    return tuple(found)
