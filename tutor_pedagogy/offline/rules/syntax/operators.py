"""Operators and commas between two values: missing, doubled, or of another language."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, brackets_of, neighbours, top_level
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    INVALID,
    Broken,
    Candidate,
    insert_after,
    replace,
    replace_all,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_CONDITIONS = frozenset(("if", "elif", "while", "assert"))
_FOREIGN = {
    "&&": "and",
    "||": "or",
    "=>": ">=",
    "=<": "<=",
    "=!": "!=",
    "<>": "!=",
    "===": "==",
    "!==": "!=",
    "!": "not ",
    "~=": "!=",
    ".^": "**",
    ".*": "*",
    "./": "/",
}
_WORDS = {
    "mod": "%",
    "modulo": "%",
    "div": "//",
    "equals": "==",
    "equal": "==",
    "eq": "==",
    "times": "*",
    "plus": "+",
    "minus": "-",
    "xor": "^",
    "less": "<",
    "greater": ">",
}
_MOST_PAIRS = 4
"""The maximum number of pairs of adjacent values on one line that are considered."""
_MOST_VALUES = 3
"""The maximum number of names and strings on a line of code. Two unknown words on a longer line are prose."""


@syntax_rule("nothing-between-values", INVALID, "invalid decimal literal")
def nothing_between_values(broken: Broken) -> Iterator[Candidate]:
    """Yield two adjacent values, with each likely operator or comma inserted between them."""
    penalty = any(opener.line <= broken.fault.line for opener in broken.brackets.unclosed)
    counts = Counter(token.text for token in broken.tokens)
    is_prose = sum(token.type in ("name", "string") for token in broken.here) > _MOST_VALUES
    for left, right in _adjacent(broken)[:_MOST_PAIRS]:
        unknown = sum(token.type == "name" and counts[token.text] == 1 for token in (left, right))
        if unknown == len((left, right)) and is_prose:
            continue
        is_one_line = left.line == right.line
        shown = broken.span(left, right) if is_one_line else broken.span(broken.here[0], left)
        for rank, text in enumerate(_likely_between(broken, left, right)):
            inserted = insert_after(left, _spaced(text, left, right))
            is_tie = rank == 1 and text in ("+", "*") and left.text == ")" and is_one_line and _is_call(broken, right)
            cost = 1 + penalty + (0 if is_tie else rank) / 10 + unknown * 0.2
            yield broken.guess(cost, inserted, of=shown, left=left, right=right)


def _is_call(broken: Broken, name: Token) -> bool:
    """Return whether a call starts with a token."""
    after = broken.tokens[broken.index(name) + 1 :][:1]
    return name.type == "name" and bool(after) and after[0].text == "("


def _adjacent(broken: Broken) -> list[tuple[Token, Token]]:
    """Return the pairs of values with nothing between them, the nearest to the error first."""
    tokens = broken.here
    if not tokens:
        return []
    below = broken.on(broken.code_below(broken.fault.line))
    above = broken.on(broken.code_above(broken.fault.line))[-1:]
    if above and not brackets_of([token for token in broken.tokens if token.end <= above[0].end]).unclosed:
        above = []
    is_open = bool(brackets_of([token for token in broken.tokens if token.end <= tokens[-1].end]).unclosed)
    pairs = [
        (left, right)
        for left, right in pairwise([*above, *tokens, *(below[:1] if is_open else ())])
        if left.is_operand_end
        and right.is_operand_start
        and not (broken.here[0].text == "raise" and left is broken.here[1])
        and right.text not in ("(", "[")
        and not (left.type == right.type == "string")
    ]
    at = broken.offset(broken.fault.line) + broken.fault.column
    return sorted(pairs, key=lambda pair: abs(pair[1].start - at))


def _likely_between(broken: Broken, left: Token, right: Token) -> list[str]:
    """Return the operators and commas that may be missing between two values, the likeliest first."""
    inside = [token for token in broken.here if token.start < left.end]
    if broken.here[0].text == "assert" and not brackets_of(inside).unclosed and right.type == "string":
        return [","]  # The message of the assertion: an operator would make it a part of the condition.
    words = [token.text for token in inside]
    unclosed = brackets_of(inside).unclosed
    options = _by_values(left, right, in_bracket=bool(unclosed))
    if "=" in options and "=" in words:
        is_unpacking = "," in words[: words.index("=")]
        options = [",", *options[2:]] if is_unpacking else [*options[2:], ","]
    if (
        options[:1] in (["+"], ["%"])
        and "," in options
        and unclosed
        and _is_call_of_print(broken, unclosed[-1])
        and not _is_text(broken, right)
    ):
        options = [",", *(option for option in options if option != ",")]
    if "+" in options and left.type != "number" and _adds_strings(broken.here):
        options = ["+", *(option for option in options if option != "+")]
    if left.line < right.line or (unclosed and _has_commas(broken, unclosed[-1])):
        options = [","]
    if not unclosed and broken.here[0].text in _CONDITIONS:
        options = ["and", "==", *(option for option in options if option not in ("=", ",", "and", "=="))]
    return options


def _is_call_of_print(broken: Broken, opener: Token) -> bool:
    """Return whether a bracket is the one of a call of `print`, in which a comma suits values of all types."""
    at = broken.index(opener)
    return at > 0 and broken.tokens[at - 1].text == "print"


def _is_text(broken: Broken, name: Token) -> bool:
    """Return whether a variable gets a string, or what `input` gives, so that `+` can join it with a string."""
    for target, sign, value in neighbours(broken.tokens):
        if target.text == name.text and sign.text == "=" and (value.type == "string" or value.text == "input"):
            return True
    return False


def _by_values(left: Token, right: Token, *, in_bracket: bool) -> list[str]:
    """Return the operators and commas that may be missing, judging only by the types of the two values."""
    if left.type == "string":
        inner = left.text.strip("'\"")
        is_mark = len(inner) == 1 and not inner.isalnum() and not inner.isspace()
        if right.type in ("name", "number") and is_mark:
            return ["*", ",", "+"]
        if inner.endswith((" ", ":", ",")) and not inner.endswith(", "):
            return ["+", ",", "%"] if inner.endswith(" ") else [",", "+", "%"]
        return [",", "+", "%"] if in_bracket else ["+", ",", "%"]
    if right.type == "string":
        return [",", "+"] if in_bracket else ["+", ","]
    if left.type == "number" or left.text == ")":
        return ["*", ",", "+", "and"] if in_bracket or left.type == "number" else ["*", "+", ",", "and"]
    return [",", "*", "+", "and", "=="] if in_bracket else ["=", "*", "+", ",", "and", "=="]


def _adds_strings(tokens: list[Token]) -> bool:
    """Return whether a line joins strings with `+`."""
    return any(
        operator.text == "+" and "string" in (before.type, after.type) for before, operator, after in neighbours(tokens)
    )


def _has_commas(broken: Broken, opener: Token) -> bool:
    """Return whether a comma follows an opening square bracket or brace on its line."""
    after = [token.text for token in broken.here if token.start > opener.start]
    return opener.text in ("[", "{") and "," in after


def _spaced(text: str, left: Token, right: Token) -> str:
    """Return an operator with the spaces that it needs between two values."""
    if text == ",":
        return text
    if left.end == right.start:
        return f" {text} " if text.isalpha() else text
    return f" {text}"


@syntax_rule("operator-of-another-language", INVALID, "cannot assign", EXPECTED_COLON)
def operator_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Yield operators of other languages, with their replacements in Python."""
    yield from _word_operators(broken)
    here = broken.here
    found = _foreign_operators(here)
    if not found:
        yield from _semicolons(broken)
        return
    first, sign = found[0][0], found[0][2]
    if sign == "!" and not _negates(here, first):
        return
    changes = []
    for start, end, foreign in found:
        meant = _FOREIGN[foreign]
        is_glued = any(token.end == start.start for token in here)
        changes.append(replace_all(start, end, f" {meant}" if meant.isalpha() and is_glued else meant))
    yield broken.guess(0.65, *changes, of=sign, sign=Code(sign), meant=Code(_FOREIGN[sign].strip()))


def _negates(tokens: list[Token], mark: Token) -> bool:
    """Return whether a sign is a prefix operator: a value follows it, and no value directly precedes it."""
    at = tokens.index(mark)
    is_after = at > 0 and tokens[at - 1].is_operand_end and tokens[at - 1].end == mark.start
    return not is_after and at + 1 < len(tokens) and tokens[at + 1].is_operand_start


def _word_operators(broken: Broken) -> Iterator[Candidate]:
    """Yield operators written as words, as in other languages or in prose."""
    for before, word, after in neighbours(broken.here):
        operator = _WORDS.get(word.text.lower())
        is_times = word.text in ("x", "X") and "number" in (before.type, after.type) and after.is_operand_start
        if operator is None and is_times and sum(token.text == word.text for token in broken.tokens) == 1:
            operator = "*"
        if operator is None or not after.text or not (before.is_operand_end or before.text == "is"):
            continue
        first = before if before.text == "is" else word
        last = after if after.text in ("to", "than", "by") else word
        shown = broken.span(first, last)
        yield broken.guess(0.45, replace_all(first, last, operator), of=shown, sign=shown, meant=Code(operator))


def _semicolons(broken: Broken) -> Iterator[Candidate]:
    """Yield semicolons between items in brackets, where Python uses commas."""
    outside = set(top_level(broken.here))
    inside = [found for found in neighbours(broken.here) if found[1].text == ";" and found[1] not in outside]
    if not inside:
        return
    meant = ":" if all(_is_slice(broken, token) for _, token, _ in inside) else ","
    changes = [replace(token, "" if after.text in CLOSERS and meant == "," else meant) for _, token, after in inside]
    yield broken.guess(0.8, *changes, of=";", sign=Code(";"), meant=Code(meant))


def _is_slice(broken: Broken, token: Token) -> bool:
    """Return whether a token stands in square brackets directly after a name or a value."""
    opener = broken.opener(token)
    at = broken.index(opener) if opener is not None else 0
    return at > 0 and broken.tokens[at].text == "[" and broken.tokens[at - 1].is_operand_end


def _foreign_operators(tokens: list[Token]) -> list[tuple[Token, Token, str]]:
    """Return each operator of another language: its first token, last token and text. The longest match counts."""
    found: list[tuple[Token, Token, str]] = []
    index = 0
    while index < len(tokens):
        length = 1
        for size in (3, 2, 1):
            run = tokens[index : index + size]
            text = "".join(token.text for token in run)
            is_one = len(run) == size and all(one.end == other.start for one, other in pairwise(run))
            if is_one and text in _FOREIGN and run[0].type in ("operator", "other"):
                if text != "!" or index + 1 < len(tokens):
                    found.append((run[0], run[-1], text))
                length = size
                break
        index += length
    return found
