"""The words for: a line that Python cannot read, when no cause speaks for it."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

UNREADABLE_LINE = Lesson(
    question=(
        "Python cannot make sense of this line. Read it from left to right and name each piece: a name, a value, a "
        "sign, a bracket. At which piece does it stop being a complete thought?"
    ),
    concept=(
        "Before Python runs anything, it reads the whole file and checks that each line is built as a statement of "
        "the language. This check is about form alone, not about values. On line $line the pieces do not make up any "
        "form that Python knows, so it has not run a single line yet."
    ),
    picture="It is like a sentence with its words in the wrong order: every word is known, but the whole says nothing.",
    precise="The parser found a token for which no rule of the grammar has a place.",
    place="The form of this line is the thing to check.",
    plan=(
        "Write in plain words what the line should do.",
        "Find a line that does something similar in your notes or in this program, and compare piece by piece.",
        "Split the line into smaller steps, each with a name of its own, and see which step fails.",
    ),
    example=Example(
        before="One long thought, split into steps that are easy to check:",
        code=('minutes = 135\nhours = minutes // 60\nrest = minutes % 60\nprint(hours, "h", rest, "min")'),
        after="If one of these lines had a wrong form, Python would name exactly that one.",
    ),
    remedy="Rewrite line $line in small steps, one operation a line, and run the program after each step.",
    reason="A short line has few pieces, so the piece with the wrong form shows at once.",
    check="run the program after each small change; the message moves on as soon as the line has a valid form.",
)
