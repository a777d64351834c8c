"""Inside lists and dictionaries: entries that are half there, comprehensions, choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.lessons.syntax import entries as lessons
from tutor_server.pedagogy.offline.syntax.broken import Broken, Candidate, Cause, insert, on, replace_token

if TYPE_CHECKING:
    from collections.abc import Iterator


def _dictionary_item(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    facts = {"missing": "its value" if "expression expected" in broken.fault.message else "the colon and its value"}
    brace = next((index for index, token in enumerate(tokens) if token.text == "{"), len(tokens))
    for index, token in enumerate(tokens[:-1]):
        after = tokens[index + 1].text
        if token.text == ":" and after in (",", "}"):
            yield Candidate(
                line=token.line,
                cost=1,
                changes=(insert(token.end, " None"),),
                expression=broken.span(tokens[index - 1], token),
                facts=facts,
            )
        if (
            token.text in (",", "{")
            and index + 2 < len(tokens)
            and tokens[index + 2].text in (",", "}")
            and tokens[index + 1].is_operand_end
        ):
            key = tokens[index + 1]
            yield Candidate(
                line=token.line, cost=1.1, changes=(insert(key.end, ": None"),), expression=key.text, facts=facts
            )
        if token.text in ("=", ";") and brace < index:
            same = [t for t in tokens[index:] if t.text == token.text]
            yield Candidate(
                line=token.line,
                cost=0.65,
                changes=tuple(replace_token(t, ":") for t in same),
                expression=broken.span(tokens[index - 1], tokens[index + 1]),
                facts=facts,
            )


def _comprehension(broken: Broken) -> Iterator[Candidate]:
    """Find a comprehension without its brackets."""
    tokens = broken.here
    words = [token.text for token in tokens]
    if "for" not in words or words[0] in ("for", "async"):
        return
    at = words.index("for")
    signs = [i for i in range(at) if words[i] in ("=", "return", "+=")]
    start = tokens[signs[-1] + 1] if signs else tokens[0]
    yield Candidate(
        line=broken.fault.line,
        cost=0.8,
        changes=(insert(start.start, "["), insert(tokens[-1].end, "]")),
        expression=broken.span(start, tokens[-1]),
    )


def _missing_else(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    end = tokens[-1] if tokens else None
    if end is not None:
        yield Candidate(
            line=broken.fault.line,
            cost=1.3,
            changes=(insert(end.end, " else None"),),
            expression=broken.statement(broken.fault.line),
        )


CAUSES = (
    Cause(
        "syntax.half-a-dictionary-entry",
        "syntax",
        lessons.HALF_A_DICTIONARY_ENTRY,
        on("expected after dictionary key", "^invalid syntax", "cannot assign to"),
        _dictionary_item,
    ),
    Cause(
        "syntax.comprehension-without-brackets",
        "syntax",
        lessons.COMPREHENSION_WITHOUT_BRACKETS,
        on(
            "^invalid syntax",
            "Generator expression must be parenthesized",
            "did you forget parentheses around the comprehension",
        ),
        _comprehension,
    ),
    Cause(
        "syntax.choice-without-else",
        "syntax",
        lessons.CHOICE_WITHOUT_ELSE,
        on("expected 'else' after 'if'"),
        _missing_else,
    ),
)
