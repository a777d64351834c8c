"""Writes cases to a Markdown file, which people judge by hand, and the known causes to a second file.

A card shows what a student would see, but not the cause. It ends in a form, one line of JSON, which the reader fills
in. `by_hand` reads the file after that.
"""

from __future__ import annotations

import json
import random
import traceback
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.teaching.by_hand import State
    from benchmarks.teaching.followups import Played
    from benchmarks.teaching.rows import Ask, Row
    from tutor_protocol import Submission

_HOW_TO = """\
Read each case as the teacher of a beginner. Run the program if you are not sure. Then fill in the form below it:

- `reader`: your name or a sign for it, the same in all forms.
- `cause`: `yes` if the texts name the true cause, `part` if they name a part of it or only lead near it, `no` if not.
  For an ask that is not about a mistake, and for a question about a hint: whether it is answered.
- `ladder`: `helpful`; `flawed` if a text is true but of little use or badly worded; `generic` if nothing in it needed
  this program; `misleading` if a text says something false or leads away from the cause.
- `note`: at most 200 characters, without code of the program.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case to be judged: what the student sends, and the known facts (`truth`), which the card does not show."""

    row: str
    family: str
    submission: Submission
    truth: dict[str, object]
    played: Played | None = None
    """The hint, the question about it and the answer, if the case is a question about a hint."""


def case_of_row(row: Row) -> Case:
    """Return the case of a program with a mistake."""
    truth: dict[str, object] = {"cause": row.cause, "cause_line": row.cause_lines, "fixed": row.fixed}
    return Case(row=row.id, family=row.family, submission=row.submission(), truth=truth)


def case_of_ask(ask: Ask) -> Case:
    """Return the case of an ask, which may have another purpose than to find a mistake."""
    return Case(row=ask.id, family="ask", submission=ask.submission, truth={"purpose": ask.purpose})


def case_of_follow_up(played: Played) -> Case:
    """Return the case of a question about a hint."""
    truth: dict[str, object] = {"wanted": played.row.wanted}
    return Case(row=played.row.id, family="follow-up", submission=played.row.first, truth=truth, played=played)


def draw(cases: Sequence[Case], number: int, seed: int) -> list[Case]:
    """Return at most `number` cases, drawn by a random seed, equally many of each family, in random order.

    In the family `logic`, half of the programs have a report or question. If a family or half has too few cases, cases
    of the other ones take their places.
    """
    drawing = random.Random(seed)
    groups: dict[str, dict[bool, list[Case]]] = {}
    for case in sorted(cases, key=lambda case: (case.family, case.row)):
        is_told = _is_told(case.submission) or case.family != "logic"
        groups.setdefault(case.family, {}).setdefault(is_told, []).append(case)
    lines = [_mixed([drawing.sample(half, len(half)) for half in halves.values()]) for halves in groups.values()]
    chosen = _mixed(lines)[:number]
    return drawing.sample(chosen, len(chosen))


def _is_told(asked: Submission) -> bool:
    """Return whether an ask has a report or a question."""
    return bool(asked.traceback or asked.question or asked.test_report)


def write(path: Path, cases: Sequence[Case], state: State) -> None:
    """Write the cards to a file, and the known facts about their cases to `<file>.key.md`."""
    numbered = [(f"{number:03}", case) for number, case in enumerate(cases, 1)]
    head = f"# Cases to judge\n\n{state.as_line()}\n\n{_HOW_TO}"
    cards = [head, *(card(number, case) for number, case in numbered)]
    keys = [f"# What is true of the cases\n\n{state.as_line()}", *(key(number, case) for number, case in numbered)]
    path.write_text("\n\n".join(cards) + "\n", encoding="utf-8")
    path.with_name(f"{path.name}.key.md").write_text("\n\n".join(keys) + "\n", encoding="utf-8")


def card(number: str, case: Case) -> str:
    """Return one case as Markdown: the program, the report, the question, the texts, the edit and the form."""
    form = {"case": number, "family": case.family, "reader": "", "cause": "", "ladder": "", "note": ""}
    lines = [f"## Case {number} ({case.family})", *_sent(case.submission)]
    lines += _answers(case.submission) if case.played is None else _question_and_answer(case.played)
    return "\n".join([*lines, "", json.dumps(form)])


def _sent(asked: Submission) -> list[str]:
    """Return the lines about what the student sends: the program, the report and the question."""
    lines = ["", _fenced(_numbered(asked.code), "text")]
    lines += ["", f"Cursor on line {asked.cursor.line + 1}."]
    if asked.language != "python":
        lines[-1] += f" Language of the file: {asked.language}."
    first = asked.test_report.first_failure if asked.test_report is not None else None
    reported = asked.traceback or (first.message if first is not None else compiler_message(asked))
    lines += ["", "Error or failing test:", "", _fenced(reported, "text")] if reported else []
    return [*lines, *(["", f"The student asks: “{asked.question}”"] if asked.question else [])]


def _answers(asked: Submission) -> list[str]:
    """Return the lines about the answers of all levels, and the edit."""
    answers = [explain(asked, level, StudentLevels()) for level in HintLevel]
    answer = answers[-1]
    shown = ", ".join(map(str, answer.lines))
    lines = ["", f"Rule `{answer.rule}`, certainty `{answer.certainty}`, lines {shown}."]
    for level, said in zip(HintLevel, answers, strict=True):
        lines += ["", f"**Level {int(level)}, {level.name.lower()}**", "", _quoted(said.text)]
    if answer.edit is not None:
        edit = answer.edit
        lines += ["", f"Edit of line {edit.line}:", ""]
        lines += [_fenced("\n".join([*_marked("-", edit.before), *_marked("+", edit.after)]), "diff")]
    else:
        lines += ["", "No edit."]
    return lines


def _question_and_answer(played: Played) -> list[str]:
    """Return the lines about a hint, the question about it, its answer, and the levels around them."""
    first, asked = played.row.first, played.row.asked
    lines = ["", f"**The hint, level {played.level_before}**", "", _quoted(played.hint)]
    if asked.code != first.code:
        lines += ["", "Then the student changes the program:", "", _fenced(_numbered(asked.code), "text")]
        lines += ["", "Its error:", "", _fenced(asked.traceback, "text")] if asked.traceback else []
    lines += ["", f"**The question:** “{asked.question}”"]
    return [*lines, "", f"**The answer, level {played.level_after} after it**", "", _quoted(played.answer)]


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def compiler_message(asked: Submission) -> str:
    """Return Python's error message for code that does not compile; empty if it compiles or is in another language."""
    if asked.language != "python":
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(asked.code, "program.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return "".join(traceback.format_exception_only(error)).rstrip()
    except ValueError as error:
        return str(error)
    return ""


def key(number: str, case: Case) -> str:
    """Return the known facts about a case as Markdown: its row, the cause and its lines, and the fixed program."""
    lines = [f"## Case {number}", "", f"Row `{case.row}`."]
    for name, value in case.truth.items():
        text = value if isinstance(value, str) else json.dumps(value)
        lines += ["", f"{name}:", "", _fenced(text, "text")] if "\n" in text else ["", f"{name}: {text}"]
    return "\n".join(lines)


def _mixed(groups: Sequence[Sequence[Case]]) -> list[Case]:
    """Return the members of the groups in turn, one from each group, until all groups are exhausted."""
    longest = max((len(group) for group in groups), default=0)
    return [group[number] for number in range(longest) for group in groups if number < len(group)]


def _numbered(code: str) -> str:
    return "\n".join(f"{number:3}  {line}".rstrip() for number, line in enumerate(code.splitlines(), 1))


def _marked(mark: str, text: str) -> list[str]:
    return [f"{mark}{line}" for line in text.split("\n")]


def _fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"
