"""A change that the student tells of, but that the program of the question does not contain: it is tried in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.fragments import fragments
from tutor_pedagogy.dialogue.judging import line_of, shown_output
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.proposals import proposals
from tutor_pedagogy.dialogue.trying import Laboratory
from tutor_pedagogy.dialogue.word_changes import WordChanges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_DONE = re.compile(
    r"\bi(?:.ve| have| just)? ?(?:changed|put|added|replaced|wrote|typed|used|made|removed|deleted|moved|swapped)\b"
    r"|\bich habe? .{0,40}(?:ge[aä]ndert|ersetzt|hinzugef[uü]gt|gel[oö]scht)"
    r"|\b(?:cambi[eé]|puse|he cambiado|he puesto)\b"
    r"|\bj.ai (?:chang[eé]|m[i]s|remplac[eé]|ajout[eé])|\b(?:mudei|troquei|coloquei)\b",
    re.IGNORECASE,
)
_AND_NOW = re.compile(
    r"\bnow\b|\band (?:it.?s|its|it|then|there|i get|get)\b|\bbut (?:it|then|there|i get|now)\b|\bjetzt\b|\bahora\b"
    r"|\bmaintenant\b|\bagora\b",
    re.IGNORECASE,
)
_FAILS = re.compile(r"error|exception|crash|stops|fehler|erreur|err[o]\b", re.IGNORECASE)


def reported_replies(asked: Question) -> Iterator[Said]:
    """Yield what the program does with the change of which a student tells, if it does not contain it yet."""
    if not _DONE.search(asked.text) or not _AND_NOW.search(asked.text):
        return
    diagnosis, laboratory = asked.diagnosis, Laboratory(asked.diagnosis)
    proposal = next(proposals(diagnosis, asked.text), None)
    versions = [code for code in proposal.versions if code != diagnosis.program.code] if proposal is not None else []
    trials = [laboratory.attempt(code) for code in versions]
    is_failing = _FAILS.search(asked.text) is not None
    fitting = [trial for trial in trials if is_failing == bool(trial.exception)]
    is_first = bool(fitting) and fitting[0] is trials[0]
    if not is_first and len({(trial.ending, trial.exception, trial.output) for trial in fitting}) != 1:
        pieces = fragments(asked.text, diagnosis.program)
        if pieces and not any(WordChanges(diagnosis).has(piece) for piece in pieces):
            yield Said(native(asked.language, "not_here_only"))
        return
    trial, language = fitting[0], asked.language
    said = native(language, "not_here")
    if trial.ending == "unreadable" and trial.line:
        yield Said(f"{said} {native(language, 'it_unreadable', line=line_of(asked, trial))}")
        return
    before = laboratory.before
    known = shown_output(before.output) if before is not None and before.ending == "finished" else ""
    printed = native(language, "it_printed", output=known) if known else ""
    if trial.exception:
        told = native(language, "it_raises", line=line_of(asked, trial), exception=trial.exception)
    elif output := shown_output(trial.output):
        told = native(language, "it_prints", output=output)
    else:
        return
    yield Said(" ".join(filter(None, (said, told, printed))))
    yield Said(f"{said} {told}")
