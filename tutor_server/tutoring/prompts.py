"""Assembles whole prompts from the text files in the folder `prompts`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from tutor_server.llm.provider import Turn
from tutor_server.tutoring.context import LONGEST_LINE_TOKENS, build_context, estimate_tokens
from tutor_server.tutoring.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
    from tutor_protocol import Submission
    from tutor_server.storage.background import EarlierAnswer
    from tutor_server.storage.modules import Module
    from tutor_server.tutoring.context import Context

EXERCISE_CHARACTERS = 4000
"""The maximum number of characters of a module's text in a prompt; a longer text is cut at a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The prompt for a model. `canary` is a word in it that an answer must never contain."""

    system: str
    turns: tuple[Turn, ...]
    canary: str


def assemble(
    context: Context,
    *,
    level: HintLevel,
    student: StudentLevels,
    module: Module | None,
    earlier_answers: Sequence[EarlierAnswer],
    nonce: str,
    canary: str,
    introduction: str = "",
) -> Prompt:
    """Build the prompt. `nonce` and `canary` are fresh random words of this ask.

    `introduction` are the sentences with which the student's answer has begun already.
    """
    system = [
        Template(_text("base")).substitute(nonce=nonce, canary=canary),
        _text(f"level_{level.value}"),
        _text(f"programming_{student.programming}") + _text(f"maths_{student.maths}"),
    ]
    blocks = []
    if module is not None:
        blocks.append(("exercise", _exercise(module)))
    if context.history:
        said = (f"{message.role}: {message.content}" for message in context.history if message.content)
        blocks.append(("earlier conversation", "\n\n".join(said)))
    if earlier_answers:
        blocks.append(("already said about this problem, do not repeat", summarise(earlier_answers)))
    blocks.extend((f"notebook cell {cell.partition(']')[0]}]", cell.partition("\n")[2]) for cell in context.cells)
    blocks.append((f"code, the cursor is on line {context.cursor_line}", context.code))
    if context.diagnostics:
        blocks.append(("reported by the editor", "\n".join(context.diagnostics)))
    if context.traceback:
        blocks.append(("traceback", context.traceback))
    if introduction:
        blocks.append(("your answer begins with this, it is shown already: go on after it", introduction))
    if context.question:
        blocks.append(("question", context.question))
    student_text = "\n\n".join(_block(title, text, nonce) for title, text in blocks if text)
    return Prompt(system="\n".join(system), turns=(Turn("user", student_text),), canary=canary)


def least_tokens(submission: Submission, budget: int) -> int:
    """Return a lower bound for the tokens of any prompt about this submission, with any history.

    It counts the fixed text and the context without history. Earlier messages can displace code from the context, but
    at most by their own length plus one line.
    """
    context = build_context(submission, (), budget)
    cells = (cell.partition("\n")[2] for cell in context.cells)
    parts = (context.code, context.question, context.traceback, *cells, *context.diagnostics)
    tokens = estimate_tokens("".join((_text("base"), *parts)))
    return tokens if tokens <= budget // 2 else max(0, tokens - LONGEST_LINE_TOKENS)


def _block(title: str, text: str, nonce: str) -> str:
    return f"<<{nonce} {title}\n{text}\n{nonce}>>"


def _exercise(module: Module) -> str:
    """Return the module's exercise and learning objectives, and the names that hints may mention."""
    parts = [module.title, module.statement, *(f"- {objective}" for objective in module.objectives)]
    text = "\n".join(filter(None, parts))
    if len(text) > EXERCISE_CHARACTERS:
        text = text[:EXERCISE_CHARACTERS].rsplit(maxsplit=1)[0] + " …"
    names = ", ".join(f"`{name}`" for name in module.allowed_names)
    return f"{text}\nNames of this module that you may mention: {names}" if names else text


@cache
def _text(name: str) -> str:
    return (files("tutor_server.tutoring") / "prompts" / f"{name}.txt").read_text(encoding="utf-8")
