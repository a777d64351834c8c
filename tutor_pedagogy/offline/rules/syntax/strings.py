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
PREFIXES = "rRbBfFuU"
_SHORTEST_LINE = 2
_MOST_LINES = 12
"""The maximum number of lines of a string that lacks its triple quotes."""
NEVER_CLOSED = ("unterminated", "EOL while")


@syntax_rule("text-never-closed", *NEVER_CLOSED, "EOF while", INVALID)
def text_never_closed(broken: Broken) -> Iterator[Candidate]:
    """Yield the places at which an unclosed string could end."""
    opened = [token for token in broken.tokens if token.type == "open_string"]
    here = [token for token in opened if token.line == broken.fault.line] or opened[:1]
    for token in here[:1]:
        body = token.text.lstrip(PREFIXES)
        start = token.end - len(body)
        quote = body[0]
        if body[:3] in ('"""', "'''"):
            return
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
    for at in _code_after(broken, content[:end], other) if mixed > 0 and closers else ():
        yield 0.85, Change(start + at, start + at + 1, quote)
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
        is_code = _is_code(rest, known)
        if is_code and (rest or mark == "]") and not content[at - 1].isspace():
            yield at
        elif is_code and mark in "+%" and any(t.type == "name" for t in rest):
            yield len(content[:at].rstrip())


def _is_code(tokens: list[Token], known: set[str]) -> bool:
    return all(t.text in known if t.type == "name" else t.type != "other" for t in tokens)


def _code_after(broken: Broken, content: str, mark: str) -> Iterator[int]:
    """Yield the first position of a quote mark in a string after which an operator or comma and then code follow."""
    known = {other.text for other in broken.tokens if other.type == "name"} | set(dir(builtins))
    for match in re.finditer(re.escape(mark), content):
        rest = tokens_of(content[match.end() :])
        if len(rest) > 1 and rest[0].text in ("+", ",", "%", ".", "*") and _is_code(rest, known):
            yield match.start()
            return


@syntax_rule("backslash-takes-quote", *NEVER_CLOSED)
def backslash_takes_quote(broken: Broken) -> Iterator[Candidate]:
    """Yield a backslash that escapes the closing quote mark."""
    for token in broken.here:
        quote = token.text.lstrip(PREFIXES)[:1]
        at = token.text.rfind(f"\\{quote}") if token.type == "open_string" else -1
        if at >= 0:
            pair = Code(f"\\{quote}")
            yield broken.guess(0.7, insert(token.start + at, "\\"), of=pair, quote=Code(quote), marks=pair)


@syntax_rule("closing-quote-left-out", INVALID, *NEVER_CLOSED, FORGOTTEN_COMMA, "leading zeros", "decimal literal")
def closing_quote_left_out(broken: Broken) -> Iterator[Candidate]:
    """Yield a string that ends only where the next one begins, because its own closing quote is missing."""
    for token, word in pairwise(broken.here):
        is_next = token.type == "string" and word.type in ("name", "keyword", "number") and word.start == token.end
        comma = re.search(r"(?<=[^\s,])\s*+[,:]\s*+\Z", token.text[:-1]) if is_next else None
        if comma is None or comma.start() <= token.text.index(token.text[-1]) + 1 or broken.opener(token) is None:
            continue
        quote = token.text[-1]
        first = Code(token.text[: comma.start()])
        guess = partial(broken.guess, of=token.text, quote=Code(quote), text=first, sign=Code(comma[0].strip()))
        yield guess(0.5, insert(token.start + comma.start(), quote))
        return


def _first_end(code: str, start: int, quote: str, last: int) -> int:
    """Return the offset of the first quotation mark after which no string can go on, or of the last one."""
    for found in re.finditer(rf"{quote}(?=\s*(?:[+,)\]}}%:]|$))", code[start:]):
        return start + found.start()
    return last


@syntax_rule("quote-inside-text", INVALID, *NEVER_CLOSED, FORGOTTEN_COMMA, "does not match opening")
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
        last = word.start + close
        start = token.start + token.text.index(quote)
        other = "'" if quote == '"' else '"'
        for end in dict.fromkeys((_first_end(broken.code[:line_end], word.start, quote, last), last)):
            text = broken.code[start + 1 : end]
            if other not in text and not re.search(rf"{quote}\s*[+%,]\s*\w[^{quote}]*[+%,]\s*{quote}", text):
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
    if not after.strip():
        return
    guess = partial(broken.guess, after=Code(after.strip() or "\\"))
    if after.lstrip().startswith("#"):  # Only a comment follows: the statement goes on below, or ends here.
        yield guess(1)
        return
    yield guess(1.3, broken.part(line, column, column + 1, "/"))
    yield guess(1.5, broken.part(line, column, column + 1, ""))
    if after[:1] in ("n", "t"):
        yield guess(1.1, broken.part(line, column, column + 2, f'"\\{after[0]}"'), of=f"\\{after[0]}")


@syntax_rule("path-with-escapes", "unicode error", "codec can't decode")
def path_with_escapes(broken: Broken) -> Iterator[Candidate]:
    """Yield a path whose backslashes Python reads as escape sequences."""
    for token in broken.here:
        if token.type == "string" and "\\" in token.text:
            yield broken.guess(1, insert_before(token, "r"), of=token.text, text=token)


@syntax_rule("blank-after-backslash", "unexpected character after line continuation")
def blank_after_backslash(broken: Broken) -> Iterator[Candidate]:
    """Yield a backslash at the end of a line with blanks after it."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    end = len(text.rstrip())
    if text[:end].endswith("\\") and end < len(text):
        yield broken.guess(0.3, broken.part(line, end, len(text), ""))


@syntax_rule("string-over-lines", *NEVER_CLOSED)
def string_over_lines(broken: Broken) -> Iterator[Candidate]:
    """Yield a string that begins with one quote mark and is closed on a line below."""
    token = next((token for token in broken.here if token.type == "open_string"), None)
    quote = token.text.lstrip(PREFIXES)[:1] if token is not None else ""
    if token is None or len(token.text) < _SHORTEST_LINE:
        return
    if token.text.lstrip(PREFIXES).startswith(quote * 2):
        return
    start = token.start + token.text.index(quote)
    for line in range(token.line + 1, min(token.line + _MOST_LINES, len(broken.lines)) + 1):
        text = broken.text(line)
        end = text.find(quote)
        if end >= 0:
            is_closing = text.count(quote) == 1 and not re.search(r"[=(,+]\s*+\Z|^\s*+\Z", text[:end])
            if is_closing and not re.match(r"\s*(?:#|(?:if|for|while|def|return|print)\b)", text):
                closed = broken.part(line, end, end + 1, quote * 3)
                yield broken.guess(0.75, Change(start, start + 1, quote * 3), closed, of=token.text)
            return
