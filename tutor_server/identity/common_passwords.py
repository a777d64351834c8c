"""Refusal of passwords that guessers try first (NIST SP 800-63B-4 §3.1.1.2): common passwords, names and dates.

The list is read from its file at each check, which takes 0.6 ms, so that an idle service keeps none of it in memory.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from importlib.resources import files

from tutor_server.errors import ValidationFailed

REFUSAL = (
    "password: is one of those that are guessed first. "
    "Choose another one, for example four words that do not belong together."
)

PRODUCT = ("asktutor", "tutor")
MAX_DECORATION = 4
"""The maximum number of digits and punctuation marks that a name may have added and still be refused."""

CALENDAR = frozenset(
    (
        *("spring", "summer", "autumn", "fall", "winter"),
        *("january", "february", "march", "april", "may", "june", "july"),
        *("august", "september", "october", "november", "december"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    )
)
"""Words that people combine with a year in passwords that they must change regularly: seasons, months and days."""
MAX_DATE = 6
"""The maximum number of characters beside a calendar word in a refused password: four for a year, and two more."""

_LIST = files("tutor_server.identity") / "word_lists" / "common-passwords.txt.gz"
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def require_uncommon(password: str, email: str) -> None:
    """Raise `ValidationFailed` for a password that attackers guess first. `email` is the account's, in lower case."""
    if _is_a_name(password, email) or _is_a_date(password) or _is_common(password):
        raise ValidationFailed(REFUSAL)


def _is_common(password: str) -> bool:
    normal = unicodedata.normalize("NFKC", password).strip().casefold()
    if "\n" in normal:
        return False
    return f"\n{normal}\n".encode("utf-8", "surrogatepass") in gzip.decompress(_LIST.read_bytes())


def _is_a_name(password: str, email: str) -> bool:
    """Return whether a password is the e-mail address, its local part or the product's name plus few characters."""
    local = email.partition("@")[0]
    if password.casefold() in {email, local}:
        return True
    letters = _letters(password)
    names = {_letters(name) for name in (email, local, *PRODUCT)} - {""}
    return letters in names and len(password) - len(letters) <= MAX_DECORATION


def _is_a_date(password: str) -> bool:
    """Return whether a password is a season, month or day with a year or few other characters: `Summer2026!`."""
    letters = _letters(password)
    return letters in CALENDAR and len(password) - len(letters) <= MAX_DATE


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())
