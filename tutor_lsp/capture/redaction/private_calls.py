"""Find secrets and student numbers among positional arguments, by the function's name or the parameter's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tutor_lsp.capture.redaction.private_patterns import LONGEST_NAME, STRONG_NAME, in_snake_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_SIGNS_IN = re.compile(
    r"(?i)(?:\w*_)?(?:log_?in|sign_?(?:in|up)|auth|authenticate|authorize|basic_?auth|httpbasicauth|register|create_user|add_user)"
)
"""Functions whose first argument is the user name, followed by the secret."""
_CONNECTS = re.compile(r"(?i)(?:\w*_)?(?:connect|open_connection|ftp|ftp_tls|connection)")
"""Functions whose arguments are the host, the user name, and then the secret."""
_HEADER = re.compile(r"\b(def|class)[ \t]+(\w+)[ \t]*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?")
_PARAMETER = re.compile(r"(?:^|,)\s*\*{0,2}(\w+)")
_RECEIVERS = frozenset({"self", "cls"})
_PROMPT = (":", "?", ": ", "? ", "> ")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


class Token(NamedTuple):
    """A token of code. For a string literal, `text`, `start` and `end` exclude the quotes."""

    text: str
    start: int
    end: int
    is_string: bool = False


@dataclass(slots=True)
class _Brackets:
    """An open bracket: the function called with it, and the index of the current argument."""

    called: str | None
    argument: int = 0


def parameters(code: str) -> dict[str, list[str]]:
    """Return the parameter names of every function that a program defines, and of every class's `__init__`."""
    found: dict[str, list[str]] = {}
    current = ""
    for header in _HEADER.finditer(code):
        keyword, name, listed = header.groups()
        current = name if keyword == "class" else current
        if keyword == "def":
            names = [part for part in _PARAMETER.findall(listed or "") if part not in _RECEIVERS]
            found[current if name == "__init__" else name] = names
    return found


def given_by_position(tokens: Sequence[Token], parameters: Mapping[str, list[str]]) -> Iterator[tuple[str, Token]]:
    """Yield each literal that is a whole positional argument, with the name of its parameter or of the function."""
    inside: list[_Brackets] = []
    for number, token in enumerate(tokens):
        before = tokens[number - 1].text if number and not tokens[number - 1].is_string else ""
        after = tokens[number + 1].text if number + 1 < len(tokens) else ")"
        if token.is_string or token.text[0].isdecimal():
            if inside and inside[-1].called and before in {"(", ","} and after in {")", ","}:
                yield from ((name, token) for name in _names(inside[-1], parameters) if not _asks(token))
        elif token.text in _OPENING:
            inside.append(_Brackets(_called(tokens[max(0, number - 2) : number]) if token.text == "(" else None))
        elif token.text in _CLOSING:
            del inside[-1:]
        elif token.text == "," and inside:
            inside[-1].argument += 1


def _called(before: Sequence[Token]) -> str | None:
    """Return the name of the called function, or of a variable that is set to a pair: `auth=("ann", …)`."""
    names = [token.text for token in before if not token.is_string]
    if names and names[-1].isidentifier():
        return names[-1]
    is_given_a_pair = len(names) > 1 and names[-1] == "=" and _SIGNS_IN.fullmatch(names[0]) is not None
    return names[0] if is_given_a_pair else None


def _names(call: _Brackets, parameters: Mapping[str, list[str]]) -> Iterable[str]:
    called = call.called or ""
    listed = parameters.get(called, [])
    if call.argument < len(listed):
        yield listed[call.argument]
    elif len(called) > LONGEST_NAME:
        return
    elif STRONG_NAME.fullmatch(in_snake_case(called)):
        yield called
    elif (_SIGNS_IN.fullmatch(called) and call.argument) or (_CONNECTS.fullmatch(called) and call.argument > 1):
        yield "password"


def _asks(token: Token) -> bool:
    """Return whether a string is a prompt to the program's user, such as `"Password: "`, and so no secret."""
    return token.is_string and token.text.endswith(_PROMPT)
