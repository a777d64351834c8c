"""Strings that are never closed, end too early, or contain characters with a special meaning."""

from __future__ import annotations

import builtins
import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import brackets_of, tokens_of
from tutor_pedagogy.offline.rules.syntax.broken import (
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
    insert,
    insert_before,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
    from tutor_pedagogy.offline.rules.syntax.broken import Choice
_LONGEST_VALUE = 200
"""The maximum number of characters before a brace that are searched for the value in it."""
_PREFIXES = "rRbBfFuU"
_NEVER_CLOSED = ("unterminated", "EOL while")


@syntax_rule("text-never-closed", *_NEVER_CLOSED, "EOF while", INVALID)
def text_never_closed(broken: Broken) -> Iterator[Candidate]:
    """Yield the places at which an unclosed string could end."""
    opened = [token for token in broken.tokens if token.type == "open_string"]
    here = [token for token in opened if token.line == broken.fault.line] or opened[:1]
    for token in here[:1]:
        body = token.text.lstrip(_PREFIXES)
        start = token.end - len(body)
        quote = body[:3] if body[:3] in ('"""', "'''") else body[0]
        if len(quote) > 1:
            yield from _triple_quotes(broken, token, start, quote)
            continue
        yield from _stray_quote(broken, token, quote)
        guess = partial(broken.guess, line=token.line, of=token.text.rstrip(), quote=Code(quote))
        for cost, *changes in _string_ends(broken, token, start + 1, quote):
            yield guess(cost, *changes)


def _string_ends(broken: Broken, token: Token, start: int, quote: str) -> Iterator[Choice]:
    """Yield each way to close a one-line string, as a cost followed by the changes.

    The content of the string starts at offset `start`. Its likeliest end is before the brackets that the line still has
    to close, else the end of the line.
    """
    content = token.text[start - token.start :].rstrip()
    before = [other for other in broken.on(token.line) if other.start < token.start]
    closers = brackets_of(before).closers
    if before and before[0].text in ("if", "elif", "while", "for", "def", "class", "with"):
        closers += ":"
    end = len(content)
    for closer in reversed(closers):
        if not content[:end].endswith(closer):
            break
        end -= 1
    if content[:end].endswith("\\"):
        return
    rest = content[end:]
    yield 1, insert(start + end, quote + ("" if rest else closers))
    if rest:
        yield 1.2, insert(start + len(content), quote + closers)
    for at in _earlier_ends(broken, token, content[:end]) if closers else ():
        yield 0.9, insert(start + at, quote)
    other = "'" if quote == '"' else '"'
    mixed = content.find(other)
    if mixed > 0:
        yield 0.95, Change(start - 1, start, other)
    if content[:end].endswith(other):
        yield 0.8, Change(start + end - 1, start + end, quote)


def _stray_quote(broken: Broken, token: Token, quote: str) -> Iterator[Candidate]:
    """Yield a quote mark directly after a string, or after a word that lacks its opening quote mark."""
    before = next((other for other in broken.on(token.line) if other.end == token.start), None)
    if before is None or token.text.strip() not in (quote, f"{quote})", f"{quote}:"):
        return
    guess = partial(broken.guess, 0.7, line=token.line, of=broken.span(before, token).rstrip(), quote=Code(quote))
    if before.type == "string":
        at = token.start + token.text.index(quote)
        yield guess(Change(at, at + 1, ""))
    elif before.type == "name":
        yield guess(insert_before(before, quote))


def _earlier_ends(broken: Broken, token: Token, content: str) -> Iterator[int]:
    """Yield the positions in a string at which it could end, because the text after them reads as code."""
    known = {other.text for other in broken.tokens if other.type == "name"} | set(dir(builtins))
    opener = broken.opener(token)
    marks = ",:" if opener is not None and opener.text == "{" else ",+%]"
    for at, mark in enumerate(content):
        if mark not in marks or not at:
            continue
        rest = tokens_of(content[at + 1 :])
        is_code = all(t.text in known if t.type == "name" else t.type != "other" for t in rest)
        if is_code and (rest or mark == "]") and not content[at - 1].isspace():
            yield at
        elif is_code and mark in "+%" and any(t.type == "name" for t in rest):
            yield len(content[:at].rstrip())


def _triple_quotes(broken: Broken, token: Token, start: int, quote: str) -> Iterator[Candidate]:
    """Yield the possible ends of a triple-quoted string: a shorter quote, a docstring's first line, or the end."""
    mark = quote[0]
    inside = start + len(quote)
    content = broken.code[inside : token.end]
    guess = partial(broken.guess, quote=Code(quote))
    early = re.search(rf"(?<!{mark}){mark}{{1,2}}(?=[ \t)]*(?:\n|$))", content)
    if early is not None:
        line = broken.code.count("\n", 0, inside + early.start()) + 1
        closed = Change(inside + early.start(), inside + early.end(), quote)
        yield guess(0.8, closed, line=line, of=quote)
    pair = re.search(rf"(?<!{mark}){mark}{{2}}(?=[^{mark}\s,)\]}}:+.=])", broken.code[: token.start])
    if pair is not None and not content.strip(" \t\n)"):
        line = broken.code.count("\n", 0, pair.start()) + 1
        yield guess(0.7, insert(pair.end(), mark), line=line)
    above = broken.word(broken.code_above(token.line))
    first_line = content.partition("\n")[0].rstrip()
    if above in ("def", "class") and first_line and broken.on(token.line)[0] is token:
        yield guess(0.85, insert(inside + len(first_line), quote), line=token.line, of=quote)
    yield guess(1, insert(len(broken.code.rstrip()), f"\n{quote}"), line=token.line, of=quote)


@syntax_rule("backslash-takes-quote", *_NEVER_CLOSED)
def backslash_takes_quote(broken: Broken) -> Iterator[Candidate]:
    """Yield a backslash that escapes the closing quote mark."""
    for token in broken.here:
        quote = token.text.lstrip(_PREFIXES)[:1]
        at = token.text.rfind(f"\\{quote}") if token.type == "open_string" else -1
        if at >= 0:
            pair = Code(f"\\{quote}")
            yield broken.guess(0.7, insert(token.start + at, "\\"), of=pair, quote=Code(quote), marks=pair)


@syntax_rule("quote-inside-text", INVALID, *_NEVER_CLOSED, FORGOTTEN_COMMA)
def quote_inside_text(broken: Broken) -> Iterator[Candidate]:
    """Yield an apostrophe or a quote mark that ends a string too early, as in `'it's'`."""
    line_end = broken.offset(broken.fault.line) + len(broken.text(broken.fault.line))
    for token, word in pairwise(broken.here):
        if token.type != "string" or word.type not in ("name", "keyword") or word.start != token.end:
            continue
        quote = token.text[-1]
        guess = partial(broken.guess, of=broken.span(token, word), quote=Code(quote), word=word)
        close = broken.code[word.start : line_end].rfind(quote)
        if close < 0:
            yield guess(2.4)
            continue
        end = word.start + close
        start = token.start + token.text.index(quote)
        other = "'" if quote == '"' else '"'
        if other not in broken.code[start + 1 : end]:
            yield guess(0.6, Change(start, start + 1, other), Change(end, end + 1, other))
        yield guess(0.65, insert(token.end - 1, "\\"))


@syntax_rule(
    "backslash-outside-text",
    "unexpected character after line continuation",
    "unexpected EOF after line continuation",
    "unexpected EOF while parsing",
)
def backslash_outside_text(broken: Broken) -> Iterator[Candidate]:
    """Yield a backslash outside a string."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    offset = broken.offset(line)
    column = text.find("\\")
    for token in broken.here:
        if token.type in ("string", "open_string") and token.start <= offset + column < token.end:
            column = text.find("\\", token.end - offset)
    if column < 0:
        return
    after = text[column + 1 :]
    guess = partial(broken.guess, after=Code(after.strip() or "\\"))
    yield guess(1.3, broken.part(line, column, column + 1, "/"))
    yield guess(1.5 if after.strip() else 1.2, broken.part(line, column, column + 1, ""))
    if after[:1] in ("n", "t"):
        yield guess(1.1, broken.part(line, column, column + 2, f'"\\{after[0]}"'), of=f"\\{after[0]}")


@syntax_rule("path-with-escapes", "unicode error", "codec can't decode")
def path_with_escapes(broken: Broken) -> Iterator[Candidate]:
    """Yield a path whose backslashes Python reads as escape sequences."""
    for token in broken.here:
        if token.type == "string" and "\\" in token.text:
            yield broken.guess(1, insert_before(token, "r"), of=token.text, text=token)


@syntax_rule("braces-in-f-string", "f-string", "does not match opening", FORGOTTEN_COMMA)
def braces_in_f_string(broken: Broken) -> Iterator[Candidate]:
    """Yield an f-string with unbalanced braces or quote marks."""
    for token in broken.here:
        if token.type not in ("string", "open_string") or "f" not in token.text[:2].lower():
            continue
        guess = partial(broken.guess, of=token.text, text=Code(token.text.rstrip()))
        for choices in (_inner_quotes(broken, token.text[-1]), _braces_to_close(token), _braces_to_open(token)):
            for cost, *changes in choices:
                yield guess(cost, *changes)
        yield guess(2)


def _inner_quotes(broken: Broken, quote: str) -> Iterator[Choice]:
    """Yield the change of the quotes around keys inside an f-string, if they are the quotes of the f-string itself."""
    line = broken.fault.line
    text = broken.text(line)
    other = "'" if quote == '"' else '"'
    keys = list(re.finditer(rf"(?<=[\[(]){quote}([^{quote}{{}}]*){quote}(?=[\])])", text))
    if keys and "{" in text[: keys[0].start()]:
        yield 0.5, *(broken.part(line, key.start(), key.end(), f"{other}{key[1]}{other}") for key in keys)


def _braces_to_close(token: Token) -> Iterator[Choice]:
    """Yield each place at which an unclosed brace could be closed, such as the end of its value or format."""
    for opening in re.finditer(r"(?<!\{)\{(?!\{)", token.text):
        rest = token.text[opening.end() :]
        start = token.start + opening.end()
        end = re.search(r"[{}]", rest)
        if end is not None and end[0] == "}":
            continue
        wrong = re.match(r"[\w.\[\]'\"]+(?P<closer>[)\]])", rest)
        if wrong is not None and wrong[0].count("(") < wrong[0].count(")"):
            at = start + wrong.start("closer")
            yield 0.6, Change(at, at + 1, "}")
        value = re.match(r"[\w.]*(?:\[[^\]]*\]|\([^()]*\))*(?:![rsa])?(?::[<>^=+\-,.%\w]*)?", rest)
        if value is not None and value.end():
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
