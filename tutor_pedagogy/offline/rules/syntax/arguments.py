"""Arguments of calls and parameters of functions: their order, repeated names, stars."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import neighbours
from tutor_pedagogy.offline.rules.syntax.broken import INVALID, Broken, Candidate, Change, remove, replace, replace_all
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token


@syntax_rule(
    "order-of-arguments",
    "positional argument follows keyword",
    "non-default argument follows",
    "parameter without a default follows",
)
def order_of_arguments(broken: Broken) -> Iterator[Candidate]:
    """Yield a positional argument after a keyword argument, or a parameter without a default after one with it."""
    place = "call" if "argument follows keyword" in broken.fault.message else "header"
    header = "header" if place == "header" else ""
    named = [token for token in broken.here if token.text in ("=", "**") and broken.opener(token) is not None]
    for opener in dict.fromkeys(broken.opener(token) for token in named):
        arguments = _arguments(broken, opener) if opener is not None else []
        is_named = [
            argument[0].text == "**" or "=" in [token.text for token in argument[1:2]] for argument in arguments
        ]
        if not arguments or any(argument[0].text in ("*", "/") for argument in arguments):
            continue
        if is_named != sorted(is_named):
            first, last = arguments[0][0], arguments[-1][-1]
            ordered = sorted(range(len(arguments)), key=is_named.__getitem__)
            text = ", ".join(broken.span(arguments[i][0], arguments[i][-1]) for i in ordered)
            names = [argument[0].text for argument, has_name in zip(arguments, is_named, strict=True) if has_name]
            if place == "header":
                is_kept = _is_called_in_order(broken)
            else:
                is_kept = opener is None or not _may_move(broken, opener, names, is_named.count(False))
            moved = [] if is_kept else [replace_all(first, last, text)]
            yield broken.guess(0.8, *moved, of=broken.span(first, last), place=place, header=header)
    yield broken.guess(2, place=place, header=header)


def _may_move(broken: Broken, opener: Token, names: list[str], count: int) -> bool:
    """Return whether positional arguments, moved to the front, leave each named parameter of a call to its name."""
    called = broken.here[broken.here.index(opener) - 1]
    before = broken.here[broken.here.index(opener) - 2].text
    if before != "." and called.text in _TAKING_ALL:
        return True
    for header in broken.by_line.values():
        words = [token.text for token in header]
        if before != "." and words[:3] == ["def", called.text, "("]:
            inside = [(at, token) for at, token in enumerate(header) if broken.opener(token) is header[2]]
            parameters = [token.text for at, token in inside if words[at - 1] in ("(", ",")]
            return len(parameters) >= count and not set(names) & set(parameters[:count])
    return False


_TAKING_ALL = frozenset(("print", "max", "min", "sorted", "zip", "enumerate", "sum", "round"))
"""Built-in functions whose keyword arguments are not those that a first positional argument fills."""


def _is_called_in_order(broken: Broken) -> bool:
    """Return whether a call passes two arguments to the function of a header, in the order of its parameters."""
    name = broken.words[1] if broken.words[0] == "def" else ""
    for tokens in broken.by_line.values():
        for at, (word, after) in enumerate(pairwise(tokens)):
            if name and word.text == name and after.text == "(" and tokens[at - 1].text != "def":
                inside = [token for token in tokens[at + 2 :] if broken.opener(token) is after]
                if "," in [token.text for token in inside] and "=" not in [token.text for token in inside]:
                    return True
    return False


def _arguments(broken: Broken, opener: Token) -> list[list[Token]]:
    """Return the tokens of each argument in parentheses; empty if they are not all on the line of the error."""
    arguments: list[list[Token]] = [[]]
    for token in broken.here[broken.here.index(opener) + 1 :] if opener in broken.here else ():
        if token.text == ")" and broken.opener(token) is broken.opener(opener) and token.start > opener.start:
            return [argument for argument in arguments if argument]
        if token.text == "," and broken.opener(token) is opener:
            arguments.append([])
        else:
            arguments[-1].append(token)
    return []


@syntax_rule("named-twice", "keyword argument repeated", "duplicate (?:argument|parameter)")
def named_twice(broken: Broken) -> Iterator[Candidate]:
    """Yield a name that is used for two arguments or parameters. The second parameter is renamed."""
    match = re.search(r"(?:keyword argument repeated: |duplicate (?:argument|parameter) ')(\w+)", broken.fault.message)
    name = match[1] if match else ""
    same = [token for token in broken.here if token.text == name]
    is_parameter = "duplicate" in broken.fault.message and len(same) > 1 and _is_unused(broken, name)
    yield broken.guess(1, *([replace(same[-1], f"{name}2")] if is_parameter else []), name=Code(name))


def _is_unused(broken: Broken, name: str) -> bool:
    """Return whether no line but the header of the error has a name."""
    return not any(token.text == name and token.line != broken.fault.line for token in broken.tokens)


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


_KEPT = re.compile(r"(self\.(\w+)\s*=\s*)self\.\2(?![\w.(\[])")


@syntax_rule("attribute-as-parameter", INVALID, "expected '\\)'", "was never closed")
def attribute_as_parameter(broken: Broken) -> Iterator[Candidate]:
    """Yield a parameter with `self` and a dot before its name. The edit takes them away, also where it is stored."""
    tokens = broken.here
    if not tokens or tokens[0].text != "def":
        return
    parts = [
        (owner, name)
        for (owner, dot), (_, name) in zip(pairwise(tokens), pairwise(tokens[1:]), strict=False)
        if (owner.text, dot.text) == ("self", ".") and name.type == "name"
    ]
    if not parts:
        return
    names = {name.text for _, name in parts}
    changes = [Change(owner.start, name.start, "") for owner, name in parts]
    margin = len(broken.indent(broken.fault.line))
    for line in broken.by_line:
        if line <= broken.fault.line:
            continue
        if len(broken.indent(line)) <= margin:
            break
        stored = _KEPT.search(broken.text(line))
        if stored is not None and stored[2] in names:
            changes.append(broken.part(line, stored.end(1), stored.end(), stored[2]))
    yield broken.guess(0.4, *changes, name=parts[0][1], of=broken.span(parts[0][0], parts[-1][1]))
