"""The words for: tracing by hand: what to do when no rule fires, with the student's own variables."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

TRACE_BY_HAND = Lesson(
    is_sure=False,
    question=(
        "What did you expect to happen here, and what happens instead? Choose one small input for which you know the "
        "answer. Which value should $variable have when Python reaches this line, and which does it have?"
    ),
    concept=(
        "A program that runs can still do something else than you mean. The way to find out is to play Python: "
        "follow the lines one by one with one small input and write down each value as it changes. At some line your "
        "notes and your plan part; that line, and not the last one, is where the mistake sits."
    ),
    picture="It is like following a recipe with your finger, step by step, to see where the cake went wrong.",
    precise="You are looking for the first state that breaks the invariant you had in mind.",
    place="Start the trace there with $variable.",
    plan=(
        "Write down one small input and the result that you expect.",
        "Use `print` to show $variable before and after this line, and note the values in a table.",
        "Find the first row of the table that surprises you, and ask which line made that value.",
    ),
    example=Example(
        before="A trace of a small loop, one row for each round:",
        code=(
            "height = 0\n"
            "for jump in (2, 3):\n"
            "    height += jump\n"
            "    print(jump, height)\n"
            "# jump  height\n"
            "# 2     2\n"
            "# 3     5"
        ),
        after="Each row shows the values after one round, so a wrong one can be seen at once.",
    ),
    remedy=(
        "There is no single edit that can be read off the code alone. Trace line $line with one small input, and "
        "correct the first line whose value surprises you."
    ),
    reason="The first surprising value shows the line that does something else than you meant.",
    check="run the same small input again, then one at the edge: an empty list, zero, or one single item.",
)
