"""Answers to a student's questions about an earlier hint, at the depth of that hint."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from itertools import chain
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
from tutor_pedagogy.dialogue.choosing import counted, fresh
from tutor_pedagogy.dialogue.depth import until_too_deep
from tutor_pedagogy.dialogue.expressions import expression_answers, plain_names, values_say
from tutor_pedagogy.dialogue.judging import (
    judge_change,
    judge_claims,
    judge_concept,
    judge_line,
    judge_place,
    judge_program,
)
from tutor_pedagogy.dialogue.kinds import is_guessing, kind_of, without_opening
from tutor_pedagogy.dialogue.meaning import names_in, word_meaning, word_says
from tutor_pedagogy.dialogue.names import own_names
from tutor_pedagogy.dialogue.tables import LANGUAGES, filled, sentence, table, words
from tutor_pedagogy.dialogue.values import Values, article
from tutor_pedagogy.dialogue.what_if import what_if
from tutor_pedagogy.dialogue.wordings import (
    code_line,
    examples_of_form,
    ideas,
    other_examples,
    place_of,
    plan_of,
    questions,
    wordings,
)
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline.engine.diagnosis import examine, explanation_of
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.offline.purposes.questions import language_of_question
from tutor_pedagogy.offline.purposes.texts import quoted
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.offline import Explanation
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis
    from tutor_protocol import Submission

_MOST_VALUES, _MOST_CALLS = 4, 60
_STEM = 5
_ABOUT_VALUE = re.compile(
    r"\b(?:value|hold|holds|contain|contains|equal|equals|wert|valor|valeur|vale|contiene|enth[aä]lt)\b"
    r"|\bwhat(?:.?s| is| are)\b",
    re.IGNORECASE,
)


def reply(submission: Submission, level: HintLevel, student: StudentLevels, talk: Talk) -> Explanation:
    """Return the answer to a question about an earlier answer. It says no more than a hint of this level may."""
    told = talk.follow_up_to
    question = (submission.question or "").strip()
    diagnosis = examine(replace(submission, question=told.question if told is not None else None))
    core = without_opening(question)
    kind = kind_of(core) if question else "confused"
    if kind == "confused" and told is not None:
        level = HintLevel(min(level, told.hint_level))
    language = language_of_question(question)
    asked = Question(core, diagnosis, level, student, language if language in LANGUAGES else "en")
    texts = chain(_direct(asked, kind), _REPLIES[kind](asked) if kind is not None else (), _unknown(asked))
    whole = (asked.whole(said) for said in until_too_deep(texts))
    text = fresh(whole, talk.said, Program(submission), level, is_first_tested=False)
    text = text or counted(asked.line, talk.said)
    return explanation_of(diagnosis, text)


_GUESSES = frozenset(("line", "try", "guess", "why", "how", "meaning", "where", "next", None))


def _direct(asked: Question, kind: str | None) -> Iterator[Said]:
    """Yield what can be checked of a question: a change that it proposes, a claim, the value of a piece of code."""
    if kind not in _GUESSES:
        return
    is_guess = is_guessing(asked.text)
    if is_guess or kind in ("try", "guess", None):
        yield from judge_place(asked)
        yield from judge_change(asked)
    if kind == "line" and is_guess:
        return
    is_claim = is_guess or kind in ("guess", None)
    if kind in ("meaning", "why") and not is_claim:
        yield from _expressions(asked)
    if kind not in ("try", "why") or is_guess:
        yield from judge_claims(asked, is_guess=is_claim)
    if kind in ("guess", None) or is_guess:
        yield from judge_concept(asked)
    if kind in ("try", "guess", None) or is_claim:
        yield from _expressions(asked)


def _expressions(asked: Question) -> Iterator[Said]:
    """Yield what the pieces of code mean that a question contains."""
    told = values_say(asked, Values(asked.diagnosis, asked.text)) if asked.text.lower().startswith("why") else ""
    for direct, read in expression_answers(asked):
        yield Said(f"{direct} {told}".strip(), read)
        yield Said(direct)
        if (values := re.findall(r"`[^`\n]*`", direct)) and len(values) > 1:
            yield Said(asked.say("claim", "its_value", value=values[-1]))


def _thanks(asked: Question) -> Iterator[Said]:
    if asked.language != "en":
        yield Said(asked.say("reply", "thanks_short", line=asked.line))
    for text in table("texts")["reply"]["thanks"]:
        yield Said(filled(text, line=asked.line))


def _solution(asked: Question) -> Iterator[Said]:
    name = "solution_here" if asked.level is HintLevel.SOLUTION else "solution_early"
    for other in at_level(asked):
        yield Said(asked.say("reply", name, level=int(asked.level)), other)


def _example(asked: Question) -> Iterator[Said]:
    if asked.level < HintLevel.EXAMPLE:
        early = asked.say("reply", "example_early", line=asked.line)
        if asked.level > HintLevel.QUESTION:
            for example in examples_of_form(asked.diagnosis):
                yield Said(early, f"{example.before}\n\n{fenced(example.code)}\n\n{example.after}")
        for question in questions(asked.diagnosis):
            yield Said(early, question)
        return
    link = asked.say("reply", "example_link", line=asked.line)
    for example in other_examples(asked.diagnosis):
        yield Said(link, f"{example.before}\n\n{fenced(example.code)}\n\n{example.after}")


def _where(asked: Question) -> Iterator[Said]:
    where = asked.say("reply", "where", place=quoted_place(asked))
    if re.search(r"\bsee\b|\bfind\b|\bcheck\b|\bsehe\b|\bfinde\b|\bver\b|\bvoir\b", asked.text, re.IGNORECASE):
        yield Said(f"{where} {_how_to_look(asked)}".strip())
    if names := names_on_line(asked):
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
    about = loop.test if isinstance(loop, ast.While) else node
    names = [part.id for part in walk(about) if isinstance(part, ast.Name) and part.id in program.bound_names]
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


def quoted_place(asked: Question) -> str:
    """Return the line of the hint with its code, in the language of the question."""
    code = quoted(asked.diagnosis.program.line(code_line(asked.diagnosis)).strip())
    place = asked.say("reply", "place", line=asked.line)
    return f"{place}, {code}" if code else place


def _confused(asked: Question) -> Iterator[Said]:
    """Yield the hint in other words, for beginners, with the values that the program has."""
    yield from _named_in_hint(asked)
    direct = asked.say("reply", "confused", line=asked.line)
    told = values_say(asked, Values(asked.diagnosis, asked.text)) if asked.diagnosis.ladder is None else ""
    if asked.level is HintLevel.QUESTION and (said := hinted_line_says(asked.diagnosis)):
        yield Said(f"{direct} {line_in(asked)} {told}".strip(), f"{said} {next(questions(asked.diagnosis))}")
    simpler = wordings(asked.diagnosis, asked.level, StudentLevels(1, 1))
    for other in chain(ideas(asked.diagnosis) if asked.level >= HintLevel.CONCEPT else (), simpler):
        yield Said(f"{direct} {told}".strip(), other)


def _named_in_hint(asked: Question) -> Iterator[Said]:
    """Yield the meanings of what the words ask about after “mean” or in quotation marks."""
    if re.search(r"\bmean(?:s|t)? (?:by|with)\b|[`\"\u201c]", asked.text):
        for said in named_meanings(asked):
            for question in questions(asked.diagnosis):
                yield Said(said.direct, f"{said.more} {question}")


def _next(asked: Question) -> Iterator[Said]:
    look = _how_to_look(asked) if asked.diagnosis.finding.error_type != "syntax" else ""
    first = asked.say("reply", "next_line", place=quoted_place(asked))
    for other in at_level(asked):
        yield Said(f"{first} {look}".strip(), other)


def _how(asked: Question) -> Iterator[Said]:
    if re.search(r"\b(?:see|find|know|check|notice|debug|sehe|finde)\b", asked.text, re.IGNORECASE):
        yield from _where(asked)
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


def _try(asked: Question) -> Iterator[Said]:
    yield from what_if(asked)
    tried = asked.say("reply", "try_it", line=asked.line)
    for gist in named_meanings(asked):
        yield Said(f"{gist.direct} {tried}", gist.more)
    yield Said(tried)


def _why(asked: Question) -> Iterator[Said]:
    values = Values(asked.diagnosis, asked.text)
    told = values_say(asked, values) or line_in(asked)
    if re.match(r"(?:what|which)\b", asked.text, re.IGNORECASE):
        for meant in named_meanings(asked):
            yield Said(meant.direct, f"{meant.more} {next(ideas_at_level(asked), '')}".strip())
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


def _meaning(asked: Question) -> Iterator[Said]:
    program = asked.diagnosis.program
    value = _value_of_name(asked) or _argument_says(asked)
    for said in named_meanings(asked):
        direct = (
            f"{value} {said.direct}"
            if re.search(r"\b(?:lines?|zeile|l[ií]nea|ligne|linha) \d", asked.text, re.I)
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


def _argument_says(asked: Question) -> str:
    """Return what a function that a question names gets in this program, or what is None there; "" if not known."""
    program = asked.diagnosis.program
    values = Values(asked.diagnosis, asked.text)
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
    values = Values(asked.diagnosis, asked.text)
    for name in plain_names(asked):
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


def _guess(asked: Question) -> Iterator[Said]:
    """Yield answers to a guess that could not be judged: what its words mean, the values, and how to check it."""
    cannot = asked.say("reply", "attempt")
    told = values_say(asked, Values(asked.diagnosis, asked.text))
    checks = list(questions(asked.diagnosis))
    names = names_in(asked.diagnosis.program, asked.text)
    value = _values_of_names(asked)
    for meant in named_meanings(asked) if names or re.search(r"[`(]", asked.text) else ():
        yield Said(f"{value} {meant.direct}".strip(), f"{meant.more} {checks[0]}")
    if told:
        yield Said(f"{cannot} {told}", checks[0])
    for check in checks:
        yield Said(cannot, check)


def _unknown(asked: Question) -> Iterator[Said]:
    yield from named_meanings(asked)
    told = values_say(asked, Values(asked.diagnosis, asked.text))
    unknown = asked.say("reply", "unknown", line=asked.line)
    for other in at_level(asked):
        yield Said(f"{unknown} {told}".strip(), other)
        yield Said(unknown, other)


_REPLIES: Mapping[str, Callable[[Question], Iterator[Said]]] = {
    "thanks": _thanks,
    "solution": _solution,
    "example": _example,
    "where": _where,
    "line": judge_line,
    "confused": _confused,
    "next": _next,
    "checked": judge_program,
    "how": _how,
    "try": _try,
    "why": _why,
    "meaning": _meaning,
    "guess": _guess,
}
