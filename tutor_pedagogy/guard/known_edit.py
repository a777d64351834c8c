"""The edit that the offline tutor has worked out for a program, read for what it adds, removes and moves."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.tokens import flat, holds

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_TOKENS = 120
"""The maximum number of tokens of an edit that is read. Comparing longer ones takes too long."""


@dataclass(frozen=True)
class KnownEdit:
    """An edit that replaces the text `before`, which starts at `line` as the student's editor counts, by `after`."""

    line: int
    before: str
    after: str

    @cached_property
    def old(self) -> list[str]:
        """The tokens before the edit."""
        return flat(self.before)

    @cached_property
    def new(self) -> list[str]:
        """The tokens after the edit."""
        return flat(self.after)

    @cached_property
    def _runs(self) -> tuple[list[list[str]], list[list[str]]]:
        if len(self.old) + len(self.new) > _MOST_TOKENS:
            return [], []
        codes = SequenceMatcher(None, self.old, self.new, autojunk=False).get_opcodes()
        changed = [code for code in codes if code[0] != "equal"]
        removed = [self.old[start:end] for _, start, end, _, _ in changed if start < end]
        return removed, [self.new[start:end] for _, _, _, start, end in changed if start < end]

    @property
    def lines(self) -> range:
        """The numbers of the lines that the edit replaces, and of those that it adds."""
        return range(self.line, self.line + max(self.before.count("\n"), self.after.count("\n")) + 1)

    @property
    def removed(self) -> list[list[str]]:
        """The runs of tokens that the edit removes."""
        return self._runs[0]

    @property
    def added(self) -> list[list[str]]:
        """The runs of tokens that the edit adds."""
        return self._runs[1]

    @cached_property
    def is_move(self) -> bool:
        """Whether the edit only moves tokens, or indents lines."""
        return sorted(self.old) == sorted(self.new)

    def adds(self, tokens: Sequence[str]) -> bool:
        """Return whether the edit adds a run of tokens that stands nowhere in the old text."""
        wanted = flat(" ".join(tokens))
        return holds(self.new, wanted) and not holds(self.old, wanted)
