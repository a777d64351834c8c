"""What a question about a hint names, and what it means: a line, a name of the program, a word of Python or a term."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.names import name_says, own_names
from tutor_pedagogy.dialogue.tables import table, words
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.entries import entry_named, entry_of_sign, shown_entry
from tutor_pedagogy.offline.purposes.line_facts import from_where
from tutor_pedagogy.offline.purposes.reading import Reader
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


def named_line(question: str) -> int | None:
    """Return the line that a question names, as the editor numbers it."""
    match = _LINE.search(question[:_MAX_QUESTION])
    return int(match[1]) if match else None


def names_in(program: Program, question: str) -> list[str]:
    """Return the names of the program that a question mentions, in their order."""
    own = own_names(program)
    return [word for word in _words(question, own) if word in own]


def meanings(program: Program, question: str, near: int) -> Iterator[str]:
    """Yield what the things mean that a question names, those that it asks about first. `near` is the hint's line."""
    shown = named_line(question)
    if shown is not None:
        line = shown - program.first_line
        if said := line_says(program, line, is_doubtful=line == near and bool(program.submission.traceback)):
            yield said
    found = [said for word in _words(question, own_names(program)) if (said := word_says(program, word, near))]
    found += [sign_says(match[1]) for match in _SIGN.finditer(question[:_MAX_QUESTION])]
    if re.search(r"difference|unterschied|diff[eé]ren|diferen", question, re.IGNORECASE) and len(found) > 1:
        yield " ".join(found[:2])
        return
    yield from dict.fromkeys(found)


def word_says(program: Program, word: str, near: int) -> str:
    """Return what a word means: a name of the program, a name in Python, or a term; "" if it is not known."""
    if word in own_names(program) and (said := name_says(program, word, near)):
        return said
    glossary = purpose_table("glossary")
    entry = entry_named(word)
    if entry in glossary:
        idea: str = glossary[entry].get("idea", "")
        return idea or f"{shown_entry(entry)} {glossary[entry]['says']}."
    term = _term(word.lower())
    if term is not None:
        return term
    if entry is not None:
        return _sentences(purpose_table("constructs")[entry]["concept"], 2)
    return ""


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
    origin = from_where(program, node, line)
    opening = f"Line {program.shown(line)}, step by step{', if every value fits' if is_doubtful else ''}:"
    return " ".join(filter(None, (opening, *parts[-_MOST_PARTS:], origin)))


def sign_says(sign: str) -> str:
    """Return what an operator does."""
    told = table("texts")["signs"].get(sign)
    if told is not None:
        return f"{code_span(sign)} {told}"
    return f"{code_span(sign)}: {_sentences(purpose_table('constructs')[entry_of_sign(sign)]['concept'], 2)}"


def _term(word: str) -> str | None:
    terms = table("terms")
    forms = [word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ies')}y"]
    form = next((form for form in forms if form in terms), None)
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
    return list(
        dict.fromkeys([*first, *asked, *single, *(word for word in rest if word.lower() not in words("plain"))])
    )


def _sentences(text: str, many: int) -> str:
    return " ".join(re.split(r"(?<=\.)\s+", text)[:many])
