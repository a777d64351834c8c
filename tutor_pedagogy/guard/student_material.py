"""The student's material: the code with its names and lines, and the messages, outputs and question about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.nearness import has_in_order, is_trace, one_apart
from tutor_pedagogy.guard.tokens import CLOSING, OPENING, flat
from tutor_pedagogy.guard.views.characters import folded, undisguised
from tutor_pedagogy.guard.vocabulary import BUILTINS, KEYWORDS, LIBRARIES, METHODS
from tutor_pedagogy.problem import lexing
from tutor_pedagogy.trace_table import header_and_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_protocol import Submission
    from tutor_protocol.run_trace import RunTrace

_MAX_CHARACTERS = 128 * 1024
"""The maximum number of characters that are read: of the code around the cursor, and at the end of other texts."""

# Word patterns begin with their first letters, because a search for letters is several times faster than for `\b`.
_DEFINED = re.compile(r"[dc](?<!\w.)(?:(?<=d)ef|(?<=c)lass)[ \t]+(\w+)")
_ASSIGNED = re.compile(r"(?m)^[ \t]*+((?:\w++[ \t]*,[ \t]*)*\w+)[ \t]*(?:[-+*/%&|^]|//|\*\*|<<|>>)?=(?!=)")
_ATTRIBUTE = re.compile(r"\bself\.(\w+)[ \t]*(?:[-+*/%&|^]|//|\*\*|<<|>>)?=(?!=)")
_IMPORTED = re.compile(r"(?m)^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import\b([^\n#]*)")
_CONSTANT = re.compile(r"(?m)^([^\W\d]\w*)[ \t]*=(?!=)")
_PARAMETERS = re.compile(r"def(?<!\w...)[ \t]+\w+[ \t]*\(([^()]*(?:\([^()]*\)[^()]*)*)")
_TARGET = re.compile(
    r"[failgn](?<!\w.)(?:(?<=f)or|(?<=a)s|(?<=i)mport|(?<=l)ambda|(?<=g)lobal|(?<=n)onlocal)[ \t]+([\w \t,]+)"
)
_NAME = re.compile(r"[^\W\d]\w*")
# linear: only the last quote of each kind has no closing quote and is read to the end; `\"` opens no string
_CODE_NAME = re.compile(
    r"""([^\W\d]\w*)|\\["']|\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|\#[^\n]*"""
)
"""A pattern for a name. It also matches whole strings and comments, so that the names in them are skipped."""
_OF_PYTHON = BUILTINS | KEYWORDS | LIBRARIES
_SEPARATOR = "\x00"
_FEWEST = 2
"""The minimum number of tokens that are compared: a single token is similar to everything."""
_LINE_NUMBER = re.compile(
    r"(?m)^[ \t]*(?:>>>|\.\.\.(?=[ \t]+\S)|In \[\d+\]:|(?:line )?\d{1,4}[ \t]*[:|.)])[ \t]?(?=\S|$)"
)
_ELLIPSES = {("...",), ("…",)}


def _joined(tokens: Iterable[str]) -> str:
    """Return the tokens joined into one string, in which a substring search finds only runs of whole tokens."""
    return _SEPARATOR + _SEPARATOR.join(tokens) + _SEPARATOR


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: its indentation and its tokens. Each string is one token, in double quotes."""

    indent: int
    tokens: tuple[str, ...]


def logical_lines(code: str) -> list[Line]:
    """Return the logical lines of a text that is read as code."""
    layout = lexing.lay_out(code)
    return [
        Line(
            line.indent,
            tuple(token.replace("'", '"') if "'" in token else token for token in lexing.tokens(layout, line)),
        )
        for line in layout.lines
    ]


def _texts_of_run(trace: RunTrace) -> list[str]:
    """Return the values of a recorded run, also as the table in which they are shown."""
    header, rows = header_and_rows(trace.rounds) if trace.rounds else ("", [])
    return ["\n".join(trace.texts), "\n".join((header, *rows))]


class StudentMaterial:
    """The code of a submission and the texts about it, made searchable. Each part is read when it is first needed."""

    def __init__(self, submission: Submission) -> None:
        self._code = _around(submission.code, submission.cursor.line)
        said = [submission.traceback or "", submission.question or ""]
        said += [diagnostic.message for diagnostic in submission.diagnostics]
        failure = submission.test_report and submission.test_report.first_failure
        said += [failure.message, *failure.values] if failure else []
        cases = submission.test_report.cases if submission.test_report else ()
        said += ["\n".join(text for case in cases for text in case.texts)]
        said += _texts_of_run(submission.trace) if submission.trace else []
        for cell in submission.cells:
            said += [cell.source, cell.output]
        self._said = [text[-_MAX_CHARACTERS:] for text in said if text]

    def read_ahead(self) -> None:
        """Read the parts that most answers need."""
        _ = self.has(()), self.names, self.code_names, self.identifiers, self.lines

    @cached_property
    def lines(self) -> list[Line]:
        """The logical lines of the code."""
        return logical_lines(self._code)

    @cached_property
    def _corpus(self) -> str:
        """All tokens of the material as one string. A list of them would take ten times the memory."""
        texts = [self._code, *self._said]
        texts += [seen for text in texts if (seen := undisguised(text)) != text]
        return "\x01".join(_joined(flat(text)) for text in texts)

    @cached_property
    def _said_tokens(self) -> list[str]:
        """The tokens of each text about the code, as it stands and as the guard reads an answer."""
        return [_joined(flat(each)) for said in self._said for each in dict.fromkeys((said, undisguised(said)))]

    @cached_property
    def _without_comments(self) -> str:
        return _joined(flat("\n".join(" ".join(line.tokens) for line in self.lines)))

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name in the material except keywords."""
        return frozenset(filter(str.isidentifier, self._corpus.split(_SEPARATOR))) - KEYWORDS

    @cached_property
    def code_names(self) -> frozenset[str]:
        """Every name in the code except keywords; strings and comments do not count."""
        return frozenset(_CODE_NAME.findall(self._code)) - KEYWORDS - {""}

    @cached_property
    def names_by_folded(self) -> dict[str, str]:
        """The names in the code, by their spelling in lower case without accents."""
        return {folded(name): name for name in self.code_names}

    @cached_property
    def folded_identifiers(self) -> frozenset[str]:
        """The names that the student chose, as written and, if longer than one letter, also in lower case."""
        return self.identifiers | {name.casefold() for name in self.identifiers if len(name) > 1}

    @cached_property
    def strings(self) -> frozenset[str]:
        """The text of every string in the code, in lower case, without spaces and without punctuation at its ends."""
        return frozenset(_words(token) for line in self.lines for token in line.tokens if token[-1] == '"') - {""}

    @cached_property
    def constants(self) -> frozenset[str]:
        """The names that the code assigns at module level."""
        return frozenset(_CONSTANT.findall(self._code))

    @cached_property
    def functions(self) -> frozenset[str]:
        """The functions and classes that the code defines."""
        return frozenset(_DEFINED.findall(self._code))

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The parameters of the student's functions."""
        return _names_in(_PARAMETERS.findall(self._code))

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names that the code assigns; a parameter may be among them."""
        return _names_in(_ASSIGNED.findall(self._code))

    def is_variable(self, name: str) -> bool:
        """Return whether the code assigns a name that is not a parameter."""
        return name in self.variables and name not in self.parameters

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """The names that the student chose: functions, parameters, variables, attributes, loop variables, aliases."""
        lists = _PARAMETERS.findall(self._code) + _ASSIGNED.findall(self._code)
        lists += (listed.partition(" in ")[0] for listed in _TARGET.findall(self._code))
        attributes = _ATTRIBUTE.findall(self._code) if "self." in self._code else ()
        return self.functions.union(_names_in(lists), attributes) - _OF_PYTHON

    @cached_property
    def imported(self) -> frozenset[str]:
        """The names that the code imports, or gives to what it imports."""
        return _names_in(_IMPORTED.findall(self._code)) - KEYWORDS

    @cached_property
    def asks_for_members(self) -> bool:
        """Whether the code has an `in` that is no part of a loop."""
        loops = sum(line.tokens.count("for") for line in self.lines)
        return sum(line.tokens.count("in") for line in self.lines) > loops

    @cached_property
    def undefined(self) -> frozenset[str]:
        """The names that the code uses but does not define."""
        return self.code_names - self.identifiers - BUILTINS - METHODS - LIBRARIES

    def has(self, tokens: Sequence[str]) -> bool:
        """Return whether a run of tokens from `flat` occurs in the material."""
        wanted = _joined(tokens)
        return wanted in self._corpus or ("#" in self._code and wanted in self._without_comments)

    def has_around_gaps(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are a line of the code, or a part of one, with an ellipsis for some of its tokens."""
        if _ELLIPSES.isdisjoint((token,) for token in tokens):
            return False
        parts = " ".join(tokens).replace("\u2026", "...").split("...")
        wanted = [_joined(flat(part)) for part in parts if part.strip()]
        return bool(wanted) and any(has_in_order(_joined(flat(" ".join(line.tokens))), wanted) for line in self.lines)

    def has_text(self, text: str) -> bool:
        """Return whether a text occurs in the material, ignoring white space and the kind of quotes."""
        return self.has(flat(text))

    def has_code(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens occur in the material. Each string is one token."""
        return self.has(flat(" ".join(tokens)))

    def said(self, text: str) -> bool:
        """Return whether a text occurs in a text about the code: traceback, question, diagnostics, cells or outputs."""
        tokens = _joined(flat(text))
        return any(tokens in said for said in self._said_tokens)

    def is_from_a_message(self, text: str) -> bool:
        """Return whether a text occurs in the texts about the code, such as a traceback, but not in the code itself."""
        return _joined(flat(text)) not in _joined(flat(self._code)) and self.said(text)

    def has_string(self, token: str) -> bool:
        """Return whether a string equals a string in the code, ignoring case and spacing, or occurs in the material.

        A string that consists of names in the code is a label, and is only compared with whole strings.
        """
        inside = flat(token)[1:-1]
        if _words(token) in self.strings:
            return True
        is_label = all(part in self.code_names or not part.isalnum() for part in inside)
        return len(inside) > 1 and not is_label and self.has(inside)

    def quotes(self, lines: Sequence[Line], inserted: frozenset[int] = frozenset()) -> bool:
        """Return whether lines are quoted from the code: complete, in order, and with the same relative indentation.

        An ellipsis may replace lines that are left out. The lines numbered in `inserted` are ignored.
        """
        position = 0
        quoted = [line for number, line in enumerate(lines) if number not in inserted]
        for are_left_out, run in groupby(quoted, lambda line: line.tokens in _ELLIPSES):
            end = position if are_left_out else self._find([*run], position)
            if end is None:
                return False
            position = end
        return True

    def _find(self, run: list[Line], start: int) -> int | None:
        """Return the index of the line after a quoted run of lines, or None if the code does not contain the run."""
        own = self.lines
        ranks = _ranks(run)
        for position in range(start, len(own) - len(run) + 1):
            if own[position].tokens == run[0].tokens:
                found = own[position : position + len(run)]
                if [line.tokens for line in found] == [line.tokens for line in run] and _ranks(found) == ranks:
                    return position + len(run)
        return None

    def nearly_has(self, tokens: Sequence[str]) -> bool:
        """Return whether the code contains the tokens with exactly one token inserted, removed or replaced.

        A value in place of a name does not count, because a hint that traces the program by hand contains such values.
        Tokens in brackets are only compared with tokens in brackets.
        """
        wanted, length = tuple(tokens), len(tokens)
        is_closed = length > 1 and wanted[-1] in CLOSING and (wanted[0] in OPENING or wanted[1] == "[")
        kinds = set(wanted)
        for line in self.lines:
            own = line.tokens
            if len(kinds.intersection(own)) * 2 < len(kinds):
                continue
            for size in range(max(length - 1, _FEWEST), length + 2):
                for start in range(len(own) - size + 1):
                    if is_closed and (own[start], own[start + size - 1]) != (wanted[0], wanted[-1]):
                        continue
                    if one_apart(wanted, own[start : start + size]):
                        return True
        return False

    def traces(self, tokens: Sequence[str]) -> bool:
        """Return whether tokens are an expression of the code with values in place of its variables: `sin(90)`."""
        length = len(tokens)
        if length <= _FEWEST or not KEYWORDS.isdisjoint(tokens) or "=" in tokens:
            return False
        wanted = tuple(token.replace("'", '"') for token in tokens)
        beginnings, valued = self.identifiers | {wanted[0]}, self.identifiers - self.functions
        return any(
            own[start] in beginnings and is_trace(wanted, own[start : start + length + 1], valued)
            for own in (line.tokens for line in self.lines)
            for start in range(len(own) - length + 1)
        )


def _names_in(lists: Iterable[str]) -> frozenset[str]:
    """Return every name in several lists of names."""
    return frozenset(_NAME.findall(" ".join(lists)))


def _words(string: str) -> str:
    return "".join(string.casefold().split()).strip("\"'rbfu:.!?,")


def unnumbered(block: str) -> str:
    """Return a block without the line numbers and prompts that may precede quoted lines."""
    return _LINE_NUMBER.sub("", block)


def _around(code: str, line: int) -> str:
    if len(code) <= _MAX_CHARACTERS:
        return code
    lines = code.splitlines(keepends=True)
    before = sum(map(len, lines[:line]))
    start = max(0, min(before - _MAX_CHARACTERS // 2, len(code) - _MAX_CHARACTERS))
    return code[start : start + _MAX_CHARACTERS]


def _ranks(lines: list[Line]) -> list[int]:
    order = {indent: rank for rank, indent in enumerate(sorted({line.indent for line in lines}))}
    return [order[line.indent] for line in lines]
