"""The words for: formulas that run but say something else: degrees, powers, precedence, division, kinds of numbers."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

DEGREES_FOR_RADIANS = Lesson(
    question=(
        "In which unit does $function expect its angle, and in which unit is $angle? Try it with a right angle, for "
        "which you know the result."
    ),
    concept=(
        "The functions for sine, cosine and tangent measure angles in radians, where a full turn is about 6.28. On "
        "paper we mostly use degrees, where it is 360. On line $line $angle looks like degrees, so the result "
        "belongs to quite another angle, and no error shows."
    ),
    picture="It is like reading miles on a sign and taking them for kilometres.",
    precise="The argument is the arc length on the unit circle; multiply degrees by pi / 180.",
    maths_picture="180 degrees are as much as pi radians.",
    maths_precise="The series and derivatives of sine and cosine take their simple form in radians only.",
    place="$angle is in degrees, but radians are expected.",
    plan=(
        "Print the result for an angle that you know, such as 90 degrees.",
        "Recall the function `radians`, which turns degrees into radians.",
        "Use it on the angle once, before the sine, cosine or tangent is taken.",
    ),
    example=Example(
        before="A slope of 30 degrees, turned into radians first:",
        code=("import math\n\nslope = math.radians(30)\nprint(round(math.cos(slope), 3))"),
        after="`radians` gives about 0.52, and the cosine of that is 0.866.",
    ),
    remedy="On line $line turn $angle into radians with `radians` first.",
    reason="The angle is in the unit that the function expects.",
    check="try angles that you know: the sine of 90 degrees is 1, and the tangent of 45 degrees as well.",
)

CARET_FOR_POWER = Lesson(
    question=(
        "Work out $expression by hand for a small number, as you mean it, and then print what Python gives. Which "
        "sign does Python have for powers?"
    ),
    concept=(
        "The caret means a power on paper and in spreadsheets. In Python it is an operation on the bits of whole "
        "numbers, so for whole numbers there is no error, only a strange result. On line $line $base should be "
        "raised to the power of $power."
    ),
    picture="It is like a button that does something else on this machine.",
    precise="`^` is bitwise XOR, and it also binds weaker than `+`.",
    maths_picture="“To the power of” counts how often the number is a factor.",
    maths_precise="Powers bind tighter than products, and chains of them from the right.",
    place="The caret there does not raise to a power.",
    plan=(
        "Look up the operator for powers in your notes; it is made of two signs.",
        "Use it in place of the caret.",
        "Search the program for other carets.",
    ),
    example=Example(
        before="A cube of side 3, with the sign for powers:",
        code=("side = 3\nprint(side ** 3)"),
        after="The result is 27: three factors of 3.",
    ),
    remedy="On line $line write `**` where the caret stands.",
    reason="`**` is the sign for powers.",
    check="try 2 to the power of 3, which is 8.",
)

ONLY_LAST_TERM_DIVIDED = Lesson(
    question=(
        "In which order does Python work out $expression: the sum first, or the division? Try it with 4 and 6 by "
        "hand. What is divided by $count?"
    ),
    concept=(
        "As on paper, multiplication and division come before addition. So on line $line only $last is divided by "
        "$count, and the rest is added whole. A mean needs the whole sum to be divided, and brackets say what "
        "belongs together."
    ),
    picture="It is like sharing the bill but splitting only the last dish.",
    precise="`/` binds tighter than `+`; grouping needs parentheses.",
    maths_picture="First the bracket, then times and divided, then plus and minus.",
    maths_precise="The mean is one over n times the sum; the factor applies to the whole sum.",
    place="Only $last is divided there.",
    plan=(
        "Underline the part that should be divided.",
        "Recall how a formula shows that a part is worked out first.",
        "Check with two equal numbers: their mean is the same number.",
    ),
    example=Example(
        before="The sum is worked out before the division:",
        code=("low = 8\nhigh = 12\nmiddle = (low + high) / 2\nprint(middle)"),
        after="The brackets make the sum come first, so the result is 10.",
    ),
    remedy="On line $line put brackets around the whole sum.",
    reason="The whole sum is divided.",
    check="try two equal numbers: the mean must be that number.",
)

OWN_POWER = Lesson(
    question=(
        "Say the formula in words. To which power should $name be raised: to a fixed one, such as the square, or to "
        "its own value?"
    ),
    concept=(
        "In $expression the number is raised to the power of itself. That is rare in formulas: for 2 it gives the "
        "square by chance, for other numbers something far away. On line $line a fixed power was probably meant."
    ),
    picture="It is like saying “the square of 5” and writing 5 factors of 5.",
    precise="x to the x grows faster than any polynomial.",
    maths_picture="The square is the number times itself: two factors.",
    maths_precise="Area grows with the second power of a length, volume with the third.",
    place="The power there is $name itself.",
    plan=(
        "Look up the formula in your notes, and read it aloud.",
        "Find the fixed power in it, such as the one for a square or a cube.",
        "Put that number behind the sign for powers.",
    ),
    example=Example(
        before="A fixed power:",
        code=("speed = 12\nenergy = 0.5 * 80 * speed ** 2\nprint(energy)"),
        after="The square of the speed counts, whatever the speed is.",
    ),
    remedy="On line $line write the fixed power of your formula behind `**`.",
    reason="The formula is the one that you looked up.",
    check="try 3, for which the square is 9.",
)

REST_DROPPED = Lesson(
    question=(
        "What does the double slash do with the rest of a division? Work out $expression by hand for 7 and 2. Should "
        "the part behind the point count?"
    ),
    concept=(
        "Python has two divisions. The single slash gives the exact quotient, the double slash drops everything "
        "behind the point. A mean or a share usually has such a part, and on line $line it is lost."
    ),
    picture="It is like paying with coins of one euro only.",
    precise="`//` floors towards minus infinity; `/` always yields a float.",
    maths_picture="7 shared by 2 is 3 and a half, not 3.",
    maths_precise="Floor division is the quotient in the integers, not in the rationals.",
    place="It drops the part behind the point.",
    plan=(
        "Decide whether the result may have a point.",
        "Recall the division that keeps it.",
        "Round at the very end if you need to, with `round`.",
    ),
    example=Example(
        before="Both divisions side by side:",
        code=("slices = 7\neaters = 2\nprint(slices / eaters, slices // eaters)"),
        after="The first gives 3.5, the second 3.",
    ),
    remedy="On line $line use `/`.",
    reason="The part behind the point is kept.",
    check="try numbers whose division does not come out even.",
)

POINT_CUT_OFF_IN_ARRAY = Lesson(
    question=(
        "Which kind of numbers does $name hold? Print its `dtype`, and then what is stored after you put $stored "
        "into it."
    ),
    concept=(
        "An array keeps one kind of number, fixed when it is made. Made from whole numbers, it holds whole numbers "
        "only, and whatever you store later is cut to fit, without a word. $name is made on line $line, and $stored "
        "has a point."
    ),
    picture="It is like pouring a litre and a half into a bottle for one litre.",
    precise="Item assignment casts unsafely to the array's dtype.",
    maths_picture="Whole numbers have nothing behind the point.",
    maths_precise="The array models a vector of integers, which has no room for rationals.",
    place="It makes an array for whole numbers only.",
    plan=(
        "Print `dtype` of $name right after it is made.",
        "Decide which kind of numbers it has to hold.",
        "Say so when it is made, with `dtype`.",
    ),
    example=Example(
        before="An array for numbers with a point:",
        code=("import numpy as np\n\nspeeds = np.zeros(3)\nspeeds[0] = 2.5\nprint(speeds)"),
        after="`zeros` makes numbers with a point, so nothing is cut off.",
    ),
    remedy="On line $line make the array with `dtype=float`.",
    reason="The array has room for the part behind the point.",
    check="print `dtype` and the stored number.",
)

DIGITS_BY_PLAIN_DIVISION = Lesson(
    question=(
        "Work out this line for 47 by hand, and then once more. What is left of $name after each of the two? Is it a "
        "whole number?"
    ),
    concept=(
        "To go through the digits of a number, each round looks at the last one and then takes it away. The rest of a "
        "division by $base is the last digit. Taking it away needs the division that drops the rest. On line $line "
        "the plain one keeps it behind the point, so $name never gets down to 0 as it should."
    ),
    picture="It is like tearing off a page and gluing it on again behind the others.",
    precise="True division yields a float and keeps the fraction; the loop runs until it underflows.",
    maths_precise="What is wanted is the floor of the quotient.",
    place="It keeps the digit behind the point.",
    plan=(
        "Print $name in each of the first rounds.",
        "Say what should be left of 47 when its last digit is gone.",
        "Look up the sign for the division that drops the rest.",
    ),
    example=Example(
        before="Both divisions of the same number:",
        code="minutes = 135\nprint(minutes / 60)\nprint(minutes // 60)",
        after="The first keeps the part behind the point, the second drops it.",
    ),
    remedy="On line $line use the division that drops the rest.",
    reason="Each round takes away one digit, until nothing is left.",
    check="try a number of one digit and one of three.",
)

TEMPERATURE_FORMULA = Lesson(
    question=(
        "Water freezes at 0 degrees Celsius, that is 32 Fahrenheit, and boils at 100, that is 212. What does this line "
        "give for these values of $name?"
    ),
    concept=(
        "A formula with two steps says which of them comes first. Multiplication and division come before addition "
        "and subtraction, unless brackets say otherwise. What line $line works out fits neither direction: it does "
        "not give the known values for freezing and boiling."
    ),
    picture="Socks before shoes gives another result than shoes before socks.",
    precise="The map is affine: scale, then shift, or shift back, then scale back.",
    maths_picture="First the bracket, then times and divided, then plus and minus.",
    maths_precise="The inverse of an affine map undoes its steps in reverse order.",
    place="For freezing and boiling it gives other values than it should.",
    plan=(
        "Work the line out by hand for freezing, step by step, as Python does.",
        "Write down the steps in words: what is shifted by 32, and what is scaled?",
        "Set signs and brackets so that the steps come in this order.",
    ),
    example=Example(
        before="A shift that has to come before the scaling:",
        code="points = 70\nshare = (points - 20) * 2 / 5\nprint(share)",
        after="The brackets make the subtraction come first.",
    ),
    remedy="On line $line bring the steps into the right order, with brackets where they are needed.",
    reason="The formula gives the known values.",
    check="try freezing and boiling.",
)
