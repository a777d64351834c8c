"""The words for: values that a loop starts from."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

ACCUMULATOR_RESET = Lesson(
    question=(
        "How often does Python run this line: once, or in every round of the loop $header? What does it do to the "
        "value that $name has collected in the rounds before?"
    ),
    concept=(
        "A loop that collects something needs a name that starts once and then grows round by round. If the start "
        "stands inside the loop, it runs in every round and throws away what was collected. On line $line $name "
        "begins anew each time, so after the loop it holds the share of the last round only."
    ),
    picture="It is like emptying the money box before each coin that you put in.",
    precise="The initialisation belongs before the loop; the invariant “holds the result so far” breaks on each entry.",
    place="It runs anew in every round.",
    plan=(
        "Print $name at the start and at the end of each round.",
        "Decide which line should run once and which in each round.",
        "Move the one that should run once above the header of the loop.",
    ),
    example=Example(
        before="The start comes before the loop, the growing inside:",
        code=('stars = ""\nfor size in (1, 2, 3):\n    stars += "*" * size\nprint(stars)'),
        after="`stars` starts empty once; each round adds to what is there.",
    ),
    remedy="Move line $line above the loop $header, to the left edge of its header.",
    reason="$name starts once, and each round adds to it.",
    check="print $name after each round for two or three rounds, and compare with the values worked out by hand.",
)

SMALLEST_STARTS_AT_ZERO = Lesson(
    question=(
        "$name starts with the value of this line. Take the numbers 5, 3 and 8: is any of them smaller than that? "
        "What does the loop find then?"
    ),
    concept=(
        "To find the smallest value, the first candidate must not be smaller than all others. If $name starts at 0 "
        "and all numbers are above it, $test is never true, and 0 stays. The first item itself is a safe start."
    ),
    picture="It is like looking for the shortest child and starting with a doll.",
    precise="The initial value must be an element or the identity of min, plus infinity.",
    place="Nothing in usual data is smaller.",
    plan=(
        "Play it through with 5, 3 and 8.",
        "Think of a first candidate that is sure to be among the data.",
        "Start with that one.",
    ),
    example=Example(
        before="The first item is the first candidate:",
        code=(
            "waits = [12, 7, 30]\n"
            "shortest = waits[0]\n"
            "for wait in waits:\n"
            "    shortest = min(shortest, wait)\n"
            "print(shortest)"
        ),
        after="`shortest` starts with a real value, so it can only get smaller.",
    ),
    remedy="Start $name on line $line with the first item of the data.",
    reason="The first candidate is one of the data, so the answer is too.",
    check="try it with numbers that are all above zero, and with some below.",
)

NOT_FOUND_LOOKS_LIKE_FIRST = Lesson(
    question=(
        "If $test is never true, which value does $name have in the end? And which value would it have if the very "
        "first item fitted? Can the caller tell the two apart?"
    ),
    concept=(
        "0 is a real position: that of the first item. If $name starts with it on line $line, “nothing found” and "
        "“found at the very start” give the same answer. A start that is no position keeps them apart."
    ),
    picture="It is like marking “no seat” with the number of a real seat.",
    precise="Use a sentinel outside the range of valid indices, by custom -1, or None.",
    place="Its first value is a real position.",
    plan=(
        "Say what the function should give back when nothing at all is found.",
        "Check that no real position has this value.",
        "Start with this value, so that both cases can be told apart.",
    ),
    example=Example(
        before="A start that is no position:",
        code=(
            "spot = None\n"
            'for place, fruit in enumerate(["fig", "plum"]):\n'
            '    if fruit == "pear":\n'
            "        spot = place\n"
            "print(spot)"
        ),
        after="There is no pear, and `None` says so.",
    ),
    remedy="Start $name on line $line with a value that is no position, such as -1.",
    reason="The caller can tell “not found” from “found first”.",
    check="try a value that is absent, one that is first, and one that is last.",
)

PRODUCT_WITH_ZERO = Lesson(
    question=(
        "What is any number times 0? Write down the first two rounds of $product. When does 0 come into play, and "
        "can the product ever get away from it?"
    ),
    concept=(
        "A sum starts at 0, since adding 0 changes nothing. A product needs 1 as its start, and 0 must not be one of "
        "its factors: once a product is 0 it stays 0. Because of line $line the product in $name meets a 0."
    ),
    picture="It is like a chain with one link missing: nothing holds any more.",
    precise="The neutral element of multiplication is 1, while 0 absorbs.",
    maths_picture="Any number times zero is zero.",
    maths_precise="The empty product is 1.",
    place="Because of it the product becomes 0.",
    plan=(
        "Write down the factors of a small example.",
        "Check the start of the product and the first factor.",
        "Change the one that is 0.",
    ),
    example=Example(
        before="A product that starts at 1, with factors from 1 on:",
        code=("ways = 1\nfor people in range(1, 5):\n    ways *= people\nprint(ways)"),
        after="The factors are 1, 2, 3 and 4.",
    ),
    remedy="See to it that on line $line neither the start nor the first factor is 0.",
    reason="No factor is 0, so the product can grow.",
    check="try the smallest inputs, and compare with products done by hand.",
)

BEST_STARTS_OUT_OF_REACH = Lesson(
    question=(
        "With which value does $name start on this line? Think of any number of your data: can $test be true for it?"
    ),
    concept=(
        "To find the best value, the first candidate must be one that every real value beats. The largest comes up "
        "from below, the smallest comes down from above. $name starts on line $line at the end where nothing can "
        "beat it, so $test is never true and the start stays."
    ),
    picture="It is like a high jump with the bar at the ceiling for the first jump.",
    precise="The initial value must be the identity of the operation: minus infinity for max, plus infinity for min.",
    place="Nothing can beat the value with which $name starts.",
    plan=(
        "Put three numbers into $test, one by one, with the start of $name.",
        "Say on which side of all numbers the start has to be.",
        "Start there, or with the first item of the data.",
    ),
    example=Example(
        before="The largest comes up from the first item:",
        code=(
            "depths = [4, 11, 7]\ndeepest = depths[0]\nfor depth in depths:\n    if depth > deepest:\n"
            "        deepest = depth\nprint(deepest)"
        ),
        after="The start is a real value, and every larger one beats it.",
    ),
    remedy="Let $name start on line $line at the other end, or with the first item.",
    reason="The first real value beats the start, and the search begins.",
    check="try three numbers, with the best one first, in the middle and last.",
)
