"""The words for: texts that should have become numbers."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

PARTS_STILL_TEXTS = Lesson(
    question=(
        "What kinds of values are the parts that `split` gives? Which kind is $part on this line, and which kind does "
        "$use need?"
    ),
    concept=(
        "What is read or split is text, also where it looks like a number. It stays text until a line turns it into a "
        "number. Line $line hands on $part as it is, so it is still text when the program comes to $use, and there it "
        "cannot be calculated with."
    ),
    picture="Flour is not bread; somebody has to bake it on the way.",
    precise="`split` yields strings; conversion to int or float is explicit.",
    place="There $part is handed on as text.",
    plan=(
        "Print $part and its `type` on this line.",
        "Decide whether it stands for a whole number or for one with a point.",
        "Turn it into that kind of number before it is handed on.",
    ),
    example=Example(
        before="The part that stands for a number is turned into one:",
        code='row = "Bern;134"\ntown, people = row.split(";")\npeople = int(people)\nprint(town, people + 1)',
        after="After the third line `people` is a number, so it can be added to.",
    ),
    remedy="On line $line turn $part into a number before it is handed on.",
    reason="The later lines get numbers to calculate with.",
    check="print `type` of the value where it is used.",
)
