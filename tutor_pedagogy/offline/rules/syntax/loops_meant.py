"""An `if` with a `break` in its block, where a loop is meant: the block gives its condition a new value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, replace
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHANGING = frozenset(("=", "+=", "-=", "*=", "/=", "//="))


@syntax_rule("if-in-place-of-while", "outside loop", "not properly in loop")
def if_in_place_of_while(broken: Broken) -> Iterator[Candidate]:
    """Yield the `if` around a `break` or `continue` whose block gives a name in its condition a new value."""
    line = broken.fault.line
    word = "break" if "break" in broken.fault.message else "continue"
    width = len(broken.indent(line))
    if any(broken.word(above) in ("for", "while") for above in broken.above(line)):
        return  # A loop above may have ended too early.
    for above in broken.above(line):
        indent = len(broken.indent(above))
        if indent >= width:
            continue
        width = indent
        tokens = broken.on(above)
        if tokens[0].text in ("def", "class"):
            return
        if tokens[0].text != "if" or _has_other_branch(broken, above):
            continue
        names = {token.text for token in tokens[1:] if token.type == "name"}
        name = next((each for each in _changed_names(broken, above) if each in names), None)
        if name is not None:
            yield broken.guess(0.3, replace(tokens[0], "while"), line=above, word=Code(word), name=Code(name))
            return


def _block(broken: Broken, header: int) -> list[int]:
    """Return the lines of code in the block below a header."""
    lines: list[int] = []
    for line in broken.by_line:
        if line > header:
            if len(broken.indent(line)) <= len(broken.indent(header)):
                break
            lines.append(line)
    return lines


def _has_other_branch(broken: Broken, header: int) -> bool:
    below = broken.code_below(_block(broken, header)[-1]) if _block(broken, header) else 0
    return broken.word(below) in ("elif", "else") and broken.indent(below) == broken.indent(header)


def _changed_names(broken: Broken, header: int) -> Iterator[str]:
    """Yield the names to which the block of a header gives a new value."""
    for line in _block(broken, header):
        tokens = broken.on(line)
        if len(tokens) > 1 and tokens[0].type == "name" and tokens[1].text in _CHANGING:
            yield tokens[0].text
