"""The text of a submission: its code, cleaned so that a parser can read it, with its lines, tokens and edits."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Edit
from tutor_pedagogy.offline.engine.lexing import tokens_of

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.lexing import Token
    from tutor_protocol import Submission

_SURROGATE = re.compile("[\ud800-\udfff]")
_MAGIC = re.compile(r"^(\s*)(?:[%!].*|\?{1,2}\w.*|\w[\w.]*\?{1,2})$")
_WORD = re.compile(r"[^\W\d]\w*")


class Source:
    """A submission's code as text.

    Lines count from 1 in the code; `shown` converts them to the editor's numbers. The common indentation of a fragment
    of a larger document is removed here, and edits add it again.
    """

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.first_line = submission.first_line
        self.is_cell = submission.kind == "cell"
        self.cells = submission.cells
        code = submission.code.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        self.code, self.margin = _at_margin(_parsable(code), is_fragment=submission.first_line > 0)
        if self.is_cell:
            self.code = _without_magics(self.code)
        self.lines = self.code.split("\n")
        self.cursor_line = min(submission.cursor.line + 1, len(self.lines))

    def shown(self, line: int) -> int:
        """Return the number that the student's editor shows for a line of the code."""
        return line + self.first_line

    def line(self, number: int) -> str:
        """Return the text of a line, or an empty string if the code has no such line."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def indentation(self, line: int) -> str:
        """Return the leading whitespace of a line."""
        text = self.line(line)
        return text[: len(text) - len(text.lstrip())]

    def edit(self, line: int, after: str, *, before_lines: int = 1) -> Edit:
        """Return the edit that replaces `before_lines` lines, starting at `line`, in the code as it was submitted."""
        before = "\n".join(self.lines[line - 1 : line - 1 + before_lines])
        if self.margin:
            before, after = (
                "\n".join(self.margin + text if text.strip() else text for text in block.split("\n"))
                for block in (before, after)
            )
        return Edit(line, before, after)

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens of the code, even if it does not parse."""
        return tokens_of(self.code)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the code and of the earlier cells, including words in comments and strings."""
        return frozenset(_WORD.findall(self.code)).union(*(_WORD.findall(cell.source) for cell in self.cells))

    @cached_property
    def cell_sources(self) -> list[str]:
        """The code of the earlier cells, without IPython commands and surrogates."""
        return [_parsable(_without_magics(cell.source)) for cell in self.cells]


def _parsable(code: str) -> str:
    """Return code with surrogates, which UTF-8 cannot encode, replaced by U+FFFD."""
    return _SURROGATE.sub("\ufffd", code)


def _at_margin(code: str, *, is_fragment: bool) -> tuple[str, str]:
    """Return a fragment without the indentation that all its lines share, and that indentation as the second item."""
    lines = code.split("\n")
    first = next((line for line in lines if line.strip()), "")
    margin = first[: len(first) - len(first.lstrip())] if is_fragment else ""
    if not margin:
        return code, ""
    if not all(line.startswith(margin) or not line.strip() or line.lstrip().startswith("#") for line in lines):
        return code, ""
    return "\n".join(line.removeprefix(margin) for line in lines), margin


def _without_magics(code: str) -> str:
    """Return a cell's code with `pass` in place of IPython commands such as `%time` or `!ls`."""
    if "%" not in code and "!" not in code and "?" not in code:
        return code
    return "\n".join(_MAGIC.sub(r"\1pass", line) for line in code.split("\n"))
