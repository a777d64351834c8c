"""Withhold a fragment of code that completes a statement together with earlier fragments (instalments)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disclosure import MARKS, OPERATION, gives_away, is_new_statement
from tutor_pedagogy.guard.neutral import states_in
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.tokens import all_tokens_of, is_bracketed_values, is_value, names_in, tokens_of
from tutor_pedagogy.guard.vocabulary import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
    from tutor_pedagogy.guard.views.markup import Reading

_REMEMBERED = 40
"""The maximum number of fragments that are remembered and combined with the newest one."""
_LONGEST_FRAGMENT = 12
_LONGEST_STATEMENT = 40
"""The maximum lengths, in tokens, of a fragment and of a statement that is put together from fragments."""
_FEWEST = 3
"""The minimum number of fragments of a calculation. Two adjacent fragments are often just a name and its value."""

_RULER = re.compile(r"[ \t]*[-:=]{3,}[ \t]*|[ \t]*+(?:\.{3}|\u2026)?[ \t]*")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\w)([\w '-]{1,60})(?<=\w)\*(?![\w*])")
_WORDS_A_FRAGMENT = 6
"""The maximum number of prose words for each code span. A sentence with more words discusses its code."""
_WORDS_A_FRAGMENT_ASKED = 4
"""The same in a question."""
_MOST_WORDS = 8
"""The maximum number of words in a sentence that may begin or end with a fragment."""
_LONG_LINE = 120
_COUNTED = re.compile(r"(?<=\S)[ \t][ \t]*+[(\[]?\d{1,2}[.):\]]+\s*$|(?<=\S)\s\s*+[.!?\u2026]+\s*$")
"""The end of a line that is not code: the number of the next fragment, or the final punctuation."""


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Remember the fragments of a unit, and return the rule if one of them completes a statement."""
    if unit.is_block:
        return _rule_of(context, [] if "\n" in unit.code.strip() else [unit.code])
    return _rule_of(context, _fragments(context, unit.words[0]))


def remember(context: GuardContext, unit: JudgedUnit) -> None:
    """Remember the fragments of a unit of an earlier answer on the same problem."""
    code = unit.code if unit.is_block else ""
    _rule_of(context, [code] if code else _fragments(context, unit.plain))


def _rule_of(context: GuardContext, fragments: list[str]) -> GuardRule | None:
    # The list is complete before `any`: fragments after one that completes a statement are remembered too.
    completed = [_completes(context, fragment) for fragment in fragments]
    return GuardRule.INSTALMENTS if any(completed) else None


def _completes(context: GuardContext, fragment: str) -> bool:
    """Remember a fragment, and return whether it completes a statement that earlier fragments began."""
    if _is_case(context, fragment):
        context.fragments.clear()  # No statement continues across a quoted test case: forget its beginnings.
        return False
    tokens = _before(all_tokens_of(fragment), "#")
    if not tokens or states_in(tokens) or context.material.traces(tokens):
        return False  # A value that is noted is no part of a statement.
    context.fragments.append(tokens[-_LONGEST_FRAGMENT:])
    del context.fragments[:-_REMEMBERED]
    if len(tokens) > _LONGEST_FRAGMENT:
        return False
    return any(
        is_new_statement(context, code, may_calculate=may_calculate) for code, may_calculate in _endings(context)
    )


def _is_case(context: GuardContext, fragment: str) -> bool:
    """Return whether a fragment such as `(3, "low")` quotes a test call or result from a text about the code."""
    tokens = tokens_of(fragment)
    is_call_or_result = context.forms.is_test_call(tokens) or is_bracketed_values(tokens)
    return is_call_or_result and context.material.is_from_a_message(fragment)


def _endings(context: GuardContext) -> Iterator[tuple[str, bool]]:
    """Yield the code from each name in the earlier fragments to the end of the newest fragment.

    Each comes with a flag: whether it spans enough fragments to count as a calculation.
    """
    ending: list[str] = []
    for number, fragment in enumerate(reversed(context.fragments), 1):
        if (fragment[0] == "." and len(fragment) > 1) or (number > 1 and fragment[-1] == ":"):
            return  # A fragment such as `.sort()`, or a fragment that ends in a colon, cannot continue a statement.
        if ending[:1] == ["["] and (is_value(fragment[-1]) and fragment[-1][0].isdigit()):
            return  # A number has no items.
        if ending[:1] == ["["] and fragment[-1] == "]" and is_bracketed_values(fragment):
            return  # Nor are two lists of values an item of a list.
        if ending[:1] == ["("] and fragment[-1] in context.material.variables | context.material.parameters:
            return  # A value is not called.
        is_call = len(fragment) > OPERATION and fragment[-1] == ")"
        if ending[:1] in (["["], ["("]) and is_call and not gives_away(context, " ".join(fragment)):
            return  # A bracket after a quoted call is another quotation, not its continuation.
        for start in range(len(fragment) - 1, -1, -1):
            if number > 1 and fragment[start].isidentifier():
                yield " ".join(_before(fragment[start:] + ending, ";")), start == 0 and number >= _FEWEST
        ending = fragment + ending
        if len(ending) > _LONGEST_STATEMENT:
            return


def _before(tokens: list[str], mark: str) -> list[str]:
    return tokens[: tokens.index(mark)] if mark in tokens else tokens


def _fragments(context: GuardContext, reading: Reading) -> list[str]:
    """Return the code fragments in a text: code spans among few words, else code that begins or ends a line."""
    prose = _EMPHASIS.sub(r"\1", reading.prose)
    marks = MARKS.findall(reading.prose) if reading.marked else []
    if marks:
        is_question = reading.prose.rstrip().endswith("?")
        most_words = (_WORDS_A_FRAGMENT_ASKED if is_question else _WORDS_A_FRAGMENT) * len(marks)
        is_talk = len(reading.prose.split()) - len(marks) > most_words
        return [] if is_talk else [reading.span(mark) for mark in marks]
    return [*filter(None, (_fragment_in(context, line) for line in prose.split("\n")))]


def _fragment_in(context: GuardContext, line: str) -> str:
    """Return the code that a line consists of, begins with or ends with, or "" if there is none."""
    is_talk, words = _begins_as_talk(context, line), line.split()
    if is_talk and len(words) > _MOST_WORDS + 1:  # One more word is allowed: the next fragment's number.
        return ""
    if _RULER.fullmatch(line):
        return ""
    if words and not words[-1][0].isalpha():
        line = _COUNTED.sub("", line)
    return line if not is_talk and _is_code(context, line) else _end_fragment(context, line)


def _end_fragment(context: GuardContext, line: str) -> str:
    """Return the only code word of a short sentence if it is the first or last word, else ""."""
    words = line.split() if len(line) < _LONG_LINE else []
    if not words or len(words) > _MOST_WORDS:
        return ""
    ends = (words[0], words[-1].rstrip(".!?") or ".")
    fragment = next((word for word in ends if _is_mere_code(context, word)), "")
    return "" if fragment and any(_is_mere_code(context, word) for word in words[1:-1]) else fragment


def _is_mere_code(context: GuardContext, word: str) -> bool:
    if word in ENGLISH:
        return False
    return context.is_code_word(word) if word.isalpha() else _is_code(context, word)


def _is_code(context: GuardContext, line: str) -> bool:
    tokens = [] if len(line) >= _LONG_LINE or _begins_as_talk(context, line) else all_tokens_of(line)
    return bool(tokens) and all(map(context.is_code_word, names_in(tokens)))


def _begins_as_talk(context: GuardContext, line: str) -> bool:
    """Return whether the first word of a line cannot be code, so that the line is prose.

    The word is a whole token, because a space follows it. A line with `=` is not prose: it may assign to the word.
    """
    word = line.partition(" ")[0]
    return word.isalpha() and "=" not in line and not context.is_code_word(word)
