"""The words for: between the brackets of calls and of function headers: order, names given twice, stars."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

ORDER_OF_ARGUMENTS = Lesson(
    question=(
        "In the brackets of this $place some values stand alone and some come with a name and an equals sign. In "
        "which order do the two kinds stand here?"
    ),
    concept=(
        "Values without a name are told apart by their place, so they come first. Those with a name may follow in "
        "any order. The same holds in the header of a function: parameters without a value to fall back on come "
        "before those with one. On line $line the order is the other way round."
    ),
    picture="In a queue with numbered tickets, those without a number would not know where to stand.",
    precise="Positional parameters bind by position; the grammar puts them before all keyword arguments.",
    place="A plain one stands behind one with a name.",
    plan=(
        "Mark the ones with an equals sign.",
        "Bring the plain ones to the front, in their own order.",
        "Let those with a name follow.",
    ),
    example=Example(
        before="First the plain value, then the named setting:",
        code='print("north", "south", sep=" to ")',
        after="The two texts come first; `sep` follows with its name.",
    ),
    remedy="On line $line move the plain ones before those with an equals sign.",
    reason="Now the plain ones can be told apart by their place.",
    check="say for each value which parameter it goes to.",
)

NAMED_TWICE = Lesson(
    question=(
        "How often does $name appear between the brackets of this line? If two values are given under one name, "
        "which of them should count?"
    ),
    concept=(
        "Within one pair of brackets each name may be used once: a parameter can hold only one value. On line $line "
        "$name is there twice, so Python cannot know which one counts."
    ),
    picture="It is like two people with the same seat number.",
    precise="The check happens at compile time, before any call is made.",
    place="There $name stands twice.",
    plan=(
        "Find both places, and say what each of the two values is for.",
        "Decide whether one of them should have another name.",
        "If both mean the same, one of them has to go.",
    ),
    example=Example(
        before="A call with two settings, each of them named exactly once:",
        code='print("a", "b", sep="-", end="!")',
        after="`sep` and `end` are two different names, each with one value, so it is clear what goes where.",
    ),
    remedy="On line $line use $name only once, and another name for the second value.",
    reason="Each name has one value.",
    check="read the names between the brackets one by one.",
)

STARS_IN_HEADER = Lesson(
    question=(
        "Look at the stars in the brackets of this line. What does a parameter with one star collect, what one with "
        "two, and where may they stand?"
    ),
    concept=(
        "A parameter with one star collects all further plain values, one with two stars all further named ones. So "
        "each may appear once, and the one with two stars comes last. On line $line this order is broken, or a star "
        "has nothing after it."
    ),
    picture="It is like two bags for left-over sweets: one is enough to take all of them.",
    precise=(
        "The grammar allows one starred parameter or a bare star, then keyword-only parameters, then the double star."
    ),
    place="Its stars do not fit together.",
    plan=(
        "Decide which values the function should collect.",
        "Keep one parameter with a single star at most, and one with two stars at the very end.",
        "Check that each star has a name after it, or named parameters after that.",
    ),
    example=Example(
        before="A function that collects plain values:",
        code=('def longest(*words):\n    return max(words, key=len)\n\n\nprint(longest("oak", "maple"))'),
        after="`words` collects all values of the call, however many there are.",
    ),
    remedy="On line $line keep one star for the plain values and put the two stars last.",
    reason="It is clear now which parameter collects what.",
    check="call the function with several values and print what was collected.",
)
