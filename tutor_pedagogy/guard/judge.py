"""Judge one unit of an answer by the rule of its hint level: whether it gives away more code than the level."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.guard import prose_code
from tutor_pedagogy.guard.edits import edits
from tutor_pedagogy.guard.forms import Forms, is_bracketed_values, is_one_thing, is_string, tokens_of
from tutor_pedagogy.guard.hidden import Hidden
from tutor_pedagogy.guard.instalments import Instalments
from tutor_pedagogy.guard.offers import QUOTATION, STATEMENT, Offers, used
from tutor_pedagogy.guard.own import Own, flat, logical_lines, unnumbered
from tutor_pedagogy.guard.pieces import Pieces
from tutor_pedagogy.guard.reading import FIRST_MARK, MARK, Reading, diff_sides, looks_like_diff, read_block, read_text
from tutor_pedagogy.guard.similarity import Program, shape
from tutor_pedagogy.guard.units import split
from tutor_pedagogy.guard.vocabulary import CONSTANTS, KEYWORDS
from tutor_pedagogy.guard.weak_method import weakly
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.guard.own import Line
    from tutor_pedagogy.guard.units import Unit
    from tutor_protocol import Submission

_SIGNS = re.compile(r"""[^A-Za-z ,.?!'"\n;\u2019-]""")
_WORD = re.compile(r"\w+")
_NAMES_OF_SIGNS = frozenset(
    {"plus", "minus", "slash", "parentheses", "parenthesis", "brackets", "bracket", "comma", "star", "quotes"}
)
_TELLING = (KEYWORDS - {"as", "for", "from", "if", "in", "is", "try", "while", "with", "else"}) | _NAMES_OF_SIGNS
_ACTION = re.compile(r"[^\W\d][\w.\[\], ]*+\s*+(?:[-+*/%&|^]|//|\*\*|<<|>>)?=(?!=)\s*+\S.*|[^\W\d][\w.]*\([^\n]*\)")
_UNMISTAKABLE = re.compile(
    r"(?:return|import|del|global|nonlocal|raise|yield) [\w.]+|for \w+(?:, ?\w+)* in \S.*:"
    r"|(?:async )?def \w+ ?\([^)\n]*+\).*:"
    r"|class \w+(?:\(.*\))?:"
)
"""Lines that are statements whatever the names in them are."""
# linear: two bounded repeats, in a sentence of at most 4,600 characters (`units.MAX_LINE`)
_CLAUSE = re.compile(
    r"\bfrom [\w.]+ import [\w*]+|\bfor \w+(?:, \w+)? in [\w.()\[\]]+:(?= |$)|\bdef \w+ ?\([^()\n]*\) ?:"
    r"|[\[({][^\[\]\n]{1,80}? for \w+(?:, ?\w+)* in [^\]\n]{1,80}?[\])}]"
)
"""Code in a sentence that holds no sign of its own."""
_MARKS = re.compile(MARK)
_SHOWN = re.compile(rf"(?i:\b(?:print|what is|what's|value of|length of))\s+({MARK})")
"""Code that the student shall print, or say the value of."""
_INFO = re.compile(r"[ \t>*+\-\d.)]*(?:`{3,}|~{3,})[ \t]*(?P<said>\S+[ \t]+\S.*)?")
# linear: a comment with any character in it matches, to the end of its line
_COMMENT = re.compile(r"(?m)(?:^|[ \t])#[#!: \t]*([^\n]+)$")
_FIELD = re.compile(r"\{[^{}]*\}")
_LABEL = re.compile(
    r"^\s*(?:(?:after|now|new|fixed|fix|corrected|correction|answer|solution|code|better|step \d+|(?:line )?\d+)"
    r"\s*(?::|\.|->|→|[\u2013\u2014-])\s*|[A-Z][a-z]+(?: [a-z]+){0,3}: (?=\w))(?=\S)",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"\n|;(?= )")
_ONLY_INSIDE = frozenset({"break", "continue", "elif", "else", "except", "finally"})
"""Statements that cannot start an example: what they start is a piece of somebody's program."""
_LONG_STRING = 10
_SHORT = 40
"""Characters up to which a line of mere words may be a piece of code."""
_OPERATION = 3
"""Tokens of the shortest code that does something: two operands and what joins them."""
_COLLECTION = frozenset("\"'[(")
_HEADERS = frozenset({"if", "elif", "while", "return", "assert"})
_JOINING = frozenset({"and", "or", "not"})
_SHORT_CONDITION = 5
_NUMBERED = re.compile(
    r"[lLrR](?<!\w.)(?i:(?<=l)ine|(?<=r)ow)(?i:s?)\s++\d++(?:(?:\s*+(?:,|-|(?i:\band\b|\bto\b)))++\s*+\d++)*+"
)
"""Numbers of lines and rows. It begins with letters that are searched for faster than a word is."""
_DIGIT = re.compile(r"\d")
_OFFERED = re.compile(
    r"\b(?:try(?:\s+(?:this|that|it|the\s+following|using|with|instead))?\s*:|try\s+(?:this|the\s+following)\b|instead\b"
    r"|(?:chang|replac|fix|correct|insert|rewrit|add|updat|modif|adjust)\w*\b|put\b|write\b|should\s+(?:be|look|read|have)\b"
    r"|needs?\s+to\b|version\b|solution\b|becomes?\b|like\s+this\s*:|here\s+is\s+how\b)",
    re.IGNORECASE,
)
"""How a sentence before a block offers it as what to write, and not as what is there."""


class Judge:
    """Knows the level and the student's material; judges readings one by one."""

    def __init__(
        self, level: HintLevel, submission: Submission, allowed_names: frozenset[str], earlier: Sequence[str]
    ) -> None:
        self._level = level
        self._own = Own(submission)
        self._instalments = Instalments(weakly(self._gives_away), weakly(self._is_case))
        self._forms = Forms(self._own, libraries=level >= HintLevel.STRUCTURE, allowed=allowed_names)
        self._offers = Offers(self._own, self._forms, functions_are_free=level >= HintLevel.STRUCTURE)
        self._pieces = Pieces(self._offers)
        if level < HintLevel.SOLUTION:
            for answer in earlier:
                for unit in split(answer):
                    code = read_block(unit.text) if unit.kind == "block" else ""
                    self._completed_by([code] if code else self._pieces.of(read_text(unit.text)))

    def read_ahead(self) -> None:
        """Read all of the student's material that units may need."""
        if self._level < HintLevel.SOLUTION:
            self._own.read_ahead()
            self._hidden.read_ahead()

    def rule_broken(self, unit: Unit, thought: str) -> str | None:
        """Give the name of the rule that a unit breaks, read after what its sentence began with, or None."""
        if self._level >= HintLevel.SOLUTION:
            return None
        if unit.kind == "block":
            code = read_block(unit.text)
            return (
                self._block(code, offered=bool(_OFFERED.search(thought)))
                or self._written_beside(unit.text, code)
                or self._completed_by([] if "\n" in code.strip() else [code])
            )
        if self._is_mere_talk(unit.text, thought):
            return self._completed_by(self._pieces.of(read_text(unit.text))) if len(unit.text) < _SHORT else None
        reading = read_text(unit.text)
        whole = read_text(thought + unit.text) if thought else reading
        return (
            self._open(reading)
            or (self._open(whole) if thought else None)
            or self._hidden.rule_broken(whole)
            or self._lines(reading, thought)
            or self._quoted(reading)
            or self._completed_by(self._pieces.of(reading))
        )

    def _is_mere_talk(self, text: str, thought: str) -> bool:
        if _SIGNS.search(_NUMBERED.sub("line", text) if "line" in text else text):
            return False
        words = _WORD.findall(text)
        if not (_TELLING.isdisjoint(words) and self._own.identifiers.isdisjoint(words)):
            return False
        return not self._hidden.is_suspicious(thought[-_SHORT:] + text, words)

    def _written_beside(self, block: str, code: str) -> str | None:
        """Judge what a block says outside its code: after the opening mark, and in comments not the student's."""
        opening = _INFO.match(block)
        texts = [opening["said"]] if opening and opening["said"] else []
        texts += [comment for comment in _COMMENT.findall(code) if not self._own.has(flat(comment))]
        for text in texts:
            reading = read_text(text)
            rule = self._text(reading) or self._lines(reading, "")
            if rule:
                return rule
        return None

    def _completed_by(self, pieces: list[str]) -> str | None:
        if not pieces:
            return None
        # Every piece is remembered, also those after one that completes a statement: there may be no other judge.
        completed = [self._instalments.completes(piece) for piece in pieces]
        return "instalments" if any(completed) else None

    def _is_case(self, piece: str) -> bool:
        """Tell whether a piece is a call that a failing test or the student tried, or what came of it: `(3, "low")`."""
        tokens = tokens_of(piece)
        return (self._forms.is_test_call(tokens) or is_bracketed_values(tokens)) and self._own.is_from_a_message(piece)

    def _block(self, code: str, *, offered: bool) -> str | None:
        if looks_like_diff(code):
            code = diff_sides(code)
        lines = logical_lines(unnumbered(code))
        permitted = frozenset(number for number, line in enumerate(lines) if self._is_permitted(line.tokens))
        if len(permitted) == len(lines):
            return None
        if self._is_quote(lines, permitted):
            return "edit-block" if offered else None
        if self._own.said(code):
            return None
        if self._level < HintLevel.EXAMPLE or (len(lines) == 1 and (offered or self._own.nearly_has(lines[0].tokens))):
            return "code-block"
        return self._example(lines)

    def _is_quote(self, lines: list[Line], permitted: frozenset[int]) -> bool:
        """Tell whether a block is the student's own code, with prints and test calls put in at most."""
        others = (line for number, line in enumerate(lines) if number not in permitted and line.tokens != ("...",))
        if not all(self._own.has(flat(" ".join(line.tokens))) for line in others):
            return False
        if len(lines) == 1 or self._own.quotes(lines):
            return True
        return bool(permitted) and self._own.quotes(lines, permitted)

    def _is_permitted(self, tokens: Sequence[str]) -> bool:
        return self._forms.permit_statement(tokens) and not self._says_code(tokens)

    def _example(self, lines: list[Line]) -> str | None:
        names = {token.casefold() for line in lines for token in line.tokens if token.isidentifier()}
        strings = {token for line in lines for token in line.tokens if token[-1] == '"' and len(token) > _LONG_STRING}
        if names & self._folded or any(map(self._own.has_string, strings)):
            return "example-with-own-names"
        is_outermost_return = any(not line.indent and line.tokens[0] in {"return", "yield"} for line in lines)
        if is_outermost_return or lines[0].indent or lines[0].tokens[0] in _ONLY_INSIDE:
            return "code-block"
        if self._says_code([token for line in lines for token in line.tokens]):
            return "code-block"
        if self._program.is_near([shape(line.tokens) for line in lines]):
            return "example-too-near"
        return None

    def _text(self, reading: Reading) -> str | None:
        return self._hidden.rule_broken(reading) or self._open(reading)

    def _open(self, reading: Reading) -> str | None:
        shown = set(_SHOWN.findall(reading.prose)) if reading.marked else set()
        for number, code in enumerate(reading.marked):
            is_shown = chr(FIRST_MARK + number) in shown and self._forms.permit_shown(tokens_of(code))
            if not is_shown and self._gives_away(code):
                return "code-span"
        if any(map(self._run_gives_away, prose_code.runs(reading, self._own))):
            return "code-in-prose"
        clause = _CLAUSE.search(reading.prose) if _may_hold_clause(reading.prose) else None
        if clause and not self._own.has(flat(clause[0])):
            return "code-in-prose"
        for edit in edits(_NUMBERED.sub("line", reading.prose) if _DIGIT.search(reading.prose) else reading.prose):
            if self._offers.gives_away(edit, reading):
                return f"edit-{edit.kind}"
        return None

    def _gives_away(self, code: str) -> bool:
        tokens = tokens_of(code)
        if is_one_thing(tokens) or self._own.has(flat(" ".join(tokens))):
            return False
        may_pass = self._forms.permit(tokens) or self._is_of_an_example(code)
        return not may_pass or self._says_code(tokens)

    def _says_code(self, tokens: Sequence[str]) -> bool:
        """Tell whether a string in code holds code itself."""
        strings = [_FIELD.sub("", _inside(token)) for token in tokens if is_string(token)]
        texts = [string for string in strings if len(string) > 1 and not self._own.has(flat(string))]
        if any(self._quotes_code(Reading(text)) for text in texts):
            return True
        return len(strings) >= _OPERATION and any(map(self._hidden.states, ("".join(strings), " ".join(strings))))

    def _is_of_an_example(self, code: str) -> bool:
        if self._level < HintLevel.EXAMPLE:
            return False
        tokens = tokens_of(code)
        names = {token.casefold() for token in tokens if token.isidentifier()}
        if not names or names & self._folded or any(map(self._own.has_string, filter(is_string, tokens))):
            return False
        return not self._own.nearly_has(tokens)

    @cached_property
    def _folded(self) -> frozenset[str]:
        return self._own.identifiers | {name.casefold() for name in self._own.identifiers if len(name) > 1}

    @cached_property
    def _hidden(self) -> Hidden:
        return Hidden(self._own, weakly(self._gives_away), weakly(self._quotes_code))

    @cached_property
    def _program(self) -> Program:
        return Program(shape(line.tokens) for line in self._own.lines)

    def _run_gives_away(self, run: list[str]) -> bool:
        if len(run) < _OPERATION or not any(token.isidentifier() or token[0].isdigit() for token in run):
            return False
        if not self._gives_away(" ".join(run)):
            return False
        return any(self._gives_away(" ".join(part)) for part in _split_at_words(run)) or self._is_rejoined(run)

    def _is_rejoined(self, run: list[str]) -> bool:
        """Tell whether a condition is the student's but for one word between its parts: `and`, `or`, `not`."""
        condition = run[1:] if run[0] in _HEADERS else run
        condition = condition[:-1] if condition[-1:] == [":"] else condition
        is_joined = not _JOINING.isdisjoint(condition) and len(condition) > _SHORT_CONDITION
        return is_joined and self._own.nearly_has([token.replace("'", '"') for token in condition])

    def _lines(self, reading: Reading, thought: str) -> str | None:
        """Judge lines, and cells of a table, that are nothing but a statement."""
        for line in map(_without_label, _LINE_END.split(reading.prose)):
            is_marked = bool(reading.marked) and bool(_MARKS.search(line))
            statement = (_MARKS.sub(lambda mark: reading.span(mark[0]), line) if is_marked else line).strip()
            if not STATEMENT.fullmatch(statement) and (is_marked or not _is_action(statement)):
                continue
            tokens = tokens_of(statement)
            is_code = all(map(self._offers.is_code_word, used(tokens))) or _UNMISTAKABLE.fullmatch(statement)
            if is_one_thing(tokens) or not is_code:
                continue
            if self._own.has(flat(" ".join(tokens))):
                if _OFFERED.search(thought):
                    return "edit-line"
            elif not self._forms.permit_statement(tokens):
                return "code-line"
        return None

    def _quoted(self, reading: Reading) -> str | None:
        """Judge what stands between quotation marks in a sentence."""
        prose = reading.prose
        for match in QUOTATION.finditer(prose) if '"' in prose or "'" in prose else ():
            if self._quotes_code(Reading(match["code"], reading.marked)):
                return "code-in-quotes"
        return None

    def _quotes_code(self, quoted: Reading) -> bool:
        return any(map(self._run_gives_away, prose_code.runs(quoted, self._own))) or bool(self._lines(quoted, ""))


def _inside(string: str) -> str:
    """Give what stands between the quotes of a string, whatever letters are before them."""
    return string.lstrip("rRbBfFuU").strip("\"'")


def _may_hold_clause(prose: str) -> bool:
    return "for " in prose or " import " in prose or "def " in prose


def _is_action(statement: str) -> bool:
    return ("=" in statement or statement.endswith(")")) and bool(_ACTION.fullmatch(statement))


def _without_label(line: str) -> str:
    """Take away what tells that a line is the one to write: `After:`, `line 4 -`."""
    return _LABEL.sub("", line)


def _split_at_words(run: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word, after in zip(run, [*run[1:], ""], strict=True):
        if word in KEYWORDS and word not in CONSTANTS and not (word == "in" and after[:1] in _COLLECTION):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if len(part) >= _OPERATION]
