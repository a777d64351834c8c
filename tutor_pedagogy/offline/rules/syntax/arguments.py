"""Between the brackets of calls and of function headers: order, names given twice, stars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@syntax_rule(
    "order-of-arguments",
    "positional argument follows keyword",
    "non-default argument follows",
    "parameter without a default follows",
)
def order_of_arguments(broken: Broken) -> Iterator[Candidate]:
    """Find a plain value after a named one, or a parameter without a default after one with."""
    tokens = broken.here
    named = [i for i, token in enumerate(tokens) if token.text == "="]
    slots = {"place": "call" if "argument follows keyword" in broken.fault.message else "header"}
    if named:
        closing = max((i for i, token in enumerate(tokens) if token.text == ")"), default=0)
        commas = [i for i, token in enumerate(tokens) if token.text == "," and i > named[0]]
        if len(commas) == 1 and closing == commas[0] + 2 and named[0] >= 2:  # noqa: PLR2004 - one value stands last
            name, value = tokens[named[0] - 1], tokens[commas[0] - 1]
            last = tokens[closing - 1]
            first_text, last_text = broken.span(name, value), last.text
            yield Candidate(
                line=broken.fault.line,
                cost=0.8,
                changes=(Change(name.start, value.end, last_text), Change(last.start, last.end, first_text)),
                expression=broken.span(name, last),
                slots=slots,
            )
    yield Candidate(line=broken.fault.line, cost=2, expression=broken.statement(broken.fault.line), slots=slots)


@syntax_rule("named-twice", "keyword argument repeated", "duplicate argument")
def named_twice(broken: Broken) -> Iterator[Candidate]:
    match = re.search(r"(?:keyword argument repeated: |duplicate argument ')(\w+)", broken.fault.message)
    name = match[1] if match else ""
    tokens = broken.here
    same = [i for i, token in enumerate(tokens) if token.text == name]
    changes: tuple[Change, ...] = ()
    if len(same) >= 2 and "duplicate" in broken.fault.message:  # noqa: PLR2004 - a header may get another name, a call not
        changes = (replace_token(tokens[same[-1]], f"{name}2"),)
    yield Candidate(
        line=broken.fault.line,
        cost=1,
        changes=changes,
        expression=broken.statement(broken.fault.line),
        slots={"name": Code(name)},
    )


@syntax_rule(
    "stars-in-header",
    "argument may appear only once",
    "named arguments must follow bare",
    "cannot follow var-keyword",
    "var-positional",
    "bare \\* has associated",
    "starred",
)
def stars_in_header(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    stars = [i for i, token in enumerate(tokens) if token.text in ("*", "**")]
    whole = broken.statement(broken.fault.line)
    if stars:
        at = stars[-1]
        if tokens[at].text == "*" and at + 1 < len(tokens) and len(stars) > 1:
            yield Candidate(
                line=broken.fault.line, cost=0.9, changes=(replace_token(tokens[at], "**"),), expression=whole
            )
        if at and tokens[at - 1].text == ",":
            end = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].kind == "name" else tokens[at]
            yield Candidate(
                line=broken.fault.line, cost=1, changes=(Change(tokens[at - 1].start, end.end, ""),), expression=whole
            )
        yield Candidate(line=broken.fault.line, cost=1.1, changes=(replace_token(tokens[at], ""),), expression=whole)
    yield Candidate(line=broken.fault.line, cost=2, expression=whole)
