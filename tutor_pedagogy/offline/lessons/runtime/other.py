"""The words for: what no other rule of the catalogue knows: an exception explained by its type and its place."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

OTHER = Lesson(
    is_sure=False,
    question=(
        "Python stopped here with $exception and says: $message. Which value on this line do the words speak of, and "
        "what did you expect it to be at this moment?"
    ),
    concept=(
        "An exception is Python's way to say: I was asked for something that cannot be done with these values. Its "
        "name gives the kind of problem, here $exception, and the words after it tell more: $message. The program "
        "was fine up to line $line; it is the values at that moment that do not fit."
    ),
    picture="It is like a cook who stops because an ingredient is not what the recipe says.",
    precise="The exception was raised while line $line was evaluated and no `except` clause took it.",
    place="Python raised $exception there.",
    plan=(
        "Use `print` with each name of the line, on the line before it, and use `type` on those that surprise you.",
        "Compare each value with what the line needs.",
        "Go back to the line where the first wrong value came from.",
    ),
    example=Example(
        before="How to look at values right before a line that fails:",
        code=('parts = "12;x;7".split(";")\nfor part in parts:\n    print(part, part.isdigit())'),
        after="The output shows which of the values is not as expected, here the second one.",
    ),
    remedy="Look at the values on line $line with `print`, then correct the line where the wrong one comes from.",
    reason="The message $message is about a value, and the value was made further up; mending it there mends all uses.",
    check="run the program with the same data again and see that line $line gets past.",
)
