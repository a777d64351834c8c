"""What a question about a hint names, and what it means: a line, a name of the program, a word of Python or a term."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.dialogue.names import name_says, own_names
from tutor_pedagogy.dialogue.tables import table, words
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.entries import entry_named, entry_of_sign, shown_entry
from tutor_pedagogy.offline.purposes.explain.line_facts import from_where
from tutor_pedagogy.offline.purposes.explain.reading import Reader
from tutor_pedagogy.offline.purposes.native.lines import alias_says, line_in_language
from tutor_pedagogy.offline.purposes.tables import table as purpose_table
from tutor_pedagogy.offline.purposes.texts import sentence as capitalized

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tutor_pedagogy.offline.engine.program import Program

_MAX_QUESTION = 400
_MOST_PARTS = 5
_LINE = re.compile(r"\b(?:lines?|l[ií]nea|linha|zeile|ligne|第)\s?(\d{1,5})\b", re.IGNORECASE)
_MARKED = re.compile(r"`([^`\n]{1,60})`|[\"\u201c]([^\"\u201d\n]{1,60})[\"\u201d]|(?<!\w)'([^'\n]{1,60})'(?!\w)")
_ASKED = re.compile(
    r"(?:\b(?:what(?:'?s)?|define|explain|about|by|of|does|do|is|are|variable|name|function|method|keyword|word|between"
    r"|come from|significa|hace|es|bedeutet|macht|ist|fait|signifie|faz|and|und|et|y)\b|什么是|是什么)\s*"
    r"(?:(?:a|an|the|this|that|my|is|does|do|are|word|variable|function|keyword|name|el|la|un|una|der|die|das|ein|eine"
    r"|le|o|os|as)\s+){0,3}[`\"']?([A-Za-z_][\w.]{0,40})",
    re.IGNORECASE,
)
_ASKED_NAME = re.compile(
    r"\b(?:what(?:'?s)?(?: does| is| do)?|variable|name|is|does|of|by|where does|keyword|when)"
    r" ([a-z]|print|for|if|in|is|not|and|or|from|with|as|del|try|def)"
    r"(?= (?:mean|do|does|hold|contain|stand|come|for|here|now|in|on|at|is|used)\b|\s?[?]|$)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z_][\w.]{0,40}")
_SIGN = re.compile(r"(?<![\w)])(\*\*|//|\+=|-=|\*=|/=|==|!=|<=|>=|:=|%|\[::-1\]|\*|/|\+|<|>|=|:)(?=[\s?.,!]|$)")

_PRONOUN = re.compile(
    r"\b(?:do|did|can|should|must|could|would|am|have|shall|if|think|so|but) i\b|\bi (?:have|must|need|can|should|could"
    r"|would|think|do|did|want|only|just|put|wrote|changed)\b",
    re.IGNORECASE,
)
"""The English word for the person who asks, which is also the name in many loops."""
_OF_TEXTS = frozenset(("/", ":", "+", "="))
"""Operators that are punctuation in a sentence, too."""
_SPLIT_ERROR = re.compile(
    r"\b(?:key|name|type|value|index|attribute|zero ?division|indentation|import|recursion|assertion|unbound ?local"
    r"|file ?not ?found|module ?not ?found) errors?\b"
)
"""Names of exceptions as students write them, in two words."""
_KEY_ARGUMENT = re.compile(r"\bkey ?=(?!=)")
_ASKS_TWO = re.compile(
    r"\bwhat\b[^?]{1,60}\?? and (?:what|how)\b|\bwhat (?:are|is) \S{1,30} and \S{1,30}\?", re.IGNORECASE
)
_DIFFERENCE = re.compile(r"\bdiffer|unterschied|diff[eé]ren|diferen", re.IGNORECASE)
# linear: a question is read up to at most 400 characters (`_MAX_QUESTION`)
_TWO = re.compile(
    r"(?:between|entre|zwischen|differ[a-z]+ (?:is|are)|) ?(?P<one>[`'\"]?[A-Za-z_][\w.]{0,30}(?:\(\))?[`'\"]?) "
    r"(?:and|und|y|et|e|or|vs\.?|versus|from|to|instead of|"
    r"rather than|statt|en vez de|au lieu de|em vez de) (?P<other>[`'\"]?[A-Za-z_][\w.]{0,30}(?:\(\))?[`'\"]?)",
    re.IGNORECASE,
)


def named_line(question: str) -> int | None:
    """Return the line that a question names, as the editor numbers it."""
    match = _LINE.search(question[:_MAX_QUESTION])
    return int(match[1]) if match else None


def is_difference(question: str) -> bool:
    """Return whether a question asks how two things differ."""
    return _DIFFERENCE.search(question[:_MAX_QUESTION]) is not None


def names_in(program: Program, question: str) -> list[str]:
    """Return the names of the program that a question mentions, in their order."""
    own = own_names(program)
    return [word for word in _words(question, own) if word in own]


class Meaning(NamedTuple):
    """What something means: in the language of the question, and what is known of it in English only."""

    direct: str
    english: str = ""


def meanings(program: Program, question: str, near: int, language: str = "en") -> Iterator[Meaning]:
    """Yield what the things mean that a question names, those that it asks about first. `near` is the hint's line."""
    shown = named_line(question)
    if shown is not None:
        line = shown - program.first_line
        if said := line_says(program, line, is_doubtful=line == near and bool(program.submission.traceback)):
            yield Meaning(said) if language == "en" else Meaning(line_in_language(program, line, language), said)
    words_asked = _words(question, own_names(program))
    found = [terms_of_message(question, language)]
    found += [word_meaning(program, word, near, language) for word in words_asked]
    found += [sign_meaning(match[1], language) for match in _signs(program, question)]
    known = [each for each in found if each is not None and (each.direct or each.english)]
    if is_difference(question):
        two = [word_meaning(program, word, near, language) for word in _compared(question)]
        both = [each for each in two if each is not None] if len(two) > 1 and None not in two else known[:2]
        if len(both) > 1:
            yield Meaning(" ".join(each.direct for each in both), " ".join(each.english for each in both).strip())
            return
    distinct = list(dict.fromkeys(known))
    if len(distinct) > 1 and _ASKS_TWO.search(question[:_MAX_QUESTION]):
        both = distinct[:2]
        yield Meaning(" ".join(each.direct for each in both), " ".join(each.english for each in both).strip())
    yield from distinct


def _signs(program: Program, question: str) -> Iterator[re.Match[str]]:
    """Yield the operators that a question names; a slash or a colon in running text counts only if the code has it."""
    for match in _SIGN.finditer(question[:_MAX_QUESTION]):
        if match[1] not in _OF_TEXTS or any(match[1] in line for line in program.lines):
            yield match


def _compared(question: str) -> list[str]:
    """Return the two words whose difference a question asks for."""
    text = question[:_MAX_QUESTION].replace("\u2019", "'")
    match = _TWO.search(text)
    return [match["one"].strip("`'\"()"), match["other"].strip("`'\"()")] if match else []


def terms_of_message(question: str, language: str) -> Meaning | None:
    """Return the meaning of the longest phrase of Python's messages, or term of several words, in a question."""
    text = question[:_MAX_QUESTION].lower()
    if _KEY_ARGUMENT.search(text):
        said = (table("terms") if language == "en" else purpose_table(f"terms.{language}"))["key argument"]
        return Meaning(f"`key` {said}.")
    known = table("terms") if language == "en" else purpose_table(f"terms.{language}")
    if (split := _SPLIT_ERROR.search(text)) and (name := re.sub(r"\s", "", split[0]).removesuffix("s")) in known:
        return Meaning(f"{code_span(_exception_name(name))} {known[name]}.")
    found = [term for term in known if " " in term and term in text]
    if not found and language != "en":
        english = terms_of_message(question, "en")
        return Meaning("", english.direct) if english is not None else None
    if not found:
        return None
    term = max(found, key=len)
    return Meaning(f"“{term}” {known[term]}.")


def word_meaning(program: Program, word: str, near: int, language: str) -> Meaning | None:
    """Return what a word means in a language, and in English what else is known; None if it is not known."""
    if language == "en":
        said = word_says(program, word, near)
        return Meaning(said) if said else None
    if word in own_names(program) and (said := name_says(program, word, near, language)):
        return Meaning(said)
    native = purpose_table(f"terms.{language}")
    form = next((form for form in _forms(word.lower()) if form in native), None)
    if form is not None:
        is_code = form in purpose_table("glossary") or form.endswith("error") or f".{form}" in purpose_table("glossary")
        return Meaning(f"{code_span(_exception_name(form)) if is_code else f'“{form}”'} {native[form]}.")
    said = word_says(program, word, near)
    return Meaning("", said) if said else None


def word_says(program: Program, word: str, near: int) -> str:
    """Return what a word means: a name of the program, a name in Python, or a term; "" if it is not known."""
    own = name_says(program, word, near) if word in own_names(program) else ""
    found = own or _of_library(program, word) or (_term(word) if word in _SEVERAL_USES else None)
    return found or _of_python(word)


def _of_python(word: str) -> str:
    """Return what a function, a term or a construct of Python means; "" if the word is none."""
    glossary = purpose_table("glossary")
    entry = entry_named(word)
    if entry in glossary:
        idea: str = glossary[entry].get("idea", "")
        return idea or f"{shown_entry(entry)} {glossary[entry]['says']}."
    term = _term(word.lower())
    if term is not None:
        return term
    return _sentences(purpose_table("constructs")[entry]["concept"], 2) if entry is not None else ""


_SEVERAL_USES = frozenset(("else",))
"""Keywords whose meaning depends on the statement that they belong to."""


def _of_library(program: Program, word: str) -> str | None:
    """Return what a function of a module means if the program calls it by the module's name, such as `re.match`."""
    short = word.rpartition(".")[2]
    modules = [each for each in table("terms") if each.endswith(f".{short}")]
    for entry in modules:
        module = entry.partition(".")[0]
        if module in program.words or word == entry:
            return f"{code_span(entry)} {table('terms')[entry]}."
    return None


def line_says(program: Program, line: int, *, is_doubtful: bool) -> str:
    """Return what a line does, in the order in which Python carries it out; "" if it cannot be read.

    `is_doubtful`: the line may have a value that does not fit, so that the sentences hold only for those that do.
    """
    node = program.statement_at(line) if program.tree is not None else None
    if node is None or not program.line(line).strip():
        return ""
    reader = Reader(program)
    reader.read(node)
    parts = [capitalized(f"{part.subject} {part.says}.") for part in dict.fromkeys(reader.parts)]
    if not parts:
        return ""
    origin = alias_says(program, node, "en") or from_where(program, node, line)
    opening = f"Line {program.shown(line)}, step by step{', if every value fits' if is_doubtful else ''}:"
    return " ".join(filter(None, (opening, *parts[-_MOST_PARTS:], origin)))


def sign_meaning(sign: str, language: str) -> Meaning:
    """Return what an operator does."""
    texts = table("texts") if language == "en" else table(f"texts.{language}")
    told = texts["signs"].get(sign)
    if told is not None:
        return Meaning(f"{code_span(sign)} {told}")
    said = f"{code_span(sign)}: {_sentences(purpose_table('constructs')[entry_of_sign(sign)]['concept'], 2)}"
    return Meaning(said) if language == "en" else Meaning("", said)


def _forms(word: str) -> list[str]:
    """Return a word and the singular forms that it may have."""
    return [
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word.removesuffix("n"),
        f"{word.removesuffix('ies')}y",
    ]


def _term(word: str) -> str | None:
    terms = table("terms")
    form = next((form for form in _forms(word) if form in terms), None)
    if form is None:
        return None
    is_name = form.endswith(("error", "nonetype"))
    return f"{code_span(_exception_name(form)) if is_name else f'“{form}”'} {terms[form]}."


def _exception_name(word: str) -> str:
    """Return the name of an exception or a type as Python writes it."""
    known = (
        *("AttributeError", "AssertionError", "EOFError", "FileNotFoundError", "ImportError", "IndentationError"),
        *("IndexError", "KeyError", "ModuleNotFoundError", "NameError", "OverflowError", "RecursionError"),
        *("NoneType", "SyntaxError", "TypeError", "UnboundLocalError", "ValueError", "ZeroDivisionError"),
        *("NotImplementedError", "RuntimeError", "StopIteration", "PermissionError", "UnicodeDecodeError", "TabError"),
    )
    return next((name for name in known if name.lower() == word), word)


def _words(question: str, own: Collection[str]) -> list[str]:
    """Return the words of a question that may name something: marked ones, those asked about, and the rest.

    `own` are the names of the program. Such a name may be an English word, too, if the question asks about it.
    """
    text = question[:_MAX_QUESTION].replace("\u2019", "'")
    marked = [next(filter(None, groups)) for groups in _MARKED.findall(text)]
    first = [word for part in marked for word in _WORD.findall(part)]
    asked = [word.rstrip(".") for word in _ASKED.findall(text) if word in own or word.lower() not in words("plain")]
    rest = [word.rstrip(".") for word in _WORD.findall(text)]
    single = _ASKED_NAME.findall(text)
    if "i" not in first and _PRONOUN.search(text):
        asked, rest = ([word for word in group if word != "i"] for group in (asked, rest))
    others = [word for word in rest if word.lower() not in words("plain") and not _is_ordinary(word, text, own)]
    every = list(dict.fromkeys([*first, *asked, *single, *others]))
    return sorted(every, key=lambda word: word.lower() in words("generic") and word not in own)


def _is_ordinary(word: str, question: str, own: Collection[str]) -> bool:
    """Return whether a word is one of everyday language here: no name of the program, and not written as a call."""
    return word.lower() in words("ordinary") and word not in own and f"{word}(" not in question


def _sentences(text: str, many: int) -> str:
    return " ".join(re.split(r"(?<=\.)\s+", text)[:many])
