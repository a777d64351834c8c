"""Find editing instructions in a sentence, by the patterns of `words/instructions.txt`."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.views.markup import MARK
from tutor_pedagogy.guard.vocabulary import defined, expanded, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONG_GAP = re.compile(r"(\s{8})\s++")
"""White space of more than eight characters, the maximum between two words of a pattern. It is shortened to eight."""
_ASCII_WORD = re.compile(r"[a-z]+|[-=]>")
_WORD = re.compile(r"[^\W\d_\u3040-\u9fff]+|[-=]>|→|改成|改为|換成|换成|替换为")


class Edit(NamedTuple):
    """An editing instruction: the `new` code, the `old` code that it replaces, and the `words` that state it."""

    rule: GuardRule
    words: str
    new: str
    old: str = ""


class _Pattern(NamedTuple):
    rule: GuardRule
    verbs: list[str]
    holds: list[str]
    regex: re.Pattern[str]


def _patterns() -> Iterator[_Pattern]:
    names = {"MARK": MARK}
    for is_text, group in groupby(lines_of("instructions"), bool):
        first, *more = group
        if " = " in first:
            names = defined([first, *more], names)
        elif is_text:
            *listed, pattern = more
            words = {name: words.split() for name, _, words in (line.partition(": ") for line in listed)}
            pattern = expanded(pattern, {**names, "VERB": rf"\b(?:{'|'.join(words['verbs'])})"})
            regex = re.compile(pattern.replace(r"\s+", r"\s{1,8}").replace(r"\s*", r"\s{0,8}"), re.IGNORECASE)
            yield _Pattern(GuardRule(first), words["verbs"], words.get("holds", [""]), regex)


_PATTERNS = tuple(_patterns())
_BY_VERB: dict[str, list[int]] = {}
for _number, _each in enumerate(_PATTERNS):
    for _verb in _each.verbs:
        _BY_VERB.setdefault(_verb, []).append(_number)


def edits(prose: str) -> list[Edit]:
    """Return every editing instruction in a sentence, in the order of the patterns."""
    lowered = prose.lower()
    words = (_ASCII_WORD if lowered.isascii() else _WORD).findall(lowered)
    if _BY_VERB.keys().isdisjoint(words):
        return []
    prose = _LONG_GAP.sub(r"\1", prose)
    numbers = {number for word in words for number in _BY_VERB.get(word, ())}
    return [
        Edit(pattern.rule, match[0], match["new"].strip(), (match.groupdict().get("old") or "").strip())
        for pattern in map(_PATTERNS.__getitem__, sorted(numbers))
        if any(part in lowered for part in pattern.holds)
        for match in pattern.regex.finditer(prose)
    ]
