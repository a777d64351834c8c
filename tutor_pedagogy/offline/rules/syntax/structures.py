"""Special forms: `match` and its cases, decorators, comprehensions with a conditional expression."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import (
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
    remove,
    replace,
    replace_all,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@syntax_rule("case-form", INVALID, "expected", "Perhaps")
def case_form(broken: Broken) -> Iterator[Candidate]:
    """Yield `default` or `else` as the last case, an operator after `case`, or `or` between two patterns."""
    line, tokens, words = broken.fault.line, broken.here, broken.words
    guess = partial(broken.guess, 0.3)
    match words:
        case ["default" | "else" as word, *_]:
            cases = [number for number in broken.above(line) if broken.word(number) == "case"]
            if any(broken.indent(number) == broken.indent(line) for number in cases):
                yield guess(replace(tokens[0], "case _"), word=Code(word))
        case ["case", "else", *_]:
            yield guess(replace(tokens[1], "_"), of=broken.span(*tokens[:2]), word=tokens[1])
        case ["case", "==" | "=" | "is", *_]:
            yield guess(Change(tokens[0].end, tokens[1].end, ""), of=broken.span(*tokens[:2]), word=tokens[1])
    if words[:1] == ["case"] and "or" in words:
        changes = (replace(token, "|") for token in tokens if token.text == "or")
        yield guess(*changes, of=broken.span(tokens[0], tokens[-1]), word=Code("or"))


@syntax_rule("case-takes-all", "remaining patterns")
def case_takes_all(broken: Broken) -> Iterator[Candidate]:
    """Yield a case that matches everything and precedes other cases."""
    match = re.search(r"name capture '(\w+)'", broken.fault.message)
    yield broken.guess(1, name=Code(match[1] if match else "_"))


@syntax_rule("decorator-form", INVALID, "expected")
def decorator_form(broken: Broken) -> Iterator[Candidate]:
    """Yield a decorator that ends with a colon or semicolon, or that does not precede a function."""
    for line, tokens in broken.suspects:
        match tokens:
            case [at, name, *_] if at.text == "@" and name.type == "name":
                last = tokens[-1]
                is_closed = last.text in (":", ";")
                yield broken.guess(0.4 if is_closed else 1.3, *([remove(last)] if is_closed else []), line=line)
                return


@syntax_rule("choice-in-filter", INVALID, FORGOTTEN_COMMA)
def choice_in_filter(broken: Broken) -> Iterator[Candidate]:
    """Yield `[value for item in items if condition else other]`, whose condition belongs before `for`."""
    tokens, words = broken.here, broken.words
    if "for" not in words:
        return
    loop = words.index("for")
    opening = max((i for i in range(loop) if words[i] in ("(", "[")), default=-1)
    if "if" not in words[loop:] or "else" not in words[loop:] or opening < 0 or opening + 1 == loop:
        return
    condition = words.index("if", loop)
    other = words.index("else", condition)
    closing = next((i for i in range(len(tokens) - 1, other, -1) if words[i] in (")", "]")), len(tokens))
    if closing <= other + 1:
        return
    first, last = tokens[opening + 1], tokens[closing - 1]
    value, choice = broken.span(first, tokens[loop - 1]), broken.span(tokens[condition], last)
    header = broken.span(tokens[loop], tokens[condition - 1])
    yield broken.guess(0.3, replace_all(first, last, f"{value} {choice} {header}"), of=choice)


@syntax_rule("filter-at-front", INVALID)
def filter_at_front(broken: Broken) -> Iterator[Candidate]:
    """Yield a comprehension whose condition stands before its value: `[if n > 2: n for n in numbers]`."""
    tokens, words = broken.here, broken.words
    for index, (opener, word) in enumerate(pairwise(tokens), 1):
        if opener.text not in ("[", "(", "{") or word.text != "if" or "for" not in words[index:]:
            continue
        loop = words.index("for", index)
        close = next((i for i in range(loop, len(tokens)) if broken.opener(tokens[i]) is not opener), len(tokens) - 1)
        close = next((i for i in range(loop, len(tokens)) if words[i] in ("]", ")", "}") and i > loop), close)
        colon = words.index(":", index) if ":" in words[index:loop] else 0
        value = colon + 1 if colon else loop - 1
        if index + 1 < value < loop < close:
            condition = broken.span(word, tokens[(colon or value) - 1])
            written = f"{broken.span(tokens[value], tokens[close - 1])} {condition}"
            yield broken.guess(0.3, replace_all(word, tokens[close - 1], written), of=condition)
        return


@syntax_rule("filter-before-loop", "expected 'else' after 'if'")
def filter_before_loop(broken: Broken) -> Iterator[Candidate]:
    """Yield a comprehension with a condition before its `for` and no `else`: `[x if x > 0 for x in numbers]`."""
    tokens, words = broken.here, broken.words
    if "if" not in words or "for" not in words[words.index("if") :]:
        return
    condition, loop = words.index("if"), words.index("for", words.index("if"))
    opener = broken.opener(tokens[condition])
    after = range(loop, len(tokens)) if opener is not None else ()
    close = next((i for i in after if opener and broken.opener(tokens[i]) is broken.opener(opener)), 0)
    if close:
        header = broken.span(tokens[loop], tokens[close - 1])
        written = f"{header} {broken.span(tokens[condition], tokens[loop - 1])}"
        yield broken.guess(0.4, replace_all(tokens[condition], tokens[close - 1], written))
