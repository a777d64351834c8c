"""Guesses at a cause that say what the finding of the hint says already, in other words."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.meaning import names_in
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.wordings import questions
from tutor_pedagogy.offline.engine.writing import code_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_CAUSE = re.compile(
    r"\b(?:is|isn.?t) (?:it|that|this) (?:just |maybe |only )?(?:because|bc|cuz|cause|coz)\b"
    r"|\b(?:liegt (?:es|das) daran|ist es,? weil)\b"
    r"|\bes porque\b|\bc.est (?:parce qu|[aà] cause)|(?:^|\s)[eé] porque\b",
    re.IGNORECASE,
)
"""The words of a guess at the cause."""
_NOT = re.compile(r"\b(?:not|never|n.t|nicht|kein\w*|no|ne|pas|jamais|n[aã]o|nunca)\b|n't\b", re.IGNORECASE)
_ZERO = re.compile(r"(?<![\w.])(?:0|zero|null|cero|z[eé]ro)(?![\w.])", re.IGNORECASE)


def judge_finding(asked: Question) -> Iterator[Said]:
    """Yield a yes to a guess at the cause that names what was found, with a question on the line that it is about."""
    diagnosis = asked.diagnosis
    if diagnosis.ladder is not None or not _CAUSE.search(asked.text):
        return
    yes = asked.say("verdict", "yes")
    if name := _zero(asked):
        yield Said(f"{yes} {native(asked.language, 'is_zero', name=code_span(name), line=asked.line)}")
        return
    if diagnosis.cause.certainty == "start_here" or not _is_finding(asked):
        return
    said = f"{yes} {native(asked.language, 'is_meant', line=asked.line)}"
    for question in questions(diagnosis):
        yield Said(said, question)
    yield Said(said)


def _is_finding(asked: Question) -> bool:
    """Return whether the words of a guess, without a not, are those of the rule that has found the mistake."""
    rule = asked.diagnosis.finding.rule.rpartition(".")[2]
    entries = (entry for entry in table("signs")["finding"] if rule in entry["rules"])
    text = asked.text
    return any(
        not _NOT.search(text) and all(re.search(words, text, re.IGNORECASE) for words in entry["words"])
        for entry in entries
    )


def _zero(asked: Question) -> str:
    """Return the name that the reported line divides by if a guess says of it that it is zero; else ""."""
    program, finding = asked.diagnosis.program, asked.diagnosis.finding
    if finding.rule != "runtime.division-by-zero" or not _ZERO.search(asked.text) or _NOT.search(asked.text):
        return ""
    divisors = {
        node.right.id
        for node in program.each(ast.BinOp)
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod)
        and isinstance(node.right, ast.Name)
        and node.lineno in finding.lines
    }
    return next(iter(divisors)) if len(divisors) == 1 and divisors == set(names_in(program, asked.text)) else ""
