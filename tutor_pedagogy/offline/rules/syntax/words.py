"""Wrong words: misspelt keywords, keywords as names, statements of other languages, prose."""

from __future__ import annotations

import builtins
import re
from difflib import get_close_matches
from functools import partial
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import brackets_of, neighbours
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
    enclose,
    insert,
    insert_after,
    insert_before,
    replace,
    replace_all,
    replace_brackets,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_ALIASES = {
    **dict.fromkeys(("elseif", "elsif", "elif", "elf", "ifelse"), "elif"),
    **dict.fromkeys(("function", "func", "fun", "fn", "define", "sub", "void"), "def"),
    **dict.fromkeys(("foreach", "fro", "foor", "forr", "fir"), "for"),
    **dict.fromkeys(("catch", "expect", "exept"), "except"),
    **dict.fromkeys(("whilst",), "while"),
    **dict.fromkeys(("amd", "adn", "nad"), "and"),
    **dict.fromkeys(("throw",), "raise"),
    **dict.fromkeys(("include", "using", "require"), "import"),
    **dict.fromkeys(("ro", "oder"), "or"),
    **dict.fromkeys(("fi", "wenn"), "if"),
}
_STARTERS = (
    *("if", "elif", "else", "for", "while", "def", "class", "return", "import", "from"),
    *("try", "except", "with", "del", "async", "raise", "global", "assert", "yield"),
)
_INFIX = ("and", "or", "not", "in", "is", "if", "else", "for")
_BEFORE_A_VALUE = frozenset(
    ("(", "[", "{", ",", ":", "=", "+", "-", "*", "/", "==", "!=", "<", ">", "return", "in", "+=")
)
MOST_PLACES = 8
"""The maximum number of places at which an edit replaces a keyword that is used as a name."""
_SHORT = 3
"""The maximum length of a short word. Its limit is `_SIMILAR_IF_SHORT`, because each wrong letter counts for more."""
_SIMILAR, _SIMILAR_IF_SHORT = 0.7, 0.66
"""The minimum similarity of a word to the keyword that it stands for, from 0 to 1: for long and for short words."""
_FOREIGN = {"&&": "and", "||": "or"}
_VALUES_TO_READ = re.compile(
    r"(?<=[=(,\[:] )(?:https?://[^\s,()\[\]\"']++|\d{4}-\d\d-\d\d|\d\d?/\d\d?/\d{4}|\d\d?\.\d\d?\.\d{4}|\d\d?:\d\d)(?![\w.:/-])"
)
"""Addresses, dates and times, which people write without quote marks."""
_SENTENCE = 3
"""The minimum number of consecutive words that are taken for a sentence."""


@syntax_rule("mistyped-keyword", INVALID, "expected", FORGOTTEN_COMMA, "unexpected indent")
def mistyped_keyword(broken: Broken) -> Iterator[Candidate]:
    """Yield a misspelt keyword at the start of the line or between two values."""
    for line, tokens in broken.suspects:
        is_header = tokens[-1].text == ":"
        if [token.text for token in tokens[1:2]] == ["if"] and tokens[0].text in ("el", "els", "elf", "elsif", "elif"):
            shown = broken.span(*tokens[:2])
            change = replace_all(tokens[0], tokens[1], "elif")
            yield broken.guess(0.4, change, line=line, of=shown, word=shown, meant=Code("elif"))
            continue
        for index, (before, word, after) in enumerate(neighbours(tokens)):
            if word.type != "name":
                continue
            if not index:
                is_call = after.text == "(" and not is_header
                if is_call or not (after.is_operand_start or after.type == "keyword" or after.text == ":"):
                    continue
                is_import = after.type == "name" and "import" in (token.text for token in tokens[2:])
                is_definition = is_header and after.type == "name" and [t.text for t in tokens[2:3]] == ["("]
                meant = "from" if is_import else _meant(word.text, ("def",) if is_definition else _STARTERS)
            elif before.is_operand_end and (after.is_operand_start or after.text == "not"):
                if after.text == "(" and word.text in dir(builtins):
                    continue
                meant = _meant(word.text, _INFIX)
            else:
                continue
            if meant:
                cost = 0.6 if line == broken.fault.line else 1.4
                yield broken.guess(cost, replace(word, meant), line=line, of=word.text, word=word, meant=Code(meant))


def _meant(word: str, choices: tuple[str, ...]) -> str | None:
    """Return which of these keywords a word most likely stands for, or None."""
    lowered = word.lower()
    if _ALIASES.get(lowered) in choices:
        return _ALIASES[lowered]
    if lowered in choices:
        return lowered
    close = get_close_matches(lowered, choices, 1, _SIMILAR if len(lowered) > _SHORT else _SIMILAR_IF_SHORT)
    return close[0] if close else None


@syntax_rule("else-with-condition", INVALID, EXPECTED_COLON)
def else_with_condition(broken: Broken) -> Iterator[Candidate]:
    """Yield `else if`, or an `else` with a condition."""
    match broken.here:
        case [word, second, _, *_] if word.text == "else":
            last = broken.here[-1]
            has_colon = last.text == ":"
            colon = [] if has_colon else [insert_after(last, ":")]
            if second.text == "if":
                shown = broken.span(word, second)
                changes = [replace_all(word, second, "elif"), *colon]
                signs = "".join(token.text if token.type == "operator" else " " for token in broken.here)
                other = next((sign for sign in _FOREIGN if sign in signs), "")
                keyword = Code(_FOREIGN.get(other, ""))
                yield broken.guess(0.5, *changes, of=shown, words=Code("else if"), sign=Code(other), keyword=keyword)
            elif second.text != ":":
                shown = broken.span(word, broken.here[-2] if has_colon else last)
                yield broken.guess(0.9, replace(word, "elif"), *colon, of=shown, words=word)


@syntax_rule("print-without-brackets", "Missing parentheses in call", INVALID)
def print_without_brackets(broken: Broken) -> Iterator[Candidate]:
    """Yield a `print` without parentheses, as in Python 2."""
    for line, tokens in broken.suspects:
        for index, (before, name, first) in enumerate(neighbours(tokens)):
            if (
                name.text not in ("print", "exec")
                or first.text in ("", "(")
                or before.text not in ("", ":", ";", "else")
            ):
                continue
            statement = list(takewhile(lambda token: token.text != ";", tokens[index:]))
            last = statement[-1]
            guess = partial(broken.guess, line=line, of=broken.span(name, last), name=name)
            if last is not first and first.text in ("{", "[") and last.text in ("}", "]"):
                yield guess(0.45, *replace_brackets(first, last, "()"))
            closed = insert_after(last, brackets_of(statement).closers + ")")
            cost = 0.5 if "parentheses" in broken.fault.message else 1.2
            yield guess(cost, Change(name.end, first.start, "("), closed)


@syntax_rule("keyword-as-name", INVALID, "cannot assign to", "expected")
def keyword_as_name(broken: Broken) -> Iterator[Candidate]:
    """Yield a keyword used as the name of a variable, a function or a parameter."""
    for before, word, after in neighbours(broken.here):
        if word.type != "keyword" or word.text in ("True", "False", "None"):
            continue
        is_target = (not before.text and after.text in ("=", ".", "+=", "[", ",")) or (
            before.text in ("for", "def", "class", "as", "global") and after.text in ("in", "(", ":", ",", "", ")")
        )
        if is_target or (before.text in ("(", ",") and after.text in (",", ")", "=")):
            same = [token for token in broken.here if token.text == word.text]
            changes = [replace(token, f"{word.text}_") for token in same[:3]]
            everywhere = [replace(token, f"{word.text}_") for token in _used_as_name(broken, word)]
            if len(everywhere) > len(changes):
                yield broken.guess(0.65, *everywhere, of=word.text, word=word)
            yield broken.guess(0.7, *changes, of=word.text, word=word)


def _used_as_name(broken: Broken, word: Token) -> list[Token]:
    """Return the places of the program at which a keyword stands where only a name or a value can stand."""
    found: list[Token] = []
    for before, token, after in neighbours([each for each in broken.tokens if each.type != "newline"]):
        if token.text != word.text or token.type != "keyword":
            continue
        is_first = not broken.on(token.line) or broken.on(token.line)[0] is token
        is_value = not is_first and (before.text in _BEFORE_A_VALUE or before.text in ("def", "for"))
        if is_value or (is_first and after.text in ("=", "+=", "-=", ".", "[", ",")):
            found.append(token)
    return found[:MOST_PLACES]


@syntax_rule("prose-in-code", INVALID)
def prose_in_code(broken: Broken) -> Iterator[Candidate]:
    """Yield a line of prose that should be a comment or a string."""
    line, tokens = broken.fault.line, broken.here
    yield from _prose_after_code(broken)
    if not tokens or tokens[0].type == "keyword" or any(word in ("=", "(") for word in broken.words[:2]):
        return
    used = {token.text for token in broken.tokens if token.line != line}
    new = [token for token in tokens if token.type == "name" and token.text not in used]
    run = _longest_run(tokens)
    if len(run) >= _SENTENCE and len(new) > 1:
        yield broken.guess(0.9, insert_before(tokens[0], "# "), words=broken.span(run[0], run[-1]))


def _prose_after_code(broken: Broken) -> Iterator[Candidate]:
    """Yield a sentence behind a statement, which lacks the sign of a comment."""
    tokens = broken.here
    elsewhere = {token.text for token in broken.tokens if token.line != broken.fault.line}
    for index, (before, word) in enumerate(pairwise(tokens), 1):
        rest = tokens[index:]
        if not before.is_operand_end or word.type != "name" or len(rest) < _SENTENCE or broken.opener(word) is not None:
            continue
        unknown = [token for token in rest if token.type == "name" and token.text not in elsewhere]
        is_prose = all(token.type in ("name", "keyword") or token.text in (",", ".") for token in rest)
        if is_prose and word in unknown and len(unknown) > 1 and index > 1:
            yield broken.guess(0.9, insert_before(word, "# "), words=broken.span(word, rest[-1]))
            return


def _longest_run(tokens: list[Token]) -> list[Token]:
    """Return the longest sequence of names and keywords that starts with a name."""
    best: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        if token.type == "name" or (token.type == "keyword" and run):
            run.append(token)
            best = max(best, run, key=len)
        else:
            run = []
    return list(best)


@syntax_rule("text-without-quotes", INVALID, FORGOTTEN_COMMA, "leading zeros", "decimal literal", "cannot assign")
def text_without_quotes(broken: Broken) -> Iterator[Candidate]:
    """Yield words in a call or after an operator that lack their quote marks, or a date, a time or an address."""
    tokens = broken.here
    for value in _VALUES_TO_READ.finditer(broken.text(broken.fault.line)):
        start = broken.offset(broken.fault.line) + value.start()
        if not any(t.type in ("string", "open_string", "comment") and t.start < start < t.end for t in broken.here):
            quoted = insert(start, '"'), insert(start + len(value[0]), '"')
            yield broken.guess(0.3, *quoted, of=value[0], words=Code(value[0]))
            return
    if not re.match(f"{INVALID}|.*{FORGOTTEN_COMMA}", broken.fault.message):
        return
    unquoted = list(_unquoted_f_strings(broken))
    if unquoted:
        yield from unquoted
        return
    run = _longest_run(tokens)
    known = {token.text for token in broken.tokens if token.line != broken.fault.line}
    if len(run) <= 1 or any(token.type == "keyword" for token in run):
        return
    at, end = tokens.index(run[0]), tokens.index(run[-1])
    is_called = "(" in broken.words[end + 1 : end + 2]
    is_value = at and tokens[at - 1].text in ("(", ",", "=", "+", "==", "[")
    if is_called or not is_value or sum(token.text in known for token in run) > 1:
        return
    while tokens[end + 1 : end + 2] and tokens[end + 1].type == "other":
        end += 1
    whole = _words_of_call(broken, run[0])
    for cost, ends in ((0.8, whole), (0.85, (run[0], tokens[end]))):
        if ends is not None:
            yield broken.guess(cost, *enclose(*ends, '""'), of=broken.span(*ends), words=broken.span(*ends))


def _unquoted_f_strings(broken: Broken) -> Iterator[Candidate]:
    """Yield the letter of an f-string whose quote marks are missing: `print(f{name} is here)`."""
    for letter, brace in pairwise(broken.here):
        opener = broken.opener(letter)
        if letter.text == "f" and brace.text == "{" and letter.end == brace.start and opener is not None:
            inside = [t for t in broken.here if t.start > brace.start and broken.opener(t) is opener and t.text != ")"]
            for last in inside[-1:]:
                shown = broken.span(letter, last)
                yield broken.guess(0.5, *enclose(brace, last, '""'), of=shown, words=shown)


def _words_of_call(broken: Broken, word: Token) -> tuple[Token, Token] | None:
    """Return the first and last token in a call's parentheses if they contain only words and punctuation, else None."""
    opener = broken.opener(word)
    if opener is None or opener.text != "(":
        return None
    inside = [t for t in broken.here if t.start > opener.start and broken.opener(t) is opener]
    if inside[0] is not word:
        return None
    end = next((t.start for t in broken.here if t.start > word.start and t.text == ")"), len(broken.code))
    inside = [t for t in inside if t.start < end]
    known = {token.text for token in broken.tokens if token.type == "name" and token.line != word.line}
    while len(inside) > 2 and inside[-2].text == "," and inside[-1].text in known:  # noqa: PLR2004
        inside = inside[:-2]
    is_prose = all(t.type in ("name", "keyword", "number", "other") or t.text in (",", ":", "-", ".") for t in inside)
    return (inside[0], inside[-1]) if is_prose and len(inside) > 1 else None
