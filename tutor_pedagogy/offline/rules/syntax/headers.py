"""Block headers: missing parts, forms of other languages, stray colons, and the parts of `try`."""

from __future__ import annotations

import builtins
import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import neighbours
from tutor_pedagogy.offline.rules.syntax.broken import (
    HEADERS,
    INVALID,
    Broken,
    Candidate,
    Change,
    insert,
    insert_after,
    insert_before,
    make_call,
    remove,
    remove_up_to,
    replace,
    replace_brackets,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
    from tutor_pedagogy.offline.rules.syntax.broken import Choice
_COUNTING_LOOP = re.compile(
    r"(?P<indent>\s*+)for\s*+\(?\s*+(?:int\s++|let\s++|var\s++)?(?P<name>\w++)\s*+=\s*+(?P<first>[\w.]++)\s*+;\s*+"
    r"\w++\s*+(?P<operator><=?)\s*+(?P<last>[\w.()]++)\s*+;\s*+\w++\s*+(?:\+\+|\+=\s*+1)\s*+\)?\s*+[:{]?\s*+$"
)
_LONGEST_HEADER = 200
"""The maximum number of characters of a line that is matched as a loop of another language."""
# linear: only lines of at most 200 characters (`_LONGEST_HEADER`) are matched
_RANGE_LOOP = re.compile(
    r"(?P<indent>\s*)for\s+(?P<name>\w+)\s*(?:=|in)\s*(?P<first>\w+)\s*(?::|\.\.+|to)\s*(?P<last>\w+)\s*:?\s*$"
)


@syntax_rule(
    "stray-colon",
    INVALID,
    "expected an indented block",
    "unindent",
    "unexpected indent",
    "illegal target",
    "expected",
    "only single target",
)
def stray_colon(broken: Broken) -> Iterator[Candidate]:
    """Yield a colon that starts no block."""
    for line, tokens in broken.suspects:
        for before, colon, after in neighbours(tokens):
            if colon.text != ":":
                continue
            guess = partial(broken.guess, line=line, before=before if before.text else "the start of the line")
            opener = broken.opener(colon)
            if after.text == ":" and (opener is None or opener.text != "["):
                yield guess(0.45, remove(colon))
            if before is tokens[0] and before.text in ("return", "import", "from", "raise", "del", "global"):
                yield guess(0.45, remove(colon))
            is_end = not after.text and tokens[0].text not in HEADERS | {"match", "case", "lambda"}
            if is_end or after.text == ")":
                yield guess(0.9 if line == broken.fault.line else 1.6, remove(colon))


@syntax_rule("header-form", INVALID, "expected", "unexpected indent", "cannot assign", "decimal literal")
def header_form(broken: Broken) -> Iterator[Candidate]:
    """Yield a `def` without parentheses, a `for` without `in`, or a header in the form of another language."""
    tokens, words = broken.here, broken.words
    if not tokens:
        return
    above = broken.code_above(broken.fault.line)
    match broken.on(above):
        case [word, _, colon, base] if word.text == "class" and colon.text == ":" and base.type == "name":
            yield broken.guess(0.5, replace(colon, "("), insert_after(base, "):"), line=above, header=word)
    if "unexpected indent" in broken.fault.message:
        return
    guess = partial(broken.guess, header=tokens[0])
    for cost, *changes in _header_changes(tokens, words):
        yield guess(cost, *changes)
    yield from _loop_of_another_language(broken, broken.fault.line)
    if words[0] in ("def", "for"):
        yield guess(1.95)


@syntax_rule("condition-left-out", INVALID)
def condition_left_out(broken: Broken) -> Iterator[Candidate]:
    """Yield `if`, `elif` or `while` without a condition. The edit makes the last `elif` an `else`."""
    match broken.here:
        case [word, colon] if word.text in ("if", "elif", "while") and colon.text == ":":
            last = Code("elif") if word.text == "elif" else ""
            is_last = bool(last) and not _has_more_branches(broken, broken.fault.line)
            yield broken.guess(0.4, *([replace(word, "else")] if is_last else []), header=word, last=last)


def _has_more_branches(broken: Broken, line: int) -> bool:
    """Return whether `elif` or `else` continues the `if` statement below one of its branches."""
    width = len(broken.indent(line))
    below = next((n for n in broken.by_line if n > line and len(broken.indent(n)) <= width), 0)
    return broken.word(below) in ("elif", "else") and len(broken.indent(below)) == width


def _loop_of_another_language(broken: Broken, line: int) -> Iterator[Candidate]:
    """Yield a loop of another language: `for (i = 0; i < n; i++)`, `for i = 1:n` or `for i in 1..n`."""
    text = broken.text(line)
    if len(text) > _LONGEST_HEADER:
        return
    counting = _COUNTING_LOOP.match(text)
    loop = counting or _RANGE_LOOP.match(text)
    if loop is None:
        return
    name, first, last = loop.group("name", "first", "last")
    end = last if counting and counting["operator"] == "<" else _one_more(last)
    start = "" if counting and first == "0" else f"{first}, "
    changes = [broken.replace_line(line, f"{loop['indent']}for {name} in range({start}{end}):")]
    closing = [n for n in broken.by_line if n > line and broken.statement(n) in ("}", "};")]
    if counting and text.rstrip().endswith("{") and closing:
        closed = next((n for n in closing if broken.indent(n) == broken.indent(line)), closing[-1])
        changes.append(broken.replace_line(closed, ""))
    yield broken.guess(0.3, *changes, header=Code("for"))


def _one_more(bound: str) -> str:
    return str(int(bound) + 1) if bound.isdigit() else f"{bound} + 1"


def _header_changes(tokens: list[Token], words: list[str]) -> Iterator[Choice]:
    """Yield each way to correct the form of a header, as a cost followed by the changes."""
    first, last = tokens[0], tokens[-1]
    match first.text:
        case "def":
            yield from _function_header(tokens, words)
        case "class":
            yield from _class_header(tokens)
        case "for":
            yield from _loop_header(tokens, words)
        case "async" if len(tokens) > 1 and tokens[1].type == "name":
            yield 0.5, insert_before(tokens[1], "def ")
        case "with" if "as" not in words:
            yield from _context_header(tokens)
    if words[0] in ("if", "elif", "while") and words[-1] in ("then", "do"):
        yield 0.6, Change(tokens[-2].end, last.end, ":")
    if last.text == "{":
        yield 0.9, Change(tokens[-2].end if len(tokens) > 1 else last.start, last.end, ":")


def _loop_header(tokens: list[Token], words: list[str]) -> Iterator[Choice]:
    """Yield edits to a `for` header: add a missing `in`, add the parentheses of `range`, or remove surrounding ones."""
    match tokens:
        case [_, name, after, *_] if "in" not in words:
            if after.text in ("=", "of", "on", "from", "at", "to", ":"):
                yield 0.5, replace(after, "in")
            elif after.type == "name" or after.text in ("(", "["):
                yield 0.6, insert_after(name, " in")
        case [word, opener, *rest] if opener.text == "(":
            for closer in [token for token in rest if token.text == ")"][-1:]:
                yield 0.5, replace(opener, "" if word.end < opener.start else " "), remove(closer)
    if "in" not in words and "," in words[:4]:
        ends = [(left, right) for left, right in pairwise(tokens[2:]) if left.type == right.type == "name"]
        for left, _ in ends[:1]:
            yield 0.6, insert_after(left, " in")
    if "range" in words[:-1]:
        called, value = tokens[words.index("range") :][:2]
        if value.text != "(":
            end = tokens[-1].start if words[-1] == ":" else tokens[-1].end
            yield 0.6, Change(called.end, value.start, "("), insert(end, ")")


def _function_header(tokens: list[Token], words: list[str]) -> Iterator[Choice]:
    """Yield edits to a `def` header: add missing parentheses, or replace string parameters."""
    if len(tokens) > 1 and "(" not in words:
        name = tokens[1]
        rest = tokens[2:-1] if words[-1] == ":" else tokens[2:]
        if rest and rest[0].text not in ("[", "{"):
            yield 0.55, *make_call(name, rest[0], rest[-1])
        else:
            yield 0.6, insert_after(name, "()")
    match tokens:
        case [_, name, opener, *_, closer, colon] if (opener.text, closer.text, colon.text) in (
            ("[", "]", ":"),
            ("{", "}", ":"),
        ):
            yield 0.5, *replace_brackets(opener, closer, "()")
    if ":" in words and words[-1] != ":" and "->" in words and words[words.index("->") - 1] == ":":
        at = words.index("->")
        yield 0.4, remove(tokens[at - 1]), insert_after(tokens[-1], ":")
    match tokens:
        case [*_, closer, sign, returned, colon] if (closer.text, colon.text) == (")", ":") and sign.text in (
            ">",
            "-",
            "=",
        ):
            if returned.type in ("name", "keyword"):
                yield 0.4, replace(sign, "->")
    match tokens:
        case [_, owner, dot, name, opener, after, *_] if owner.text == "self" and dot.text == ".":
            yield 0.5, remove_up_to(owner, name), insert_after(opener, "self" if after.text == ")" else "self, ")
    parameters = [
        replace(token, token.text.strip("'\""))
        for before, token, _ in neighbours(tokens)
        if token.type == "string" and before.text in ("(", ",") and token.text.strip("'\"").isidentifier()
    ]
    if parameters:
        yield 0.6, *parameters


def _class_header(tokens: list[Token]) -> Iterator[Choice]:
    """Yield an edit to a `class` header whose base class follows a word of another language, such as `extends`."""
    match tokens:
        case [_, name, word, base, *_] if word.text in ("extends", "inherits", "of", ":"):
            yield 0.5, *make_call(name, base, tokens[-2] if tokens[-1].text == ":" else tokens[-1])


def _context_header(tokens: list[Token]) -> Iterator[Choice]:
    """Yield an edit to a `with` header that puts `as` before its last name, in place of a wrong word or `=`."""
    match tokens:
        case [_, *_, word, name, colon] if colon.text == ":" and name.type == "name":
            if word.text == "=" or word.type == "name":
                yield 0.6, replace(word, "as")
            else:
                yield 0.6, insert_after(word, " as")


@syntax_rule("header-word-left-out", INVALID, "unexpected indent", "illegal target", "only single target")
def header_word_left_out(broken: Broken) -> Iterator[Candidate]:
    """Yield a header without its first word, `def` or `with`, or `if` before a condition that stores its value."""
    for line, tokens in broken.suspects:
        words = [token.text for token in tokens]
        has_block = len(broken.indent(broken.code_below(line))) > len(broken.indent(line))
        if tokens[0].type != "name" or words[-1] != ":" or not has_block:
            continue
        if ":=" in words[1:2]:
            word = "if"
        elif "as" in words and words[1] in ("(", "."):
            word = "with"
        elif words[1] == "(" and words[-2] == ")" and tokens[0].text not in dir(builtins):
            word = "def"
        else:
            continue
        cost = 0.6 if line == broken.fault.line else 0.9
        yield broken.guess(cost, insert_before(tokens[0], f"{word} "), line=line, header=tokens[0], word=Code(word))
