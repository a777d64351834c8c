"""Mistakes inside lists and dictionaries: incomplete entries, comprehensions, conditional expressions, `lambda`."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS, neighbours, top_level
from tutor_pedagogy.offline.rules.syntax.broken import (
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
    enclose,
    insert_after,
    insert_before,
    remove,
    replace,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_MOST_DICTIONARIES = 4
"""The maximum number of enclosing dictionary literals whose entries are checked for one line."""


@syntax_rule("half-a-dictionary-entry", "expected after dictionary key", INVALID, "cannot assign to", FORGOTTEN_COMMA)
def half_a_dictionary_entry(broken: Broken) -> Iterator[Candidate]:
    """Yield a dictionary entry without its colon or its value."""
    for entry in _entries_here(broken):
        yield from _broken_entry(broken, entry)


@syntax_rule("entry-without-comma", INVALID, "cannot assign to", FORGOTTEN_COMMA)
def entry_without_comma(broken: Broken) -> Iterator[Candidate]:
    """Yield a dictionary entry with nothing, or a semicolon, between it and the next one."""
    for entry in _entries_here(broken):
        body = top_level(entry)
        words = [token.text for token in body]
        if words.count(":") and not {"for", "lambda", "**"} & set(words):
            yield from _missing_comma(broken, entry, body)


def _missing_comma(broken: Broken, entry: list[Token], body: list[Token]) -> Iterator[Candidate]:
    colons = [i for i, token in enumerate(body) if token.text == ":"]
    if len(colons) > 1:
        before = entry[entry.index(body[colons[1] - 1]) - 1]
        if before.is_operand_end:
            shown = broken.span(body[0], before)
            yield broken.guess(0.5, insert_after(before, ","), line=before.line, of=shown, after=body[colons[1] - 1])
    semicolon = next((token for token in body if token.text == ";"), None)
    if semicolon is not None:
        shown = broken.span(body[0], semicolon)
        yield broken.guess(0.5, replace(semicolon, ","), line=semicolon.line, of=shown, sign=semicolon)


def _entries_here(broken: Broken) -> Iterator[list[Token]]:
    """Yield the tokens of each dictionary entry on the line at fault or right above it."""
    openers = [token for token in broken.here if token.text == "{"]
    outer = broken.opener(broken.here[0]) if broken.here else None
    if outer is not None and outer.text == "{":
        openers.insert(0, outer)
    for opener in openers[:_MOST_DICTIONARIES]:
        for entry in _entries_of(broken, opener):
            if entry and entry[0].line <= broken.fault.line <= entry[-1].line + 1:
                yield entry


def _entries_of(broken: Broken, opener: Token) -> Iterator[list[Token]]:
    """Yield the tokens of each entry after an opening brace, up to and including its comma."""
    entry: list[Token] = []
    depth = 0
    for token in broken.tokens[broken.index(opener) + 1 :]:
        if token.type == "newline":
            continue
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth < 0 or token.type == "open_string":
            break
        entry.append(token)
        if token.text == "," and not depth:
            yield entry
            entry = []
    yield entry


def _broken_entry(broken: Broken, entry: list[Token]) -> Iterator[Candidate]:
    """Yield edits that add the missing part of a dictionary entry."""
    level = top_level(entry)
    words = [token.text for token in level]
    if {"for", "lambda", "**"} & set(words[:4]) and ":" in words[:2]:
        return
    has_comma = words[-1] == ","
    body = level[:-1] if has_comma else level
    if not body:
        return
    if ":" in words:
        yield from _after_colon(broken, body)
    elif len(body) > 1:
        yield from _without_colon(broken, body)
    elif body[0].is_operand_end:
        key = body[0]
        guess = partial(broken.guess, line=key.line)
        if has_comma:
            yield guess(0.9, replace(level[-1], ":"), of=broken.span(key, level[-1]), missing="the colon")
        yield guess(1.1, insert_after(key, ": None"), of=key.text, missing="the colon and its value")


def _after_colon(broken: Broken, body: list[Token]) -> Iterator[Candidate]:
    """Yield an edit that adds the missing value after a colon."""
    first, last = body[0], body[-1]
    if next(token for token in body if token.text == ":") is last:
        shown = broken.span(first, last)
        yield broken.guess(1, insert_after(last, " None"), line=first.line, of=shown, missing="its value")


def _without_colon(broken: Broken, body: list[Token]) -> Iterator[Candidate]:
    """Yield an edit that adds the missing colon between a key and its value."""
    key, second = body[:2]
    guess = partial(broken.guess, missing="the colon")
    if second.text in ("=", ";", "-", "->", "=>"):
        yield guess(0.6, replace(second, ":"), line=second.line, of=broken.span(key, body[:3][-1]))
    elif key.is_operand_end and (second.is_operand_start or second.text == "not"):
        yield guess(0.55, insert_after(key, ":"), line=key.line, of=broken.span(key, second))


@syntax_rule(
    "comprehension-without-brackets",
    INVALID,
    "Generator expression must be parenthesized",
    FORGOTTEN_COMMA,
    "expected after for-loop variables",
    "expected 'else' after 'if'",
)
def comprehension_without_brackets(broken: Broken) -> Iterator[Candidate]:
    """Yield a comprehension without its brackets or its `for`, or with a wrong part."""
    tokens, words = broken.here, broken.words
    if not tokens or words[0] in ("for", "async"):
        return
    if "for" in words:
        at = words.index("for")
        starts = [i + 1 for i in range(at) if words[i] in ("=", "return", "+=")]
        first, last = tokens[starts[-1] if starts else 0], tokens[-1]
        if broken.opener(tokens[at]) is None:
            yield broken.guess(0.8, *enclose(first, last, "[]"), of=broken.span(first, last))
        opener = broken.opener(tokens[at])
        if "Generator expression" in broken.fault.message and opener is not None:
            yield _with_parentheses(broken, opener, at)
        for end, *changes in _comprehension_parts(broken, at):
            yield broken.guess(0.6, *changes, of=broken.span(tokens[at], end))
        return
    for before, name, after in neighbours(tokens):
        opener = broken.opener(name)
        if opener is not None and after.text == "in" and name.type == "name" and before.is_operand_end:
            yield broken.guess(0.6, insert_before(name, "for "), of=broken.span(before, after))
        is_first = name.type == "name" and opener is not None and before is opener and opener.text != "("
        if is_first and after.text == "in" and "if" in words:
            yield broken.guess(0.6, insert_after(name, f" for {name.text}"), of=broken.span(name, after))


@syntax_rule("several-values-in-comprehension", INVALID, "did you forget parentheses around the comprehension")
def several_values_in_comprehension(broken: Broken) -> Iterator[Candidate]:
    """Yield a comprehension that makes a tuple of each item, without parentheses around the tuple."""
    tokens, words = broken.here, broken.words
    at = words.index("for") if "for" in words else 0
    opener = broken.opener(tokens[at]) if at else None
    if opener is None or opener.text not in ("[", "{") or opener.line != broken.fault.line:
        return
    values = tokens[tokens.index(opener) + 1 : at]
    if any(token.text == "," and broken.opener(token) is opener for token in values):
        shown = broken.span(values[0], values[-1])
        yield broken.guess(0.5, *enclose(values[0], values[-1], "()"), of=shown, values=shown)


def _with_parentheses(broken: Broken, opener: Token, at: int) -> Candidate:
    """Return an argument of a call that is a comprehension, in the parentheses that it needs."""
    tokens = broken.here
    inside = [i for i, token in enumerate(tokens) if broken.opener(token) is opener]
    commas = [i for i in inside if tokens[i].text == ","]
    first = tokens[max((i + 1 for i in commas if i < at), default=inside[0])]
    last = tokens[min((i - 1 for i in commas if i > at), default=inside[-1])]
    return broken.guess(0.5, *enclose(first, last, "()"), of=broken.span(first, last))


def _comprehension_parts(broken: Broken, at: int) -> Iterator[tuple[Token, *tuple[Change, ...]]]:
    """Yield the last token of each wrong part of a comprehension, with the changes that correct it.

    The comprehension's `for` has index `at`.
    """
    tokens, words = broken.here, broken.words
    match tokens[at + 1 : at + 3]:
        case [name, word] if name.type == "name":
            if word.text in ("of", "on", "from", "at", "inn", "to"):
                yield word, replace(word, "in")
            elif word.type in ("name", "number") or (word.text in ("[", "(") and "in" not in words[at:]):
                yield word, insert_after(name, " in")
    for word in tokens[at + 3 :]:
        if word.text in ("where", "when", "unless", "wenn", "iff", "with"):
            yield word, replace(word, "if")
    for mark, after in pairwise(tokens[at:]):
        if (mark.text == "," and after.text in ("for", "if")) or (mark.text == ":" and after.text in CLOSERS):
            yield after, remove(mark)


@syntax_rule("choice-without-else", "expected 'else' after 'if'")
def choice_without_else(broken: Broken) -> Iterator[Candidate]:
    """Yield a conditional expression without `else`, or with a comma, colon or semicolon before its `else`."""
    for mark, word in pairwise(broken.here):
        if mark.text in (",", ":", ";") and word.text == "else":
            yield broken.guess(0.5, remove(mark))
    yield broken.guess(1.3)


@syntax_rule("dictionary-without-braces", INVALID, "does not match opening", FORGOTTEN_COMMA)
def dictionary_without_braces(broken: Broken) -> Iterator[Candidate]:
    """Yield keys with colons directly in the brackets of a call or a list, without the braces of a dictionary."""
    for key, colon in pairwise(broken.here):
        opener = broken.opener(key)
        if key.type != "string" or colon.text != ":" or opener is None or opener.text not in ("(", "["):
            continue
        if broken.tokens[broken.index(key) - 1].text not in (opener.text, ","):
            continue
        end = [token for token in broken.tokens if token.start > key.start and broken.opener(token) is opener][-1]
        changes = [insert_before(key, "{")]
        after = broken.tokens[broken.index(end) + 1 :][:1]
        if not after or after[0].text != "}":
            changes.append(insert_after(end, "}"))
        shown = broken.span(key, end if end.line == key.line else colon)
        yield broken.guess(0.45, *changes, of=shown, key=key)
        return


@syntax_rule("lambda-without-colon", INVALID)
def lambda_without_colon(broken: Broken) -> Iterator[Candidate]:
    """Yield a `lambda` without the colon between its parameters and its value."""
    tokens = broken.here
    for index, token in enumerate(tokens):
        if token.text != "lambda":
            continue
        rest = tokens[index + 1 :]
        count = 0
        while count < len(rest) and (rest[count].text == "," if count % 2 else rest[count].type == "name"):
            count += 1
        if not count or count == len(rest):
            continue
        last, value = rest[count - 1], rest[count]
        if not (value.text in ("-", "+", "not", "->") or value.is_operand_start):
            continue
        guess = partial(broken.guess, of=broken.span(token, value), name=rest[0])
        if value.text == "->":
            yield guess(0.45, Change(last.end, value.end, ":"))
        elif value.text in ("[", "-", "+") and count > 1 and rest[count - 2].text == ",":
            yield guess(0.45, replace(rest[count - 2], ":"))
        else:
            yield guess(0.45, insert_after(last, ":"))
        if count > 1:
            yield guess(0.5, insert_after(last, ":"))
