"""Claims about the types and values of names."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.dialogue.meaning import names_in
from tutor_pedagogy.dialogue.values import Values, article
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.purposes.own_values import shown as shown_value
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question
from tutor_pedagogy.dialogue.claim_words import LITERAL, MOST_SHOWN, NOT, NUMBER_OF_LINE, types_in, yes_or_no

_CHANGES = re.compile(
    r"\b(?:chang\w*|updat\w*|(?:in|de)creas[a-z]*|grow\w*|shrink\w*|stays?|remains?|go(?:es)? (?:up|down)|incremented"
    r"|[äa]nder\w*|cambi\w*|change|mud[ao]\w*)\b",
    re.IGNORECASE,
)


_STAYS = re.compile(r"\b(?:stays?|remains?|bleib\w*|queda|r[e]ste|fica)\b", re.IGNORECASE)


_TYPED = re.compile(
    r"\b(?:typed?|enter(?:ed)?|input|keyboard|put in|eingeb\w*|eingegeben|tippe\w*|escrib\w*|tap[eé]\w*|digit\w*)\b",
    re.IGNORECASE,
)


def claim_typed(asked: Question, values: Values) -> Iterator[str]:
    """Answer that what is typed is a string, for a program that reads input."""
    reads = [node for node in asked.diagnosis.program.each(ast.Call) if is_call_of(node, "input")]
    if not reads or not _TYPED.search(asked.text) or not types_in(asked.text) - {str}:
        return
    del values
    yield asked.say("claim", "typed", line=asked.diagnosis.program.shown(reads[0].lineno))


_BETWEEN = (
    r"(?:\W+(?:is|was|are|isn.?t|aren.?t|be|being|already|still|really|actually|just|only|not|always|maybe|a|an|of|type"
    r"|ist|eine?n?|kein\w*|nicht|schon|noch|es|est|una?|une|um|uma|pas|no|n[aã]o|never|has|becomes?|stays?)){1,5}\W+"
)


def claim_type(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a name has the type that the question states right after it."""
    for name in names_in(asked.diagnosis.program, asked.text):
        stated = re.search(
            rf"\b{re.escape(name)}{_BETWEEN}(?P<type>\w+(?: (?:zahl|number))?)", asked.text, re.IGNORECASE
        )
        wanted = types_in(stated["type"]) if stated is not None else set()
        if not wanted:
            continue
        kinds = values.types_of(name)
        if not kinds:
            continue
        is_true = kinds <= wanted
        if not is_true and kinds & wanted:
            continue
        kind = next(iter(kinds))
        is_denied = bool(NOT.search(asked.text))
        said = asked.say(
            "claim",
            "type_none" if kind is type(None) else "type",
            name=code_span(name),
            type=article(kind),
            line=values.shown_line(name),
        )
        shown = values.shown(name)
        value = asked.say("claim", "its_value", value=shown[0]) if len(shown) == 1 and kind is not type(None) else ""
        yield f"{yes_or_no(asked, is_true=is_true, is_denied=is_denied)} {said} {value}".rstrip()
        return


def claim_changes(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a name gets a new value in the loop of the finding."""
    if not _CHANGES.search(asked.text):
        return
    program = asked.diagnosis.program
    node = program.statement_at(values.line) if program.tree is not None else None
    loop = node if isinstance(node, ast.For | ast.While) else (program.loop_around(node) if node is not None else None)
    if not isinstance(loop, ast.For | ast.While):
        return
    is_denied = bool(NOT.search(asked.text)) != bool(_STAYS.search(asked.text))
    for name in names_in(program, asked.text):
        if name in program.functions or name in program.resized_names:
            continue
        stored = [
            use.lineno
            for use in program.uses.get(name, ())
            if isinstance(use.ctx, ast.Store) and loop.lineno <= use.lineno <= (loop.end_lineno or loop.lineno)
        ]
        opening = yes_or_no(asked, is_true=bool(stored), is_denied=is_denied)
        where = program.shown(loop.lineno)
        if stored:
            said = asked.say("claim", "changes", name=code_span(name), line=program.shown(stored[0]))
        elif any(isinstance(each, ast.Call) for part in loop.body for each in walk(part)) and values.is_outer(name):
            continue
        else:
            said = asked.say("claim", "stays", name=code_span(name), line=where)
        yield f"{opening} {said}".strip()
        return


def claim_value(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a name has a value that the question states."""
    text = NUMBER_OF_LINE.sub(" ", asked.text)
    for name in names_in(asked.diagnosis.program, asked.text):
        stated = re.search(
            rf"(?<![.\w]){re.escape(name)}(?:{_BETWEEN}|\s)(?P<value>{LITERAL.pattern})(?!\s*[-+*/%\]])", text
        )
        if stated is None:
            continue
        try:
            wanted: Any = ast.literal_eval(stated["value"])
        except (ValueError, SyntaxError):
            continue
        found = values.of(name)
        shown = values.shown(name)
        if not found or not shown or any(each is UNKNOWN for each in found):
            continue
        hits = [
            type(each) is type(wanted) and span == shown_value(wanted) for each, span in zip(found, shown, strict=True)
        ]
        is_denied = bool(NOT.search(asked.text))
        told = asked.say("listing", "then").join(dict.fromkeys(shown[:MOST_SHOWN]))
        told += " …" if len(shown) > MOST_SHOWN else ""
        said = asked.say("claim", "value", name=code_span(name), values=told, line=values.shown_line(name))
        if any(hits) and not all(hits):
            yield f"{asked.say('verdict', 'not_always')} {said}"
        else:
            yield f"{yes_or_no(asked, is_true=all(hits), is_denied=is_denied)} {said}"
        return


_EMPTY = re.compile(r"\bempty\b|vac[ií][ao]s?\b|\bleere?[rns]?\b|\bvides?\b|vazi[ao]s?\b", re.IGNORECASE)


def claim_empty(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether the collection that a question names, or the only one on the line, is empty."""
    if not _EMPTY.search(asked.text) or re.search(r"\b(?:if|when|wenn|si|se)\b", asked.text, re.IGNORECASE):
        return
    named = [name for name in names_in(asked.diagnosis.program, asked.text) if name not in _TYPE_NAMES]
    every = named or values.names_on_line()
    known = [(name, values.of(name), values.shown(name)) for name in every]
    held = [
        (name, found, spans)
        for name, found, spans in known
        if spans and type(found[0]) in (list, dict, str, set, tuple)
    ]
    if len(held) != 1:
        return
    name, found, spans = held[0]
    is_empty = [len(each) == 0 for each in found]
    told = asked.say("listing", "then").join(dict.fromkeys(spans[:MOST_SHOWN]))
    said = asked.say("claim", "value", name=code_span(name), values=told, line=values.shown_line(name))
    if any(is_empty) and not all(is_empty):
        yield f"{asked.say('verdict', 'not_always')} {said}"
    else:
        yield f"{yes_or_no(asked, is_true=all(is_empty), is_denied=bool(NOT.search(asked.text)))} {said}".strip()


_TYPE_NAMES = frozenset(("list", "dict", "set", "str", "tuple"))


_OF_VALUE = re.compile(
    r"(?:so |but |and |ah |ok |oh )*(?:is|it.?s?|that.?s?|because|the|does|you|python"
    r"|das|ist|weil|es|porque|c.est|est|parce|[eé])\b",
    re.IGNORECASE,
)
"""The beginning of a guess about the value that the message speaks of, and not about what a function is for."""


def claim_of_message(asked: Question, values: Values) -> Iterator[str]:
    """Answer that Python's message speaks of the type that a question guesses."""
    crash = values.crash
    wanted = types_in(asked.text)
    if crash is None or crash.exception not in ("TypeError", "AttributeError") or not wanted or NOT.search(asked.text):
        return
    if not _OF_VALUE.match(asked.text):
        return
    told = [kind for kind in wanted if re.search(rf"['\"]{kind.__name__}['\"]|^{kind.__name__} ", crash.message)]
    if told:
        yield f"{asked.say('verdict', 'yes')} {asked.say('claim', 'message_names', type=article(told[0]))}"
