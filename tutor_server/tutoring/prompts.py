"""Assembles whole prompts from texts and the student's material, so that successive prompts begin alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_server.llm.provider import Turn
from tutor_server.tutoring.context import LONGEST_LINE_TOKENS, build_context, estimate_tokens
from tutor_server.tutoring.earlier_turns import turns_of
from tutor_server.tutoring.known_facts import known_text
from tutor_server.tutoring.prompt_texts import filled_text, prompt_text

if TYPE_CHECKING:
    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_protocol import Submission
    from tutor_server.storage.modules import Module
    from tutor_server.tutoring.context import Context
    from tutor_server.tutoring.known_facts import KnownFacts

EXERCISE_CHARACTERS = 4000
"""The maximum number of characters of a module's text in a prompt; a longer text is cut at a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The prompt for a model.

    `system` begins with the rules that are the same for all, then come the texts of the installation and the module,
    of the student's levels, and last the marker word. `shared` are the numbers of its characters after which the rules
    and the texts of the student's levels end: other prompts have the same beginnings. The hint level's text ends the
    last turn, because all before this turn is equal in each prompt of a session about a problem.
    """

    system: str
    shared: tuple[int, ...]
    turns: tuple[Turn, ...]

    @property
    def stable_tokens(self) -> int:
        """The estimated tokens before the last turn, which a provider may write to its cache."""
        return estimate_tokens(self.system) + sum(estimate_tokens(turn.content) for turn in self.turns[:-1])

    @property
    def tokens(self) -> int:
        """The estimated tokens of the whole prompt."""
        return self.stable_tokens + estimate_tokens(self.turns[-1].content)


def assemble(
    context: Context,
    *,
    level: HintLevel,
    student: StudentLevels,
    module: Module | None,
    known: KnownFacts,
    marker: str,
    introduction: str = "",
    keeps_code: bool = True,
) -> Prompt:
    """Build the prompt. `marker` is a secret word; `keeps_code` is whether code in earlier answers is stored.

    `introduction` are the sentences with which the student's answer has begun already.
    """
    rules = prompt_text("base")
    installation = "" if keeps_code else prompt_text("code_not_kept")
    shared = "\n".join((rules, installation + _task(module) + _student(student)))

    def block(title: str, text: str) -> str:
        return f"<<{marker} {title}\n{text}\n{marker}>>"

    blocks = [block(title, text) for title, text in _material(context, introduction) if text]
    last = "\n\n".join((*blocks, known_text(known, context.question) + level_text(level)))
    return Prompt(
        system=shared + filled_text("marker", marker=marker),
        shared=(len(rules), len(shared)),
        turns=(*turns_of(context.history, block), Turn("user", last)),
    )


def level_text(level: HintLevel) -> str:
    """Return the rules of a hint level, with a good and a bad example."""
    good, bad = (prompt_text(f"{kind}_{level.value}").rstrip() for kind in ("good", "bad"))
    return f"{prompt_text(f'level_{level.value}')}{filled_text('examples', good=good, bad=bad)}"


def least_tokens(submission: Submission, budget: int) -> int:
    """Return a lower bound for the tokens of any prompt about this submission, with any history.

    It counts the fixed texts and the context without history and edit. These can displace code from the context, but
    at most by their own length plus one line.
    """
    context = build_context(submission, (), budget)
    cells = (cell.partition("\n")[2] for cell in context.cells)
    parts = (
        context.code,
        context.question,
        context.traceback,
        context.test_report,
        context.recorded_run,
        *cells,
        *context.diagnostics,
    )
    own = estimate_tokens("".join(parts))
    return _least_instructions() + (own if own <= budget // 2 else max(0, own - LONGEST_LINE_TOKENS))


@cache
def _least_instructions() -> int:
    """Return a lower bound for the tokens of a prompt's instructions."""
    return estimate_tokens(prompt_text("base") + min(map(level_text, HintLevel), key=estimate_tokens))


def _material(context: Context, introduction: str) -> list[tuple[str, str]]:
    """Return the student's material as titles and texts."""
    cells = [(f"notebook cell {cell.partition(']')[0]}]", cell.partition("\n")[2]) for cell in context.cells]
    return [
        *cells,
        (f"code, the cursor is on line {context.cursor_line}", context.code),
        ("changed since the last ask", context.edit),
        ("reported by the editor", "\n".join(context.diagnostics)),
        ("traceback", context.traceback),
        ("test report", context.test_report),
        ("recorded run of the failing test", context.recorded_run),
        ("your answer begins with this, it is shown already: go on after it", introduction),
        ("question", context.question),
    ]


def _student(student: StudentLevels) -> str:
    return prompt_text(f"programming_{student.programming}") + prompt_text(f"maths_{student.maths}")


def _task(module: Module | None) -> str:
    """Return the module's exercise and learning objectives, and the names that hints may mention."""
    if module is None:
        return prompt_text("task_unknown")
    parts = [module.title, module.statement, *(f"- {objective}" for objective in module.objectives)]
    text = "\n".join(filter(None, parts))
    if len(text) > EXERCISE_CHARACTERS:
        text = text[:EXERCISE_CHARACTERS].rsplit(maxsplit=1)[0] + " …"
    names = ", ".join(f"`{name}`" for name in module.allowed_names)
    exercise = f"{text}\nNames of this module that you may mention: {names}" if names else text
    return filled_text("task", exercise=exercise)
