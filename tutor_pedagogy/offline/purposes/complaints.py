"""Complaints: questions in any language that say what a program does wrong, without asking for anything else."""

from __future__ import annotations

import re

_MOST = 1000
_ENGLISH = re.compile(
    r"\b(?:but|although|though|even (?:when|if|though)|always|never|only|still|everything|everybody|everyone|nobody"
    r"|nothing|wrong|weird|strange|instead|twice|too (?:many|few|big|small|much|early|late|often|high|low|long|short)"
    r"|gone|lost|missing|disappear\w*|stays?|keeps?|stuck|dies|(?<!and )not|cannot|no longer|mixed up"
    r"|changes? (?:too|also)|also changes?|not all|is off|tiny|huge|negative|same \w+ (?:twice|again)"
    r"|should (?:be|have|turn|give|print))\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:aber|obwohl|immer|nie|niemals|nur|falsch|trotzdem|komisch|(?<!und )nicht|kein\w?|statt|zweimal"
    r"|fehlt|verschwindet"
    r"|pero|aunque|siempre|nunca|solo|s[oó]lo|mal|en vez|dos veces|desaparece|sale mal"
    r"|no (?:se|me|lo|la|cambia|sale|da)"
    r"|mais|mas|por[eé]m|embora|sempre|s[oó]|errad[ao]|em vez|duas vezes|apaga|n[aã]o|muda|some"
    r"|toujours|jamais|seulement|faux|au lieu|deux fois|(?:ne|n')[^.?!]{1,20} pas|alors que|m[eê]me"
    r"|ma|per[oò]|anche se|soltanto|sbagliat[oa]|invece|due volte|non"
    r"|maar|altijd|nooit|alleen|verkeerd|twee keer|niet|geen)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|please|so|ok|hallo|hola|ol[aá]|bonjour)\W+)*"
    r"(?:what|explain|how (?:do|can|should|could|would|to)"
    r"|is (?:this|it|that|my)|are there|does (?:this|it)|can (?:i|you|this|it)|could|would|will"
    r"|was (?:macht|bedeutet|ist)|wie (?:kann|soll|mache|fange)|warum (?:braucht|muss|benutzt)"
    r"|qu[eé] (?:hace|significa|es)|c[oó]mo (?:puedo|empiezo|hago)"
    r"|que fa(?:z|it)|comment (?:puis|faire|je)|qu'est|como (?:fa[cç]o|posso|come[cç]o)|erkl[aä]r|explica"
    r"|make|give|show|tell|write|check|improve)\b",
    re.IGNORECASE,
)
_EXPECTS = re.compile(
    r"\b(?:should (?:only |just )?(?:be|have|give|print|return|show)|supposed to|expected"
    r"|sollte|deber[ií]a|devrait|deveria)\b",
    re.IGNORECASE,
)


def asks_for_help(question: str) -> bool:
    """Return whether a text begins by asking for help or for an explanation."""
    return bool(_ASKS.match(question[:_MOST].strip()))


def complains(question: str) -> bool:
    """Return whether a question says that something is not as it should be, and does not begin by asking for help."""
    text = question[:_MOST].strip()
    return not _ASKS.match(text) and bool(_ENGLISH.search(text) or _OTHER.search(text))


def expects_otherwise(question: str) -> bool:
    """Return whether a question says what should come out, and does not begin by asking for help."""
    text = question[:_MOST].strip()
    return not _ASKS.match(text) and _EXPECTS.search(text) is not None
