"""F-strings: their braces, and what must not stand between them."""

from __future__ import annotations

import ast
import re
from functools import partial
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import OPENERS, brackets_of, neighbours, tokens_of
from tutor_pedagogy.offline.engine.parsing import parse
from tutor_pedagogy.offline.rules.syntax.broken import FORGOTTEN_COMMA, INVALID, Broken, Candidate, Change, insert
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
    from tutor_pedagogy.offline.rules.syntax.broken import Choice
_LONGEST_VALUE = 200
"""The maximum number of characters before a brace that are searched for the value in it."""
_TERM_WITH_FORMAT = re.compile(
    r"(?P<term>[^{}!:'\"]{1,80}):(?:[<>^=]?[-+]?\d{0,9},?(?:\.\d{1,3})?[bcdeEfFgGnosxX%])(?![\w{)\]])"
)
"""An expression and a whole format with its letter, which say together where the placeholder ends."""
_OPENING = re.compile(r"(?<![\w'\"])[fF][rR]?(?P<quote>['\"])(?!['\"])")
_ESCAPES = {"n": "newline", "t": "tab"}
_ESCAPE = re.compile(r"(?P<quote>['\"])\\(?P<letter>[nt])(?P=quote)")


@syntax_rule("quote-inside-braces", "f-string", INVALID, "unterminated", "does not match opening", "never closed")
def quote_inside_braces(broken: Broken) -> Iterator[Candidate]:
    """Yield an f-string whose own quote mark is also used inside its braces."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    for opening in list(_OPENING.finditer(text))[:3]:
        quote = opening["quote"]
        inner, end = _inner_quotes(text, opening.end(), quote)
        other = "'" if quote == '"' else '"'
        if inner and len(inner) % 2 == 0 and other not in "".join(text[inner[0] : inner[-1]]):
            changes = (broken.part(line, at, at + 1, other) for at in inner)
            yield broken.guess(0.35, *changes, of=text[opening.start() : end])
            return


def _inner_quotes(text: str, start: int, quote: str) -> tuple[list[int], int]:
    """Return the positions of quote marks inside the braces of an f-string, and the end of the f-string."""
    depth = 0
    inner: list[int] = []
    for at, character in enumerate(text[start:], start):
        depth += (character == "{") - (character == "}")
        if character == quote:
            if depth <= 0:
                return inner, at + 1
            inner.append(at)
    return [], len(text)


@syntax_rule("backslash-in-f-string", "cannot include a backslash")
def backslash_in_f_string(broken: Broken) -> Iterator[Candidate]:
    """Yield an f-string with a backslash in its braces. The edit gives the string with the backslash a name."""
    line = broken.fault.line
    margin = broken.indent(line)
    for token in filter(_is_formatted, broken.here):
        escape = _ESCAPE.search(token.text)
        changes = []
        if escape is not None and _ESCAPES[escape["letter"]] not in broken.words:
            name = _ESCAPES[escape["letter"]]
            defined = f'{margin}{name} = "\\{escape["letter"]}"\n'
            changes = [insert(broken.offset(line), defined)]
            changes += [
                Change(token.start + same.start(), token.start + same.end(), name)
                for same in _ESCAPE.finditer(token.text)
                if same["letter"] == escape["letter"]
            ]
        yield broken.guess(0.4, *changes, of=token.text)


@syntax_rule("empty-braces", "empty expression not allowed", "valid expression required before '}'")
def empty_braces(broken: Broken) -> Iterator[Candidate]:
    """Yield an f-string with empty braces. Before `format`, the edit removes the letter `f`."""
    for _, token, after in neighbours(broken.here):
        if _is_formatted(token) and re.search(r"\{\s*\}", token.text):
            marks = token.text[:2].lower().index("f")
            at = token.start + marks
            yield broken.guess(0.4, *([Change(at, at + 1, "")] if after.text == "." else []), of=token.text)


def _is_formatted(token: Token) -> bool:
    return token.type in ("string", "open_string") and "f" in token.text[:2].lower().split("'")[0].split('"')[0]


@syntax_rule("braces-in-f-string", "f-string", "does not match opening", FORGOTTEN_COMMA)
def braces_in_f_string(broken: Broken) -> Iterator[Candidate]:
    """Yield an f-string with unbalanced braces or quote marks."""
    for token in broken.here:
        if not _is_formatted(token) or "cannot include" in broken.fault.message:
            continue
        guess = partial(broken.guess, of=token.text, text=Code(token.text.rstrip()))
        for mark in list(re.finditer(r"([!?.,;])\}", token.text))[:1]:
            yield guess(0.6, Change(token.start + mark.start(), token.start + mark.end(), f"}}{mark[1]}"))
        for choices in (_braces_to_close(token), _braces_to_open(token)):
            for cost, *changes in choices:
                yield guess(cost, *changes)
        yield guess(2)


def _braces_to_close(token: Token) -> Iterator[Choice]:
    """Yield each place at which an unclosed brace could be closed, such as the end of its value or format."""
    for opening in re.finditer(r"(?<!\{)\{(?!\{)", token.text):
        rest = token.text[opening.end() :]
        start = token.start + opening.end()
        end = re.search(r"[{}]", rest)
        inside = re.match(r"[^{}!:\"]*(?=[}!:])", rest)
        unclosed = brackets_of(tokens_of(inside[0])).unclosed if inside is not None else ()
        if inside is not None and len(unclosed) == 1:
            yield 0.6, insert(start + inside.end(), OPENERS[unclosed[0].text])
        if end is not None and end[0] == "}":
            continue
        wrong = re.match(r"[\w.\[\]'\"]+(?P<closer>[)\]])", rest)
        if wrong is not None and wrong[0].count("(") < wrong[0].count(")"):
            at = start + wrong.start("closer")
            yield 0.6, Change(at, at + 1, "}")
        value = re.match(r"[\w.]*(?:\[[^\]]*\]|\([^()]*\))*(?:![rsa])?(?::[<>^=+\-,.%\w]*)?", rest)
        before = token.text[: opening.start()]
        is_balanced = before.count("(") <= before.count(")") and before.count("[") <= before.count("]")
        if is_balanced and value is not None and value.end() and rest[value.end() : value.end() + 1] in (")", "]"):
            yield 0.65, Change(start + value.end(), start + value.end() + 1, "}")
        term = _TERM_WITH_FORMAT.match(rest)
        if term is not None and isinstance(parse(term["term"].strip()), ast.Module):
            yield 0.65, insert(start + term.end(), "}")
        elif value is not None and re.match(r"\s*(?:[-+*/%]|\*\*|//)\s*[\w(]", rest[value.end() :]):
            continue  # Whether the rest is code or plain text, only the student knows.
        elif value is not None and value.end():
            yield 0.7, insert(start + value.end(), "}")
        yield 1.2, insert(token.end - 1, "}")


def _braces_to_open(token: Token) -> Iterator[Choice]:
    """Yield edits for a closing brace without an opening one: insert the opening brace, or remove the closing one."""
    depth = 0
    for at, character in enumerate(token.text):
        depth += (character == "{") - (character == "}")
        if depth < 0:
            near = token.text[max(0, at - _LONGEST_VALUE) : at]
            # linear: `near` has at most 200 characters (`_LONGEST_VALUE`)
            value = re.search(r"[\w.]+(?:\[[^\]]*\]|\([^()]*\))*(?:![rsa])?(?::[^\s{}]*)?\Z", near)
            end = token.start + at
            if value is not None:
                yield 0.7, insert(end - len(near) + value.start(), "{")
            yield 0.9, Change(end, end + 1, "")
            return
