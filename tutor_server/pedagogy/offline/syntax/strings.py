"""Texts that never close, close too early, or hold what Python reads as something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lessons.syntax import strings as lessons
from tutor_server.pedagogy.offline.lexing import OPENERS, brackets_of
from tutor_server.pedagogy.offline.syntax.broken import Broken, Candidate, Cause, Change, insert, on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.lexing import Token


def _never_closed(broken: Broken) -> Iterator[Candidate]:
    """Close a text where it most likely ends: before the brackets that the line still has to close, or at its end."""
    opened = [token for token in broken.tokens if token.kind == "open_string"]
    here = [token for token in opened if token.line == broken.fault.line] or opened[:1]
    for token in here[:1]:
        prefix = token.text[: len(token.text) - len(token.text.lstrip("rRbBfFuU"))]
        body = token.text[len(prefix) :]
        quote = body[0] * 3 if body[:3] in ('"""', "'''") else body[0]
        facts = {"quote": Code(quote)}
        if len(quote) == 3:  # noqa: PLR2004 - triple quotes
            yield from _long_text_never_closed(broken, token, quote)
            continue
        content = body[1:].rstrip()
        start = token.start + len(prefix) + 1
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
            facts=facts,
        )
        if content[end:]:
            yield Candidate(
                line=token.line,
                cost=1.2,
                changes=(insert(start + len(content), quote + "".join(waiting)),),
                expression=expression,
                facts=facts,
            )
        known = {other.text for other in broken.tokens if other.kind == "name"}
        tail = content[:end]
        head, comma, last = tail.rpartition(",")
        if comma and last.strip() in known and waiting:
            yield Candidate(
                line=token.line,
                cost=0.9,
                changes=(insert(start + len(head), quote),),
                expression=expression,
                facts=facts,
            )
        for other in ("'", '"'):
            if other != quote and content[end - 1 : end] == other:
                yield Candidate(
                    line=token.line,
                    cost=0.8,
                    changes=(Change(start + end - 1, start + end, quote),),
                    expression=expression,
                    facts=facts,
                )


def _long_text_never_closed(broken: Broken, token: Token, quote: str) -> Iterator[Candidate]:
    """Close a text in triple quotes: where one mark was written, after the line of a docstring, or at the end."""
    facts = {"quote": Code(quote)}
    prefix = token.text[: len(token.text) - len(token.text.lstrip("rRbBfFuU"))]
    early = re.search(rf"(?<!{quote[0]}){quote[0]}{{1,2}}(?=[ \t)]*(?:\n|$))", token.text[len(prefix) + 3 :])
    if early is not None:
        at = token.start + len(prefix) + 3
        yield Candidate(
            line=token.line,
            cost=0.8,
            changes=(Change(at + early.start(), at + early.end(), quote),),
            expression=quote,
            facts=facts,
        )
    above = broken.on(broken.code_above(token.line))
    first_line = token.text[len(prefix) + 3 :].partition("\n")[0].rstrip()
    if above and above[0].text in ("def", "class") and first_line and broken.on(token.line)[0] is token:
        yield Candidate(
            line=token.line,
            cost=0.85,
            changes=(insert(token.start + len(prefix) + 3 + len(first_line), quote),),
            expression=quote,
            facts=facts,
        )
    yield Candidate(
        line=token.line,
        cost=1,
        changes=(insert(len(broken.code.rstrip()), f"\n{quote}"),),
        expression=quote,
        facts=facts,
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


def _escaped_quote(broken: Broken) -> Iterator[Candidate]:
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
            facts={"quote": Code(quote), "marks": Code(f"\\{quote}")},
        )


def _quote_inside(broken: Broken) -> Iterator[Candidate]:
    """Find an apostrophe or quote that ends a text too early, as in `'it's'`."""
    tokens = broken.here
    for index, token in enumerate(tokens[:-1]):
        word = tokens[index + 1]
        if token.kind != "string" or word.kind not in ("name", "keyword") or word.start != token.end:
            continue
        quote = token.text[-1]
        rest = broken.code[word.start : broken.offset(token.line) + len(broken.text(token.line))]
        close = rest.rfind(quote)
        facts = {"quote": Code(quote), "word": Code(word.text)}
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
                    facts=facts,
                )
            yield Candidate(
                line=token.line, cost=0.65, changes=(insert(token.end - 1, "\\"),), expression=expression, facts=facts
            )
        else:
            yield Candidate(line=token.line, cost=2.4, expression=expression, facts=facts)


def _after_backslash(broken: Broken) -> Iterator[Candidate]:
    """Find a backslash outside a text."""
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    outside = [
        i
        for i, c in enumerate(text)
        if c == "\\"
        and not any(t.kind in ("string", "open_string") and t.start <= offset + i < t.end for t in broken.here)
    ]
    for column in outside[:1]:
        facts = {"after": Code(text[column + 1 :].strip() or "\\")}
        yield Candidate(
            line=broken.fault.line,
            cost=1.3,
            changes=(Change(offset + column, offset + column + 1, "/"),),
            expression=text.strip(),
            facts=facts,
        )
        yield Candidate(
            line=broken.fault.line,
            cost=1.2 if not text[column + 1 :].strip() else 1.5,
            changes=(Change(offset + column, offset + column + 1, ""),),
            expression=text.strip(),
            facts=facts,
        )
        if text[column + 1 : column + 2] in ("n", "t"):
            yield Candidate(
                line=broken.fault.line,
                cost=1.1,
                changes=(Change(offset + column, offset + column + 2, f'"\\{text[column + 1]}"'),),
                expression=text[column : column + 2],
                facts=facts,
            )


def _path_escape(broken: Broken) -> Iterator[Candidate]:
    """Find the backslashes of a path that Python reads as escapes."""
    for token in broken.here:
        if token.kind == "string" and "\\" in token.text:
            yield Candidate(
                line=token.line,
                cost=1,
                changes=(insert(token.start, "r"),),
                expression=token.text,
                facts={"text": Code(token.text)},
            )


def _f_string(broken: Broken) -> Iterator[Candidate]:
    """Find the f-string whose braces or quotes do not add up."""
    for token in broken.here:
        if token.kind not in ("string", "open_string") or "f" not in token.text[:2].lower():
            continue
        text = token.text
        opening, closing = text.count("{"), text.count("}")
        facts = {"text": Code(text.rstrip())}
        quote = text[-1]
        if opening > closing:
            yield Candidate(
                line=token.line, cost=0.9, changes=(insert(token.end - 1, "}"),), expression=text, facts=facts
            )
            at = text.rfind("{")
            end = next(
                (i for i in range(at + 1, len(text)) if not (text[i].isalnum() or text[i] in "_.[]")), len(text) - 1
            )
            yield Candidate(
                line=token.line, cost=0.8, changes=(insert(token.start + end, "}"),), expression=text, facts=facts
            )
        elif closing > opening:
            at = text.rfind("}")
            yield Candidate(
                line=token.line,
                cost=0.9,
                changes=(Change(token.start + at, token.start + at + 1, ""),),
                expression=text,
                facts=facts,
            )
        elif "{}" in text:
            yield Candidate(line=token.line, cost=1, expression=text, facts=facts)
        else:
            del quote
            yield Candidate(line=token.line, cost=2, expression=text, facts=facts)


CAUSES = (
    Cause(
        "syntax.text-never-closed",
        "syntax",
        lessons.TEXT_NEVER_CLOSED,
        on("unterminated", "EOL while", "EOF while", "^invalid syntax"),
        _never_closed,
    ),
    Cause(
        "syntax.backslash-takes-quote",
        "syntax",
        lessons.BACKSLASH_TAKES_QUOTE,
        on("unterminated", "EOL while"),
        _escaped_quote,
    ),
    Cause(
        "syntax.quote-inside-text",
        "syntax",
        lessons.QUOTE_INSIDE_TEXT,
        on("^invalid syntax", "unterminated", "EOL while", "Perhaps you forgot a comma"),
        _quote_inside,
    ),
    Cause(
        "syntax.backslash-outside-text",
        "syntax",
        lessons.BACKSLASH_OUTSIDE_TEXT,
        on(
            "unexpected character after line continuation",
            "unexpected EOF after line continuation",
            "unexpected EOF while parsing",
        ),
        _after_backslash,
    ),
    Cause(
        "syntax.path-with-escapes",
        "syntax",
        lessons.PATH_WITH_ESCAPES,
        on("unicode error", "codec can't decode"),
        _path_escape,
    ),
    Cause(
        "syntax.braces-in-f-string",
        "syntax",
        lessons.BRACES_IN_F_STRING,
        on("f-string"),
        _f_string,
    ),
)
