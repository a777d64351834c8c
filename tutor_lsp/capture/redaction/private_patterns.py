"""Patterns of private values in any text: keys, tokens, passwords, e-mail addresses, home folders, student numbers.

No match contains a line end, a quote or a backslash, or starts inside an escape sequence. So a string literal stays
valid if a match inside it is replaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from tutor_lsp.settings import STUDENT_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath

PrivateKind = Literal["secret", "email", "person", "student"]

START = r"(?:(?<=\\[abfnrtv])|(?<![\w\\]))"
"""A pattern for the start of a word. The letter of an escape sequence such as `\\n` is not part of the next word."""

STRONG_NAME = re.compile(
    r"(?i)(?:\w*[_-])?(?:pass[_-]?word|pass[_-]?wort|passwd|pass[_-]?phrase|pwd|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|secret[_-]?key|client[_-]?secret|(?:access|auth|refresh|bearer|api)[_-]?token|credential)s?"
)
"""Names whose values always count as secrets."""
WEAK_NAME = re.compile(r"(?i)(?:\w*[_-])?(?:token|secret)s?")
"""Names whose values count as secrets only if they are hard to guess: parsers and games use these names, too."""
# linear: only names of at most 80 characters (`LONGEST_NAME`) are matched, which bounds the time of a match
STUDENT_NAME = re.compile(
    r"(?i)(?:\w*_)?(?:students?|student[_-]?(?:id|no|nr|num|number|nummer)s?|matri[ck]\w*|mat_?nr|immatri[ck]\w*"
    r"|enrol+ment\w*|roll_?(?:no|number)s?)"
)
"""Variable names that usually hold a student number, such as `student_id`."""

# linear: each hyphen can start a match, but a repeat of hyphens completes the match or reads at most 240 characters
_KEYS = re.compile(
    START + r"(?:sk-(?=[\w-]{0,200}\d)[\w-]{10,}|[sr]k_(?:live|test)_\w{8,}|gh[pousr]_\w{16,}|github_pat_\w{16,}"
    r"|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{12,}|AIza[\w-]{24,}|ya29\.[\w.-]{20,}|hf_\w{16,}|npm_\w{24,}"
    r"|pypi-[\w-]{20,}|gsk_\w{16,}|nvapi-[\w-]{16,}|xai-[\w-]{16,}|SG\.[\w-]{16,}\.[\w-]{16,}"
    r"|eyJ[\w-]{8,240}+\.[\w-]{8,}(?:\.[\w-]+)?|\d{8,10}:[\w-]{35})(?![\w-])"
)
"""API keys and tokens whose format identifies their issuer, such as `ghp_…` of GitHub."""
_RANDOM = re.compile(START + r"[A-Za-z0-9_-]{32,}+(?P<longer>\w?)")
_STORED = re.compile(
    r"(?<![\w/+=])(?=[A-Z0-9/+]*[a-z])(?=[a-z0-9/+]*[A-Z])(?=[A-Za-z/+]*\d)[A-Za-z0-9/+]{40}(?![\w/+=])"
)
"""A secret key of AWS: 40 base64 characters."""
_CALLED = re.compile(
    r"(?i)\b(?:\w*log_?in|sign_?in|authenticate|(?:http)?_?basic_?auth|\w+_password)\((?:[^()\n]*,)?[ \t]*"
    r"(?P<quote>[\"'])(?P<value>[^\"'\\\n:?]{4,})(?P=quote)[ \t]*\)"
)
"""A call that signs in, as the source line in a traceback shows it. Its last argument is the secret."""
_ON_COMMAND_LINE = re.compile(r"(?:^|\s)(?:-u|--user)[ =][\w.@-]+:(?P<value>[^\s\"'\\]{3,})")
_IN_NETRC = re.compile(r"\blogin[ \t]+\S+[ \t]+password[ \t]+(?P<value>[^\s\"'\\]{3,})")
_WEBHOOK = re.compile(r"(?:hooks\.slack\.com/services|discord(?:app)?\.com/api/webhooks)/(?P<value>[\w/-]{16,})")
_BEARER = re.compile(r"\b(?:Bearer|Basic)[ \t]+(?P<value>(?=[\w.~+/=-]*\d)[\w.~+/=-]{8,})")
_IN_ADDRESS = re.compile(r"://[^\s/:@'\"\\{}]*:(?P<value>[^\s/@'\"\\{}]+)@")
_IN_QUERY = re.compile(
    r"(?i)[?&](?:api_?key|key|(?:access_)?token|secret|password|sig)=(?P<value>[^\s&'\"#\\{}()\[\]<>]{4,})"
)
_TOLD = re.compile(
    rf"(?<![\w-])(?P<name>{STRONG_NAME.pattern.removeprefix('(?i)')})(?:\\?[\"'])?[ \t]*(?:==?|:|!=|\bis\b)[ \t]*"
    r"(?:\\?(?P<quote>[\"'])(?P<quoted>[^\"'\\\n{}]+)|(?P<value>[^\s\"'\\{}()\[\],;`]{4,}))",
    re.IGNORECASE,
)
"""A secret after its name, such as `password: …`, in prose or in a traceback."""
_HINTED = re.compile(
    r"(?i)(?<![\w-])(?:\w*[_-])?(?:token|secret)(?:\\?[\"'])?[ \t]*==?[ \t]*(?:\\?[\"'])?"
    r"(?P<value>[^\s\"'\\{}()\[\],;`]{6,})"
)
"""A value after a name such as `token`, which is a secret only if it is hard to guess."""
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?P<body>.{1,4096}?)(?:-----END|\Z)", re.DOTALL)
_PEM_LINE = re.compile(START + r"[A-Za-z0-9+/=]{16,}")
_SECRETS = (_KEYS, _STORED, _CALLED, _ON_COMMAND_LINE, _IN_NETRC, _WEBHOOK, _BEARER, _IN_ADDRESS, _IN_QUERY)

# linear: a match starts only at a word or after an escape sequence and stops at a backslash, so no text is read twice
_EMAIL = re.compile(r"(?:(?<=\\[abfnrtv])|(?<![\w.%+\\-]))[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?![\w-])")
BARE_EMAIL = re.compile(
    r"(?<![\w.@])[^\W\d][\w.]*@[^\W\d]\w*(?:\.[^\W\d]\w*)*"
    r"\.(?:[a-z]{2}|com|org|net|edu|gov|info|example|test|invalid|localhost)(?![\w.(\[])"
)
"""An e-mail address outside quotes. Its last part excludes matrix products of attributes (`a @ b.c`)."""

_NAME = r"[^\s/\\:*?\"'<>|,;()\[\]{}`]+"
# linear: a name cannot contain the separators that start its prefix, so a failed match is not read again by the next
_HOME = re.compile(
    r"(?:(?<![\w.])(?:/(?:export|nfs|net|data|mnt|afs|srv))?/(?:home|Users)/|/mnt/[a-z]/Users/|(?:^|(?<=[\"'=(]))~(?=\w[\w.-]+/)"
    r"|\\{2,4}[\w.-]+(?:\\{1,2}|/)Users(?:\\{1,2}|/)"
    r"|\b[A-Za-z]:(?:\\{1,4}|/)(?i:Users|Documents and Settings)(?:\\{1,4}|/))"
    rf"(?P<value>[^\s/\\:*?\"'<>|,;()\[\]{{}}`][^/\\:*?\"'<>|\n{{}}]*(?=[/\\])|{_NAME})"
)
BARE_HOME = re.compile(r"(?<![\w.])/(?:home|Users)/(?P<value>[^\W\d]\w*)")

_STUDENT_TOLD = re.compile(
    r"(?i)(?<!\w)(?:students?|matri[ck]\w*|mat\.?[ _-]?nr\.?|immatri[ck]\w*|enrol+ment|roll)"
    r"[\"']?[ \t]*+[=:#_.-]{0,2}[ \t]*+[\"']?"
    r"(?:(?:numbers?|nummer|num|no|nr|id|is|ist)\b[\"'.:=#]{0,2}[ \t]*+[\"']?){0,3}"
    r"(?<![^\W_])(?P<value>[A-Za-z]{0,2}\d{4,12})(?!\w)"
)
_NEW_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# linear: a match always succeeds up to the word's last letter, and the next search begins after that letter
_WORD = re.compile(START + r"\w[\w./-]*\w")
_PART = re.compile(r"[^\W_]+")
_IDENTIFIER_OR_NUMBER = re.compile(r"\w+")
_ROUND = re.compile(r"\d+000|0+")
_DIGITS_TO_BE_RANDOM = 4
_LONGEST_WORD = 32
LONGEST_NAME = 80
"""The maximum length in characters of a name that is checked. A longer one counts as no name of a private value."""


class Found(NamedTuple):
    """The range of a private value in a text, and its kind."""

    start: int
    end: int
    kind: PrivateKind


@dataclass(frozen=True, slots=True)
class PrivatePatterns:
    """All patterns, including those that differ between students: their student number and their home folder."""

    student_number: re.Pattern[str] = re.compile(STUDENT_NUMBER)
    home: PurePath | None = None

    @property
    def is_default(self) -> bool:
        """Whether student numbers have the default format. If so, numbers in code do not count as student numbers."""
        return self.student_number.pattern == STUDENT_NUMBER

    def in_text(self, text: str) -> Iterator[Found]:
        """Yield the private values in prose, in the content of a string, in a comment, or in a program's output."""
        for pattern in _SECRETS:
            yield from _matches(pattern, text, "secret")
        yield from (
            Found(*match.span(), "secret")
            for match in _RANDOM.finditer(text)
            if not match["longer"] and _is_random(match[0])
        )
        for body in _PEM.finditer(text):
            yield from (Found(*line.span(), "secret") for line in _PEM_LINE.finditer(text, *body.span("body")))
        for told in _TOLD.finditer(text):
            if told["quoted"] or _is_unguessable(told["value"]):
                yield Found(*told.span("quoted" if told["quoted"] else "value"), "secret")
        for hinted in _HINTED.finditer(text):
            if _is_unguessable(hinted["value"]):
                yield Found(*hinted.span("value"), "secret")
        yield from _matches(_EMAIL, text, "email")
        yield from _matches(_HOME, text, "person")
        if self.home is not None and self.home.name and len(self.home.parts) > 2:  # noqa: PLR2004 - a home folder such as `/root`, with only two path parts, contains no user name
            own = re.escape(str(self.home.parent)) + r"[/\\]+(?P<value>" + re.escape(self.home.name) + r")(?!\w)"
            yield from _matches(re.compile(own), text, "person")
        yield from _matches(_STUDENT_TOLD, text, "student")
        yield from self._student_numbers(text)

    def in_code(self, text: str, start: int, end: int) -> Iterator[Found]:
        """Yield the private values in code outside strings and comments, such as unquoted keys."""
        yield from _matches(_KEYS, text, "secret", start, end)
        yield from _matches(BARE_EMAIL, text, "email", start, end)
        yield from _matches(BARE_HOME, text, "person", start, end)
        for word in _IDENTIFIER_OR_NUMBER.finditer(text, start, end):
            is_like_any_number = self.is_default and word[0].isdecimal()
            if not is_like_any_number and self.is_student_number(word[0]) and not _is_part_of_decimal(text, word):
                yield Found(*word.span(), "student")

    def is_student_number(self, word: str) -> bool:
        """Return whether a word looks like a student number. In the default format, round numbers (5000) do not."""
        if len(word) > _LONGEST_WORD or not self.student_number.fullmatch(word):
            return False
        return not (self.is_default and _ROUND.fullmatch(word))

    def _student_numbers(self, text: str) -> Iterator[Found]:
        for word in _WORD.finditer(text):
            parts = [word] if self.is_student_number(word[0]) else _PART.finditer(text, *word.span())
            for part in parts:
                if self.is_student_number(part[0]) and not _is_part_of_decimal(text, part):
                    yield Found(*part.span(), "student")


def is_secret_value(name: str, value: str) -> bool:
    """Return whether a value is a secret, judging by its variable's name and, for names like `token`, by the value."""
    if len(name) > LONGEST_NAME:
        return False
    name = in_snake_case(name)
    if STRONG_NAME.fullmatch(name):
        return len(value.strip()) > 3 and not value.startswith(("{", "%", "<"))  # noqa: PLR2004 - a value of up to three characters is too short for a password
    return bool(WEAK_NAME.fullmatch(name)) and _is_unguessable(value)


def in_snake_case(name: str) -> str:
    """Return a camel-case name with underscores between its words: `dbPassword` as `db_Password`."""
    return _NEW_WORD.sub("_", name)


def is_student_name(name: str) -> bool:
    """Return whether a name in a program is a name for student numbers."""
    return len(name) <= LONGEST_NAME and STUDENT_NAME.fullmatch(name) is not None


def _matches(
    pattern: re.Pattern[str], text: str, kind: PrivateKind, start: int = 0, end: int | None = None
) -> Iterator[Found]:
    group = "value" if "value" in pattern.groupindex else 0
    for match in pattern.finditer(text, start, len(text) if end is None else end):
        yield Found(*match.span(group), kind)


def _is_part_of_decimal(text: str, number: re.Match[str]) -> bool:
    """Return whether a number is the integer part or the fraction of a decimal number such as `3.14`."""
    start, end = number.span()
    is_fraction = text[start - 1 : start] == "." and not text[max(start - 2, 0) : start - 1].isalpha()
    return number[0].isdecimal() and (
        is_fraction or (text[end : end + 1] == "." and text[end + 1 : end + 2].isdecimal())
    )


def _is_unguessable(value: str) -> bool:
    return len(value) > 5 and not value.isalpha() and any(character.isdecimal() for character in value)  # noqa: PLR2004 - a value of up to five characters is too short to be a secret


def _is_random(word: str) -> bool:
    """Return whether a long word looks random: with many digits, and mixed-case or only hexadecimal letters."""
    digits = sum(character.isdecimal() for character in word)
    if digits < _DIGITS_TO_BE_RANDOM or word.isdecimal():
        return False
    is_hexadecimal = all(character in "0123456789abcdefABCDEF" for character in word)
    return is_hexadecimal or (word.lower() != word and word.upper() != word)
