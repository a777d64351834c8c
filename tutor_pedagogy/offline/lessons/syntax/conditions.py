"""The words for: questions that are true or false."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

COMPARISON_WITHOUT_LEFT_SIDE = Lesson(
    question=(
        "After $word a new comparison begins. What should be compared there? Read only the part behind $word, as if "
        "it stood alone: is it a whole question?"
    ),
    concept=(
        "`and` and `or` join whole questions. In plain speech we say “bigger than 3 and smaller than 5” and mean the "
        "same thing both times. Python does not carry it over. On line $line the part behind $word has no left side."
    ),
    picture="It is like asking “is smaller than 5?”: who is?",
    precise="The operands of a boolean operator are expressions; a comparison needs its left operand each time.",
    place="The question behind $word is not whole.",
    plan=(
        "Say both questions on their own, each as a whole sentence.",
        "Write down the name that is compared in the second one.",
        "Check the result with a value inside and outside the bounds.",
    ),
    example=Example(
        before="Two whole questions joined:",
        code=("humidity = 55\nprint(humidity > 40 and humidity != 60)"),
        after="`humidity` is named in both parts, so each part is a whole question on its own.",
    ),
    remedy="On line $line write $name behind $word as well.",
    reason="Both parts are whole questions.",
    check="try a value for which both hold, and one for which only one holds.",
)

NOT_AT_ANOTHER_PLACE = Lesson(
    question=(
        "Read this line aloud, with the word `not`. Which value or question is turned round by it, and does `not` "
        "stand at the place where Python looks for it?"
    ),
    concept=(
        "The word `not` turns the question that follows it round, so it stands in front, never behind. For two "
        "common questions Python has fixed pairs of words, one for “is not in a collection” and one for “is not "
        "the same thing”. On line $line `not` comes after $before, where Python expects a sign that joins two values."
    ),
    picture="In speech you can say “hungry not”; a careful reader like Python wants “not hungry”.",
    precise="`not` is a prefix operator; only the compound comparison operators hold it between two operands.",
    place="The word `not` there stands behind $before.",
    plan=(
        "Say in plain words what should not hold.",
        "If it is one value, put `not` in front of the whole of it.",
        "If two things are compared, use the pair of words for that comparison.",
    ),
    example=Example(
        before="Both ways to say no:",
        code=(
            'raining = False\npacked = ["map", "rope"]\nif not raining:\n    print("walk")\n'
            'if "tent" not in packed:\n    print("no tent")'
        ),
        after="`not` stands before the value; asked of a collection it is one pair of words.",
    ),
    remedy="On line $line put `not` in front of what it turns round, or make it the pair that the comparison needs.",
    reason="Python reads `not` together with what follows it.",
    check="print the condition once when it should hold and once when it should not.",
)

COMMA_IN_CONDITION = Lesson(
    question=(
        "There is a comma in the condition after $header. Should both sides of it hold, should one of them, or are "
        "these the values of one collection? How would you tell Python so?"
    ),
    concept=(
        "A condition is one question. Two questions become one with a joining word, `and` or `or`. Several values "
        "become one collection with brackets around them. A comma alone does neither, so on line $line Python does "
        "not know how the parts belong together."
    ),
    picture="In a list of wishes a comma leaves open whether you want all of it or any of it.",
    precise="A bare tuple is not allowed in a header's condition; it has to be parenthesised.",
    place="A comma stands there between two parts of one condition.",
    plan=(
        "Read the condition aloud, and say “and” or “or” at the comma.",
        "If that makes sense, write that word.",
        "If the comma parts the values of one collection, put brackets around these values.",
    ),
    example=Example(
        before="Two conditions, joined, and a collection in brackets:",
        code=('hour = 9\nday = "Sat"\nif hour > 8 and day in ("Sat", "Sun"):\n    print("weekend morning")'),
        after="`and` joins the two questions; the brackets hold the two days together.",
    ),
    remedy="On line $line join the two parts with `and` or `or`, or put brackets around the values.",
    reason="The condition is one question now.",
    check="try values for which only one of the two parts holds.",
)

CONDITION_ENDS_EARLY = Lesson(
    question=(
        "How many colons has this line, and what does the first one, after $before, tell Python? Is the condition "
        "really finished at that place?"
    ),
    concept=(
        "In a header the colon says that the condition is finished and the block comes next. It stands once, at the "
        "very end. On line $line a colon comes after $before already, and the rest of the condition has no place any "
        "more."
    ),
    picture="It is like a full stop in the middle of a sentence.",
    precise="After the header's colon only a suite may follow, on the same line or indented below.",
    place="The first colon comes too early.",
    plan=(
        "Read the condition from its first word to its last, aloud if that helps.",
        "Mark the place where it is finished and the block may begin.",
        "Keep the colon at that place only.",
    ),
    example=Example(
        before="One condition of two parts, one colon:",
        code=('wind = 14\nsunny = True\nif wind < 20 and sunny:\n    print("sail")'),
        after="The joining word is inside the condition, so the colon waits until the end.",
    ),
    remedy="On line $line take the first colon away and keep the one at the end.",
    reason="The whole condition stands before the colon.",
    check="run the program with values for which one part of the condition does not hold.",
)
