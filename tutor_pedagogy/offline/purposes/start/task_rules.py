"""The rules that the text of a task lists one below another, such as the demands on a password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.purposes.texts import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

_RULE = re.compile(r"^ *(?:[-*•]|\d{1,2}[.)]) +(?P<rule>[^\n]{4,80})$", re.MULTILINE)
_WORD = re.compile(r"[a-zA-Z]{4,}")
_FEWEST, _MOST = 2, 6
_COMMON = frozenset(
    (
        *("have", "idea", "know", "start", "begin", "check", "rule", "rules", "thing", "what"),
        *("with", "this", "that", "only", "least", "most", "your"),
    )
)


_DOING = frozenset(
    (
        *("add", "ask", "build", "calculate", "change", "choose", "compute", "convert", "count", "create", "display"),
        *("do", "draw", "end", "fill", "find", "get", "give", "go", "let", "loop", "make", "open", "pick", "play"),
        *("print", "put", "read", "remove", "repeat", "return", "save", "say", "set", "show", "sort", "split", "start"),
        *("stop", "store", "take", "tell", "turn", "use", "write", "compare", "reverse", "input", "define", "import"),
    )
)
"""Verbs that begin a step to carry out, and no rule that a value fits or breaks."""


def are_steps(rules: Sequence[str]) -> bool:
    """Return whether a list says what to do, one thing after another, and not what a value has to fit."""
    return sum(rule.split()[0].lower() in _DOING for rule in rules) * 2 > len(rules)


def rules_in(text: str) -> list[str]:
    """Return the rules that a text lists, at most six; an empty list if it lists fewer than two."""
    found = [match["rule"].strip(" .;,") for match in _RULE.finditer(text)]
    plain = [rule for rule in found if quoted(rule) and not set(rule) & set("`“”$<>")]
    return plain[:_MOST] if len(plain) >= _FEWEST else []


def rule_steps(rules: Sequence[str], question: str) -> list[str]:
    """Return the steps of a plan that takes one rule after another, first of all the one that the question is about."""
    if are_steps(rules):
        first = asked_rule(rules, question) or rules[0]
        rest = ", ".join(f"“{rule}”" for rule in rules if rule != first)
        return [
            f"Your text lists {len(rules)} steps. Take one at a time, and run the program after each.",
            f"Begin with “{first}”: which values does it need, and what should be seen when it works? Write that down.",
            f"Only when it works, go on with {rest}.",
        ]
    told = [f"Your text lists {len(rules)} rules. Write each as a condition of its own, and try it alone."]
    asked = asked_rule(rules, question)
    first = asked or rules[0]
    told.append(
        f"{'You ask about' if asked else 'Begin with'} “{first}”: write down one value that fits it and one that does "
        "not, and say how you see the difference. What do you look at, and in which order?"
    )
    others = [rule for rule in rules if rule != first]
    told.append("Then go on with " + ", ".join(f"“{rule}”" for rule in others) + ".")
    return told


def asked_rule(rules: Sequence[str], question: str) -> str | None:
    """Return the rule that has a word in common with a question, or None."""
    asked = {_stem(word) for word in _WORD.findall(question)} - _COMMON
    return next((rule for rule in rules if asked & {_stem(word) for word in _WORD.findall(rule)}), None)


def _stem(word: str) -> str:
    return word.lower().removesuffix("s")


def rules_frame(rules: Sequence[str]) -> str:
    """Return the lines of a frame with one condition for each rule, or a place for each step."""
    if are_steps(rules):
        return "\n".join(f"# {rule}\n...  # which values does this step need?" for rule in rules)
    return "\n".join(f"if ...:  # broken: {rule}\n    ...  # what is the answer then?" for rule in rules)
