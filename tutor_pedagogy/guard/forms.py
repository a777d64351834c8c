"""The forms of code that a hint may hold although the student did not write them: names, prints, test calls, values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.own import flat
from tutor_pedagogy.guard.vocabulary import BUILTINS, CONSTANTS, KEYWORDS, LIBRARIES, METHODS
from tutor_pedagogy.problem import lexing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.guard.own import Own

_STRING = r"""(?:[rRbBfFuU]{1,2}(?=["']))?(?:"[^"\n]*"|'[^'\n]*')"""
"""A string in code without a backslash."""
_TOKEN = re.compile(
    f"{_STRING}|{lexing.TOKEN.pattern}"
)  # linear: of each kind of quote, only the last of a line is read to its end in vain
_STRING_OPENING = re.compile(r"""(?:[rRbBfFuU]{1,2}(?=["']))?(?P<quote>["'])""")
_STRING_BODY = {'"': re.compile(r'(?:[^"\\\n]++|\\.)*+'), "'": re.compile(r"(?:[^'\\\n]++|\\.)*+")}
_EDGE = frozenset({",", ".", ";", "?", "!", "\\"})
_EDGE_BEFORE = _EDGE - {"."}
_BRACKETS = frozenset("()[]{}")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_SIGNS = frozenset(
    {"+", "-", "*", "/", "//", "%", "**", "<", ">", "<=", ">=", "==", "!=", "and", "or", "not", "in", "is"}
)
_LITERAL_SIGNS = frozenset("()[]{},-")
_ITEM_SIGNS = _LITERAL_SIGNS | {":"}
_GIVEN_SIGNS = _ITEM_SIGNS | {"."}
_PLACEHOLDERS = frozenset({"...", "…", "_", "/", ","})
_SEPARATORS = frozenset({","})
_SYNTAX = (KEYWORDS - CONSTANTS) | _PLACEHOLDERS | {":"}
_BRACKETS_OR_PLACEHOLDERS = _BRACKETS | _PLACEHOLDERS
_CALLABLE = BUILTINS | METHODS
_CALLING = BUILTINS | _BRACKETS
_LOOKS = frozenset({"type", "id", "repr", "vars", "dir", "help", "bool"})
_TRAITS = frozenset({"shape", "ndim", "size", "dtype", "__dict__", "__class__", "__name__", "__doc__"})
_PRINT_SETTINGS = frozenset({"sep", "end", "file", "flush"})
_FIELD = re.compile(r"\{([^{}]*)\}")
_MAX_VALUE_TOKENS = 15


def all_tokens_of(code: str) -> list[str]:
    """Give the tokens of a span, strings whole."""
    return _TOKEN.findall(code) if "\\" not in code else _tokens_with_escapes(code)


def _tokens_with_escapes(code: str) -> list[str]:
    """Return the tokens of code with backslashes, of which each opening quote would have the rest of the line read."""
    found: list[str] = []
    position = 0
    open_until = {'"': 0, "'": 0}
    while token := lexing.TOKEN.search(code, position):
        opening = _STRING_OPENING.match(code, token.start())
        if opening and opening.end() > open_until[quote := opening["quote"]]:
            body = _STRING_BODY[quote].match(code, opening.end())
            end = body.end() if body else opening.end()
            if code.startswith(quote, end):
                position = end + 1
                found.append(code[token.start() : position])
                continue
            open_until[quote] = end
        found.append(token[0])
        position = token.end()
    return found


def tokens_of(code: str) -> list[str]:
    """Give the tokens of a span, strings whole, without the punctuation that a sentence leaves at its edges."""
    found = all_tokens_of(code)
    while found and found[-1] in _EDGE:
        found.pop()
    while found and found[0] in _EDGE_BEFORE:
        del found[0]
    return found


def is_string(token: str) -> bool:
    """Tell whether a token is a string with its quotes."""
    return token[-1] in "\"'" and len(token) > 1


def is_name(token: str) -> bool:
    """Tell whether a token is a name or a keyword."""
    return token.isidentifier()


def is_literal(tokens: Sequence[str]) -> bool:
    """Tell whether tokens spell one value: a number, a string, a constant, or a list, tuple, set or dict of them."""
    if not tokens or not all(_is_atom(token) or token in _ITEM_SIGNS for token in tokens):
        return False
    if ":" in tokens and "{" not in tokens:
        return False
    return any(_is_atom(token) for token in tokens) or tokens[0] in _BRACKETS


def is_bracketed_values(tokens: Sequence[str]) -> bool:
    """Tell whether tokens spell several values, or the shape `(3,)`, in brackets, as no index is."""
    return is_literal(tokens) and tokens[0] in _OPENING and (sum(map(_is_atom, tokens)) > 1 or "," in tokens)


def _is_atom(token: str) -> bool:
    return token[0].isdigit() or (token[0] == "." and token[1:2].isdigit()) or is_string(token) or token in CONSTANTS


def is_one_thing(tokens: Sequence[str]) -> bool:
    """Tell whether tokens are a single word, sign or value, so that they give no construction away."""
    return len(tokens) <= 1 or (len(tokens) == 2 and tokens[0] in "+-" and _is_atom(tokens[1]))  # noqa: PLR2004 - sign, value


class Forms:
    """What may be written at a level, beside the student's own words.

    `libraries`: names of the standard library and numerical Python are free. `allowed`: names that a module allows.
    """

    def __init__(self, own: Own, *, libraries: bool, allowed: frozenset[str]) -> None:
        self._own = own
        self._libraries = libraries
        self._allowed = allowed

    def permit(self, tokens: Sequence[str]) -> bool:
        """Tell whether a span that is not the student's own has a form that gives nothing away."""
        return (
            self.is_mere_name(tokens)
            or is_syntax(tokens)
            or self._is_english(tokens)
            or self.permit_statement(tokens)
            or self._is_signature(tokens)
            or self._is_state(tokens)
            or self._is_item(tokens)
            or self._is_look(tokens)
            or self.is_value(tokens)
            or self._own.traces(tokens)
        )

    def permit_shown(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens may be what a print shows: names of the student's, their lengths, values."""
        return self._is_shown(list(tokens))

    def permit_statement(self, tokens: Sequence[str]) -> bool:
        """Tell whether a statement prints the student's names, or calls their function with values."""
        if "print" not in tokens and self._own.functions.isdisjoint(tokens):
            return False
        return self._is_print(list(tokens)) or self.is_test_call(list(tokens))

    def is_mere_name(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens name a thing and do nothing with one of the student's: `.sort()`, not `plates.sort()`.

        Nor may brackets make a call of what the code only names: `plt.show()` for `plt.show`.
        """
        if not self.is_dotted_name(tokens):
            return False
        if tokens[-1] != ")":
            return True
        name = flat(" ".join(_without_empty_brackets(tokens)))
        return tokens[0] not in self._own.identifiers and not (len(name) > 1 and self._own.has(name))

    def is_dotted_name(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens name a thing, with or without empty brackets: `len()`, `.append`, `math.sqrt`."""
        tokens = _without_empty_brackets(tokens)
        dotted = list(tokens[1:] if tokens and tokens[0] == "." else tokens)
        parts, dots = dotted[::2], dotted[1::2]
        if not parts or len(parts) != len(dots) + 1 or set(dots) - {"."} or not all(map(is_name, parts)):
            return False
        if len(tokens) == 1:
            return True
        root, *rest = parts
        if tokens[0] == ".":
            return all(self._is_known(part) for part in parts)
        if self._libraries and (root in LIBRARIES or self._is_known(root)):
            return True
        return self._is_known(root) and all(self._is_known(part) for part in rest)

    def _is_english(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens are words of a sentence, which no statement could have side by side."""
        words = [token for token in tokens if token.isalpha()]
        return (
            len(words) == len(tokens)
            and not KEYWORDS.intersection(words[:1])
            and any(word not in KEYWORDS and not self._is_known(word) for word in words)
        )

    def _is_known(self, name: str) -> bool:
        return name in BUILTINS or name in METHODS or name in self._own.names or name in self._allowed

    def _is_print(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens print the student's names, with words to tell them apart by."""
        if len(tokens) < 3 or tokens[0] != "print" or tokens[1] != "(":  # noqa: PLR2004 - print, bracket, name
            return False
        inside = tokens[2:-1] if tokens[-1] == ")" else tokens[2:]
        arguments: list[list[str]] = [[]]
        depth = 0
        for token in inside:
            depth += (token in _OPENING) - (token in _CLOSING)
            if depth or token not in _SEPARATORS:
                arguments[-1].append(token)
            else:
                arguments.append([])
        return all(self._is_shown(argument) for argument in arguments)

    def _is_shown(self, argument: list[str]) -> bool:
        if len(argument) > 2 and argument[0] in _PRINT_SETTINGS and argument[1] == "=":  # noqa: PLR2004 - name, sign, value
            return is_literal(argument[2:])
        if len(argument) == 1 and is_string(argument[0]) and argument[0][0] in "fF":
            fields = [field.rpartition("=")[0] or field.partition(":")[0] for field in _FIELD.findall(argument[0])]
            return all(self._is_shown(tokens_of(field)) for field in fields)
        if len(argument) == 1 and is_name(argument[0]):
            return argument[0] in self._own.names or argument[0] in CONSTANTS
        if argument[:2] == ["type", "("] or argument[:2] == ["len", "("]:
            return self._is_shown(argument[2:-1])
        if not argument or is_literal(argument):
            return not any(is_string(token) and self._own.has_string(token) for token in argument)
        return (
            self.is_test_call(argument)
            or self._is_look(argument)
            or (not any(map(is_string, argument)) and self._own.has(flat(" ".join(argument))))
        )

    def is_test_call(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens call functions of the student's with values, and calculate or compare at most.

        The result may go to a name that the student's code does not give a value.
        """
        if len(tokens) > 2 and tokens[1] == "=" and is_name(tokens[0]):  # noqa: PLR2004 - name, sign, value
            return tokens[0] not in self._own.variables and self.is_test_call(tokens[2:])
        reduced = self._with_calls_as_values(tokens)
        if reduced is None or ("print" in reduced and any(map(self._own.has_string, filter(is_string, reduced)))):
            return False
        return _is_calculation(reduced)

    def _with_calls_as_values(self, tokens: Sequence[str]) -> list[str] | None:
        """Write 0 for every call of a function of the student's with values; None if there is none, or another one."""
        if self._own.functions.isdisjoint(tokens):
            return None
        found: list[str] = []
        position, calls = 0, 0
        while position < len(tokens):
            token = tokens[position]
            if token not in self._own.functions or tokens[position + 1 : position + 2] != ["("]:
                found.append(token)
                position += 1
                continue
            end = _closing(tokens, position + 1)
            if not all(self._is_given(part) for part in tokens[position + 2 : end]):
                return None
            found.append("0")
            position, calls = end + 1, calls + 1
        return found if calls else None

    def _is_given(self, token: str) -> bool:
        if _is_atom(token) or token in _GIVEN_SIGNS or token in self._own.constants:
            return True
        return token in self._own.code_names and token not in self._own.identifiers and token not in KEYWORDS

    def _is_signature(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens show how a builtin is called, with nobody's names: `range(start, end)`."""
        return (
            len(tokens) > 3  # noqa: PLR2004 - name, brackets, parameter
            and tokens[0] in _CALLABLE
            and tokens[1] == "("
            and tokens[-1] == ")"
            and all(part == "," or (is_name(part) and part not in KEYWORDS) for part in tokens[2:-1])
            and not self._own.identifiers.intersection(tokens[2:-1])
        )

    def _is_state(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens say which value a name has: `n = 2`, `n == 2`, `seq = [1, 2]`."""
        return (
            len(tokens) > 2  # noqa: PLR2004 - name, sign, value
            and tokens[1] in {"=", "==", "is"}
            and is_name(tokens[0])
            and tokens[0] not in KEYWORDS
            and is_literal(tokens[2:])
            and tokens[0] not in self._own.undefined
            and not (self._own.is_variable(tokens[0]) and self._own.nearly_has(tokens))
        )

    def _is_item(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens look at one item of something of the student's that is not nearly one in the code."""
        return self._is_place(tokens) and not self._own.nearly_has(tokens)

    def _is_place(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens look at one item of something of the student's, at a given place: `seq[3]`."""
        return (
            len(tokens) > 3  # noqa: PLR2004 - name, brackets, place
            and tokens[0] in self._own.names
            and tokens[1] == "["
            and tokens[-1] == "]"
            and is_one_thing(tokens[2:-1])
            and is_literal(tokens[2:-1])
        )

    def _is_look(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens look at what something of the student's is: `type(x)`, `a.shape`, `g[0] is g[1]`."""
        if "is" in tokens:
            place = tokens.index("is")
            return self._is_thing(tokens[:place]) and self._is_thing(tokens[place + 1 :])
        if tokens[0] in _LOOKS and tokens[1:2] == ["("]:
            inside = tokens[2:-1] if tokens[-1] == ")" else tokens[2:]
            return self._is_thing(inside) or self.is_mere_name(inside)
        if self._libraries and tokens[-1] == ")" and "(" in tokens and tokens[0] != "print":
            opening = tokens.index("(")
            return self.is_dotted_name(tokens[:opening]) and self.is_test_call(tokens[opening + 1 : -1])
        return len(tokens) > 2 and tokens[-1] in _TRAITS and tokens[-2] == "." and self._is_thing(tokens[:-2])  # noqa: PLR2004 - thing, dot, trait

    def _is_thing(self, tokens: Sequence[str]) -> bool:
        return bool(tokens) and (self._own.has(flat(" ".join(tokens))) or self._is_place(tokens))

    def is_value(self, tokens: Sequence[str]) -> bool:
        """Tell whether tokens are a small calculation with given values, and not nearly one of the student's."""
        return _is_calculation(tokens) and (_CALLING.isdisjoint(tokens) or not self._own.nearly_has(tokens))


def _closing(tokens: Sequence[str], opening: int) -> int:
    """Give where the bracket that opens there is closed, or the end."""
    depth = 0
    for position in range(opening, len(tokens)):
        depth += (tokens[position] in _OPENING) - (tokens[position] in _CLOSING)
        if not depth:
            return position
    return len(tokens)


def _is_calculation(tokens: Sequence[str]) -> bool:
    return (
        0 < len(tokens) <= _MAX_VALUE_TOKENS
        and (_is_atom(tokens[0]) or tokens[0] in BUILTINS or tokens[0] in _BRACKETS or tokens[0] == "-")
        and all(_is_atom(token) or token in _SIGNS or token in _LITERAL_SIGNS or token in BUILTINS for token in tokens)
    )


def _without_empty_brackets(tokens: Sequence[str]) -> Sequence[str]:
    if len(tokens) > 2 and tokens[-2:] == ["(", ")"]:  # noqa: PLR2004 - a name before them
        return tokens[:-2]
    if len(tokens) > 3 and tokens[-3:] in (["(", "...", ")"], ["(", "…", ")"]):  # noqa: PLR2004 - likewise
        return tokens[:-3]
    return tokens


def is_syntax(tokens: Sequence[str]) -> bool:
    """Tell whether tokens only name parts of the language: `if`/`else`, `not in`, `for ... in ...:`, `[ ]`."""
    return _SYNTAX.issuperset(tokens) or _BRACKETS_OR_PLACEHOLDERS.issuperset(tokens)
