"""Answers to questions about what the hint speaks of: meanings, values, reasons, guesses."""

from __future__ import annotations

import ast
import re
from itertools import islice
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
from tutor_pedagogy.dialogue.expressions import expression_answers, plain_names, values_say
from tutor_pedagogy.dialogue.kinds import is_guessing, is_tried
from tutor_pedagogy.dialogue.meaning import is_difference, names_in, word_meaning, word_says
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.offers import not_understood, offers
from tutor_pedagogy.dialogue.values import article, values_of
from tutor_pedagogy.dialogue.what_if import what_if
from tutor_pedagogy.dialogue.wordings import (
    code_line,
    place_of,
    questions,
)
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.writing import code_span

if TYPE_CHECKING:
    from collections.abc import Iterator


_MOST_VALUES, _MOST_CALLS = 4, 60


_ABOUT_VALUE = re.compile(
    r"\b(?:value|hold|holds|contain|contains|equal|equals|wert|valor|valeur|vale|contiene|enth[aä]lt)\b"
    r"|\bwhat(?:.?s| is| are)\b",
    re.IGNORECASE,
)


def expression_replies(asked: Question) -> Iterator[Said]:
    """Yield what the pieces of code mean that a question contains."""
    told = values_say(asked, values_of(asked.diagnosis, asked.text)) if asked.text.lower().startswith("why") else ""
    for direct, read in expression_answers(asked):
        yield Said(f"{direct} {told}".strip(), read)
        yield Said(direct)
        if "'house'" not in direct and (values := re.findall(r"`[^`\n]*`", direct)) and len(values) > 1:
            yield Said(asked.say("claim", "its_value", value=values[-1]))


def reason_replies(asked: Question) -> Iterator[Said]:
    """Yield the reason, and after it what the pieces of code are that a question for a reason contains."""
    pieces = next(expression_answers(asked), None)
    lines = [
        int(number) for number in re.findall(r"\b(?:line|zeile|l[ií]nea|ligne|linha) (\d{1,5})", asked.text.lower())
    ]
    is_touched = _touches_hint(asked) if asked.level > HintLevel.QUESTION else asked.line in lines
    if pieces is None or not is_touched or asked.diagnosis.ladder is not None:
        return
    crash = values_of(asked.diagnosis, asked.text).crash
    meant = word_says(asked.diagnosis.program, crash.exception, 0) if crash is not None else ""
    for idea in filter(None, [meant]) if asked.level is HintLevel.QUESTION else ideas_at_level(asked):
        if asked.language == "en":
            yield Said(idea, pieces[0])
        else:
            yield Said(pieces[0], idea)


def _touches_hint(asked: Question) -> bool:
    """Return whether a question contains a name that the hint's line has, too."""
    line = set(re.findall(r"[^\W\d]\w*", asked.diagnosis.program.line(code_line(asked.diagnosis))))
    return asked.diagnosis.cause.certainty != "start_here" and bool(line & set(plain_names(asked)))


def try_reply(asked: Question) -> Iterator[Said]:
    """Yield answers to what happens with a change or another value."""
    yield from what_if(asked)
    tried = asked.say("reply", "try_it", line=asked.line)
    for gist in named_meanings(asked):
        yield Said(f"{gist.direct} {tried}", gist.more)
    yield Said(tried)


def why_reply(asked: Question) -> Iterator[Said]:
    """Yield answers to a question for a reason: the values of the program, and the idea behind the finding."""
    values = values_of(asked.diagnosis, asked.text)
    told = values_say(asked, values) or line_in(asked)
    if re.match(r"(?:what|which)\b", asked.text, re.IGNORECASE):
        for meant in named_meanings(asked):
            yield Said(meant.direct, f"{meant.more} {next(ideas_at_level(asked), '')}".strip())
            yield Said(meant.direct, meant.more)
    named = next(named_meanings(asked), Said("")) if plain_names(asked) else Said("")
    named = Said(" ".join(filter(None, (named.direct, _source_says(asked)))), named.more)
    for idea in ideas_at_level(asked):
        yield Said(" ".join(filter(None, (named.direct, told))), " ".join(filter(None, (named.more, idea))))
        yield Said(told, idea)
        yield Said(line_in(asked), idea)
    for other in at_level(asked):
        yield Said(told, other)


def _source_says(asked: Question) -> str:
    """Return what the function does whose result a name of the question holds; "" if none is known in the language."""
    program = asked.diagnosis.program
    for name in plain_names(asked):
        for _, value in program.assignments(name):
            match value:
                case ast.Call(func=ast.Name(id=word) | ast.Attribute(attr=word)):
                    meant = word_meaning(program, word, code_line(asked.diagnosis), asked.language)
                    if meant is not None:
                        return meant.direct
    return ""


def meaning_reply(asked: Question) -> Iterator[Said]:
    """Yield what the words of a question mean, with the values that they have in the program."""
    program = asked.diagnosis.program
    value = _value_of_name(asked) or _argument_says(asked)
    is_about_values = re.search(r"\b(?:values?|wert|valor|valeur)\b", asked.text, re.IGNORECASE) is not None
    told = values_say(asked, values_of(asked.diagnosis, asked.text)) if is_about_values else ""
    if told and not plain_names(asked):
        yield Said(told)
    yield from _difference_with_idea(asked)
    for said in named_meanings(asked):
        direct = (
            f"{value} {said.direct}"
            if re.search(r"\b(?:lines?|zeile|l[ií]nea|ligne|linha) \d", asked.text, re.IGNORECASE)
            else f"{said.direct} {value}"
        )
        yield Said(direct, said.more)
        if value:
            yield Said(value)
        for question in questions(asked.diagnosis):
            yield Said(direct, f"{said.more} {question}")
    if (named := _quoted_name(asked.text)) and not word_says(program, named, code_line(asked.diagnosis)):
        for other in at_level(asked):
            yield Said(asked.say("reply", "unknown_name", name=named), other)
    if re.search(r"\b(?:this|that|the) line\b|\bit do\b|\bhere\b", asked.text, re.IGNORECASE):
        yield Said(line_in(asked), hinted_line_says(asked.diagnosis) or place_of(asked.diagnosis))


def _difference_with_idea(asked: Question) -> Iterator[Said]:
    """Yield how two things differ, and the idea behind the hint if the student has tried both."""
    if is_difference(asked.text) and is_tried(asked.text):
        for said in islice(named_meanings(asked), 1):
            for idea in ideas_at_level(asked):
                yield Said(said.direct, f"{said.more} {idea}".strip())


def _argument_says(asked: Question) -> str:
    """Return what a function that a question names gets in this program, or what is None there; "" if not known."""
    program = asked.diagnosis.program
    values = values_of(asked.diagnosis, asked.text)
    words_asked = set(re.findall(r"[A-Za-z_]\w*", asked.text))
    if words_asked & {"None", "NoneType", "nonetype", "none"}:
        nothing = [name for name, span in values.facts() if span == "`None`"]
        if nothing:
            kind = article(type(None))
            return asked.say(
                "claim", "type_none", name=code_span(nothing[0]), type=kind, line=values.shown_line(nothing[0])
            )
    for call in program.each(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id=word), args=[ast.Name(id=name), *_]) if word in words_asked:
                pass
            case _:
                continue
        if word in program.functions or len(program.each(ast.Call)) > _MOST_CALLS:
            continue
        kinds = values.types_of(name)
        if len(kinds) == 1:
            spans = values.shown(name)
            shown = f"{code_span(name)} ({spans[0]})" if spans else code_span(name)
            return asked.say("claim", "gets", argument=shown, type=article(next(iter(kinds))))
    return ""


def _quoted_name(words: str) -> str:
    match = re.search(r"[`\"]([A-Za-z_]\w{0,40})[`\"]", words)
    return match[1] if match else ""


def _value_of_name(asked: Question) -> str:
    """Return the sentence about the values that a name has when the program runs, for a question about its value."""
    return _values_of_names(asked) if _ABOUT_VALUE.search(asked.text) else ""


def _values_of_names(asked: Question) -> str:
    """Return the sentence about the values that the first name of a question has when the program runs."""
    values = values_of(asked.diagnosis, asked.text)
    for name in plain_names(asked):
        if name == "self":
            continue
        spans = values.shown(name)
        if spans:
            told = asked.say("listing", "then").join(dict.fromkeys(spans[:_MOST_VALUES]))
            told += " …" if len(spans) > _MOST_VALUES else ""
            return asked.say("reply", "value_order", name=code_span(name), values=told, line=values.shown_line(name))
        kinds = values.types_of(name)
        if len(kinds) == 1:
            kind = article(next(iter(kinds)))
            return asked.say("claim", "type", name=code_span(name), type=kind, line=values.shown_line(name))
        uses = [
            node for node in asked.diagnosis.program.uses.get(name, ()) if node.lineno == code_line(asked.diagnosis)
        ]
        where = "below" if any(isinstance(node.ctx, ast.Store) for node in uses) else "above"
        return asked.say("reply", f"value_try_{where}", name=code_span(name), line=asked.line)
    return ""


def value_replies(asked: Question) -> Iterator[Said]:
    """Yield the values of the one name that a question for a value names."""
    named = plain_names(asked)
    numbers = re.findall(r"(?<![\w.])\d+", _LINE.sub(" ", asked.text))
    if not _VALUE_ASKED.search(asked.text) or len(named) != 1 or numbers or asked.diagnosis.program.tree is None:
        return
    if values_of(asked.diagnosis, asked.text).shown(named[0]):
        yield Said(_values_of_names(asked))


_LINE = re.compile(r"\b(?:lines?|zeile|l[ií]nea|ligne|linha) \d{1,5}", re.IGNORECASE)
_VALUE_ASKED = re.compile(
    r"\b(?:value|valor|valeur|wert) (?:of|de|do|da|von|has|hat)\b|\bwhat(?:.?s| is) (?:in|inside|stored in)\b"
    r"|\bqu[eé] (?:vale|hay en|tiene|contiene)\b|\bque vaut\b|\bwelchen wert\b|\bwas (?:steht|ist) in\b"
    r"|\bo que (?:tem|h[aá]) em\b|\bwhat does \w{1,40} (?:hold|contain)\b|\bwhat value\b",
    re.IGNORECASE,
)


def guess_reply(asked: Question) -> Iterator[Said]:
    """Yield answers to a guess that could not be judged: what its words mean, the values, and how to check it."""
    cannot = asked.say("reply", "attempt") if is_guessing(asked.text) else native(asked.language, "not_understood")
    cannot = f"{cannot} {offers(asked)}"
    told = values_say(asked, values_of(asked.diagnosis, asked.text))
    checks = list(questions(asked.diagnosis))
    names = names_in(asked.diagnosis.program, asked.text)
    value = _values_of_names(asked)
    for meant in named_meanings(asked) if names or re.search(r"[`(]", asked.text) else ():
        yield Said(f"{value} {meant.direct}".strip(), f"{meant.more} {checks[0]}")
    if told:
        yield Said(f"{cannot} {told}")
    for check in checks:
        yield Said(cannot, check if asked.language == "en" else "")


def unknown_reply(asked: Question) -> Iterator[Said]:
    """Yield answers to a question whose kind is not known."""
    yield from named_meanings(asked)
    told = values_say(asked, values_of(asked.diagnosis, asked.text))
    unknown = not_understood(asked)
    if told:
        yield Said(f"{unknown} {told}")
    for other in at_level(asked):
        yield Said(unknown, other if asked.language == "en" else "")
