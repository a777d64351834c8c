"""Recognise an instruction to edit: a sentence that says which code to put, and where, or in place of what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tutor_pedagogy.guard.reading import MARK

EditKind = Literal["replace", "contrast", "insert", "set", "should", "suggest", "becomes", "attach", "move"]

_OLD, _NEW = r"(?P<old>[^\n]{1,160}?)", r"(?P<new>[^\n]{1,160}?)"
_BEFORE = r"(?<!\S)(?P<old>\S[^\n,;.]{0,60}?)"
_END = (
    r"(?=\s+(?:on|in|at|of|from|inside|outside|before|after|below|above|under|for|so|because|since|and|then|to\s+\w+|instead"
    r"|here|there|now|as|when|where|while|which|that|with|works?|respectively|rather|but|or\s+not|not)\b"
    r"|[,;]\s|[.?!:)\]]*\s*$|[.?!]\s|\)|\n)"
)
_THING = (
    rf"(?:{MARK}|\b(?:it|this|that|lines?|condition|operator|expression|statement|comparison|code|header|loop|call|test"
    r"|check|value))"
)
_OUGHT = r"(?:should|must|needs?\s+to|ought\s+to|ha(?:s|ve)\s+to|(?:is|are|was|were)\s+supposed\s+to)"
_INSTEAD = r"(?:instead\s+of|in\s+(?:the\s+)?place\s+of|in\s+lieu\s+of|rather\s+than)"
_OF_INSTEAD = ("tead", "place", "eu", "rather")
"""Parts of words of which `_INSTEAD` always holds one."""
_PUT = (
    "use|used|uses|using|write|writing|written|wrote|put|putting|try|type|typed|return|choose|need|needs|want|wants"
    "|with"
)
_OBLIGE = "should|must|needs|need|ought|has|have|supposed"


@dataclass(frozen=True, slots=True)
class Edit:
    """What an instruction says to write (`new`), and in place of what (`old`), as the sentence (`words`) has them."""

    kind: EditKind
    words: str
    new: str
    old: str = ""


class _Pattern(NamedTuple):
    kind: EditKind
    triggers: frozenset[str]
    regex: re.Pattern[str]
    besides: tuple[str, ...]


def _pattern(kind: EditKind, verbs: str, template: str, *, besides: tuple[str, ...] = ("",)) -> _Pattern:
    """Build a pattern that is tried only in a sentence with one of the `verbs`, each of which `VERB` stands for.

    `besides` are parts of words of which whatever the template matches has one, in small letters: without `i`, `k` and
    `s`, for which other letters stand where case is ignored.
    """
    template = template.replace("VERB", rf"\b(?:{verbs})").replace(r"\s+", r"\s{1,8}").replace(r"\s*", r"\s{0,8}")
    regex = re.compile(template, re.IGNORECASE)
    return _Pattern(kind, frozenset(verbs.split("|")), regex, besides)


_PATTERNS = (
    _pattern(
        "replace",
        "replace|replacing|swap|swapping|substitute|substituting|exchange|exchanging",
        rf"VERB\s+{_OLD}\s+(?:with|by|for)\s*{_NEW}{_END}",
    ),
    _pattern(
        "replace",
        "change|changing|turn|turning|convert|converting|modify|modifying|correct|correcting|update|updating|switch|switching"
        "|alter|altering|rename|renaming|rewrite|rewriting|fix|fixing|edit|editing|adjust|adjusting|move|moving",
        rf"VERB\s+{_OLD}\s*(?:\b(?:to|into|as)\b|->|→|=>)\s*{_NEW}{_END}",
    ),
    _pattern(
        "replace",
        _PUT,
        rf"VERB\s+(?:(?:it|this|that|again)\s+(?:with|using)\s+)?{_NEW}\s*,?\s+{_INSTEAD}\s+{_OLD}{_END}",
        besides=_OF_INSTEAD,
    ),
    _pattern(
        "replace",
        _OBLIGE + "|wants",
        rf"\b(?:needs?|wants?|{_OUGHT}\s+(?:be|have|read|say))\s+{_NEW}\s*,?\s+(?:{_INSTEAD}|and\s+not|not)\s+{_OLD}{_END}",
        besides=(*_OF_INSTEAD, "not"),
    ),
    _pattern(
        "replace",
        "instead|place|rather",
        rf"\b{_INSTEAD}\s+{_OLD}\s*,?\s+(?:you\s+)?(?:\w+\s+){{0,3}}?\b(?:{_PUT}|have|do|call)\s+{_NEW}{_END}",
    ),
    _pattern(
        "replace",
        "use|used|using|write|written|wrote|typed|put|have|had|has",
        rf"VERB\s+{_OLD}\s*,?\s+(?:but|while|and|where)\s+(?:\w+\s+){{0,4}}?"
        rf"(?:needs?|wants?|requires?d?|meant|{_OUGHT}\s+\w+)\s+(?:to\s+\w+\s+)?{_NEW}{_END}",
    ),
    _pattern(
        "replace",
        "replaced|changed|swapped|substituted|turned|renamed|corrected",
        rf"{_BEFORE}\s+(?:{_OUGHT}|can|could)\s+be\s+VERB\s+(?:with|by|to|into|for)\s+{_NEW}{_END}",
    ),
    _pattern("replace", "instead|place|rather", rf"(?<!\bfor )(?P<new>{MARK})\s*,?\s+{_INSTEAD}\s+(?P<old>{MARK})"),
    _pattern(
        "attach",
        "wrap|wrapping|surround|surrounding|enclose|enclosing|encase|prefix|precede",
        rf"VERB\s+{_OLD}\s+(?:in|with|inside|into|within|by)\s+{_NEW}{_END}",
    ),
    _pattern(
        "attach",
        "insert|inserting|add|adding|append|appending|place|placing|put|putting|write|writing|type|typing|wrap|prepend",
        rf"VERB\s+{_NEW}\s+(?:right\s+|directly\s+|just\s+)?(?:around|before|in\s+front\s+of|after|behind|to|onto)\s+"
        rf"(?:the\s+)?(?:(?:first|second|third|last|whole|left|right)\s+)?{_OLD}{_END}",
    ),
    _pattern(
        "move",
        "move|moving|dedent|unindent|outdent|indent|shift",
        r"VERB\s+(?P<old>it|that|this|the\s+(?:line|statement)(?:\s+with)?|)\s*(?P<new>[^\n]{1,80}?)"
        r"(?=\s+(?:out|outside|so|after|before|below|above|to|into|up|down|under|behind|one|by|further|inside|left|right)\b|[.,;]|\s*$)",
    ),
    _pattern(
        "contrast",
        _OBLIGE + "|were",
        rf"{_BEFORE}\s+(?:should\s+have\s+been|{_OUGHT}\s+be|were)\s+{_NEW}{_END}",
        besides=("be", "were"),
    ),
    _pattern("becomes", "becomes|become|into", rf"{_BEFORE}\s+(?:becomes?|turns?\s+into)\s+{_NEW}{_END}"),
    _pattern(
        "replace",
        "ersetze|ersetz|ersetzen|ändere|ändern|ändert|schreibe|schreib|schreiben|remplace|remplacez|remplacer|change|changez"
        "|changer|mets|mettez|écris|écrivez|reemplaza|reemplace|reemplazar|cambia|cambie|cambiar|sustituye|escribe|pon"
        "|sostituisci|cambia|scrivi|substitua|troque|mude|vervang|verander",
        rf"VERB\s+{_OLD}\s+(?:durch|in|zu|mit|statt|par|en|por|con|a|com|door|naar)\s+{_NEW}{_END}",
    ),
    _pattern(
        "replace",
        "改成|改为|換成|换成|替换为|に変え",
        rf"(?P<old>\S[^\n]{{0,60}}?)\s*(?:改成|改为|換成|换成|替换为)\s*{_NEW}(?=[\s\u3002\uff0c.]*$)",
    ),
    _pattern(
        "contrast",
        "->|→|=>",
        rf"(?<!\S)(?P<old>\S(?:(?!->|→|=>)[^\n,;.]){{0,60}}?)\s*(?:->|→|=>)\s*{_NEW}{_END}",
    ),
    _pattern(
        "insert",
        "insert|inserting|add|adding|append|appending|place|placing|put|write|writing|wrote|type|typing|include|including"
        "|prepend|contain|contains|containing|paste",
        rf"(?<!of )VERB\s+{_NEW}{_END}",
    ),
    _pattern(
        "set",
        "initialize|initialise|initializing|initialising|set|setting|assign|assigning|reset|start|starting",
        rf"VERB\s+{_OLD}\s+(?:to|with|at|as|from|=)\s+{_NEW}{_END}",
    ),
    _pattern(
        "should",
        _OBLIGE + "|become|becomes|read|reads|would",
        rf"(?P<old>{_THING})\s+(?:\d+\s+)?(?:{_OUGHT}\s+(?:be|read|say|become|look\s+like)|becomes?|reads?|would\s+(?:be|read))"
        rf"\s*:?\s+{_NEW}{_END}",
    ),
    _pattern("should", "make|making", rf"VERB\s+(?P<old>it|that|this|lines?)\s+(?:\d+\s+)?{_NEW}{_END}"),
    _pattern(
        "should",
        "fix|answer|solution|correct|right|correction",
        r"\b(?P<old>fix|answer|solution|correct\s+\w+|right\s+\w+|correction)\s*(?:is|:|would\s+be)\s*:?\s*"
        rf"(?:to\s+(?:use|write|say|put)\s+)?{_NEW}{_END}",
    ),
    _pattern(
        "suggest",
        "try|tried|use|using|consider|considered|considering|thought|think|about|need|needs|want|wants|require|requires",
        r"\b(?:try|tried|us(?:e|ing)|consider\w*|th(?:ought|ink)\s+(?:of|about)|(?:how|what)\s+about|needs?|wants?|requires?)\s+"
        rf"(?:using\s+|writing\s+)?{_NEW}{_END}",
    ),
)
_LONG_GAP = re.compile(r"(\s{8})\s++")
"""Blanks beyond those that a gap between two words is read with."""
_ASCII_WORD = re.compile(r"[a-z]+|[-=]>")
_WORD = re.compile(r"[^\W\d_\u3040-\u9fff]+|[-=]>|→|改成|改为|換成|换成|替换为")


_BY_TRIGGER: dict[str, list[int]] = {}
for _number, _each in enumerate(_PATTERNS):
    for _trigger in _each.triggers:
        _BY_TRIGGER.setdefault(_trigger, []).append(_number)


def edits(prose: str) -> list[Edit]:
    """Give every instruction to edit in a sentence."""
    lowered = prose.lower()
    words = (_ASCII_WORD if lowered.isascii() else _WORD).findall(lowered)
    if _BY_TRIGGER.keys().isdisjoint(words):
        return []
    prose = _LONG_GAP.sub(r"\1", prose)
    numbers = {number for word in words for number in _BY_TRIGGER.get(word, ())}
    return [
        Edit(pattern.kind, match[0], match["new"].strip(), (match.groupdict().get("old") or "").strip())
        for pattern in map(_PATTERNS.__getitem__, sorted(numbers))
        if any(part in lowered for part in pattern.besides)
        for match in pattern.regex.finditer(prose)
    ]
