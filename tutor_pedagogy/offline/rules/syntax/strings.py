"""Texts that never close, close too early, or hold what Python reads as something else."""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import OPENERS, brackets_of, tokens_of
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor_pedagogy.offline.engine.lexing import Token
_LONGEST_VALUE = 200
"""Characters before a brace that may belong to the value in it."""


@syntax_rule("text-never-closed", "unterminated", "EOL while", "EOF while", "^invalid syntax")
def text_never_closed(broken: Broken) -> Iterator[Candidate]:
    """Close a text where it most likely ends: before the brackets that the line still has to close, or at its end."""
    opened = [token for token in broken.tokens if token.kind == "open_string"]
    here = [token for token in opened if token.line == broken.fault.line] or opened[:1]
    for token in here[:1]:
        prefix = token.text[: len(token.text) - len(token.text.lstrip("rRbBfFuU"))]
        body = token.text[len(prefix) :]
        quote = body[0] * 3 if body[:3] in ('"""', "'''") else body[0]
        slots: Mapping[str, str] = {"quote": Code(quote)}
        if len(quote) == 3:  # noqa: PLR2004 - triple quotes
            yield from _long_text_never_closed(broken, token, quote)
            continue
        content = body[1:].rstrip()
        start = token.start + len(prefix) + 1
        yield from _stray_quote(broken, token, quote, slots)
        before = [other for other in broken.on(token.line) if other.start < token.start]
        waiting = [OPENERS[opener.text] for opener in reversed(brackets_of(before).unclosed)]
        if before and before[0].text in ("if", "elif", "while", "for", "def", "class", "with"):
            waiting.append(":")
        end = _end_of_text(content, waiting)
        if content[end - 1 : end] == "\\":
            continue
        missing = "".join(waiting[_matched(content[end:], waiting) :])
        expression = broken.span(token, token).rstrip()
        yield Candidate(
            line=token.line,
            cost=1,
            changes=(insert(start + end, quote + ("" if content[end:] else missing)),),
            expression=expression,
            slots=slots,
        )
        if content[end:]:
            yield Candidate(
                line=token.line,
                cost=1.2,
                changes=(insert(start + len(content), quote + "".join(waiting)),),
                expression=expression,
                slots=slots,
            )
        for at in _earlier_text_ends(broken, token, content[:end]) if waiting else ():
            yield Candidate(
                line=token.line,
                cost=0.9,
                changes=(insert(start + at, quote),),
                expression=expression,
                slots=slots,
            )
        mixed = content.find("'" if quote == '"' else '"')
        if mixed > 0:
            yield Candidate(
                line=token.line,
                cost=0.95,
                changes=(Change(start - 1, start, content[mixed]),),
                expression=expression,
                slots=slots,
            )
        for other in ("'", '"'):
            if other != quote and content[end - 1 : end] == other:
                yield Candidate(
                    line=token.line,
                    cost=0.8,
                    changes=(Change(start + end - 1, start + end, quote),),
                    expression=expression,
                    slots=slots,
                )


def _stray_quote(broken: Broken, token: Token, quote: str, slots: Mapping[str, str]) -> Iterator[Candidate]:
    """Find a quote mark too many behind a text, or a word that has one only at its end."""
    before = next((other for other in reversed(broken.on(token.line)) if other.end == token.start), None)
    if before is None or token.text.strip() not in (quote, f"{quote})", f"{quote}:"):
        return
    at = token.start + token.text.index(quote)
    if before.kind == "string":
        yield Candidate(
            line=token.line,
            cost=0.7,
            changes=(Change(at, at + 1, ""),),
            expression=broken.span(before, token).rstrip(),
            slots=slots,
        )
    elif before.kind == "name":
        yield Candidate(
            line=token.line,
            cost=0.7,
            changes=(insert(before.start, quote),),
            expression=broken.span(before, token).rstrip(),
            slots=slots,
        )


def _earlier_text_ends(broken: Broken, token: Token, content: str) -> Iterator[int]:
    """Give where a text may have ended before: in front of a comma, a colon or a plus that code goes on behind."""
    known = {other.text for other in broken.tokens if other.kind == "name"} | set(dir(builtins))
    opener = broken.opener(token)
    signs = ",:" if opener is not None and opener.text == "{" else ",+%]"
    for at, sign in enumerate(content):
        if sign not in signs or not at:
            continue
        rest = tokens_of(content[at + 1 :])
        is_code = all(t.text in known if t.kind == "name" else t.kind != "other" for t in rest)
        if is_code and (rest or sign == "]") and not content[at - 1].isspace():
            yield at
        elif is_code and sign in "+%" and any(t.kind == "name" for t in rest):
            yield len(content[:at].rstrip())


def _long_text_never_closed(broken: Broken, token: Token, quote: str) -> Iterator[Candidate]:
    """Close a text in triple quotes: where one mark was written, after the line of a docstring, or at the end."""
    slots = {"quote": Code(quote)}
    prefix = token.text[: len(token.text) - len(token.text.lstrip("rRbBfFuU"))]
    early = re.search(rf"(?<!{quote[0]}){quote[0]}{{1,2}}(?=[ \t)]*(?:\n|$))", token.text[len(prefix) + 3 :])
    if early is not None:
        at = token.start + len(prefix) + 3
        yield Candidate(
            line=broken.code.count("\n", 0, at + early.start()) + 1,
            cost=0.8,
            changes=(Change(at + early.start(), at + early.end(), quote),),
            expression=quote,
            slots=slots,
        )
    pair = re.search(rf"(?<!{quote[0]}){quote[0]}{{2}}(?=[^{quote[0]}\s,)\]}}:+.=])", broken.code[: token.start])
    if pair is not None and not token.text[len(prefix) + 3 :].strip(" \t\n)"):
        line = broken.code.count("\n", 0, pair.start()) + 1
        yield Candidate(
            line=line,
            cost=0.7,
            changes=(insert(pair.end(), quote[0]),),
            expression=broken.statement(line),
            slots=slots,
        )
    above = broken.on(broken.code_above(token.line))
    first_line = token.text[len(prefix) + 3 :].partition("\n")[0].rstrip()
    if above and above[0].text in ("def", "class") and first_line and broken.on(token.line)[0] is token:
        yield Candidate(
            line=token.line,
            cost=0.85,
            changes=(insert(token.start + len(prefix) + 3 + len(first_line), quote),),
            expression=quote,
            slots=slots,
        )
    yield Candidate(
        line=token.line,
        cost=1,
        changes=(insert(len(broken.code.rstrip()), f"\n{quote}"),),
        expression=quote,
        slots=slots,
    )


def _end_of_text(content: str, waiting: list[str]) -> int:
    """Give where a text ends, so that what the line still needs comes after it."""
    end = len(content)
    for mark in reversed(waiting):
        if end and content[end - 1] == mark:
            end -= 1
        else:
            return len(content) if end == len(content) else end
    return end


def _matched(rest: str, waiting: list[str]) -> int:
    return len(rest) if list(rest) == waiting[: len(rest)] else 0


@syntax_rule("backslash-takes-quote", "unterminated", "EOL while")
def backslash_takes_quote(broken: Broken) -> Iterator[Candidate]:
    """Find a backslash that takes the closing quote along."""
    for token in broken.here:
        if token.kind != "open_string":
            continue
        body = token.text.lstrip("rRbBfFuU")
        quote = body[0]
        at = body.rfind(f"\\{quote}")
        if at < 0:
            continue
        offset = token.end - len(body) + at
        yield Candidate(
            line=token.line,
            cost=0.7,
            changes=(insert(offset, "\\"),),
            expression=f"\\{quote}",
            slots={"quote": Code(quote), "marks": Code(f"\\{quote}")},
        )


@syntax_rule("quote-inside-text", "^invalid syntax", "unterminated", "EOL while", "Perhaps you forgot a comma")
def quote_inside_text(broken: Broken) -> Iterator[Candidate]:
    """Find an apostrophe or quote that ends a text too early, as in `'it's'`."""
    tokens = broken.here
    for index, token in enumerate(tokens[:-1]):
        word = tokens[index + 1]
        if token.kind != "string" or word.kind not in ("name", "keyword") or word.start != token.end:
            continue
        quote = token.text[-1]
        rest = broken.code[word.start : broken.offset(token.line) + len(broken.text(token.line))]
        close = rest.rfind(quote)
        slots = {"quote": Code(quote), "word": Code(word.text)}
        inner = token.text.lstrip("rRbBfFuU")[1:-1]
        expression = broken.span(token, word)
        if close >= 0:
            other = "'" if quote == '"' else '"'
            if other not in inner + rest[:close]:
                yield Candidate(
                    line=token.line,
                    cost=0.6,
                    changes=(
                        Change(token.end - len(inner) - 2, token.end - len(inner) - 1, other),
                        Change(word.start + close, word.start + close + 1, other),
                    ),
                    expression=expression,
                    slots=slots,
                )
            yield Candidate(
                line=token.line, cost=0.65, changes=(insert(token.end - 1, "\\"),), expression=expression, slots=slots
            )
        else:
            yield Candidate(line=token.line, cost=2.4, expression=expression, slots=slots)


@syntax_rule(
    "backslash-outside-text",
    "unexpected character after line continuation",
    "unexpected EOF after line continuation",
    "unexpected EOF while parsing",
)
def backslash_outside_text(broken: Broken) -> Iterator[Candidate]:
    """Find a backslash outside a text."""
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    strings = [token for token in broken.here if token.kind in ("string", "open_string")]
    column = text.find("\\")
    for token in strings:
        if column >= 0 and token.start <= offset + column < token.end:
            column = text.find("\\", token.end - offset)
    if column >= 0:
        slots = {"after": Code(text[column + 1 :].strip() or "\\")}
        yield Candidate(
            line=broken.fault.line,
            cost=1.3,
            changes=(Change(offset + column, offset + column + 1, "/"),),
            expression=text.strip(),
            slots=slots,
        )
        yield Candidate(
            line=broken.fault.line,
            cost=1.2 if not text[column + 1 :].strip() else 1.5,
            changes=(Change(offset + column, offset + column + 1, ""),),
            expression=text.strip(),
            slots=slots,
        )
        if text[column + 1 : column + 2] in ("n", "t"):
            yield Candidate(
                line=broken.fault.line,
                cost=1.1,
                changes=(Change(offset + column, offset + column + 2, f'"\\{text[column + 1]}"'),),
                expression=text[column : column + 2],
                slots=slots,
            )


@syntax_rule("path-with-escapes", "unicode error", "codec can't decode")
def path_with_escapes(broken: Broken) -> Iterator[Candidate]:
    """Find the backslashes of a path that Python reads as escapes."""
    for token in broken.here:
        if token.kind == "string" and "\\" in token.text:
            yield Candidate(
                line=token.line,
                cost=1,
                changes=(insert(token.start, "r"),),
                expression=token.text,
                slots={"text": Code(token.text)},
            )


@syntax_rule("braces-in-f-string", "f-string", "does not match opening", "Perhaps you forgot a comma")
def braces_in_f_string(broken: Broken) -> Iterator[Candidate]:
    """Find the f-string whose braces or quotes do not add up."""
    line_start = broken.offset(broken.fault.line)
    for token in broken.here:
        if token.kind not in ("string", "open_string") or "f" not in token.text[:2].lower():
            continue
        text = token.text
        slots = {"text": Code(text.rstrip())}
        changes = [
            *_inner_quotes(broken.text(broken.fault.line), line_start, text[-1]),
            *_braces_to_close(token),
            *_braces_to_open(token),
        ]
        for cost, change in changes:
            yield Candidate(line=token.line, cost=cost, changes=change, expression=text, slots=slots)
        yield Candidate(line=token.line, cost=2, expression=text, slots=slots)


def _inner_quotes(line: str, start: int, quote: str) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give the keys in braces that have the quotes of the text around them, with the other kind."""
    other = "'" if quote == '"' else '"'
    keys = list(re.finditer(rf"(?<=[\[(]){quote}([^{quote}{{}}]*){quote}(?=[\])])", line))
    if keys and "{" in line[: keys[0].start()]:
        yield 0.5, tuple(Change(start + k.start(), start + k.end(), f"{other}{k[1]}{other}") for k in keys)


def _braces_to_close(token: Token) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give where a brace that stays open should close: behind its value and the value's format."""
    text = token.text
    for opening in re.finditer(r"(?<!\{)\{(?!\{)", text):
        rest = text[opening.end() :]
        end = re.search(r"[{}]", rest)
        if end is not None and end[0] == "}":
            continue
        wrong = re.match(r"[\w.\[\]'\"]+(?P<sign>[)\]])", rest)
        if wrong is not None and rest[: wrong.end()].count("(") < rest[: wrong.end()].count(")"):
            at = token.start + opening.end() + wrong.start("sign")
            yield 0.6, (Change(at, at + 1, "}"),)
        value = re.match(r"[\w.]*(?:\[[^\]]*\]|\([^()]*\))*(?:![rsa])?(?::[<>^=+\-,.%\w]*)?", rest)
        if value is not None and value.end():
            yield 0.7, (insert(token.start + opening.end() + value.end(), "}"),)
        yield 1.2, (insert(token.end - 1, "}"),)


def _braces_to_open(token: Token) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give where the brace that is closed alone should have opened, or take it away."""
    depth = 0
    for at, sign in enumerate(token.text):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            near = token.text[max(0, at - _LONGEST_VALUE) : at]
            # linear: `near` has at most 200 characters (`_LONGEST_VALUE`)
            value = re.search(r"[\w.]+(?:\[[^\]]*\]|\([^()]*\))*(?:![rsa])?(?::[^\s{}]*)?\Z", near)
            if value is not None:
                yield 0.7, (insert(token.start + at - len(near) + value.start(), "{"),)
            yield 0.9, (Change(token.start + at, token.start + at + 1, ""),)
            return
