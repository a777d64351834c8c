"""Arguments of calls and parameters of functions: their order, repeated names, stars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import neighbours
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, remove, replace, replace_all
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
    """Yield a positional argument after a keyword argument, or a parameter without a default after one with it."""
    tokens, words = broken.here, broken.words
    place = "call" if "argument follows keyword" in broken.fault.message else "header"
    named = words.index("=") if "=" in words else 0
    commas = [i for i, word in enumerate(words) if word == "," and i > named]
    closing = max((i for i, word in enumerate(words) if word == ")"), default=0)
    if named > 1 and commas == [closing - 2]:
        name, value, last = tokens[named - 1], tokens[commas[0] - 1], tokens[closing - 1]
        swapped = replace_all(name, value, last.text), replace(last, broken.span(name, value))
        yield broken.guess(0.8, *swapped, of=broken.span(name, last), place=place)
    yield broken.guess(2, place=place)


@syntax_rule("named-twice", "keyword argument repeated", "duplicate argument")
def named_twice(broken: Broken) -> Iterator[Candidate]:
    """Yield a name that is used for two arguments or parameters. The second parameter is renamed."""
    match = re.search(r"(?:keyword argument repeated: |duplicate argument ')(\w+)", broken.fault.message)
    name = match[1] if match else ""
    same = [token for token in broken.here if token.text == name]
    is_parameter = "duplicate" in broken.fault.message and len(same) > 1
    yield broken.guess(1, *([replace(same[-1], f"{name}2")] if is_parameter else []), name=Code(name))


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
    """Yield edits to the last star of a header: double it, or remove it with or without its parameter."""
    stars = [found for found in neighbours(broken.here) if found[1].text in ("*", "**")]
    for before, star, after in stars[-1:]:
        if star.text == "*" and after.text and len(stars) > 1:
            yield broken.guess(0.9, replace(star, "**"))
        if before.text == ",":
            yield broken.guess(1, replace_all(before, after if after.type == "name" else star, ""))
        yield broken.guess(1.1, remove(star))
    yield broken.guess(2)
