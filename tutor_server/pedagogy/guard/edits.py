"""Recognise an instruction to edit: a sentence that says which code to put, and where, or in place of what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tutor_server.pedagogy.guard.reading import MARK

_GAP = r"[^.?!;\n]{0,120}?"
_OPERAND = r"(?P<{}>[^\n]{{1,160}}?)"
_END = (
    r"(?=\s+(?:on|in|at|of|from|inside|outside|before|after|below|above|under|for|so|because|since|and then|then|to ensure|to get"
    r"|to make|to iterate|instead|here|there|now|as|when|where|while|which|that|with one|respectively)\b|[,;]\s|[.?!:]?\s*$|[.?!]\s|\n)"
)


@dataclass(frozen=True, slots=True)
class Edit:
    """What an instruction says to write (`new`), and in place of what (`old`), as the sentence has them."""

    kind: Literal["replace", "insert", "set", "should"]
    new: str
    old: str = ""


_PATTERNS: tuple[tuple[Literal["replace", "insert", "set", "should"], re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "replace",
            rf"\b(?:replac\w+|swap\w*|substitut\w+|exchang\w+)\s+{_OPERAND.format('old')}\s+(?:with|by|for)\s*{_OPERAND.format('new')}{_END}",
        ),
        (
            "replace",
            rf"\b(?:chang\w+|turn\w*|convert\w*|modif\w+|correct\w*|updat\w+|switch\w*|alter\w*|renam\w+|rewrit\w+|fix\w*|edit\w*"
            rf"|adjust\w*|mov\w+)\s+{_OPERAND.format('old')}\s*(?:\b(?:to|into|as)\b|->|→|=>)\s*{_OPERAND.format('new')}{_END}",
        ),
        (
            "replace",
            rf"\b(?:us(?:e|ing)|writ\w+|wrote|put\w*|try|typ\w+|return|cho\w+|(?:should|must|needs?\s+to|has\s+to)\s+(?:be|have|read|say))\s+"
            rf"{_OPERAND.format('new')}\s*,?\s+(?:instead\s+of|in\s+(?:the\s+)?place\s+of|in\s+lieu\s+of|rather\s+than)\s+"
            rf"{_OPERAND.format('old')}{_END}",
        ),
        (
            "replace",
            rf"\b(?:instead\s+of|in\s+place\s+of|rather\s+than)\s+{_OPERAND.format('old')}\s*,?\s+(?:you\s+)?(?:\w+\s+){{0,3}}?"
            rf"(?:us\w+|writ\w+|put|try|typ\w+|return|have|need|want|do|call)\s+{_OPERAND.format('new')}{_END}",
        ),
        (
            "insert",
            rf"\b(?:insert\w*|add\w*|append\w*|plac\w+|put|writ\w+|wrote|(?<!of )typ(?:e|ing)|includ\w+|prepend\w*|contain\w*|paste)\s+"
            rf"{_OPERAND.format('new')}{_END}",
        ),
        (
            "set",
            rf"\b(?:initiali[sz]\w+|set\w*|assign\w*|reset\w*|start\w*)\s+{_OPERAND.format('old')}\s+(?:to|with|at|as|from|=)\s+"
            rf"{_OPERAND.format('new')}{_END}",
        ),
        (
            "should",
            rf"(?P<old>{MARK}|\b(?:it|this|that|lines?|condition|operator|expression|statement|comparison|code|header|loop|call))"
            rf"\s+(?:should|must|needs?\s+to|ought\s+to|has\s+to|have\s+to|is\s+supposed\s+to)\s+"
            rf"(?:be|read|say|become|look\s+like)\s*:?\s+{_OPERAND.format('new')}{_END}",
        ),
    )
)
_VERB = re.compile(
    r"replac|swap|substitut|exchang|chang|turn|convert|modif|correct|updat|switch|alter|renam|rewrit|fix|edit|adjust|mov"
    r"|instead|place|rather|insert|add|append|put|writ|wrote|typ|includ|prepend|contain|paste|initiali|set|assign|start"
    r"|should|must|need|ought|ha(?:s|ve) to|suppose|lieu|\bnot\b",
    re.IGNORECASE,
)


def edits(prose: str) -> list[Edit]:
    """Give every instruction to edit in a sentence."""
    if not _VERB.search(prose):
        return []
    return [
        Edit(kind, match["new"].strip(), (match.groupdict().get("old") or "").strip())
        for kind, pattern in _PATTERNS
        for match in pattern.finditer(prose)
    ]
