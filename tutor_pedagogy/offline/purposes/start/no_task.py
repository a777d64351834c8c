"""The texts for an ask for help that names no task: they ask for it, and say how any task is begun."""

from __future__ import annotations

import re

from tutor_pedagogy.offline.engine.writing import fenced
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, numbered

_GAME = re.compile(r"\bgames?\b|\bjuegos?\b|\bspiele?\b|\bjeux?\b|\bjogos?\b|游戏", re.IGNORECASE)
_THAT = re.compile(
    r"\b(?:that|which|who|que|qui|das|der|die)\b(?: \w{1,12}){1,3} \w|\b(?:program|script|code|function|app) to \w"
    r"|用来|可以",
    re.IGNORECASE,
)
_HELP = re.compile(r"what to (?:write|do|type)|(?:start|begin)$|to (?:start|begin|do)\b|help me to", re.IGNORECASE)
_FEWEST_WORDS = 9
_EXAMPLES = (
    "# task: show how many eggs are in some boxes of six\n# example: 3 boxes -> 18\nboxes = 3\nprint(boxes * 6)  # 18",
    "# task: show the area of a garden\n# example: 3 and 5 -> 15\nwidth = 3\nheight = 5\nprint(width * height)  # 15",
)


def names_a_task(question: str) -> bool:
    """Return whether a question may describe a task: it has many words, and says what a program should do."""
    text = _HELP.sub(" ", question)
    return len(text.split()) >= _FEWEST_WORDS and _THAT.search(text) is not None


def no_task_ladder(line: int, shown: int, question: str) -> Ladder:
    """Return the five texts that ask for the task."""
    is_game = bool(_GAME.search(question))
    missing = (
        "You want to make a game, but not which one is said yet. A small one is best for the beginning: guess a secret "
        "number, rock paper scissors, or a quiz with three questions. Which one do you choose, or which other one?"
        if is_game
        else "I do not know your task yet: neither the file nor your question names it. Copy the text of the exercise "
        "into the file as a comment, or tell me in one sentence what the program should do."
    )
    steps = (
        "Choose one small game, and write down its rules in three sentences."
        if is_game
        else "Copy the text of your task into the file as a comment.",
        "Write one small example below it: what goes in, and what should come out.",
        "Write in words, one comment for each step, how you get from the one to the other.",
    )
    return Ladder(
        line=line,
        expression=None,
        question=f"You are at the beginning, on line {shown}, and nothing is wrong with that. {missing}",
        concept=(
            f"{missing}\n\nA program begins with a task in words, and not with code. Three things belong to it: what "
            "is given, what should come out, and one small example of both. With these I can plan it with you."
        ),
        structure=(
            f"The first three steps are the same for any task, from line {shown} on:\n\n{numbered(steps)}\n\nThen ask "
            "me again: with your task in the file I can plan the steps with you. Without it, a plan would be a guess."
        ),
        examples=examples_of(
            _EXAMPLES,
            "So a task looks as a comment, with its example, and the program below it:",
            "The comments came first, and the code after them. What would the two comments be for your task?",
        ),
        without=(
            f"Without your task I have no example that would fit. Write the task as a comment on line {shown}, and "
            "one small example below it."
        ),
        solution=(
            f"{missing} This is the frame for the beginning, and it has no code yet, since the code depends on the "
            f"task:\n\n{fenced(_FRAME)}\n\nFill in the dots, and ask me again."
        ),
    )


_FRAME = "# My task: ...\n# What is given: ...\n# What should come out: ...\n# One example: ... -> ..."
