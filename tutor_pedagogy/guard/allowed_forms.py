"""Forms of code that a hint may contain although the student did not write it: names, prints, test calls, values."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.forms import (
    CALLING,
    are_dotted,
    arguments,
    is_calculation,
    is_syntax,
    without_empty_brackets,
)
from tutor_pedagogy.guard.looks import Looks
from tutor_pedagogy.guard.neutral import has_gap, is_output, is_shown_object, is_sum
from tutor_pedagogy.guard.tokens import (
    LITERAL_SIGNS,
    closing,
    flat,
    is_literal,
    is_one_thing,
    is_string,
    is_value,
    tokens_of,
)
from tutor_pedagogy.guard.vocabulary import BUILTINS, CONSTANTS, KEYWORDS, LIBRARIES, METHODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.guard.known_edit import KnownEdit
    from tutor_pedagogy.guard.student_material import StudentMaterial

_GIVEN_SIGNS = LITERAL_SIGNS | {":", "."}
_CALLABLE = BUILTINS | METHODS
_LOOKS = frozenset({"type", "id", "repr", "vars", "dir", "help", "bool"})
_PRINT_SETTINGS = frozenset({"sep", "end", "file", "flush"})
_FIELD = re.compile(r"\{([^{}]*)\}")
_OPERATIONS = frozenset({"+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">", "<=", ">="})
_ONE_VALUE = 3
"""The number of tokens of a collection of one value."""


class AllowedForms:
    """Decides which code a hint level allows in addition to the student's own.

    `libraries` allows names of the standard library and of numerical Python. `allowed` holds the names that the
    course module allows. A look at a value must not add what the known `edit` adds.
    """

    def __init__(
        self, material: StudentMaterial, *, libraries: bool, allowed: frozenset[str], edit: KnownEdit | None = None
    ) -> None:
        self._material = material
        self._libraries = libraries
        self._allowed = allowed
        self._edit = edit
        self._looks = Looks(self)

    def permit(self, tokens: Sequence[str]) -> bool:
        """Return whether code that the student did not write has a form that reveals nothing of the solution."""
        return (
            self.is_mere_name(tokens)
            or is_syntax(tokens)
            or self._is_english(tokens)
            or self.permit_statement(tokens)
            or self._is_signature_or_state(tokens)
            or (self._is_item(tokens) and not self._material.nearly_has(tokens))
            or self._is_look(tokens)
            or self.is_calculation(tokens)
            or self._material.traces(tokens)
            or self._prints_all(tokens)
            or is_sum(tokens)
            or is_shown_object(tokens)
            or is_output(tokens, self._material)
            or has_gap(tokens)
            or self._material.has_around_gaps(tokens)
            or self._is_foreign_value(tokens)
        )

    def permit_statement(self, tokens: Sequence[str]) -> bool:
        """Return whether a statement prints the student's names, or calls their function with values."""
        if "print" not in tokens and self._material.functions.isdisjoint(tokens):
            return tokens[-1:] == [")"] and self._looks.permit(tokens)
        return self._is_print(list(tokens)) or self.is_test_call(list(tokens))

    def _is_foreign_value(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are a value written out that is none of the student's: `{"red": 1}`."""
        if not is_literal(tokens) or self._has_own_string(tokens):
            return False
        return len(tokens) <= _ONE_VALUE or not self._material.nearly_has(tokens)

    def permit_shown(self, tokens: Sequence[str]) -> bool:
        """Return whether a hint may suggest printing these tokens: the student's names, lengths, values, test calls."""
        match tokens:
            case [setting, "=", *value] if value and setting in _PRINT_SETTINGS:
                return is_literal(value)
            case [string] if is_string(string) and string[0] in "fF":
                is_own_text = string[2] != "{" and self._material.has_code(['"', *flat(_FIELD.sub(" ", string[2:-1]))])
                fields = [field.rpartition("=")[0] or field.partition(":")[0] for field in _FIELD.findall(string)]
                return not is_own_text and all(self.permit_shown(tokens_of(field)) for field in fields)
            case [name] if name.isidentifier():
                is_soft = keyword.issoftkeyword(name) and self._material.has_code([name])
                return name in self._material.names or name in CONSTANTS or is_soft
            case ["type" | "len", "(", *_]:
                return self.permit_shown(tokens[2:-1])
        if not tokens or is_literal(tokens):
            return not self._has_own_string(tokens)
        return (
            self.is_test_call(tokens)
            or self._is_look(tokens)
            or self._is_item(tokens)
            or self._tries_own_method(tokens)
            or (not any(map(is_string, tokens)) and self._material.has_code(tokens))
        )

    def _tries_own_method(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens call a method that the program calls, with values that are none of the student's."""
        match tokens:
            case [text, ".", method, "(", *values, ")"] if is_value(text) and (not values or is_literal(values)):
                is_own = self._material.has_code([".", method, "("])
                return is_own and not self._has_own_string(tokens[:1]) and not self.is_fix([".", method])
        return False

    def permit_values(self, tokens: Sequence[str]) -> bool:
        """Return whether a statement prints one operation on values written out that are none of the student's."""
        match tokens:
            case ["print", "(", left, operator, right, ")"]:
                is_of_values = is_value(left) and is_value(right) and operator in _OPERATIONS
                return is_of_values and not self._has_own_string(tokens) and not self.is_fix(tokens[2:-1])
        return False

    def is_mere_name(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are a name and not a call on a student's object: `.sort()`, but not `plates.sort()`.

        Empty parentheses after a name that the student's code does not contain are ignored: `plt.show()`.
        """
        if not self.is_dotted_name(tokens):
            return False
        if tokens[-1] != ")":
            return True
        name = without_empty_brackets(tokens)
        if tokens[0] in self._material.imported:
            return len(name) > 1
        return tokens[0] not in self._material.identifiers and not (len(name) > 1 and self._material.has_code(name))

    def is_dotted_name(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are a known dotted name, with or without empty parentheses: `len()`, `math.sqrt`."""
        tokens = without_empty_brackets(tokens)
        dotted = list(tokens[1:] if tokens and tokens[0] == "." else tokens)
        parts, dots = dotted[::2], dotted[1::2]
        if not parts or not are_dotted(parts, dots):
            return False
        is_imported = parts[0] in self._material.imported and parts[0] in LIBRARIES
        is_of_library = self._libraries and (parts[0] in LIBRARIES or self._is_known(parts[0]))
        if len(tokens) == 1 or is_imported or (tokens[0] != "." and is_of_library):
            return True
        return all(map(self._is_known, parts))

    def is_test_call(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens call the student's functions with values, and otherwise only calculate or compare.

        The result may be assigned to a name that the student's code does not assign.
        """
        match tokens:
            case [name, "=", *value] if value and name.isidentifier():
                return name not in self._material.variables and self.is_test_call(value)
        reduced = self._with_calls_as_values(tokens)
        if reduced is None or ("print" in reduced and self._has_own_string(reduced)):
            return False
        return is_calculation(reduced)

    def is_calculation(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are a short calculation with literal values.

        A calculation with brackets must not be the student's code with one token changed, unless it only calls a
        built-in function with values. It must not contain a call of the student's with a string.
        """
        if any(token[0] in "fF" and is_string(token) and "{" in token for token in tokens):
            return False
        if not is_calculation(tokens) or CALLING.isdisjoint(tokens):
            return is_calculation(tokens)
        calls = (tokens[number : number + 3] for number, token in enumerate(tokens) if token in BUILTINS)
        holds_own_call = any(is_string(call[-1]) and self._material.has_code(call) for call in calls)
        is_mere_call = tokens[0] in BUILTINS and tokens[1] == "(" and is_literal(tokens[2:-1])
        return not holds_own_call and (is_mere_call or not self._material.nearly_has(tokens))

    def _is_known(self, name: str) -> bool:
        return name in BUILTINS or name in METHODS or name in self._material.names or name in self._allowed

    def _has_own_string(self, tokens: Sequence[str]) -> bool:
        return any(map(self._material.has_string, filter(is_string, tokens)))

    def _is_english(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are English words: no keyword comes first, and at least one word is no name in code."""
        words = [token for token in tokens if token.isalpha()]
        return (
            len(words) == len(tokens)
            and not KEYWORDS.intersection(words[:1])
            and any(word not in KEYWORDS and not self._is_known(word) for word in words)
        )

    def _prints_all(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens print each item of the student's value or of a few numbers, on one line."""
        match tokens:
            case ["for", name, "in", *rest] if ":" in rest and name.isidentifier():
                place = rest.index(":")
                items, statement = rest[:place], rest[place + 1 :]
                is_known = self._material.has_code(items) or self.is_calculation(items)
                return is_known and statement[:2] == ["print", "("] and set(statement[2:]) <= {name, ")", ","}
        return False

    def _is_print(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens call `print` with arguments that a hint may suggest printing."""
        match tokens:
            case ["print", "(", *inside] if inside:
                return all(map(self.permit_shown, arguments(inside[:-1] if inside[-1] == ")" else inside)))
        return False

    def _with_calls_as_values(self, tokens: Sequence[str]) -> list[str] | None:
        """Return the tokens with each call of a student's function replaced by 0.

        Return None if there is no such call, or if an argument contains a token that a test call may not contain.
        """
        functions = self._material.functions
        if functions.isdisjoint(tokens):
            return None
        found: list[str] = []
        position, calls = 0, 0
        while position < len(tokens):
            token = tokens[position]
            if token not in functions or tokens[position + 1 : position + 2] != ["("]:
                found.append(token)
                position += 1
                continue
            end = closing(tokens, position + 1)
            if not all(map(self._is_given, tokens[position + 2 : end])):
                return None
            found.append("0")
            position, calls = end + 1, calls + 1
        return found if calls else None

    def _is_given(self, token: str) -> bool:
        """Return whether a token may occur in the arguments of a test call."""
        if is_value(token) or token in _GIVEN_SIGNS or token in self._material.constants:
            return True
        return token in self._material.code_names and token not in self._material.identifiers and token not in KEYWORDS

    def _is_signature_or_state(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens show the signature of a built-in, or the value of a name: `range(a, b)`, `n = 2`."""
        match tokens:
            case [name, "(", *parameters, ")"] if parameters and name in _CALLABLE:
                are_names = all(part == "," or (part.isidentifier() and part not in KEYWORDS) for part in parameters)
                return are_names and self._material.identifiers.isdisjoint(parameters)
            case [name, "=" | "==" | "is", *value] if (
                name.isidentifier() and name not in KEYWORDS and is_literal(value)
            ):
                is_variable = self._material.is_variable(name)
                is_fix = name in self._material.undefined or (is_variable and self._material.nearly_has(tokens))
                return not is_fix
        return False

    def _is_item(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens index one of the student's names with a literal: `seq[3]`."""
        match tokens:
            case [name, "[", *place, "]"] if name in self._material.names:
                return is_one_thing(place) and is_literal(place)
        return False

    def _is_look(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens inspect one of the student's objects: `type(x)`, `a.shape`, `g[0] is g[1]`."""
        if "is" in tokens:
            place = tokens.index("is")
            return (self._is_thing(tokens[:place]) and self._is_thing(tokens[place + 1 :])) or self._looks.permit(
                tokens
            )
        if tokens[0] in _LOOKS and tokens[1:2] == ["("]:
            inside = tokens[2:-1] if tokens[-1] == ")" else tokens[2:]
            return self._is_thing(inside) or self.is_mere_name(inside)
        if self._libraries and tokens[-1] == ")" and "(" in tokens and tokens[0] != "print":
            opening = tokens.index("(")
            return self.is_dotted_name(tokens[:opening]) and self.is_test_call(tokens[opening + 1 : -1])
        return self._looks.permit(tokens)

    def groups(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are the student's code with brackets added."""
        return self._material.has_code([token for token in tokens if token not in {"(", ")"}])

    def is_mere_look(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens pass only as a look at values, so that they must not be offered as the edit."""
        if tokens[0] in _LOOKS:
            return False
        is_own = self._material.has_code(tokens) or self.is_dotted_name(tokens) or self._is_print(tokens)
        is_comparison = tokens[1:2] in (["=="], ["is"]) and self._is_signature_or_state(tokens)
        return not is_own and (is_comparison or self._looks.permit(tokens))

    def is_value(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are a value of the student's: a name, code, an item or a test call."""
        match tokens:
            case [name]:
                return name in self._material.code_names and name not in BUILTINS
            case [name, ".", column] if self._material.has_string(f'"{column}"') or column in self._material.code_names:
                return name in self._material.code_names
        is_item = self._is_item(tokens) and not self._material.nearly_has(tokens)
        return is_item or self._material.has_code(tokens) or self.is_test_call(tokens)

    @property
    def knows_edit(self) -> bool:
        """Whether the edit that mends the program is known."""
        return self._edit is not None

    def is_fix(self, tokens: Sequence[str]) -> bool:
        """Return whether the known edit adds the tokens."""
        return self._edit is not None and self._edit.adds(tokens)

    def is_near(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are the student's code with one token changed."""
        if "in" in tokens and not self._material.asks_for_members:
            return False  # It is only like the header of a loop.
        return not self._material.has_code(tokens) and self._material.nearly_has(tokens)

    def _is_thing(self, tokens: Sequence[str]) -> bool:
        if not tokens or self._material.has_code(tokens) or self._is_item(tokens):
            return bool(tokens)
        return len(tokens) == _ONE_VALUE and self.is_value(tokens)
