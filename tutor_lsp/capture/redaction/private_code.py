"""Find private values in a program, by their format and by the names that the program gives them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tutor_lsp.capture.redaction.private_calls import Token, given_by_position, parameters
from tutor_lsp.capture.redaction.private_patterns import Found, is_secret_value, is_student_name
from tutor_pedagogy.problem.lexing import TOKEN, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns
    from tutor_pedagogy.problem.lexing import Layout, LogicalLine

_GIVES = frozenset({"=", ":", "==", "!=", ":="})
_LOOKS_UP = frozenset({"get", "getenv", "pop", "set", "setdefault", "setenv"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_NUMBER = re.compile(r"\d{4,12}|[A-Za-z]{1,2}\d{4,12}")
_UNQUOTED = re.compile(r"\b(?P<name>\w++)[ \t]*+=[ \t]*[\"'](?P<value>[^\s\"'()\[\]{}#\\,;:]+)")
"""An assignment of a string whose closing quote is missing."""


class Regions(NamedTuple):
    """The ranges of a program's strings, comments and other code, in each of which values are replaced differently."""

    strings: list[tuple[int, int]]
    comments: list[tuple[int, int]]
    code: list[tuple[int, int]]

    @property
    def words(self) -> list[tuple[int, int]]:
        """The strings and comments, in which a replaced word never makes the program invalid, as it might in code."""
        return [*self.strings, *self.comments]


class Program(NamedTuple):
    """A program with its layout of lines and tokens, and the regions of strings, comments and other code."""

    text: str
    layout: Layout
    regions: Regions


def read_program(code: str) -> Program:
    """Return a program with its layout. Each character keeps its offset."""
    laid_out = lay_out(re.sub("^\ufeff", " ", code).replace("\r\n", " \n").replace("\r", "\n"))
    strings, code_pieces, comments = [], [], []
    position = 0
    for line in laid_out.lines:
        for piece in line.pieces:
            if piece.start > position:
                comments.append((position, piece.start))
            position = piece.end
            if piece.is_string:
                strings.append(_content(laid_out.text, piece.start, piece.end))
            else:
                code_pieces.append((piece.start, piece.end))
    if position < len(laid_out.text):
        comments.append((position, len(laid_out.text)))
    return Program(code, laid_out, Regions(strings, comments, code_pieces))


def find_in_program(program: Program, patterns: PrivatePatterns) -> Iterator[Found]:
    """Yield the private values. None spans two lines or two regions; in code, each consists of whole tokens."""
    text = program.layout.text
    for start, end in program.regions.words:
        for item in patterns.in_text(text[start:end]):
            yield Found(start + item.start, start + item.end, item.kind)
    for start, end in program.regions.code:
        yield from patterns.in_code(text, start, end)
    listed = parameters(text)
    for line in program.layout.lines:
        tokens = _tokens(program.layout, line)
        yield from _given(tokens)
        for name, token in given_by_position(tokens, listed):
            yield from _value(name, token)
    yield from _unquoted(program)


def identifiers(program: Program) -> set[str]:
    """Return the words that occur in the program's code, outside strings and comments."""
    text = program.layout.text
    return {word for start, end in program.regions.code for word in TOKEN.findall(text, start, end)}


def _content(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range of a string literal's content, without prefix and quotes."""
    quote = text[end - 1]
    opening = text.index(quote, start)
    width = 3 if text.startswith(quote * 3, opening) and end - opening >= 6 else 1  # noqa: PLR2004 - a string in triple quotes has at least six quotes
    return opening + width, end - width


def _tokens(layout: Layout, line: LogicalLine) -> list[Token]:
    found = []
    for piece in line.pieces:
        if piece.is_string:
            start, end = _content(layout.text, piece.start, piece.end)
            found.append(Token(layout.text[start:end], start, end, is_string=True))
        else:
            found += [Token(match[0], *match.span()) for match in TOKEN.finditer(layout.text, piece.start, piece.end)]
    return found


def _given(tokens: list[Token]) -> Iterator[Found]:
    """Yield private values that a statement assigns to, or compares with, names of secrets and student numbers."""
    for number, token in enumerate(tokens):
        if not (token.is_string or token.text[0].isdecimal()):
            continue
        name = _name_before(tokens, number) or _name_after(tokens, number)
        if name is not None:
            yield from _value(name, token)
    yield from _collected(tokens)


def _name_before(tokens: list[Token], number: int) -> str | None:
    """Return the name that a value is assigned to: `n = v`, `n: type = v`, `d["n"] = v`, `{"n": v}`, `get("n", v)`."""
    before = [token.text for token in tokens[max(0, number - 5) : number]]
    if before[-1:] and before[-1] in _GIVES and len(before) > 1 and not tokens[number - 1].is_string:
        if before[-2] == "]" and len(before) > 2 and tokens[number - 3].is_string:  # noqa: PLR2004 - `["name"] =` has three tokens before `=`
            return before[-3]
        if before[-3:-2] == [":"] and before[-4:-3]:
            return before[-4] if not _is_name_of_interest(before[-2]) else before[-2]
        return before[-2]
    is_looked_up = before[-1:] == [","] and before[-3:-2] == ["("] and before[-4:-3] and before[-4] in _LOOKS_UP
    return before[-2] if is_looked_up and tokens[number - 2].is_string else None


def _name_after(tokens: list[Token], number: int) -> str | None:
    """Return the variable that a value is compared with, in `value == name`."""
    after = tokens[number + 1 : number + 3]
    is_compared = len(after) > 1 and after[0].text in {"==", "!="} and not after[0].is_string
    return after[1].text if is_compared else None


def _collected(tokens: list[Token]) -> Iterator[Found]:
    """Yield the private values in `names = [value, …]` and `names = {key: value, …}`. Keys can be student numbers."""
    number = 0
    while number < len(tokens) - 2:
        name = tokens[number].text
        gives, opens = tokens[number + 1], tokens[number + 2]
        if gives.text not in {"=", ":"} or opens.text not in _OPENING or not _is_name_of_interest(name):
            number += 1
            continue
        depth, number = 1, number + 3
        while number < len(tokens) and depth:
            token = tokens[number]
            if token.is_string or token.text[0].isdecimal():
                is_key = tokens[number + 1 : number + 2] and tokens[number + 1].text == ":"
                if not is_key or is_student_name(name):
                    yield from _value(name, token)
            elif token.text in _OPENING or token.text in _CLOSING:
                depth += 1 if token.text in _OPENING else -1
            number += 1


def _is_name_of_interest(name: str) -> bool:
    return is_student_name(name) or is_secret_value(name, "a1b2c3")


def _value(name: str, token: Token) -> Iterator[Found]:
    if is_student_name(name) and _NUMBER.fullmatch(token.text) and token.text.strip("0"):
        yield Found(token.start, token.end, "student")
    elif token.is_string and is_secret_value(name, token.text):
        start = token.start
        for line in token.text.split("\n"):  # Keep a backslash that continues the string on the next line.
            content = line.removesuffix("\\") if "\n" in token.text else line
            if content.strip():
                yield Found(start, start + len(content), "secret")
            start += len(line) + 1


def _unquoted(program: Program) -> Iterator[Found]:
    text = program.layout.text
    unclosed = {fault for fault in program.layout.faults if text[fault] in "'\""}
    for match in _UNQUOTED.finditer(text) if unclosed else ():
        if match.start("value") - 1 in unclosed and is_secret_value(match["name"], match["value"]):
            yield Found(*match.span("value"), "secret")
