"""Newer forms of Python that have a grammar of their own: `match` and its cases, decorators, comprehensions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@syntax_rule("case-form", "^invalid syntax", "expected", "Perhaps")
def case_form(broken: Broken) -> Iterator[Candidate]:
    """Find `default` or `else` in place of the last case, and `or` between two patterns."""
    line, tokens = broken.fault.line, broken.here
    words = [token.text for token in tokens]
    is_in_match = any(
        broken.on(number)[0].text == "case" and broken.indent(number) == broken.indent(line)
        for number in broken.by_line
        if number < line
    )
    if is_in_match and words[:1] in (["default"], ["else"]):
        yield Candidate(
            line=line,
            cost=0.3,
            changes=(replace_token(tokens[0], "case _"),),
            expression=broken.text(line).strip(),
            slots={"word": Code(words[0])},
        )
    if words[:2] == ["case", "else"]:
        yield Candidate(
            line=line,
            cost=0.3,
            changes=(replace_token(tokens[1], "_"),),
            expression=broken.span(tokens[0], tokens[1]),
            slots={"word": Code("else")},
        )
    if words[:1] == ["case"] and words[1:2] in (["=="], ["="], ["is"]):
        yield Candidate(
            line=line,
            cost=0.3,
            changes=(Change(tokens[0].end, tokens[1].end, ""),),
            expression=broken.span(tokens[0], tokens[1]),
            slots={"word": Code(words[1])},
        )
    if words[:1] == ["case"] and "or" in words:
        yield Candidate(
            line=line,
            cost=0.3,
            changes=tuple(replace_token(token, "|") for token in tokens if token.text == "or"),
            expression=broken.span(tokens[0], tokens[-1]),
            slots={"word": Code("or")},
        )


@syntax_rule("case-takes-all", "remaining patterns")
def case_takes_all(broken: Broken) -> Iterator[Candidate]:
    match = re.search(r"name capture '(\w+)'", broken.fault.message)
    name = match[1] if match else "_"
    line = broken.fault.line
    yield Candidate(line=line, cost=1, expression=broken.text(line).strip(), slots={"name": Code(name)})


@syntax_rule("decorator-form", "^invalid syntax", "expected")
def decorator_form(broken: Broken) -> Iterator[Candidate]:
    line = next((n for n in (broken.fault.line, broken.code_above(broken.fault.line)) if _is_decorator(broken, n)), 0)
    if line:
        last = broken.on(line)[-1]
        changes = (replace_token(last, ""),) if last.text in (":", ";") else ()
        yield Candidate(line=line, cost=0.4, changes=changes, expression=broken.text(line).strip())


def _is_decorator(broken: Broken, line: int) -> bool:
    tokens = broken.on(line)
    return len(tokens) > 1 and tokens[0].text == "@" and tokens[1].kind == "name"


@syntax_rule("choice-in-filter", "^invalid syntax", "Perhaps you forgot a comma")
def choice_in_filter(broken: Broken) -> Iterator[Candidate]:
    """Find `[value for item in items if condition else other]`."""
    tokens = broken.here
    words = [token.text for token in tokens]
    if "for" not in words:
        return
    loop = words.index("for")
    if "if" not in words[loop:] or "else" not in words[loop:] or not loop:
        return
    condition = words.index("if", loop)
    other = words.index("else", condition)
    opening = max((i for i in range(loop) if words[i] in "(["), default=-1)
    closing = next((i for i in range(len(tokens) - 1, other, -1) if words[i] in ")]"), len(tokens))
    if opening < 0 or closing <= other + 1 or opening + 1 >= loop:
        return
    value = broken.span(tokens[opening + 1], tokens[loop - 1])
    choice = broken.span(tokens[condition], tokens[closing - 1])
    header = broken.span(tokens[loop], tokens[condition - 1])
    yield Candidate(
        line=broken.fault.line,
        cost=0.3,
        changes=(Change(tokens[opening + 1].start, tokens[closing - 1].end, f"{value} {choice} {header}"),),
        expression=broken.span(tokens[condition], tokens[closing - 1]),
    )
