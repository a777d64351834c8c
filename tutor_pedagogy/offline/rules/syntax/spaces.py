"""Words without the space between them: `andx`, `orage`, `isNone`, `whilen`."""

from __future__ import annotations

import builtins
import keyword
import sys
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import neighbours
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    insert,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_STARTERS = (
    *("elif", "if", "for", "while", "def", "class", "return", "import", "from"),
    *("except", "with", "del", "raise", "global", "assert", "yield"),
)
_INFIX = ("and", "or", "not", "in", "is", "if", "else", "for", "import", "as")
_FEWEST_PLACES = 2


@syntax_rule(
    "space-left-out", INVALID, EXPECTED_COLON, FORGOTTEN_COMMA, "expected 'else'", "unexpected indent", "cannot assign"
)
def space_left_out(broken: Broken) -> Iterator[Candidate]:
    """Yield a keyword that is joined with the word before or after it."""
    known = _known_words(broken)
    for line, tokens in broken.suspects:
        for before, token, after in neighbours(tokens):
            if token.type != "name" or before.text == "." or after.text == "=":
                continue
            if (parts := _parts(token, before, after, known)) is not None:
                word, rest = parts
                change = insert(token.start + len(word), " ")
                cost = 0.4 if line == broken.fault.line else 0.55
                yield broken.guess(
                    cost, change, line=line, of=token.text, word=token, first=Code(word), second=Code(rest)
                )


def _known_words(broken: Broken) -> frozenset[str]:
    """Return the names that can stand beside a keyword: those of the program, of Python, and the constants."""
    return frozenset(token.text for token in broken.tokens if token.type == "name").union(
        dir(builtins), ("None", "True", "False")
    )


def _parts(token: Token, before: Token, after: Token, known: frozenset[str]) -> tuple[str, str] | None:
    """Return the two words that a name consists of if one of them is a keyword that fits the place; else None."""
    text = token.text
    is_first = not before.text
    if text in ("isnot", "notin") and before.is_operand_end:
        return (text[:2], text[2:]) if text == "isnot" else (text[:3], text[3:])
    for word in _STARTERS if is_first else _INFIX:
        rest = text.removeprefix(word)
        if rest == text or not rest or (not is_first and not _may_follow(before, word)):
            continue
        is_module = word in ("import", "from") and rest in sys.stdlib_module_names
        is_known = rest in known or is_module or rest.isdigit() or keyword.iskeyword(rest)
        if is_known and not (is_first and word != "return" and after.text in ("", ".", ")")):
            return word, rest
    for word in ("and", "or", "in", "is", "if", "else", "for"):
        rest = text.removesuffix(word)
        if rest != text and rest in known and len(rest) and after.is_operand_start and after.text not in ("(", "["):
            return rest, word
    return None


def _may_follow(before: Token, word: str) -> bool:
    """Return whether a keyword may stand behind a token: `not` before a value, the others behind one."""
    if word == "not":
        return before.text in ("and", "or", "if", "elif", "while", "not", "(", "=", "return", "in")
    return before.is_operand_end
