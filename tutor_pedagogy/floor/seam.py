"""Complete an answer of a model by the offline tutor, so that both read as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.floor.line_question import question_about
from tutor_pedagogy.floor.wholeness import is_block, is_item, words_of
from tutor_pedagogy.guard.units import split
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tutor_pedagogy.floor.floor import Floor
    from tutor_pedagogy.offline import Explanation

_BRIDGES = {
    HintLevel.QUESTION: "Here is a question about line {} to go on with.",
    HintLevel.CONCEPT: "Now to the idea behind line {}.",
    HintLevel.STRUCTURE: "Now to a plan, beginning at line {}.",
    HintLevel.EXAMPLE: "An example with other data may help.",
    HintLevel.SOLUTION: "Now to the change itself.",
}
_BRIDGES_WITHOUT_MISTAKE = {
    HintLevel.QUESTION: "Here is a question to go on with.",
    HintLevel.CONCEPT: "Now to the idea behind it.",
    HintLevel.STRUCTURE: "Now to a plan.",
    HintLevel.EXAMPLE: "An example with other data may help.",
    HintLevel.SOLUTION: "Here is what you can try next.",
}
_OTHER_LINE = "Now to line {}, which can be looked at first."
_NO_MISTAKE = "purpose."
"""The beginning of the rules that report the purpose of an ask, and no mistake."""
_OPENINGS = ("Let's read ", "Have a look at ", "The place to look is ")
"""The beginnings of the sentence with which the offline tutor opens level 1."""
_ALIKE = 0.75
"""The share of equal words from which on two sentences say the same."""
_FEWEST_WORDS = 4


def completion(floor: Floor, explanation: Explanation) -> str:
    """Return the text that completes an answer which does not do what its level owes.

    After words of the model it begins with a blank line and a bridging sentence, and says nothing a second time. If the
    model speaks about another line than the explanation, it is a question about the model's line. Without words of the
    model it is the explanation.
    """
    if not floor.has_said:
        return explanation.text
    line = _other_line(floor, explanation)
    asked = "" if line is None else question_about(floor.program, line, floor.level)
    text = asked or " ".join((_bridge(floor, explanation, is_elsewhere=line is not None), _rest(floor, explanation)))
    return _separator(floor.said[-1]) + text


def _separator(last: str) -> str:
    return "\n" * max(0, 2 - (len(last) - len(last.rstrip("\n"))))


def _other_line(floor: Floor, explanation: Explanation) -> int | None:
    """Return the line that the model speaks about, if it is another than that of the explanation.

    The line at which the program stopped is not: the explanation of an error says where it comes from.
    """
    lines = floor.owed.lines
    same = floor.program.reported.union(explanation.lines)
    return min(lines) if lines and lines.isdisjoint(same) else None


def _bridge(floor: Floor, explanation: Explanation, *, is_elsewhere: bool) -> str:
    if explanation.rule.startswith(_NO_MISTAKE):
        return _BRIDGES_WITHOUT_MISTAKE[floor.level]
    bridge = _OTHER_LINE if is_elsewhere else _BRIDGES[floor.level]
    return bridge.format(explanation.lines[0])


def _rest(floor: Floor, explanation: Explanation) -> str:
    """Return the explanation without an opening and without sentences that the model has said."""
    units = [unit.text for unit in split(explanation.text)]
    said = [frozenset(words_of(unit)) for unit in floor.said if not is_block(unit)]
    if floor.level is HintLevel.QUESTION and len(units) > 1 and units[0].startswith(_OPENINGS):
        del units[0]
    kept = [unit for unit in units if not _is_said(unit, said)]
    has_prose = any(words_of(unit) for unit in kept)
    return "".join(kept if has_prose else units).lstrip()


def _is_said(unit: str, said: Sequence[Collection[str]]) -> bool:
    """Return whether the model has said a sentence. Blocks, items and what announces or asks something always stay."""
    words = frozenset(words_of(unit))
    if is_block(unit) or is_item(unit) or len(words) < _FEWEST_WORDS or unit.rstrip().endswith((":", "?")):
        return False
    return any(len(words.intersection(other)) >= _ALIKE * len(words) for other in said)
