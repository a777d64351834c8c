"""The change to the program that a question proposes, and the versions of the program that it may mean."""

from __future__ import annotations

import ast
import keyword
import re
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.dialogue.fragments import fragments
from tutor_pedagogy.dialogue.meaning import named_line
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.word_changes import WordChanges
from tutor_pedagogy.offline.purposes.tables import table as purpose_table
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis

_MAX_QUESTION = 300
_MOST_VERSIONS = 6
_MOST_READS = 3
_SIGNS = r"\*\*|//|\+=|-=|\*=|==|!=|<=|>=|[-+*/%<>=]"
_CODE = rf"(?:`[^`\n]{{1,60}}`|{_SIGNS}|[A-Za-z_][\w.]{{0,40}}(?:\([^()\n]{{0,40}}\))?|-?\d[\d.]{{0,10}})"
_ARTICLE = r"(?:(?:the|a|an|just|only|ein|eine|einen|el|la|un|una|le|o|um|uma) ){0,2}"
_INSTEAD = re.compile(
    rf"(?<!\S)(?P<new>{_CODE})\)? (?:instead of|rather than|in place of|and not|not|statt|anstatt|anstelle von"
    rf"|en vez de|en lugar de|au lieu de|em vez de|ao inv[eé]s de) {_ARTICLE}(?P<old>{_CODE})",
    re.IGNORECASE,
)
_REPLACED = re.compile(
    rf"\b(?:replaced?|changed?|changing|swap|turn|ersetze?n?|cambi[ao]r?|remplacer?|trocar?|mudar?) {_ARTICLE}"
    rf"(?P<old>{_CODE}) (?:to|with|into|for|by|durch|por|par|en|a|para) {_ARTICLE}(?P<new>{_CODE})",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:use|using|used|need|needs|call|try|tried|want|write|add|put|with|isn.?t it|should be|brauche|benutze\w*"
    r"|verwende\w*|nehme\w*|mit|usar|uso|con|necesito|utiliser?|avec|mettre|com|preciso) "
    r"(?:(?:the|a|an|like|das|den|die|el|la|le|o|method|function|keyword|something|maybe|global) ){0,2}"
    r"[`.'\"]{0,2}(?P<name>[a-z_]{2,20})\b(?!\s*=)",
    re.IGNORECASE,
)
_CONVERTED = re.compile(
    r"\b(?:convert\w*|turn|change|cast|make|umwand\w*|convert\w*|transform\w*)(?: \w{1,20}){0,4}? "
    r"(?:to|into|in|an?|zu|en|em|a) (?:an? |the |einen? |un |um )?[`.'\"]{0,2}(?P<name>[a-z_]{2,20})\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(
    r"(?P<new>\[\]|\(\)|\{\}) (?:instead of|rather than|and not|not|statt|en vez de|au lieu de|em vez de) "
    r"(?P<old>\[\]|\(\)|\{\})"
)
_BARE_CALL = re.compile(r"(?<![\w.])\.?(?P<name>[a-z_]{2,20})\(\)")
_REMOVED = re.compile(
    r"\b(?:remove|delete|drop|erase|leave out|take (?:away|out)|get rid of|without|comment out|l[öo]sche\w*|entferne\w*"
    r"|weglass\w*|ohne|quit(?:o|ar)|elimin\w+|borr\w+|sin|supprim\w+|enlev\w+|sans|remov\w+|tirar?|apag\w+|sem)\b"
    rf" {_ARTICLE}(?P<what>line \d{{1,5}}|zeile \d{{1,5}}|l[ií]nea \d{{1,5}}|ligne \d{{1,5}}|linha \d{{1,5}}|{_CODE})",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?P<how>move|unindent|dedent|outdent|indent|un-indent|outside|out of|less|inside"
    r"|ausr[uü]ck\w*|einr[uü]ck\w*)\b",
    re.IGNORECASE,
)
_STATEMENT = re.compile(r"\b(?P<word>return|print|line \d{1,5}|zeile \d{1,5})\b", re.IGNORECASE)
_STARTS = re.compile(r"\b(?:start|begin|count|anfang|empez|commenc|come[cç])\w*\b[^?]{0,20}\b(?P<n>-?\d{1,4})\b")

_WISHES = re.compile(
    r"\b(?:should|if|chang\w*|make|let|must|set|instead|tried|start it|can|could|have to|wenn|soll|muss|si|se|debo)\b",
    re.IGNORECASE,
)
_SHOULD_BE = re.compile(
    r"\b(?:should|must|shouldn.?t|has to|let) (?P<name>[A-Za-z_]\w{0,40}) (?:not )?(?:be|start (?:at|with)|equal) "
    r"(?P<value>-?\d[\d.]{0,10}|'[^'\n]{0,20}'|\"[^\"\n]{0,20}\"|\[\]|\{\}|None|True|False)"
)
_OTHER_SIGN = re.compile(
    rf"\b(?:should|must|has to|could|may|can) (?:it |this |that |rather )?be "
    rf"[`'\"]?(?P<sign>{_SIGNS})[`'\"]?(?=[\s,.?!]|$)"
    rf"|\b(?:use|with|need|want) [`'\"]?(?P<other>{_SIGNS})[`'\"]? instead\b"
)


class Proposal(NamedTuple):
    """A change that a question proposes: the word for it, if it is one of Python, and the versions it may mean."""

    word: str
    versions: tuple[str, ...]
    is_moved: bool = False
    """Whether a line is moved, so that a name that has no value there is a result of the change."""
    short: str = ""
    """The function that the question names without the parentheses of its call."""


def proposals(diagnosis: Diagnosis, question: str) -> Iterator[Proposal]:
    """Yield the changes that a question may propose, the most definite reading first."""
    text = question[:_MAX_QUESTION].replace("\u2019", "'").replace("\u201c", '"').replace("\u201d", '"')
    changes = WordChanges(diagnosis)
    moved = [each for _, each in _moved(changes, text)]
    for versions in moved:
        if versions:
            yield Proposal("", tuple(dict.fromkeys(versions))[:_MOST_VERSIONS], is_moved=True)
            return
    for name, versions in _around_call(changes, text):
        yield Proposal("", tuple(versions), short=name)
    found = [
        *_swaps(changes, text),
        *_removed(changes, text),
        *_fragments(changes, text),
        *_signs_in_words(changes, text),
        *_names(changes, text),
    ]
    for word, versions in found:
        kept = tuple(dict.fromkeys(versions))[:_MOST_VERSIONS]
        if kept:
            yield Proposal(word, kept)


_SHORT = re.compile(r"(?<![\w.])(?P<outer>[a-z_]\w{1,20})\((?P<inner>[A-Za-z_]\w{0,20})\)")


def _around_call(changes: WordChanges, text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield versions with a function around a call that the question writes without its own parentheses."""
    for match in _SHORT.finditer(text):
        calls = [
            node
            for node in changes.program.each(ast.Call)
            if isinstance(node.func, ast.Name) and node.func.id == match["inner"]
        ]
        reads = [node for node in changes.program.uses.get(match["inner"], ()) if isinstance(node.ctx, ast.Load)]
        reads.sort(key=lambda node: node.lineno not in changes.lines)
        around = [changes.put_in(node, match[0]) for node in reads if not changes.has(match[0])]
        if around and match["inner"] in changes.program.bound_names and match["outer"] in purpose_table("glossary"):
            yield "", [*around[:_MOST_READS], *changes.with_fragment(match[0])][:_MOST_VERSIONS]
        inner = [(node, changes.program.segment(node)) for node in calls[:2]]
        versions = [changes.put_in(node, f"{match['outer']}({code})") for node, code in inner if code]
        if versions and match["inner"] not in changes.program.bound_names:
            yield match["inner"], versions


def _swaps(changes: WordChanges, text: str) -> Iterator[tuple[str, list[str]]]:
    if match := _BRACKETS.search(text):
        yield "", changes.with_brackets(match["old"], match["new"])
    for pattern in (_INSTEAD, _REPLACED):
        for match in pattern.finditer(text):
            new, old = (_sign_of(match[part].strip("`"), changes) for part in ("new", "old"))
            if new and old:
                yield new, changes.replaced(old, new)


def _sign_of(word: str, changes: WordChanges) -> str:
    """Return a piece of code as it is, the sign that a word names, or "" for a word that is neither."""
    if not word.isalpha():
        return word
    sign = next(
        (each["sign"] for each in table("signs")["sign"] if re.fullmatch(each["words"], word, re.IGNORECASE)), ""
    )
    if sign and not sign.isalpha():
        return sign
    known = purpose_table("glossary")
    is_code = keyword.iskeyword(word) or word in known or f".{word}" in known or word in changes.program.words
    return word if is_code and not sign else ""


def _moved(changes: WordChanges, text: str) -> Iterator[tuple[str, list[str]]]:
    how, what = _MOVED.search(text), _STATEMENT.search(text)
    if how is None or what is None:
        return
    word = what["word"].lower()
    line = named_line(text)
    lines = [line - changes.program.first_line] if line else changes.lines_beginning_with(word)
    further_in = how["how"].lower() in ("indent", "inside") or how["how"].lower().startswith("einr")
    yield "", [version for at in lines for version in changes.shifted(at, further_in=further_in)]


def _removed(changes: WordChanges, text: str) -> Iterator[tuple[str, list[str]]]:
    for match in _REMOVED.finditer(text):
        line = named_line(match["what"])
        what = match["what"].strip("`")
        yield "", changes.without_line(line - changes.program.first_line) if line else changes.without(what)


def _fragments(changes: WordChanges, text: str) -> Iterator[tuple[str, list[str]]]:
    pieces = fragments(text, changes.program)
    if len(pieces) > 1 and changes.has(pieces[0]) and not changes.has(pieces[1]):
        yield "", changes.replaced(pieces[0], pieces[1])
    if match := _OTHER_SIGN.search(text):
        yield (
            "",
            changes.with_other_sign(match["sign"] or match["other"], [piece for piece in pieces if changes.has(piece)]),
        )
    if match := _SHOULD_BE.search(text):
        yield "", changes.with_fragment(f"{match['name']} = {match['value']}")
    if re.search(r"\brenam\w*|another name|other name|umbenenn\w*|renombr\w*|renomm\w*|renome\w*", text, re.IGNORECASE):
        yield "", changes.renamed()
    for fragment in pieces:
        if not changes.has(fragment):  # A piece that stands there is no change.
            yield "", changes.with_fragment(fragment)
    if (match := _STARTS.search(text)) and _WISHES.search(text):
        yield "", changes.starting_at(match["n"])


def _signs_in_words(changes: WordChanges, text: str) -> Iterator[tuple[str, list[str]]]:
    for entry in table("signs")["sign"]:
        if re.search(rf"\b(?:{entry['words']})", text, re.IGNORECASE):
            yield entry["sign"], changes.with_sign(entry["sign"])


def _names(changes: WordChanges, text: str) -> Iterator[tuple[str, list[str]]]:
    known = purpose_table("glossary")
    names = [match["name"] for pattern in (_BARE_CALL, _CALLED, _CONVERTED) for match in pattern.finditer(text)]
    alias = {"string": "str", "integer": "int", "number": "int", "whole": "int", "decimal": "float", "text": "str"}
    is_conversion = re.search(r"convert|turn|cast|chang|make|umwandel|convert", text, re.IGNORECASE)
    for name in dict.fromkeys(names):
        word = alias.get(name, name) if is_conversion else name
        if word in ("global", "nonlocal"):
            yield word, changes.with_declaration(word)
        elif word == "return":
            yield word, changes.with_return()
        elif word == "self":
            yield word, changes.with_self()
        elif word in known or f"str.{word}" in known or f"list.{word}" in known or f".{word}" in known:
            yield word, changes.with_function(word)


def is_statement(code: str) -> bool:
    """Return whether a piece of code is one statement that is no expression."""
    try:
        body = syntax_tree(code).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return len(body) == 1 and not isinstance(body[0], ast.Expr)
