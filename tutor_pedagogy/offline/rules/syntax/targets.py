"""Targets: expressions that cannot be assigned to or deleted."""

from __future__ import annotations

import builtins
from functools import partial
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import CLOSERS, NO_TOKEN, OPENERS
from tutor_pedagogy.offline.rules.syntax.broken import (
    INVALID,
    Broken,
    Candidate,
    Change,
    insert_after,
    insert_before,
    remove_up_to,
    replace,
    replace_all,
    replace_brackets,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
    from tutor_pedagogy.offline.rules.syntax.broken import Choice
ASSIGNING = frozenset(("=", "+=", "-=", "*=", "/=", "//=", "%=", "**=", ":="))
_FEWEST_TOKENS = 3
_MOST_PLACES = 24
"""The maximum number of places at which one edit renames."""
_MOST_REMOVED = 3
"""The maximum number of tokens that are removed from the target of a `del`."""


@syntax_rule("call-as-target", "cannot assign to function call", "illegal expression for augmented")
def call_as_target(broken: Broken) -> Iterator[Candidate]:
    """Yield a call as an assignment target, where an item of a list or dictionary is meant."""
    sides = _sides(broken)
    if sides is None:
        return
    left, _, right = sides
    last = left[-1]
    opener = next((token for token in left if token.text == "("), None)
    if last.text != ")" or left[0].type != "name" or opener is None:
        return
    shown = broken.span(left[0], last)
    name = broken.span(left[0], left[left.index(opener) - 1])
    guess = partial(broken.guess, of=shown, left=shown, name=name, right=broken.span(right[0], right[-1]))
    if "." in name and opener.end < last.start:
        yield guess(0.7, Change(last.end, right[-1].end, ""))
    if len(right) == 1 and right[0].type == "name" and _is_function(broken, name):
        return
    if opener.end < last.start:
        yield guess(0.9, *replace_brackets(opener, last, "[]"))
    else:
        yield guess(1.1, replace_all(opener, last, ""))


def _is_function(broken: Broken, name: str) -> bool:
    """Return whether the program defines a function or class of this name, or Python has one built in."""
    defined = {after.text for word, after in pairwise(broken.tokens) if word.text in ("def", "class")}
    return name in defined or callable(getattr(builtins, name, None))


def _sides(broken: Broken) -> tuple[list[Token], Token, list[Token]] | None:
    """Return the left side, the operator and the right side of the assignment on the line, or None."""
    depth = 0
    for at, token in enumerate(broken.here):
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth == 0 and token.text in ASSIGNING:
            left, right = broken.here[:at], broken.here[at + 1 :]
            return (left, token, right) if left and right else None
    return None


@syntax_rule("value-as-target", "cannot assign to", "illegal expression", "illegal target", "^invalid syntax\\. Maybe")
def value_as_target(broken: Broken) -> Iterator[Candidate]:
    """Yield a sum, a number, a string or several words as an assignment target."""
    sides = _sides(broken)
    if sides is None:
        return
    left, operator, right = sides
    shown = broken.span(left[0], left[-1])
    guess = partial(broken.guess, of=shown, left=shown, sign=operator)
    if left[0].text != "print" and (len(left) == 1 or left[0].type != "keyword"):
        for cost, *changes in _target_changes(broken, left, operator, right):
            swapped = right[0] if len(changes) > 1 and len(right) == 1 and right[0].type == "name" else ""
            yield guess(cost, *changes, right=broken.span(right[0], right[-1]), swapped=swapped)
    if "illegal" in broken.fault.message:
        yield guess(1, right="the right side")


def _target_changes(broken: Broken, left: list[Token], operator: Token, right: list[Token]) -> Iterator[Choice]:
    """Yield each way to make the left side a valid assignment target, as a cost followed by the changes."""
    words = [token for token in left if token.type == "name"]
    is_plain = operator.text == "="
    match right:
        case [name] if is_plain and name.type == "name":
            yield 0.8, replace_all(left[0], left[-1], name.text), replace(name, broken.span(left[0], left[-1]))
    match left:
        case [string] if string.type == "string" and string.text.strip("'\"").isidentifier():
            yield 0.9, replace(string, string.text.strip("'\""))
        case [first, second] if len(words) == len(left):
            yield 0.9, replace_all(first, second, f"{first.text}_{second.text}")
    if is_plain:
        yield 1.5, replace(operator, "==")
    else:
        yield (2,)


@syntax_rule(
    "constant-as-target", "cannot assign to (?:True|False|None|__debug__|ellipsis)", "cannot delete (?:True|False|None)"
)
def constant_as_target(broken: Broken) -> Iterator[Candidate]:
    """Yield the first constant of the line, such as `True`, to which nothing can be assigned."""
    for token in broken.here:
        if token.text in ("True", "False", "None", "__debug__", "..."):
            yield broken.guess(0.9, replace(token, f"is_{token.text.lower()}"), of=token.text, word=token)
            return


@syntax_rule("name-of-two-words", INVALID, "expected '\\('")
def name_of_two_words(broken: Broken) -> Iterator[Candidate]:
    """Yield the name of a variable or a function with a space in it."""
    tokens = broken.here
    start = int(broken.word(broken.fault.line) in ("def", "class", "for"))
    if not tokens[2:]:
        return
    first, second, after = [*tokens, NO_TOKEN][start : start + 3]
    wanted = {"def": ("(",), "class": ("(", ":"), "for": ("in",)}.get(tokens[0].text, ("=",))
    is_name = first.type in ("name", "keyword") and second.type in ("name", "number", "keyword")
    if after.text in wanted and is_name and (start or first.type == "name"):
        shown = broken.span(first, second)
        for cost, *changes in _joined_names(broken, first, second):
            yield broken.guess(cost, *changes, of=shown, words=shown)
    for whole, joined in _longer_names(tokens):
        shown = broken.span(whole[0], whole[-1])
        yield broken.guess(0.6, replace_all(whole[0], whole[-1], joined), of=shown, words=shown)


def _joined_names(broken: Broken, first: Token, second: Token) -> Iterator[Choice]:
    """Yield each way to read two words, as a cost and the changes: one name, or two with a dot or a comma."""
    words = (first.text, second.text)
    pairs = [pair for pair in pairwise(broken.tokens) if (pair[0].text, pair[1].text) == words]
    joined_here = {token.start for pair in pairs for token in pair}
    used = {token.text for token in broken.tokens if token.line != first.line and token.start not in joined_here}
    opening = broken.here[0].text
    if first.text in ("self", "cls"):
        yield 0.5, Change(first.end, second.start, ".")
    elif opening == "for" and second.text in used and first.text not in used:
        yield 0.5, remove_up_to(first, second)
    elif opening not in ("def", "class") and {first.text, second.text} <= used:
        yield 0.5, insert_after(first, ",")
    joined = f"{first.text}_{second.text}"
    if first.type == "keyword":
        joined = f"{first.text}{second.text[:1].upper()}{second.text[1:]}"
    same = (replace_all(one, other, joined) for one, other in pairs)
    yield 0.6, *islice(same, _MOST_PLACES)


def _longer_names(tokens: list[Token]) -> Iterator[tuple[list[Token], str]]:
    """Yield names of three or more words, and names that start with `class`, each with its joined form."""
    run = list(takewhile(lambda token: token.type == "name", tokens))
    match run, tokens[len(run) :]:
        case [_, _, _, *_], [sign, *_] if sign.text == "=":
            yield run, "_".join(token.text for token in run)
    match [token.text for token in tokens]:
        case ["class", name, "=", *_]:
            yield tokens[:2], f"class_{name}"


@syntax_rule("not-deletable", "cannot delete")
def not_deletable(broken: Broken) -> Iterator[Candidate]:
    """Yield a target of `del` that cannot be deleted: a call or a calculation."""
    match broken.here:
        case [word, *target] if word.text == "del" and target:
            shown = broken.span(target[0], target[-1])
            for cost, *changes in _deletable(target):
                yield broken.guess(cost, *changes, of=shown, target=shown)


def _deletable(target: list[Token]) -> Iterator[Choice]:
    """Yield each way to get a valid target of `del`, an item or the first operand, as a cost and the changes."""
    first, last = target[0], target[-1]
    opener = next((token for token in target if token.text == "("), None)
    if opener is not None and last.text == ")" and first.type == "name":
        yield 1, *replace_brackets(opener, last, "[]")
    operators = [at for at, token in enumerate(target) if at and token.text in ("+", "-", "*", "/")]
    if operators and len(target) - operators[0] <= _MOST_REMOVED:
        yield 1.2, Change(target[operators[0] - 1].end, last.end, "")
    yield (2,)


@syntax_rule("function-by-equals", "cannot assign to function call")
def function_by_equals(broken: Broken) -> Iterator[Candidate]:
    """Yield a function that is defined as in mathematics: `f(x) = x + 1`."""
    sides = _sides(broken)
    if sides is None or sides[1].text != "=":
        return
    left, sign, right = sides
    known = {token.text for token in broken.tokens if token.line < broken.fault.line} | set(dir(builtins))
    names = [token.text for token in left[2:-1] if token.text != ","]
    is_call = len(left) > _FEWEST_TOKENS and left[1].text == "(" and left[-1].text == ")"
    is_new = left[0].text not in known and all(name.isidentifier() and name not in known for name in names)
    if is_call and is_new and set(names) & {token.text for token in right}:
        margin = broken.indent(broken.fault.line)
        header = insert_before(left[0], "def "), Change(left[-1].end, right[0].start, f":\n{margin}    return ")
        yield broken.guess(0.5, *header, of=broken.span(left[0], sign))
