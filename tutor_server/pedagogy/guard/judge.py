"""Judge one unit of an answer by the rule of its hint level: does it give away code that the level does not give?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_server.pedagogy.guard import prose_code
from tutor_server.pedagogy.guard.disguises import decoded
from tutor_server.pedagogy.guard.edits import Edit, edits
from tutor_server.pedagogy.guard.forms import Forms, is_literal, is_one_thing, is_syntax, tokens_of
from tutor_server.pedagogy.guard.instalments import Instalments
from tutor_server.pedagogy.guard.own import Own, flat, logical_lines, unnumbered
from tutor_server.pedagogy.guard.reading import MARK, Reading, diff_sides, looks_like_diff, read_block, read_text
from tutor_server.pedagogy.guard.similarity import is_too_near, shape
from tutor_server.pedagogy.guard.units import split
from tutor_server.pedagogy.guard.vocabulary import BUILTINS, CONSTANTS, KEYWORDS
from tutor_server.pedagogy.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.pedagogy.guard.units import Unit
    from tutor_server.protocol import Submission

_WORTH_A_LOOK = re.compile(
    r"[^A-Za-z ,.?!'’\"“”\n-]|\b(?:[Rr]eplac|[Cc]hang|[Uu]se|[Ii]nsert|[Rr]eturn|[Ii]mport|[Bb]reak|[Cc]ontinue|[Pp]ass|[Ii]nstead|[Ss]et|[Ii]nitiali|[Ww]rit|[Ss]wap|[Aa]dd)|\bnot\b"
)
_STATEMENT = re.compile(
    r"(?:return|import|from|raise|del|global|nonlocal|yield|assert)\b.+|break|continue"
    r"|(?:for|while|if|elif|with|def|class|else|try|except|finally)\b.*:"
)
_MARKS = re.compile(MARK)
_NUMBERED = re.compile(r"\b(?:line|row)s?\s+\d+(?:(?:\s*(?:,|-|–|\band\b|\bto\b)\s*)+\d+)*", re.IGNORECASE)  # noqa: RUF001 - a dash between numbers
_PLACE = re.compile(
    r"\b(?:line|after|before|below|above|should|must|need|top|end|beginning|start|inside|outside)\b", re.IGNORECASE
)
_OFFERED = re.compile(
    r"\b(?:try(?:\s+(?:this|that|it|the\s+following|using|with|instead))?\s*:|try\s+(?:this|the\s+following)\b|instead\b"
    r"|(?:chang|replac|fix|correct|insert|rewrit|add|updat|modif|adjust)\w*\b|put\b|write\b|should\s+(?:be|look|read|have)\b"
    r"|needs?\s+to\b|version\b|solution\b|becomes?\b|like\s+this\s*:|here\s+is\s+how\b)",
    re.IGNORECASE,
)
"""How a sentence before a block offers it as what to write, and not as what is there."""
_IMPORT = re.compile(r"\bfrom [\w.]+ import [\w*]+")
_COMPARISON_SIGN = re.compile(r"[<>=!+\-*/%&|^@~]=?|\*\*|//|and|or|not|in|is")


class Judge:
    """Knows the level and the student's material; judges readings one by one."""

    def __init__(
        self, level: HintLevel, submission: Submission, allowed_names: frozenset[str], earlier: Sequence[str]
    ) -> None:
        self._level = level
        self._own = Own(submission)
        self._instalments = Instalments(self._own)
        self._forms = Forms(self._own, libraries=level >= HintLevel.STRUCTURE, allowed=allowed_names)
        if level < HintLevel.SOLUTION:
            for answer in earlier:
                for unit in split(answer):
                    self._instalments.rule_broken(read_text(unit.text))

    def rule_broken(self, unit: Unit, thought: str) -> str | None:
        """Give the name of the rule that a unit breaks, read after what its sentence began with, or None."""
        if self._level >= HintLevel.SOLUTION:
            return None
        if unit.kind == "block":
            return self._block(read_block(unit.text), offered=bool(_OFFERED.search(thought)))
        if not _WORTH_A_LOOK.search(unit.text):
            return None
        line = read_text(unit.text)
        return self._text(thought + unit.text) or self._line(line) or self._instalments.rule_broken(line)

    def _block(self, code: str, *, offered: bool) -> str | None:
        if looks_like_diff(code):
            code = diff_sides(code)
        lines = logical_lines(unnumbered(code))
        permitted = frozenset(number for number, line in enumerate(lines) if self._forms.permit_statement(line.tokens))
        if len(permitted) == len(lines):
            return None
        is_one_line = len(lines) == 1 and self._own.has(flat(code))
        if is_one_line or self._own.quotes(code) or self._own.quotes(code, permitted):
            return "edit-block" if offered else None
        if self._own.said(code):
            return None
        return "code-block" if self._level < HintLevel.EXAMPLE else self._example(code)

    def _example(self, code: str) -> str | None:
        lines = logical_lines(code)
        names = {token for line in lines for token in line.tokens if token.isidentifier()}
        if names & self._own.identifiers:
            return "example-with-own-names"
        if is_too_near([shape(line.tokens) for line in lines], [shape(line.tokens) for line in self._own.lines]):
            return "example-too-near"
        return None

    def _text(self, text: str) -> str | None:
        for content in decoded(text):
            if not self._own.has(flat(content)):
                return "encoded"
        reading = read_text(text)
        for span in reading.marked:
            if self._gives_away(span):
                return "code-span"
        for run in prose_code.runs(reading, self._own):
            if self._run_gives_away(run):
                return "code-in-prose"
        imported = _IMPORT.search(reading.prose)
        if imported and not self._own.has(flat(imported[0])):
            return "code-in-prose"
        for edit in edits(_NUMBERED.sub("line", reading.prose)):
            if self._is_given_away(edit, reading):
                return f"edit-{edit.kind}"
        return None

    def _gives_away(self, code: str) -> bool:
        tokens = tokens_of(code)
        if is_one_thing(tokens) or self._own.has(flat(" ".join(tokens))) or self._forms.permit(tokens):
            return False
        return not self._is_of_an_example(code)

    def _is_of_an_example(self, code: str) -> bool:
        if self._level < HintLevel.EXAMPLE:
            return False
        names = {token for token in flat(code) if token.isidentifier()}
        return (
            bool(names)
            and not names & self._own.identifiers
            and not is_too_near([shape(tokens_of(code))], [shape(line.tokens) for line in self._own.lines])
        )

    def _run_gives_away(self, run: list[str]) -> bool:
        if len(run) < 3 or not any(token.isidentifier() or token[0].isdigit() for token in run):  # noqa: PLR2004 - an operation has three parts
            return False
        return self._gives_away(" ".join(run)) and any(
            self._gives_away(" ".join(part)) for part in _split_at_words(run)
        )

    def _line(self, line: Reading) -> str | None:
        """Judge a line that is nothing but a statement."""
        statement = _MARKS.sub(lambda mark: line.span(mark[0]), line.prose).strip()
        if not _STATEMENT.fullmatch(statement):
            return None
        tokens = tokens_of(statement)
        if len(tokens) > 1 and all(map(self._is_code_word, tokens)) and self._gives_away(statement):
            return "code-line"
        return None

    def _is_code_word(self, token: str) -> bool:
        return (
            not token.isidentifier()
            or token in self._own.identifiers
            or token in KEYWORDS
            or token in BUILTINS
            or token in self._own.code_names
        )

    def _is_given_away(self, edit: Edit, reading: Reading) -> bool:
        new = self._operand(edit.new, reading)
        if not new:
            return False
        old = self._operand(edit.old, reading)
        tokens = tokens_of(new)
        own = self._own.has(flat(" ".join(tokens)))
        if edit.kind == "replace":
            if self._level >= HintLevel.STRUCTURE and self._forms.is_dotted_name(tokens) and tokens[0] in BUILTINS:
                return False
            return bool(old) or not own or not is_one_thing(tokens)
        if edit.kind == "set":
            already = self._own.has([old, "=", *flat(" ".join(tokens))])
            return is_literal(tokens) and old in self._own.variables - self._own.parameters and not already
        if edit.kind == "should":
            said = len(tokens) > 1 and not is_literal(tokens) and (not own or _is_statement(tokens, new))
            return said or bool(_COMPARISON_SIGN.fullmatch(new))
        if (
            is_one_thing(tokens)
            or tokens[0] == "print"
            or self._forms.is_mere_name(tokens)
            or is_syntax(tokens)
            or self._forms.is_value(tokens)
        ):
            return False
        return not own or (_is_statement(tokens, new) and bool(_PLACE.search(reading.prose)))

    def _operand(self, words: str, reading: Reading) -> str:
        """Give the code that an operand of an instruction is, or names after few words; else nothing."""
        marks = _MARKS.findall(words)
        if marks:
            return reading.span(marks[0]) if len(words.split()) <= 8 + len(marks) else ""  # noqa: PLR2004 - a phrase, not a clause
        tokens = tokens_of(words)
        if _IMPORT.fullmatch(words):
            return words
        bound = tokens[1:2] == ["="]
        words_of_code = [
            token
            for before, token in zip(["=" if bound else "", *tokens], tokens, strict=False)
            if before not in {".", "def", "class"}
        ][bound:]
        if tokens and all(map(self._is_code_word, words_of_code)) and not _is_english(tokens):
            return words
        return ""


def _is_statement(tokens: Sequence[str], code: str) -> bool:
    """Tell whether code does something where it stands, and does not only name a value."""
    return "=" in tokens or tokens[-1] == ")" or bool(_STATEMENT.fullmatch(code))


def _is_english(tokens: Sequence[str]) -> bool:
    return len(tokens) == 1 and tokens[0] in {"a", "i", "it", "return", "print", "list", "input", "is", "for", "if"}


def _split_at_words(run: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in run:
        if token in KEYWORDS and token not in CONSTANTS:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if len(part) > 2]  # noqa: PLR2004 - as above
