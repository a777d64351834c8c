"""Answers to questions about the hint as such: where, what next, how, other words, an example."""

from __future__ import annotations

import ast
import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import (
    Question,
    Said,
    at_level,
    hinted_line_says,
    ideas_at_level,
    line_in,
    named_meanings,
)
from tutor_pedagogy.dialogue.expressions import values_say
from tutor_pedagogy.dialogue.meaning import names_in, word_says
from tutor_pedagogy.dialogue.names import own_names
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.reasons_of_loops import never_changes
from tutor_pedagogy.dialogue.tables import filled, sentence, table, words
from tutor_pedagogy.dialogue.values import values_of
from tutor_pedagogy.dialogue.wordings import (
    code_line,
    examples_of_form,
    ideas,
    other_examples,
    plan_of,
    questions,
    wordings,
)
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis


_STEM = 5
_MOST_EXAMPLES = 12
_SHAPES = (
    (r"\blists?\b|\blistas?\b|\blisten?\b|\blistes?\b", r"\[[^\]\n]*\]|\.append"),
    (r"\bdict\w*|\bdicc\w*|\bdici\w*", r"\{"),
    (r"\bstrings?\b|\btext\w*|\bwords?\b", r"['\"]"),
)
"""The words for a kind of value in a question, and the form that an example with such a value has."""


def thanks_reply(asked: Question) -> Iterator[Said]:
    """Yield answers to thanks."""
    if asked.language != "en":
        yield Said(asked.say("reply", "thanks_short", line=asked.line))
    for text in table("texts")["reply"]["thanks"]:
        yield Said(filled(text, line=asked.line))


def solution_reply(asked: Question) -> Iterator[Said]:
    """Yield answers to a demand for the solution."""
    if asked.diagnosis.ladder is not None:
        for other in at_level(asked):
            yield Said(native(asked.language, "no_solution"), other if asked.language == "en" else "")
        return
    name = "solution_here" if asked.level is HintLevel.SOLUTION else "solution_early"
    for other in at_level(asked):
        yield Said(asked.say("reply", name, level=int(asked.level)), other)


def example_reply(asked: Question) -> Iterator[Said]:
    """Yield examples, from level 4 on those of the lesson."""
    if asked.level < HintLevel.EXAMPLE:
        early = asked.say("reply", "example_early", line=asked.line)
        if asked.level > HintLevel.QUESTION:
            for example in examples_of_form(asked.diagnosis):
                yield Said(early, f"{example.before}\n\n{fenced(example.code)}\n\n{example.after}")
        for question in questions(asked.diagnosis):
            yield Said(early, question)
        return
    link = asked.say("reply", "example_link", line=asked.line)
    every = list(islice(other_examples(asked.diagnosis), _MOST_EXAMPLES))
    wanted = [shape for words, shape in _SHAPES if re.search(words, asked.text, re.IGNORECASE)]
    if wanted:
        every.sort(key=lambda example: not re.search(wanted[0], example.code))
    if wanted and not re.search(wanted[0], every[0].code if every else ""):
        yield Said(native(asked.language, "no_such_example"))
    for example in every:
        yield Said(link, f"{example.before}\n\n{fenced(example.code)}\n\n{example.after}")


def where_reply(asked: Question) -> Iterator[Said]:
    """Yield the place that the hint means."""
    where = asked.say("reply", "where", place=asked.place)
    if re.search(r"\bsee\b|\bfind\b|\bcheck\b|\bsehe\b|\bfinde\b|\bver\b|\bvoir\b", asked.text, re.IGNORECASE):
        yield Said(f"{where} {_how_to_look(asked)}".strip())
    if (names := names_on_line(asked)) and " " in names:
        yield Said(f"{where} {asked.say('claim', 'names_on_line', names=names)}")
    yield Said(where)
    for question in questions(asked.diagnosis):
        yield Said(where, question)


def _how_to_look(asked: Question) -> str:
    """Return the sentence that says which values a `print` should show, and where it should stand; "" without names."""
    program, line = asked.diagnosis.program, code_line(asked.diagnosis)
    node = program.statement_at(line) if program.tree is not None else None
    if node is None:
        return ""
    loop = node if isinstance(node, ast.For | ast.While) else program.loop_around(node)
    about = [*walk(node), *(walk(loop.test) if isinstance(loop, ast.While) and loop is not node else ())]
    names = [part.id for part in about if isinstance(part, ast.Name) and part.id in program.bound_names]
    names = [name for name in dict.fromkeys(names) if name not in program.functions][:3]
    if not names:
        return ""
    spans = _joined(asked, [code_span(name) for name in names])
    if isinstance(loop, ast.While):
        return asked.say("claim", "print_in_loop", names=spans, line=program.shown(loop.lineno))
    return asked.say("claim", "print_above", names=spans, line=asked.line)


def _joined(asked: Question, parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {asked.say('listing', 'and')} {parts[-1]}"


def names_on_line(asked: Question) -> str:
    """Return the variables on the hint's line as a list of code spans; "" if there are none."""
    program, line = asked.diagnosis.program, code_line(asked.diagnosis)
    node = program.statement_at(line) if program.tree is not None else None
    own = own_names(program)
    if node is not None:
        found = [part.id for part in walk(node) if isinstance(part, ast.Name) and part.lineno == line]
    else:
        found = re.findall(r"[A-Za-z_]\w*", program.line(line))
    names = [name for name in dict.fromkeys(found) if name in own][:4]
    return _joined(asked, [code_span(name) for name in names]) if names else ""


def confused_reply(asked: Question) -> Iterator[Said]:
    """Yield the hint in other words, for beginners, with the values that the program has."""
    yield from _named_in_hint(asked)
    yield from map(Said, never_changes(asked))
    direct = asked.say("reply", "confused", line=asked.line)
    told = values_say(asked, values_of(asked.diagnosis, asked.text)) if asked.diagnosis.ladder is None else ""
    if asked.level is HintLevel.QUESTION and asked.diagnosis.ladder is None:
        for other in islice(wordings(asked.diagnosis, asked.level, StudentLevels(1, 1)), 1):
            yield Said(direct, other)
    if asked.level is HintLevel.QUESTION and (said := hinted_line_says(asked.diagnosis)):
        yield Said(f"{direct} {line_in(asked)} {told}".strip(), f"{said} {next(questions(asked.diagnosis))}")
    if asked.language != "en" and asked.diagnosis.ladder is not None and (native_line := line_in(asked)):
        yield Said(f"{direct} {native_line} {told}".strip())
    simpler = wordings(asked.diagnosis, asked.level, StudentLevels(1, 1))
    for other in chain(ideas(asked.diagnosis) if asked.level >= HintLevel.CONCEPT else (), simpler):
        yield Said(f"{direct} {told}".strip(), other)


def _named_in_hint(asked: Question) -> Iterator[Said]:
    """Yield the meanings of what the words ask about after “mean” or in quotation marks."""
    if re.search(r"\bmean(?:s|t)? (?:by|with)\b|[`\"\u201c]", asked.text):
        for said in named_meanings(asked):
            for question in questions(asked.diagnosis):
                yield Said(said.direct, f"{said.more} {question}")


def next_reply(asked: Question) -> Iterator[Said]:
    """Yield what to do next."""
    look = _how_to_look(asked) if asked.diagnosis.finding.error_type != "syntax" else ""
    first = asked.say("reply", "next_line", place=asked.place)
    for other in at_level(asked):
        yield Said(f"{first} {look}".strip(), other)


def how_reply(asked: Question) -> Iterator[Said]:
    """Yield how to do it, at the depth of the hint."""
    if re.search(r"\b(?:see|find|know|check|notice|debug|sehe|f[i]nde)\b", asked.text, re.IGNORECASE):
        yield from where_reply(asked)
    if asked.level >= HintLevel.STRUCTURE and (steps := plan_of(asked.diagnosis)):
        numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
        yield Said(asked.say("reply", "how_plan", line=asked.line), f"\n\n{numbered}")
        yield from _step(asked, steps)
    own = names_in(asked.diagnosis.program, asked.text)
    if re.match(r"what(?:.?s| is| does)\b", asked.text, re.IGNORECASE):
        for gist in named_meanings(asked):
            yield Said(f"{gist.direct} {asked.say('reply', 'how_known', line=asked.line)}", gist.more)
    for gist in () if own else named_meanings(asked):
        yield Said(f"{gist.direct} {asked.say('reply', 'how_known', line=asked.line)}", gist.more)
    for idea in ideas_at_level(asked):
        yield Said(asked.say("reply", "how_concept"), idea)


def _step(asked: Question, steps: Sequence[str]) -> Iterator[Said]:
    """Yield the steps of the plan, those with most words of the question first, and what Python's names in them mean.

    Of two steps with as many, the one that names something of Python comes first.
    """
    asked_for = _stems(asked.text)
    told = [(step, _meaning_in(step, asked.diagnosis)) for step in steps]
    order = sorted(
        range(len(told)),
        key=lambda at: (-len(asked_for & _stems(told[at][0])) - 2 * bool(told[at][1]), not told[at][1]),
    )
    for at in order:
        step, meaning = told[at]
        text = sentence("reply", "step", number=at + 1, step=step, meaning=meaning, line=asked.line)
        yield Said("", text.replace("  ", " "))


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words of a text, so that “convert” and “converting” count as the same word."""
    return {word[:_STEM] for word in re.findall(r"\w{3,}", text.lower()) if word not in words("small")}


def _meaning_in(step: str, diagnosis: Diagnosis) -> str:
    """Return what the first name of Python in a step means, or ""."""
    own = own_names(diagnosis.program)
    names = (name for name in re.findall(r"`([a-z_.]+)`", step) if name not in own)
    return next(filter(None, (word_says(diagnosis.program, name, 0) for name in names)), "")
