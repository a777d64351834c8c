"""Statements at a place where they cannot stand, and the forms of `import`."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@syntax_rule("comma-at-the-end", "trailing comma not allowed")
def comma_at_the_end(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    if tokens and tokens[-1].text == ",":
        yield Candidate(
            line=broken.fault.line,
            cost=0.7,
            changes=(replace_token(tokens[-1], ""),),
            expression=broken.statement(broken.fault.line),
        )


@syntax_rule(
    "import-form",
    "^invalid syntax",
    "Did you mean to use 'from",
    "future feature",
    "must occur at the beginning",
    "Expected one or more names",
)
def import_form(broken: Broken) -> Iterator[Candidate]:
    """`import … from …`, a file ending, or a future feature that does not exist."""
    tokens = broken.here
    words = [token.text for token in tokens]
    whole = broken.statement(broken.fault.line)
    if "import" not in words:
        return
    if words[0] == "import" and "from" in words:
        at = words.index("from")
        names, module = (
            broken.span(tokens[1], tokens[at - 1]),
            broken.span(tokens[at + 1], tokens[-1]) if at + 1 < len(tokens) else "",
        )
        if names in sys.stdlib_module_names and module not in sys.stdlib_module_names:
            names, module = module, names
        yield Candidate(
            line=broken.fault.line,
            cost=0.6,
            changes=(Change(tokens[0].start, tokens[-1].end, f"from {module} import {names}"),),
            expression=whole,
        )
    if words[0] == "from" and words[-1] == "import" and len(words) > 2:  # noqa: PLR2004 - from, a module, import
        yield Candidate(
            line=broken.fault.line,
            cost=0.6,
            changes=(Change(tokens[0].start, tokens[-1].end, f"import {broken.span(tokens[1], tokens[-2])}"),),
            expression=whole,
        )
    if words[-1] == "as":
        yield Candidate(
            line=broken.fault.line, cost=0.6, changes=(Change(tokens[-2].end, tokens[-1].end, ""),), expression=whole
        )
    if "must occur at the beginning" in broken.fault.message:
        yield Candidate(line=broken.fault.line, cost=0.4, expression=whole)
    match = re.search(r"future feature (\w+) is not defined", broken.fault.message)
    if match:
        features = (
            "division",
            "annotations",
            "print_function",
            "absolute_import",
            "unicode_literals",
            "generator_stop",
            "with_statement",
        )
        from difflib import get_close_matches  # noqa: PLC0415 - only this rare message needs it

        close = get_close_matches(match[1], features, 1)
        token = next((token for token in tokens if token.text == match[1]), None)
        if close and token is not None:
            yield Candidate(
                line=broken.fault.line, cost=0.6, changes=(replace_token(token, close[0]),), expression=match[1]
            )
    yield Candidate(line=broken.fault.line, cost=2.4, expression=whole)


@syntax_rule(
    "statement-out-of-place",
    "outside function",
    "outside loop",
    "not properly in loop",
    "outside async",
    "only allowed at module level",
    "nonlocal declaration not allowed",
)
def statement_out_of_place(broken: Broken) -> Iterator[Candidate]:
    """`return` outside a function, `break` outside a loop: most often the indentation."""
    match = re.search(r"'(return|break|continue|yield|await)'", broken.fault.message) or re.search(
        r"(nonlocal|import \*)", broken.fault.message
    )
    word = match[1] if match else (broken.here[0].text if broken.here else "")
    home = {"break": "loop", "continue": "loop"}.get(word, "function")
    line = broken.fault.line
    slots = {"word": Code(word), "home": home}
    if word == "await":
        yield from _awaited(broken, slots)
    above = broken.code_above(line)
    openers = ("for", "while") if home == "loop" else ("def",)
    opener = next(
        (n for n in sorted((n for n in broken.by_line if n < line), reverse=True) if broken.on(n)[0].text in openers), 0
    )
    if above and opener:
        inner = next(
            (
                broken.indent(n)
                for n in sorted(broken.by_line)
                if n > opener and len(broken.indent(n)) > len(broken.indent(opener))
            ),
            "    ",
        )
        here = broken.indent(line)
        yield Candidate(
            line=line,
            cost=0.8,
            changes=(Change(broken.offset(line), broken.offset(line) + len(here), inner),),
            expression=broken.statement(line),
            slots=slots,
        )
    yield Candidate(line=line, cost=2, expression=broken.statement(line), slots=slots)


def _awaited(broken: Broken, slots: dict[str, str]) -> Iterator[Candidate]:
    """Make the function around an `await` one that can wait."""
    line = broken.fault.line
    header = next(
        (
            n
            for n in sorted(broken.by_line, reverse=True)
            if n < line and broken.on(n)[0].text == "def" and len(broken.indent(n)) < len(broken.indent(line))
        ),
        0,
    )
    if header:
        yield Candidate(
            line=line,
            cost=0.5,
            changes=(insert(broken.on(header)[0].start, "async "),),
            expression=broken.statement(line),
            slots=slots,
        )


@syntax_rule(
    "declared-too-late",
    "(?:global|nonlocal) declaration",
    "is parameter and",
    "no binding for nonlocal",
    "is nonlocal and global",
)
def declared_too_late(broken: Broken) -> Iterator[Candidate]:
    match = re.search(r"name '(\w+)'|binding for nonlocal '(\w+)'", broken.fault.message)
    name = (match[1] or match[2]) if match else ""
    kind = "nonlocal" if "nonlocal" in broken.fault.message else "global"
    yield Candidate(
        line=broken.fault.line,
        cost=1,
        expression=broken.statement(broken.fault.line),
        slots={"name": Code(name), "kind": Code(kind)},
    )


@syntax_rule("statement-inside-expression", "^invalid syntax", "Perhaps you forgot a comma", "was never closed")
def statement_inside_expression(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    for index, token in enumerate(tokens):
        if index and token.text in ("if", "for", "while", "try", "with") and tokens[index - 1].text in ("(", ","):
            yield Candidate(
                line=token.line, cost=0.9, expression=broken.span(token, tokens[-1]), slots={"word": Code(token.text)}
            )
        if token.text in ("def", "class", "return", "import", "while", "print") and index and token.kind == "keyword":
            in_lambda = "lambda" in [other.text for other in tokens[:index]]
            if in_lambda and token.text == "return":
                yield Candidate(
                    line=token.line,
                    cost=0.4,
                    changes=(Change(token.start, tokens[index + 1].start, ""),) if index + 1 < len(tokens) else (),
                    expression=broken.span(token, tokens[-1]),
                    slots={"word": Code(token.text)},
                )
            if tokens[index - 1].text in (":", ";") or tokens[0].text == "from":
                continue
            yield Candidate(
                line=token.line, cost=1.6, expression=broken.span(token, tokens[-1]), slots={"word": Code(token.text)}
            )
