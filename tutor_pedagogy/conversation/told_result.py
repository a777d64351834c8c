"""What a student's words say of a result: that it is wrong, and which value is wanted in place of which."""

from __future__ import annotations

import re

from tutor_pedagogy.offline.purposes.complaints import complains

_MOST = 1000
_VALUE = re.compile(
    r"\"[^\"\n]{1,80}\"|(?<!\w)'[^'\n]{1,80}'|\[[^\]\n]{0,200}\]|(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]\w)"
    r"|\b(?:True|False|None)\b|\b(?!I\b|I'|OK\b)[A-Z][A-Z0-9]{0,9}\b(?!')"
)
_TRUTH = re.compile(r"\b(?:True|False)\b")
_WANTED = re.compile(
    r"(?i)\b(?:should|must|ought|expect\w*|want\w*|suppose[d]?|needs?|instead of|rather than|and not"
    r"|soll\w*|statt|muss|deb\w+|dev\w+|en vez de|em vez de|au lieu de|doit)\b"
)
_CLAUSE_END = re.compile(r"[,;.!?]|\b(?:but|and|there|it)\b|.{30}")
_STILL_WRONG = re.compile(
    r"(?i)\b(?:again|same|errors?|help|hangs?|stuck|wrong|still|should|must|instead|not (?:right|working|yet)|no change"
    r"|loops?|endless|forever|expected|supposed|worse|crash\w*|fails?|noch immer|immer noch|wieder|hilfe|fehler"
    r"|todav[ií]a|sigue|otra vez|ayuda|debe\w*|encore|toujours|erreur|aide|ainda|continua|ajuda|errado)\b|\?\?|!\?"
)
_STILL = re.compile(
    r"(?i)\b(?:still|same|wrong|again|noch|falsch|todav[ií]a|sigue|encore|toujours|ainda|errado)\b|\?\?"
)
_WELL = re.compile(
    r"(?i)\b(?:works?|working|right|correct|solved|fixed|thanks?|thank you|perfect|got it|great|yes|stimmt|geht"
    r"|funktioniert|danke|richtig|funciona|gracias|bien|correcto|marche|merci|obrigad[oa]|certo)\b"
)
_SPOILT = re.compile(r"(?i)\b(?:not|still|should|wrong|same|never|only|instead|nicht|no|pas|n[aã]o)\b|n['\u2019]?t\b")
_ASKS = re.compile(
    r"(?i)^\W*(?:(?:and|ok|okay|so|but|hm+|now|hi|hello)\W+)*"
    r"(?:why|what|how|when|which|where|who|does|do|is|are|can|could|would|will|and now|better|warum|was|wie|ist"
    r"|por qu[eé]|qu[eé]|c[oó]mo|pourquoi|que|est-ce|comment|por que|o que|como)\b"
)


def says_wrong(question: str | None) -> bool:
    """Return whether a student's words say that the result is still wrong."""
    text = (question or "")[:_MOST].strip()
    if not text or (_WELL.search(text) and not _SPOILT.search(text)):
        return False
    if _ASKS.match(text):
        return bool(_STILL.search(text))
    return complains(text) or bool(_STILL_WRONG.search(text))


def is_open_statement(question: str | None) -> bool:
    """Return whether a student's words tell something of the program, and do not say that it works or ask about it."""
    text = (question or "").strip()
    return (
        bool(text)
        and not text.endswith("?")
        and not _ASKS.match(text)
        and not (_WELL.search(text) and not _SPOILT.search(text))
    )


def values_told(question: str | None) -> tuple[str, list[str]] | None:
    """Return the value that a student wants, and the other values that the words name; None if no value is wanted."""
    text = (question or "")[:_MOST]
    wanted = _WANTED.search(text)
    if wanted is None:
        return _other_truth(text)
    values = [(found.start(), found[0].strip("\"'")) for found in _VALUE.finditer(text)]
    expected = next((value for at, value in values if at >= wanted.end()), None)
    if expected is not None and _CLAUSE_END.search(text[wanted.end() : text.index(expected, wanted.end())]):
        return None
    if expected is None:
        return None
    return expected, [value for _, value in values if value != expected]


def _other_truth(text: str) -> tuple[str, list[str]] | None:
    """Return the other truth value, if a student says that a result is wrong that is one."""
    told = {found[0] for found in _TRUTH.finditer(text)}
    if len(told) != 1 or not says_wrong(text):
        return None
    return ("False" if told == {"True"} else "True"), list(told)
