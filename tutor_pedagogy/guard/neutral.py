"""Recognise code that is about no program: values and sums by themselves, forms with gaps, small foreign examples."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.tokens import BRACKETS, CLOSING, OPENING, flat, holds, is_literal, is_string, is_value
from tutor_pedagogy.guard.vocabulary import BUILTINS, CONSTANTS, KEYWORDS, LIBRARIES, METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_pedagogy.guard.known_edit import KnownEdit
    from tutor_pedagogy.guard.student_material import StudentMaterial

_GAPS = frozenset({"...", "\u2026", "_", "___", '"..."', "'...'", '"\u2026"', "'\u2026'"})
_SUM_SIGNS = frozenset("+-*/%=<>(),.") | {"//", "**", "==", "!=", "<=", ">=", "~"}
_OPERATORS = _SUM_SIGNS - frozenset("(),.=") | frozenset(("and", "or", "not", "in", "is", "if", "else"))
_DOING = _OPERATORS | {"for", "while", "with", "+=", "-=", "*="}
_OF_SOLUTIONS = frozenset({"return", "import", "from", "global", "nonlocal", "yield", "break", "continue", "raise"})
"""Statements that are the same in every program."""
_OF_PYTHON = BUILTINS | KEYWORDS | LIBRARIES | METHODS
_TRUTHS = frozenset(("True", "False", "None", "and", "or", "not", "(", ")", "=", "=="))
_LOGIC = frozenset({"and", "or", "not", "is", "True", "False", "None"})
_COMMON = frozenset({",", ".", ":", '"'})
_BETWEEN_STATES = frozenset({":", ",", ";", "and", "->", "\u2192"})
_OPERAND = "a name or a value"
_MOST_TOKENS = 24
_ALIKE = 0.65
"""The share of equal tokens from which on a foreign expression is a part of the student's program in other words."""
_FEWEST = 3


def is_sum(tokens: Sequence[str]) -> bool:
    """Return whether tokens are arithmetic with numbers only, or logic with truths only: `1 * 2 = 2`, `not None`."""
    if _TRUTHS.issuperset(tokens):
        return True
    are_numbers = all(token[0].isdigit() or token in _SUM_SIGNS for token in tokens)
    return are_numbers and tokens[0] != "=" and any(token[0].isdigit() for token in tokens)


def is_shown_object(tokens: Sequence[str]) -> bool:
    """Return whether tokens are how Python shows an object: `<class 'str'>`."""
    match tokens:
        case ["<", kind, *_, ">"]:
            return kind.isidentifier()
    return False


def has_gap(tokens: Sequence[str]) -> bool:
    """Return whether tokens are a name, and brackets with nothing but gaps: `df["..."]`, `input(...)`."""
    match tokens:
        case [*name, opening, gap, closing]:
            is_bracketed = opening in OPENING and closing in CLOSING and gap in _GAPS
            return is_bracketed and bool(name) and all(part == "." or part.isidentifier() for part in name)
    return False


def states_in(tokens: Sequence[str]) -> list[str]:
    """Return the names whose values tokens note and nothing else, as in `n = 4: total = 4, count = 1`."""
    states: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in OPENING) - (token in CLOSING)
        if token in _BETWEEN_STATES and not depth:
            states.append([])
        elif states[-1] and token.isidentifier() and (is_value(states[-1][-1]) or states[-1][-1] in CLOSING):
            states.append([token])
        else:
            states[-1].append(token)
    noted = [state for state in states if len(state) > 1]
    noted = [state for state in noted if not _asks_of_numbers(state)]
    return [state[0] for state in noted] if all(map(_is_state, noted)) else []


def follows_values(tokens: Sequence[str]) -> bool:
    """Return whether tokens note several values, or a value and a question about numbers: `v = -5: is -5 > 0`."""
    names = states_in(tokens)
    return len(set(names)) > 1 or (bool(names) and holds(tokens, [":", "is"]))


def is_output(tokens: Sequence[str], material: StudentMaterial) -> bool:
    """Return whether tokens are numbers and the student's texts, side by side as a program prints them: `1 torch`."""
    if not any(token[0].isdigit() for token in tokens):
        return False
    are_shown = all(
        token[0].isdigit()
        or (token.isidentifier() and token not in material.code_names | KEYWORDS and material.has_string(f'"{token}"'))
        for token in tokens
    )
    return are_shown and not all(token[0].isdigit() for token in tokens)


def _asks_of_numbers(tokens: Sequence[str]) -> bool:
    return tokens[0] == "is" and is_sum(tokens[1:])


def _is_state(tokens: Sequence[str]) -> bool:
    match tokens:
        case [name, "=" | "==" | "is", *value]:
            is_noted = is_literal(value) or (bool(value) and is_sum(value))
            return name.isidentifier() and name not in KEYWORDS and is_noted
    return False


def is_foreign(tokens: Sequence[str], material: StudentMaterial, edit: KnownEdit | None) -> bool:
    """Return whether tokens are a small example that shares no name and no text with the student's program.

    Each statement's form must be that of a part of the program, or unlike every part. The example must not show what
    the known edit adds.
    """
    if len(tokens) > _MOST_TOKENS or not _is_example(tokens, material):
        return False
    fields = [part for token in tokens if is_string(token) and token[0] in "fF" for part in flat(token[1:])]
    names = {name.casefold() for name in (*tokens, *fields) if name.isidentifier() and name not in material.imported}
    if names & material.folded_identifiers or any(map(material.has_string, filter(is_string, tokens))):
        return False
    runs = edit.added if edit is not None else []
    if _gives_values(tokens) and not any(is_value(token) and token in tokens for run in runs for token in run):
        return True
    if edit is not None and shows_edit(tokens, edit):
        return False
    if _calls_a_method(tokens) and not any(_calls_a_method(line.tokens, within=True) for line in material.lines):
        return True
    return _has_own_form(tokens, material)


def _has_own_form(tokens: Sequence[str], material: StudentMaterial) -> bool:
    """Return whether each statement has the form of a part of the program, or is unlike every part."""
    own = [_form(line.tokens) for line in material.lines]
    if all(_is_unlike(statement, own) for statement in _statements(tokens)):
        return True
    items = [_form(_without_items(line.tokens)) for line in material.lines if "[" in line.tokens]
    return bool(items) and all(_is_unlike(statement, own, items) for statement in _statements(tokens))


def shows_edit(tokens: Sequence[str], edit: KnownEdit) -> bool:
    """Return whether tokens hold what makes up a part that the edit adds, whatever names and values they have."""
    return any(_shows(tokens, run) for run in edit.added)


def _is_unlike(statement: Sequence[str], own: Sequence[list[str]], items: Sequence[list[str]] = ()) -> bool:
    names = {name for name, after in zip(statement, [*statement[1:], ""], strict=True) if after != "="}
    is_of_values = _OF_PYTHON.issuperset(name for name in names if name.isidentifier())
    if is_of_values and KEYWORDS.isdisjoint(set(statement) - _OPERATORS - CONSTANTS):
        return True
    form = _form(statement)
    return any(_holds(line, form) for line in (*own, *items)) or not any(_is_alike(form, line) for line in own)


def _statements(tokens: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for each in tokens:
        if each == ";":
            found.append([])
        else:
            found[-1].append(each)
    return [statement for statement in found if statement]


def is_far(tokens: Sequence[str], material: StudentMaterial, edit: KnownEdit) -> bool:
    """Return whether tokens put names of the student's together, without any part of the known edit or of its lines.

    A name that the program does not use yet, or a text of its own, may belong to another solution.
    """
    names = {token for token in tokens if token.isidentifier()}
    if len(tokens) > _MOST_TOKENS or not edit.added or not names or not names <= material.code_names | _LOGIC:
        return False
    if "=" in tokens or "print" in names or any(map(is_string, tokens)):
        return False
    if any(token in tokens for run in edit.added for token in run if token not in BRACKETS | _COMMON):
        return False
    return not any(_is_alike(list(tokens), line) for line in (edit.old, edit.new))


def _does_something(tokens: Sequence[str]) -> bool:
    """Return whether tokens are more than a name or a call without values, which name a part of a solution."""
    if tokens[0] in _OF_SOLUTIONS:
        return False
    is_attribute = len(tokens) == _FEWEST and tokens[1] == "." and not _OF_PYTHON.intersection(tokens)
    return is_attribute or any(is_value(token) or token in _DOING for token in tokens)


def _is_example(tokens: Sequence[str], material: StudentMaterial) -> bool:
    return _does_something(tokens) or _calls_a_method(tokens) or _gives_another_name(tokens, material)


def _calls_a_method(tokens: Sequence[str], *, within: bool = False) -> bool:
    """Return whether tokens call a method of a built-in type with values only, or hold any such call (`within`)."""
    if within:
        return any(one == "." and method in METHODS for one, method in pairwise(tokens))
    match tokens:
        case [name, ".", method, "(", *values, ")"] if name.isidentifier() and method in METHODS:
            return not values or is_literal(values)
    return False


def _gives_another_name(tokens: Sequence[str], material: StudentMaterial) -> bool:
    """Return whether tokens name an object once more, as a line of the program does: `q = p`."""
    match tokens:
        case [one, "=", other] if one.isidentifier() and other.isidentifier():
            form = _form(tokens)
            return form == [_OPERAND, "=", _OPERAND] and any(_form(line.tokens) == form for line in material.lines)
    return False


def _gives_values(tokens: Sequence[str]) -> bool:
    place = tokens.index("=") if "=" in tokens else 0
    return place > 0 and is_literal(tokens[place + 1 :]) and all(map(str.isidentifier, tokens[:place:2]))


def _shows(tokens: Sequence[str], run: Sequence[str]) -> bool:
    """Return whether tokens hold what makes up an added run: its names of Python and its signs."""
    telling = {token for token in run if token not in BRACKETS and not is_value(token)} - {",", ":", "."}
    known = {token for token in telling if not token.isidentifier() or token in _OF_PYTHON}
    return bool(known) and known.issubset(tokens)


def _form(tokens: Iterable[str]) -> list[str]:
    return [
        _OPERAND
        if (is_value(token) and token not in CONSTANTS) or (token.isidentifier() and token not in _OF_PYTHON)
        else token
        for token in tokens
    ]


def _without_items(tokens: Iterable[str]) -> list[str]:
    """Return tokens without the index behind a name: an item of a list is an operand like any other."""
    kept: list[str] = []
    depth = 0
    for each in tokens:
        if depth or (each == "[" and kept and kept[-1].isidentifier() and kept[-1] not in KEYWORDS):
            depth += (each == "[") - (each == "]")
        else:
            kept.append(each)
    return kept


def _holds(line: list[str], form: list[str]) -> bool:
    return any(line[start : start + len(form)] == form for start in range(len(line) - len(form) + 1))


def _is_alike(form: list[str], own: list[str]) -> bool:
    """Return whether a form is nearly a part of a line."""
    size = len(form)
    matcher: SequenceMatcher[str] = SequenceMatcher(autojunk=False)
    matcher.set_seq2(form)
    best = 0.0
    for start in range(max(1, len(own) - size + 1)):
        part = own[start : start + size]
        if len(part) < _FEWEST:
            continue
        matcher.set_seq1(part)
        best = max(best, matcher.ratio())
    return best >= _ALIKE
