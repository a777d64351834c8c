"""Answers to guesses and proposals: each is tried in the evaluator or held against what is known of the program."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said, at_level, reported_line
from tutor_pedagogy.dialogue.claims import judged_claims
from tutor_pedagogy.dialogue.differences import difference_of
from tutor_pedagogy.dialogue.kinds import is_tried
from tutor_pedagogy.dialogue.meaning import named_line
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.proposals import proposals
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.trying import Laboratory
from tutor_pedagogy.dialogue.values import values_of
from tutor_pedagogy.dialogue.wordings import code_line, questions
from tutor_pedagogy.offline.engine.writing import code_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.dialogue.proposals import Proposal
    from tutor_pedagogy.dialogue.trying import Trial

_MOST_PROPOSALS = 3
_LONGEST_OUTPUT, _MOST_OUTPUT = 80, 3
_OUTCOME = re.compile(
    r"\bwhat (?:happens|would|will|if)|\bwas passiert|\bwas w[aä]re|\bqu[eé] pasa|\bque se passe|\bo que acontece",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"\b(?:every|each|all|jede\w?|cada|chaque|toda) (?:functions?|methods?|class(?:es)?|programs?|funktion|methode"
    r"|funci[oó]n|fonction|fun[cç][aã]o)\b",
    re.IGNORECASE,
)
"""Words of a question about all programs, which the trial in one program does not answer."""
_WRONG = re.compile(r"wrong|problem|place|because|mistake|fault|falsch|fehler|mal\b|faux|errad", re.IGNORECASE)
_ORDER = ("mended", "wrong", "other", "same", "unreadable", "unknown")
_MOST_ASKED_LINES = 2


def judge_line(asked: Question) -> Iterator[Said]:
    """Yield answers to a question whether a line is the one that the hint means."""
    named = named_line(asked.text)
    if named is None and (numbers := re.findall(r"\d{1,5}", asked.text)):
        named = int(numbers[0])
    said = _of_line(asked, named or 0)
    for other in at_level(asked):
        yield Said(said, other)
    yield Said(said)


def _of_line(asked: Question, named: int) -> str:
    line, diagnosis = asked.line, asked.diagnosis
    is_sure = diagnosis.ladder is None and diagnosis.cause.certainty != "start_here"
    if named == line or named in diagnosis.finding.lines or named in diagnosis.finding.also:
        return asked.say("reply", "line_yes" if is_sure else "line_start", line=named)
    if named == reported_line(diagnosis):
        return asked.say("reply", "line_reported", asked=named, line=line)
    return asked.say("reply", "line_no" if is_sure else "line_other", asked=named, line=line)


def judge_place(asked: Question) -> Iterator[Said]:
    """Yield the answer to a question whether a line that it quotes, such as a `return`, is the wrong one."""
    if not re.search(
        r"wrong|problem|place|because|mistake|fault|falsch|fehler|mal\b|faux|errad", asked.text, re.IGNORECASE
    ):
        return
    program = asked.diagnosis.program
    quoted = re.search(r"\b(?:return|break|continue|print|else|elif|import|global)\b(?: \w{1,20})?", asked.text)
    if quoted is None:
        return
    lines = _lines_with(program.lines, quoted[0]) or _lines_with(program.lines, quoted[0].partition(" ")[0])
    if not lines or len(lines) > _MOST_ASKED_LINES + 1:
        return
    if code_line(asked.diagnosis) in lines:
        yield Said(_of_line(asked, asked.line), next(questions(asked.diagnosis)))
        return
    shown = [str(program.shown(line)) for line in lines[:_MOST_ASKED_LINES]]
    code = code_span(program.line(lines[0]).strip())
    no = asked.say("verdict", "no")
    if asked.diagnosis.cause.certainty != "start_here" and asked.diagnosis.ladder is None:
        said = asked.say(
            "claim", "line_not", asked=f" {asked.say('listing', 'and')} ".join(shown), code=code, line=asked.line
        )
        yield Said(f"{no} {said}", next(questions(asked.diagnosis)))


def _lines_with(lines: Sequence[str], start: str) -> list[int]:
    return [at for at, text in enumerate(lines, 1) if re.match(rf"\s*{re.escape(start.strip())}(?!\w)", text)]


def judge_claims(asked: Question, *, is_guess: bool) -> Iterator[Said]:
    """Yield answers to claims about the program, each with a question on the hint's line after it, and without."""
    values = values_of(asked.diagnosis, asked.text)
    for said in judged_claims(asked, values, is_guess=is_guess):
        yield Said(said)


def judge_change(asked: Question) -> Iterator[Said]:
    """Yield answers to a proposed change, tried in the evaluator; nothing if the question proposes none."""
    diagnosis = asked.diagnosis
    laboratory = Laboratory(diagnosis)
    for number, proposal in enumerate(proposals(diagnosis, asked.text)):
        if number == _MOST_PROPOSALS:
            return
        trials = [laboratory.attempt(code) for code in proposal.versions]
        if not laboratory.is_about_names and not proposal.is_moved:
            trials = [trial for trial in trials if trial.exception != "NameError"]
        if not trials:
            continue
        best = min(trials, key=lambda trial: (_ORDER.index(trial.ending), not trial.is_known_edit, not trial.output))
        if is_tried(asked.text) and (failing := [trial for trial in trials if trial.ending in ("same", "other")]):
            best = min(failing, key=lambda trial: _ORDER.index(trial.ending) if trial.ending != "same" else -1)
        if (
            best.ending in ("same", "other")
            and not is_tried(asked.text)
            and len({_outcome(trial) for trial in trials}) > 1
        ):
            yield Said(told(asked, "not_yet", "several_readings"), next(questions(diagnosis)))
            return
        said = list(_verdict(asked, laboratory, proposal, best))
        if said:
            yield from said
            return


def _outcome(trial: Trial) -> tuple[str, str, int]:
    return trial.ending, trial.exception, trial.line


def _verdict(asked: Question, laboratory: Laboratory, proposal: Proposal, trial: Trial) -> Iterator[Said]:
    """Yield what the trial of a proposal shows, with yes or no in front if the question asks for that."""
    edit = asked.diagnosis.finding.edit
    is_known_word = bool(proposal.word) and edit is not None and _is_added(proposal.word, edit.before, edit.after)
    question = difference_of(asked) or next(questions(asked.diagnosis))
    match trial.ending:
        case "mended":
            is_other_way = bool(proposal.word) and edit is not None and not is_known_word and not trial.is_known_edit
            for said in _mended_texts(asked, laboratory, trial, is_other_way=is_other_way):
                short = native(asked.language, "own_parentheses", name=proposal.short) if proposal.short else ""
                yield Said(f"{said.direct} {short}".strip(), said.more)
        case "other" if is_known_word:
            slots = {"name": proposal.word, "line": line_of(asked, trial), "exception": trial.exception}
            yield Said(told(asked, "", "right_idea", **slots), question)
        case "unreadable" if _is_doubtful(proposal):
            pass
        case "unknown":
            yield from _outcomes(asked, laboratory, trial)
        case _:
            yield Said(_failed(asked, laboratory, trial, is_moved=proposal.is_moved), question)
    if is_known_word:
        yield Said(told(asked, "yes", "concept_yes"), question)


def told(asked: Question, opening: str, name: str, /, **slots: object) -> str:
    """Return a verdict, with yes or no in front unless the question is what happens."""
    is_open = _OUTCOME.search(asked.text) or _GENERAL.search(asked.text)
    word = "" if not opening or is_open else asked.say("verdict", opening)
    return f"{word} {asked.say('verdict', name, **slots)}".strip()


def line_of(asked: Question, trial: Trial) -> int:
    """Return the line of a trial's exception as the editor numbers it, or that of the hint."""
    return asked.diagnosis.program.shown(trial.line) if trial.line else asked.line


def _mended_texts(asked: Question, laboratory: Laboratory, trial: Trial, *, is_other_way: bool) -> Iterator[Said]:
    exception = laboratory.crash.exception if laboratory.crash is not None else ""
    name = _mended(asked, laboratory, trial)
    said = told(asked, "" if is_other_way else "yes", name, exception=exception, result=trial.result)
    if is_other_way:
        yield Said(f"{said} {asked.say('verdict', 'another_way')}")
    yield Said(f"{said} {_printed(asked, trial.output)}")
    yield Said(said)


def _failed(asked: Question, laboratory: Laboratory, trial: Trial, *, is_moved: bool = False) -> str:
    """Return the verdict on a change that does not mend the program."""
    slots = {"exception": trial.exception, "line": line_of(asked, trial)}
    match trial.ending:
        case "same" if trial.exception:
            return told(asked, "no", "same_exception", **slots)
        case "same":
            return told(asked, "no", "same_loop")
        case "other":
            said = told(asked, "not_yet", "other_exception", **slots)
            is_unknown = is_moved and trial.exception == "NameError" and asked.language == "en"
            return f"{said} {table('facts')['moved_out']}" if is_unknown else said
        case "wrong" if laboratory.symptom is not None:
            expected = _bare(laboratory.symptom.expected or "")
            return told(asked, "no", "wrong_result", result=trial.result, expected=expected)
    was_readable = asked.diagnosis.program.fault is None
    return told(asked, "no", "unreadable" if was_readable else "still_unreadable")


def _outcomes(asked: Question, laboratory: Laboratory, trial: Trial) -> Iterator[Said]:
    """Yield what a program prints after a change of which nothing says whether it is right."""
    before = laboratory.before
    if trial.output is None or before is None:
        return
    if before.ending == "stopped" and before.is_certain:
        yield Said(told(asked, "", "mended_loop"), asked.say("verdict", "another_way"))
    elif before.ending == "finished" and before.output == trial.output:
        yield Said(told(asked, "", "prints_same"), next(questions(asked.diagnosis)))
    elif output := shown_output(trial.output):
        yield Said(told(asked, "", "prints", output=output), asked.say("verdict", "another_way"))


def _is_doubtful(proposal: Proposal) -> bool:
    """Return whether a version that Python cannot read may not be what the student means."""
    return not proposal.word or keyword.iskeyword(proposal.word)


def _mended(asked: Question, laboratory: Laboratory, trial: Trial) -> str:
    """Return the name of the text that says in what way a change mends the program."""
    if asked.diagnosis.program.fault is not None:
        return "mended_syntax"
    if trial.result:
        return "mended_result"
    crash = laboratory.crash
    if crash is not None and crash.exception != "AssertionError" and trial.is_known_crash:
        return "mended_exception"
    symptom = laboratory.symptom
    if symptom is not None and "endless" in symptom.kinds and trial.output is not None:
        return "mended_loop"
    return "mended"


def _is_added(word: str, before: str, after: str) -> bool:
    pattern = rf"(?<!\w){re.escape(word)}(?!\w)" if word.isidentifier() else re.escape(word)
    return len(re.findall(pattern, after)) > len(re.findall(pattern, before))


def _bare(value: str) -> str:
    return value.replace("`", "'")


def _printed(asked: Question, output: str | None) -> str:
    shown = shown_output(output)
    return asked.say("verdict", "now_prints", output=shown) if shown else ""


def shown_output(output: str | None) -> str:
    """Return what a program prints, as code spans of its lines; "" if it is too long or nothing."""
    lines = [line for line in (output or "").split("\n") if line.strip()]
    if (
        not lines
        or len(lines) > _MOST_OUTPUT
        or sum(map(len, lines)) > _LONGEST_OUTPUT
        or any("`" in line for line in lines)
    ):
        return ""
    return ", ".join(f"“{line.strip()}”" for line in lines)


def judge_program(asked: Question) -> Iterator[Said]:
    """Yield answers to a question whether the program is right now: what a run of it as it stands shows."""
    diagnosis = asked.diagnosis
    program = diagnosis.program
    no = asked.say("verdict", "not_yet")
    question = next(questions(diagnosis))
    if program.fault is not None:
        told = asked.say("verdict", "now_unreadable", line=program.shown(program.fault.line))
        yield Said(f"{no} {told}", question)
        return
    laboratory = Laboratory(diagnosis)
    trial = laboratory.as_it_is()
    values = {"exception": trial.exception, "line": program.shown(trial.line), "result": trial.result}
    expected = _bare(laboratory.symptom.expected or "") if laboratory.symptom is not None else ""
    output = _printed(asked, trial.output)
    limit = asked.say("verdict", "now_limit")
    is_found = diagnosis.ladder is None and diagnosis.cause.certainty != "start_here"
    match trial.ending:
        case "mended":
            yield Said(f"{asked.say('verdict', 'yes')} {asked.say('verdict', 'now_result', **values)} {limit}")
        case "wrong":
            yield Said(f"{no} {asked.say('verdict', 'now_wrong', **values, expected=expected)}", question)
        case "other" | "same" if trial.exception:
            yield Said(f"{no} {asked.say('verdict', 'now_raises', **values)}", question)
        case "same":
            yield Said(f"{no} {asked.say('verdict', 'now_endless')}", question)
        case "unknown" if trial.has_finished and not is_found:
            typed = laboratory.typed
            with_input = asked.say("verdict", "now_typed", typed=typed[0]) if typed else ""
            finishes = asked.say("verdict", "now_finishes")
            yield Said(" ".join(filter(None, (finishes, with_input, output, limit))))
            yield Said(" ".join(filter(None, (finishes, with_input, limit))))
    place = asked.place
    if not is_found:
        yield Said(asked.say("reply", "checked_open", place=place))
    for other in at_level(asked):
        name = "checked_no" if is_found else "checked_open"
        yield Said(asked.say("reply", name, place=place), other)
