"""Inside lists and dictionaries: entries that are half there, comprehensions, choices."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS, depths_of
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_MOST_DICTIONARIES = 4
"""How many dictionaries around one line are looked into."""


@syntax_rule(
    "half-a-dictionary-entry",
    "expected after dictionary key",
    "^invalid syntax",
    "cannot assign to",
    "Perhaps you forgot a comma",
)
def half_a_dictionary_entry(broken: Broken) -> Iterator[Candidate]:
    """Find the entry of a dictionary that lacks its colon, its value or the comma behind it."""
    first = next((token for token in broken.here), None)
    openers = [token for token in broken.here if token.text == "{"]
    outer = broken.opener(first) if first is not None else None
    if outer is not None and outer.text == "{":
        openers.insert(0, outer)
    for opener in openers[:_MOST_DICTIONARIES]:
        for entry in _entries_of(broken, opener):
            if entry and entry[0].line <= broken.fault.line <= entry[-1].line + 1:
                yield from _broken_entry(broken, entry)


def _entries_of(broken: Broken, opener: Token) -> Iterator[list[Token]]:
    """Give the tokens of each entry behind a curly bracket, up to its comma."""
    entry: list[Token] = []
    depth = 0
    for token in broken.tokens[broken.index(opener) + 1 :]:
        if token.kind == "newline":
            continue
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth < 0 or token.kind == "open_string":
            break
        if token.text == "," and not depth:
            yield [*entry, token]
            entry = []
        else:
            entry.append(token)
    yield entry


def _broken_entry(broken: Broken, entry: list[Token]) -> Iterator[Candidate]:  # noqa: C901 - one branch a part that can be missing
    level = [t for t, depth in zip(entry, depths_of(entry), strict=True) if not depth]
    if any(t.text in ("for", "lambda", "**") for t in level[:4]) and ":" in [t.text for t in level[:2]]:
        return
    body = level[:-1] if level[-1].text == "," else level
    colons = [i for i, t in enumerate(body) if t.text == ":"]

    def guess(line: int, cost: float, missing: str, expression: str, *changes: Change) -> Candidate:
        return Candidate(line=line, cost=cost, changes=changes, expression=expression, slots={"missing": missing})

    half = "the colon and its value"
    if not body:
        return
    if colons and (colons[0] == len(body) - 1 or body[colons[0]] is body[-1]):
        yield guess(body[0].line, 1, "its value", broken.span(body[0], body[-1]), insert(body[colons[0]].end, " None"))
    if len(colons) > 1 and "lambda" not in [t.text for t in body]:
        key = body[colons[1] - 1]
        before = entry[entry.index(key) - 1]
        if before.is_operand_end:
            yield guess(before.line, 0.5, "the comma behind it", broken.span(body[0], before), insert(before.end, ","))
    if not colons and len(body) > 1:
        sign = next((t for t in body[1:2] if t.text in ("=", ";", "-", "->", "=>")), None)
        if sign is not None:
            yield guess(
                sign.line, 0.6, "the colon", broken.span(body[0], body[min(2, len(body) - 1)]), replace_token(sign, ":")
            )
        elif body[0].is_operand_end and (body[1].is_operand_start or body[1].text in ("lambda", "not", "-")):
            yield guess(body[0].line, 0.55, "the colon", broken.span(body[0], body[1]), insert(body[0].end, ":"))
    if not colons and len(body) == 1 and level[-1].text == "," and body[0].is_operand_end:
        yield guess(body[0].line, 0.9, "the colon", broken.span(body[0], level[-1]), replace_token(level[-1], ":"))
        yield guess(body[0].line, 1.1, half, body[0].text, insert(body[0].end, ": None"))
    elif not colons and len(body) == 1 and body[0].is_operand_end:
        yield guess(body[0].line, 1.1, half, body[0].text, insert(body[0].end, ": None"))
    semicolon = next((t for t in body if t.text == ";"), None)
    if colons and semicolon is not None:
        yield guess(
            semicolon.line, 0.5, "the comma behind it", broken.span(body[0], semicolon), replace_token(semicolon, ",")
        )


@syntax_rule(
    "comprehension-without-brackets",
    "^invalid syntax",
    "Generator expression must be parenthesized",
    "did you forget parentheses around the comprehension",
    "expected after for-loop variables",
    "expected 'else' after 'if'",
)
def comprehension_without_brackets(broken: Broken) -> Iterator[Candidate]:
    """Find a comprehension without its brackets, or with a part that is not in its form."""
    tokens = broken.here
    words = [token.text for token in tokens]
    if not tokens or words[0] in ("for", "async"):
        return

    def guess(cost: float, expression: str, *changes: Change) -> Candidate:
        return Candidate(line=broken.fault.line, cost=cost, changes=changes, expression=expression)

    if "for" in words:
        at = words.index("for")
        signs = [i for i in range(at) if words[i] in ("=", "return", "+=")]
        start = tokens[signs[-1] + 1] if signs else tokens[0]
        if broken.opener(tokens[at]) is None:
            yield guess(0.8, broken.span(start, tokens[-1]), insert(start.start, "["), insert(tokens[-1].end, "]"))
        for change, end in _comprehension_parts(broken, tokens, words, at):
            yield guess(0.6, broken.span(tokens[at], end), *change)
    else:
        for one, sign, opener in ((t, n, broken.opener(t)) for t, n in pairwise(tokens)):
            first = one.kind == "name" and tokens[tokens.index(one) - 1] is opener
            if first and sign.text == "in" and opener is not None and opener.text != "(" and "if" in words:
                yield guess(0.6, broken.span(one, sign), insert(one.end, f" for {one.text}"))


def _comprehension_parts(
    broken: Broken, tokens: list[Token], words: list[str], at: int
) -> Iterator[tuple[tuple[Change, ...], Token]]:
    """Give what would mend the part behind `for`, with the last token that it is about."""
    if at + 2 < len(tokens) and tokens[at + 1].kind == "name" and tokens[at + 2].kind in ("name", "number"):
        word = tokens[at + 2]
        if word.text in ("of", "on", "from", "at", "inn", "to"):
            yield (replace_token(word, "in"),), word
        else:
            yield (insert(tokens[at + 1].end, " in"),), word
    if (
        at + 2 < len(tokens)
        and tokens[at + 1].kind == "name"
        and "in" not in words[at:]
        and words[at + 2] in ("[", "(")
    ):
        yield (insert(tokens[at + 1].end, " in"),), tokens[at + 2]
    for word in tokens[at + 3 :]:
        if word.text in ("where", "when", "unless", "wenn", "iff", "with"):
            yield (replace_token(word, "if"),), word
    for comma, after in pairwise(tokens[at:]):
        if comma.text == "," and after.text in ("for", "if"):
            yield (replace_token(comma, ""),), after
        if comma.text == ":" and after.text in ("}", "]", ")"):
            yield (replace_token(comma, ""),), after
    opener = broken.opener(tokens[at])
    if opener is not None and opener.line == tokens[at].line and "," in words[tokens.index(opener) : at]:
        first = tokens[tokens.index(opener) + 1]
        yield (insert(first.start, "("), insert(tokens[at - 1].end, ")")), tokens[at]


@syntax_rule("choice-without-else", "expected 'else' after 'if'")
def choice_without_else(broken: Broken) -> Iterator[Candidate]:
    """Find a choice in one expression that does not say what holds otherwise."""
    tokens = broken.here
    whole = broken.statement(broken.fault.line)
    for comma, word in pairwise(tokens):
        if comma.text in (",", ":", ";") and word.text == "else":
            yield Candidate(
                line=broken.fault.line, cost=0.5, changes=(Change(comma.start, comma.end, ""),), expression=whole
            )
    if tokens:
        end = tokens[-1].end
        yield Candidate(line=broken.fault.line, cost=1.3, changes=(insert(end, " else None"),), expression=whole)


@syntax_rule("dictionary-without-braces", "^invalid syntax", "does not match opening", "Perhaps you forgot a comma")
def dictionary_without_braces(broken: Broken) -> Iterator[Candidate]:
    """Find keys with colons between the brackets of a call, where the curly ones are missing."""
    for token, colon in pairwise(broken.here):
        opener = broken.opener(token)
        if token.kind != "string" or colon.text != ":" or opener is None or opener.text not in "([":
            continue
        if broken.tokens[broken.index(token) - 1].text not in (opener.text, ","):
            continue
        inside = [t for t in broken.tokens if t.start > opener.start and broken.opener(t) is opener]
        end = max((t for t in inside if t.start > token.start), key=lambda t: t.end, default=None)
        if end is None:
            return
        changes: tuple[Change, ...] = (insert(token.start, "{"),)
        after = next((t for t in broken.tokens if t.start >= end.end), None)
        if after is None or after.text != "}":
            changes = (*changes, insert(end.end, "}"))
        yield Candidate(
            line=token.line,
            cost=0.45,
            changes=changes,
            expression=broken.span(token, end) if end.line == token.line else broken.span(token, colon),
            slots={"key": Code(token.text)},
        )
        return


@syntax_rule("lambda-without-colon", "^invalid syntax")
def lambda_without_colon(broken: Broken) -> Iterator[Candidate]:
    """Find a `lambda` whose parameters and value are not parted by a colon."""
    tokens = broken.here
    for index, token in enumerate(tokens):
        if token.text != "lambda":
            continue
        rest = tokens[index + 1 :]
        names = 0
        while names < len(rest) and (rest[names].kind == "name" if names % 2 == 0 else rest[names].text == ","):
            names += 1
        if not names or names >= len(rest) or rest[names].text in (":", "=", "*"):
            continue
        slots = {"name": Code(rest[0].text)}
        expression = broken.span(token, rest[names])
        if rest[names].text in ("-", "+", "(", "[", "not", "->", "{") or rest[names].is_operand_start:
            last = rest[names - 1]
            if rest[names].text == "->":
                changes: tuple[Change, ...] = (Change(last.end, rest[names].end, ":"),)
            elif rest[names].text in ("[", "-", "+") and names > 2:  # noqa: PLR2004 - a comma stands where the colon should
                comma = rest[names - 2]
                changes = (replace_token(comma, ":"),)
            else:
                changes = (insert(last.end, ":"),)
            yield Candidate(line=token.line, cost=0.45, changes=changes, expression=expression, slots=slots)
            if names > 1:
                yield Candidate(
                    line=token.line, cost=0.5, changes=(insert(last.end, ":"),), expression=expression, slots=slots
                )
