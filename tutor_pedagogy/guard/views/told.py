"""Read a sentence for the tokens of Python that it says in plain words."""

from __future__ import annotations

import re
from functools import cached_property

from tutor_pedagogy.guard.vocabulary import phrase, table_of

TICK = "`"
_NUMBERS = dict(table_of("number_words"))
_NUMBER = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b")
_ORDINALS = dict(table_of("ordinal_words"))
_ORDINAL_LINE = re.compile(rf"\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<digits>\d{{1,4}})(?:st|nd|rd|th))\s+line\b")
_LINES = re.compile(r"\b(?:line|row)s?\s+((?:\d+(?:\s*(?:,|-|and|to|or)\s*)?){1,4})")
_NUMERAL = re.compile(r"\d\w*(?:\.\d\w*)?")
_WORD = re.compile(r"[^\W\d]\w*")
_NOUN = re.compile(r"\b[Aa]n?\s+\w+")
_ARTICLES = frozenset({"a", "an", "A", "An"})
_SAID = {token: re.compile(pattern.replace("TICK", TICK)) for token, pattern in table_of("told_tokens")}
_INSTRUCTS, _OBLIGES, _LACKS = phrase("INSTRUCTS"), phrase("OBLIGES"), phrase("LACKS")
_ADDRESSES, _REMOVES = phrase("ADDRESSES"), phrase("REMOVES")
_SUGGESTED, _PART, _STARTS = phrase("SUGGESTED"), phrase("PART"), phrase("STARTS")
_INDENTS, _MOVES, _ADDS_RETURN = phrase("INDENTS"), phrase("MOVES"), phrase("ADDS_RETURN")
_CONTRASTS, _RETURNS, _SETS_TO = phrase("CONTRASTS"), phrase("RETURNS"), phrase("SETS_TO")


class Sentence:
    """A sentence that may tell an edit in words. Its code spans stand between backticks. `names` are the student's."""

    def __init__(self, text: str, names: frozenset[str] = frozenset()) -> None:
        self.text = text
        self._names = names
        self.words = frozenset(_WORD.findall(text))

    @cached_property
    def _lowered_words(self) -> frozenset[str]:
        return frozenset(map(str.lower, self.words))

    @cached_property
    def named(self) -> frozenset[str]:
        """The words that may be names of the student's: not “a”, and no noun after it."""
        if self.words.isdisjoint(_ARTICLES):
            return self.words
        return frozenset(_WORD.findall(_NOUN.sub(" ", self.text))) - {"a"}

    @cached_property
    def lowered(self) -> str:
        """The sentence in small letters, with digits for number words."""
        lowered = self.text.lower()
        if _NUMBERS.keys().isdisjoint(self._lowered_words):
            return lowered
        return _NUMBER.sub(lambda word: _NUMBERS[word[0]], lowered)

    @property
    def instructs(self) -> bool:
        """Whether the sentence tells somebody to edit."""
        return bool(_INSTRUCTS.search(self.lowered))

    @property
    def obliges(self) -> bool:
        """Whether the sentence says what the program ought to have."""
        return bool(_OBLIGES.search(self.lowered))

    @property
    def lacks(self) -> bool:
        """Whether the sentence says that something is missing."""
        return bool(_LACKS.search(self.lowered))

    @property
    def addresses(self) -> bool:
        """Whether the sentence speaks to the student."""
        return bool(_ADDRESSES.search(self.lowered))

    @property
    def removes(self) -> bool:
        """Whether the sentence speaks of leaving something out."""
        return bool(_REMOVES.search(self.lowered))

    @property
    def only_asks(self) -> bool:
        """Whether the sentence is a question that suggests no edit."""
        return self.text.rstrip().endswith("?") and not _SUGGESTED.search(self.text)

    @property
    def lines(self) -> set[int]:
        """The numbers of the lines that the sentence names."""
        if "line" not in self.lowered and "row" not in self.lowered:
            return set()
        found = {int(number) for listed in _LINES.findall(self.lowered) for number in re.findall(r"\d+", listed)}
        for match in _ORDINAL_LINE.finditer(self.lowered):
            found.add(int(match["digits"] or _ORDINALS[match["word"]]))
        return found

    @property
    def names_a_part(self) -> bool:
        """Whether the sentence names a part of the program, such as “the condition”."""
        return bool(_PART.search(self.lowered))

    @property
    def indents(self) -> bool:
        """Whether the sentence speaks of indenting."""
        return bool(_INDENTS.search(self.lowered))

    @property
    def moves(self) -> bool:
        """Whether the sentence speaks of another order."""
        return bool(_MOVES.search(self.lowered))

    @property
    def adds_a_return(self) -> bool:
        """Whether the sentence asks for a `return` statement."""
        return bool(_ADDS_RETURN.search(self.lowered))

    @property
    def writes_a_capital(self) -> bool:
        """Whether the sentence speaks of capital or small letters."""
        return "capital" in self.lowered or "upper" in self.lowered or "lower" in self.lowered

    @property
    def contrasts(self) -> bool:
        """Whether the sentence names one thing in place of another."""
        return bool(_CONTRASTS.search(self.lowered))

    @property
    def returns_at_once(self) -> bool:
        """Whether the sentence tells to return something, as its first words."""
        return bool(_RETURNS.search(self.lowered))

    def sets_to(self, number: str) -> bool:
        """Return whether the sentence says that a name is set to a number."""
        return any(number == match["value"] for match in _SETS_TO.finditer(self.lowered))

    def says(self, token: str) -> bool:
        """Return whether the sentence says a token: a name, a number, or a sign in words."""
        if (said := _SAID.get(token)) is not None and token not in self._names:
            return bool(said.search(self.lowered))
        if token in _ARTICLES:
            return TICK + token in self.text
        if token.isidentifier():
            return token in self.words or (len(token) > 1 and token.lower() in self._lowered_words)
        if not token[0].isdigit():
            return TICK + token + TICK in self.text
        return token in self.lowered and token in _NUMERAL.findall(_LINES.sub("line", self.lowered))

    def starts_at(self, number: str) -> bool:
        """Return whether the sentence says that a range starts at a number."""
        return any(number in match.group("start", "first") for match in _STARTS.finditer(self.lowered))
