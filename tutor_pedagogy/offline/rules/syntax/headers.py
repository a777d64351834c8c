"""Headers: their form in Python and in other languages, stray colons, and the parts of `try`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_COUNTING_LOOP = re.compile(
    r"(?P<indent>\s*+)for\s*+\(?\s*+(?:int\s++|let\s++|var\s++)?(?P<name>\w++)\s*+=\s*+(?P<first>[\w.]++)\s*+;\s*+"
    r"\w++\s*+(?P<sign><=?)\s*+(?P<last>[\w.()]++)\s*+;\s*+\w++\s*+(?:\+\+|\+=\s*+1)\s*+\)?\s*+[:{]?\s*+$"
)
_LONGEST_HEADER = 200
"""Characters of a line that is read as a loop of another language."""
# linear: read from lines of at most 200 characters (`_LONGEST_HEADER`)
_RANGE_LOOP = re.compile(
    r"(?P<indent>\s*)for\s+(?P<name>\w+)\s*(?:=|in)\s*(?P<first>\w+)\s*(?::|\.\.+|to)\s*(?P<last>\w+)\s*:?\s*$"
)


@syntax_rule(
    "stray-colon",
    "^invalid syntax",
    "expected an indented block",
    "unindent",
    "unexpected indent",
    "illegal target",
    "expected",
    "only single target",
)
def stray_colon(broken: Broken) -> Iterator[Candidate]:
    """Find a colon that opens no block."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        for index, token in enumerate(tokens):
            if token.text != ":":
                continue
            after = tokens[index + 1].text if index + 1 < len(tokens) else ""
            is_end = index == len(tokens) - 1 and tokens[0].text not in (
                "if",
                "elif",
                "else",
                "for",
                "while",
                "def",
                "class",
                "try",
                "except",
                "finally",
                "with",
                "match",
                "case",
                "async",
                "lambda",
            )
            if after == ":":
                yield Candidate(
                    line=line,
                    cost=0.45,
                    changes=(replace_token(token, ""),),
                    expression=broken.text(line).strip(),
                    slots={"before": Code(tokens[index - 1].text) if index else "the start of the line"},
                )
            if is_end or after == ")":
                yield Candidate(
                    line=line,
                    cost=0.9 if line == broken.fault.line else 1.6,
                    changes=(replace_token(token, ""),),
                    expression=broken.text(line).strip(),
                    slots={"before": Code(tokens[index - 1].text) if index else "the start of the line"},
                )


@syntax_rule("header-form", "^invalid syntax", "expected", "cannot assign", "decimal literal")
def header_form(broken: Broken) -> Iterator[Candidate]:
    """Find a `def` without brackets, a `for` without `in`, or a loop in the style of another language."""
    tokens = broken.here
    if not tokens:
        return
    words = [token.text for token in tokens]
    line, whole, slots = broken.fault.line, broken.statement(broken.fault.line), {"header": Code(words[0])}
    for cost, changes in _header_changes(tokens, words):
        yield Candidate(line=line, cost=cost, changes=changes, expression=whole, slots=slots)
    yield from _loop_of_another_language(broken, line)
    if words[0] in ("def", "for"):
        yield Candidate(line=line, cost=1.95, expression=whole, slots=slots)


def _loop_of_another_language(broken: Broken, line: int) -> Iterator[Candidate]:
    """Find `for (i = 0; i < n; i++)`, `for i = 1:n` and `for i in 1..n`."""
    text = broken.text(line)
    if len(text) > _LONGEST_HEADER:
        return
    counted = _COUNTING_LOOP.match(text)
    ranged = _RANGE_LOOP.match(text)
    slots = {"header": Code("for")}
    offset, expression = broken.offset(line), text.strip()
    if counted is not None:
        name, first, last = counted["name"], counted["first"], counted["last"]
        end = _one_more(last) if counted["sign"] == "<=" else last
        header = f"{counted['indent']}for {name} in range({'' if first == '0' else first + ', '}{end}):"
        closing = [n for n in broken.by_line if n > line and broken.text(n).strip() in ("}", "};")]
        changes = [Change(offset, offset + len(text), header)]
        if text.rstrip().endswith("{") and closing:
            end_of = next((n for n in closing if broken.indent(n) == broken.indent(line)), closing[-1])
            changes.append(Change(broken.offset(end_of), broken.offset(end_of) + len(broken.text(end_of)), ""))
        yield Candidate(line=line, cost=0.3, changes=tuple(changes), expression=expression, slots=slots)
    elif ranged is not None:
        header = f"{ranged['indent']}for {ranged['name']} in range({ranged['first']}, {_one_more(ranged['last'])}):"
        change = Change(offset, offset + len(text), header)
        yield Candidate(line=line, cost=0.3, changes=(change,), expression=expression, slots=slots)


def _one_more(bound: str) -> str:
    return str(int(bound) + 1) if bound.isdigit() else f"{bound} + 1"


def _header_changes(tokens: list[Token], words: list[str]) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give what would bring a header into its form, with how likely it is."""
    last = tokens[-1]
    yield from _function_header(tokens, words)
    if words[0] in ("elif", "if", "while") and words[1:2] == [":"]:
        yield 0.6, (replace_token(tokens[0], "else"),)
    if words[0] == "for":
        yield from _loop_header(tokens, words)
    yield from _named_context(tokens, words)
    if words[0] in ("if", "elif", "while") and words[-1] in ("then", "do"):
        yield 0.6, (Change(tokens[-2].end, last.end, ":"),)
    if words[-1] == "{":
        yield 0.9, (Change(tokens[-2].end if len(tokens) > 1 else last.start, last.end, ":"),)


def _loop_header(tokens: list[Token], words: list[str]) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give `for` its `in`, `range` its brackets, and take away brackets around the whole."""
    last = tokens[-1]
    if "in" not in words and len(tokens) > 2:  # noqa: PLR2004 - for and a name
        where = tokens[2]
        if where.text in ("=", "of", "on", "from", "at", "to", ":"):
            yield 0.5, (replace_token(where, "in"),)
        elif where.kind == "name" or where.text in ("(", "["):
            yield 0.6, (insert(tokens[1].end, " in"),)
    if words[:2] == ["for", "("] and "in" in words:
        closing = [token for token in tokens if token.text == ")"]
        if closing:
            yield (
                0.5,
                (
                    replace_token(tokens[1], "" if tokens[0].end < tokens[1].start else " "),
                    replace_token(closing[-1], ""),
                ),
            )
    if "range" in words[:-1]:
        at = words.index("range")
        if words[at + 1] != "(":
            end = last.start if last.text == ":" else last.end
            yield 0.6, (Change(tokens[at].end, tokens[at + 1].start, "("), insert(end, ")"))


def _function_header(tokens: list[Token], words: list[str]) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give `def` its brackets, plain names between them, and a name without a hyphen."""
    if words[0] == "def" and len(tokens) > 1 and "(" not in words:
        rest = tokens[2:-1] if words[-1] == ":" else tokens[2:]
        if rest:
            yield 0.55, (Change(tokens[1].end, rest[0].start, "("), insert(rest[-1].end, ")"))
        else:
            yield 0.6, (insert(tokens[1].end, "()"),)
    if words[0] == "def" and words[2:3] == ["-"] and "(" in words:
        yield 0.5, (Change(tokens[1].end, tokens[3].start, "_"),)
    if words[0] == "def":
        texts = [t for t in tokens if t.kind == "string" and t.text.strip("'\"").isidentifier()]
        plain = [t for t in texts if tokens[tokens.index(t) - 1].text in ("(", ",")]
        if plain:
            yield 0.6, tuple(replace_token(t, t.text.strip("'\"")) for t in plain)
    if words[0] == "class" and words[2:3] in (["extends"], ["inherits"], ["of"], [":"]) and len(words) > 3:  # noqa: PLR2004 - class, name, word, parent
        end = tokens[-2] if words[-1] == ":" else tokens[-1]
        yield 0.5, (Change(tokens[1].end, tokens[3].start, "("), insert(end.end, ")"))


def _named_context(tokens: list[Token], words: list[str]) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give `with` the word before the name of what is opened."""
    if words[0] == "with" and "as" not in words and len(tokens) > 3 and tokens[-1].text == ":":  # noqa: PLR2004 - with, thing, name, colon
        name, word = tokens[-2], tokens[-3]
        if (name.kind == "name" and word.text == "=") or name.kind == word.kind == "name":
            yield 0.6, (replace_token(word, "as"),)
        elif name.kind == "name":
            yield 0.6, (insert(word.end, " as"),)


@syntax_rule(
    "try-form",
    "expected 'except' or 'finally'",
    "multiple exception types",
    "default 'except:'",
    "^invalid syntax",
    "expected ':'",
)
def try_form(broken: Broken) -> Iterator[Candidate]:
    line = broken.fault.line
    tokens = broken.here
    if tokens and tokens[0].text == "except" and any(t.text == "," for t in tokens):
        end = tokens[-2] if tokens[-1].text == ":" else tokens[-1]
        yield Candidate(
            line=line,
            cost=0.7,
            changes=(insert(tokens[1].start, "("), insert(end.end, ")")),
            expression=broken.statement(line),
        )
        comma = next(t for t in tokens if t.text == ",")
        names = [t.text for t in tokens[tokens.index(comma) + 1 :] if t.kind == "name"]
        is_new = len(names) == 1 and names[0].islower()
        yield Candidate(
            line=line,
            cost=0.6 if is_new else 0.8,
            changes=(replace_token(comma, " as"),),
            expression=broken.statement(line),
        )
    elif tokens and tokens[0].text == "except" and len(tokens) > 2 and tokens[-2].kind == tokens[-3].kind == "name":  # noqa: PLR2004 - the word, a class, a name
        yield Candidate(
            line=line, cost=0.6, changes=(insert(tokens[-3].end, " as"),), expression=broken.statement(line)
        )
    elif "expected" in broken.fault.message or "default" in broken.fault.message:
        yield Candidate(line=line, cost=1.5, expression=broken.statement(line))


@syntax_rule("header-word-left-out", "^invalid syntax", "unexpected indent", "illegal target", "only single target")
def header_word_left_out(broken: Broken) -> Iterator[Candidate]:
    """Find a header whose first word is missing: `def`, `with`."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        below = broken.code_below(line)
        if len(tokens) < 3 or tokens[0].kind != "name" or tokens[-1].text != ":" or not below:  # noqa: PLR2004 - a name, brackets, a colon
            continue
        if len(broken.indent(below)) <= len(broken.indent(line)) or tokens[1].text not in ("(", "."):
            continue
        word = "with" if "as" in [token.text for token in tokens] else "def"
        if word == "def" and (tokens[1].text != "(" or tokens[-2].text != ")"):
            continue
        yield Candidate(
            line=line,
            cost=0.6 if line == broken.fault.line else 0.9,
            changes=(insert(tokens[0].start, f"{word} "),),
            expression=broken.statement(line),
            slots={"header": Code(tokens[0].text), "word": Code(word)},
        )
