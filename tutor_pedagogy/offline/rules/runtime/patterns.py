"""Regular expressions: patterns that are not valid, and searches that find nothing."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument, is_string
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

MOST_SEARCHED = 60
"""The maximum length of a string in which a student's pattern is searched."""
MOST_REPEATS = 3
"""The maximum number of repetitions in a student's pattern that is searched: with the length they bound the work."""
_REPEATED = re.compile(r"[*+?{]")
_NESTED = re.compile(r"\)[*+{]|\\\d")

_SEARCHES = ("match", "search", "fullmatch")
_MEANT = re.compile(r"\\|\[\^?[\w-]|\.[*+?]|\)[*+?]|[|^$]|\(\?")
"""Parts of a pattern that show that it is meant as a pattern, and not as the text to find."""


@runtime_rule("pattern-not-valid", ("error", "PatternError"), r"(?P<problem>[^\n]{1,200}?) at position (?P<at>\d{1,6})")
def pattern_not_valid(case: CrashContext) -> Match | None:
    """Return the regular expression that is not valid."""
    call, at = case.call(), int(case.match["at"])
    given = first_argument(call)
    literal = case.program.last_value(given.id, case.line) if isinstance(given, ast.Name) else given
    pattern = literal.value if isinstance(literal, ast.Constant) and isinstance(literal.value, str) else ""
    is_plain = literal is not None and pattern and not _MEANT.search(pattern) and case.text(literal)[:1] in "'\""
    new, quote = None, '"' if '"' not in pattern else "'"
    if pattern.startswith("*.") and re.fullmatch(r"\w+", pattern[2:]):
        new = f'r".*\\.{pattern[2:]}"'
    elif is_plain and not pattern.startswith(("*", "+")):
        new = f"r{quote}{_escaped(pattern)}{quote}"
    character = Code(pattern[at]) if at < len(pattern) else ""
    return case.at(
        literal if literal is not None and is_string(literal) else call or case.line,
        replace=(literal, new) if literal is not None else None,
        problem=Code(case.match["problem"]),
        position=str(at),
        character=character,
        pattern=Code(pattern),
    )


def _escaped(text: str) -> str:
    """Return the pattern that matches exactly a text; spaces need no backslash."""
    return re.escape(text).replace("\\ ", " ")


def _is_further_in(case: CrashContext, call: ast.Call) -> bool:
    """Return whether the pattern of a call matches inside the string. Only short strings and simple patterns count."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=[pattern, text], keywords=[]):
            known, held = case.value(pattern), case.value(text)
        case _:
            return False
    if not isinstance(known, str) or not isinstance(held, str):
        return False
    if len(held) > MOST_SEARCHED or len(_REPEATED.findall(known)) > MOST_REPEATS or _NESTED.search(known):
        return False
    try:
        return re.match(known, held) is None and re.search(known, held) is not None
    except (re.error, OverflowError, RecursionError):
        return False


@runtime_rule("group-not-in-pattern", ("IndexError",), r"no such group")
def group_not_in_pattern(case: CrashContext) -> Match | None:
    """Return the group that is asked for although the pattern does not have it."""
    call = case.call("group", "start", "end", "span")
    asked = first_argument(call)
    if call is None or asked is None:
        return None
    patterns = [
        first_argument(node)
        for node in case.program.each(ast.Call)
        if called_name(node) in (*_SEARCHES, "compile", "finditer") and is_string(first_argument(node))
    ]
    pattern = patterns[0] if len(patterns) == 1 else None
    line = str(case.program.shown(pattern.lineno)) if pattern is not None else ""
    return case.here(asked, group=asked, pattern_line=line, call=call)


@runtime_rule(
    "no-match-found",
    ("AttributeError", "TypeError"),
    r"'NoneType' object (?:has no attribute '(?:group|groups|groupdict|start|end|span)'|is not subscriptable)",
    before=("attribute-of-none", "result-of-method-in-place", "none-looked-into"),
)
def no_match_found(case: CrashContext) -> Match | None:
    """Return the search with a regular expression that found nothing, so that its result is None."""
    nodes: list[ast.Attribute | ast.Subscript] = [*case.likely(ast.Attribute), *case.subscripts]
    for node in nodes:
        value = node.value
        if isinstance(value, ast.Name):
            value = case.program.last_value(value.id, case.line) or value
        name = called_name(value) if isinstance(value, ast.Call) else ""
        if isinstance(value, ast.Call) and name in _SEARCHES and name not in case.program.functions:
            where = "only at the start of the string" if called_name(value) == "match" else ""
            found = case.at(value, call=value, use=node, where=where, function=Code(called_name(value)))
            if name == "match" and _is_further_in(case, value):
                new = case.text(value).replace("match", "search", 1)
                return replace(found, edit=case.rewrite(value, new), is_proved=True)
            return replace(found, is_symptom=not where)
    return None
