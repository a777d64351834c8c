"""The marks that a version control system leaves in a file when two versions of it do not fit together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate

_MARK = re.compile(r"(?:<{7}|>{7}|\|{7})(?: .{0,200})?|={7}")
_ENDS = (re.compile(r"<{7}(?: .{0,200})?"), re.compile(r"={7}"), re.compile(r">{7}(?: .{0,200})?"))


@syntax_rule("merge-marker")
def merge_marker(broken: Broken) -> Iterator[Candidate]:
    """Yield a line that marks one of two versions which a merge has left in the file. Which one is right is open."""
    marks = [number for number, line in enumerate(broken.lines, 1) if _MARK.fullmatch(line.rstrip())]
    lines = [broken.lines[number - 1].rstrip() for number in marks]
    if broken.fault.line not in marks or not all(any(end.fullmatch(line) for line in lines) for end in _ENDS):
        return
    first, middle, last = (next(n for n in marks if end.fullmatch(broken.lines[n - 1].rstrip())) for end in _ENDS)
    slots = {"mark": Code(broken.lines[first - 1].rstrip()[:7]), "middle": Code("======="), "last": Code(">>>>>>>")}
    is_ordered = first < middle < last
    yield broken.guess(0.1, line=first if is_ordered else broken.fault.line, **slots)
