"""The words for: searches that go wrong by one."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

MIDDLE_KEPT = Lesson(
    question=(
        "Take a range of one or two places and work out $middle. After this line, which places are left to search? "
        "Are they fewer than before?"
    ),
    concept=(
        "A search by halves is over when nothing is left, so each round must leave fewer places than it found. The "
        "middle has been looked at, so it need not be searched again. On line $line $bound does not step past the "
        "middle. With few places left the range stays as it is, and $test holds for ever."
    ),
    picture="Who looks for a page and keeps turning back to the same one never gets there.",
    precise="The variant, the length of the interval, has to decrease strictly in every iteration.",
    maths_precise="Floor division rounds down, so for neighbouring bounds the middle is the lower one.",
    place="It does not step past the middle.",
    plan=(
        "Write down both bounds and the middle for a list of two items.",
        "Ask whether the middle itself can still be the answer at this point.",
        "Let the bound move to the first place that can.",
    ),
    example=Example(
        before="A range that gets smaller in every round:",
        code=(
            "first, last = 1, 8\nwhile first <= last:\n    guess = (first + last) // 2\n"
            "    first = guess + 1\nprint(last)"
        ),
        after="`first` goes past each guess, so the loop comes to an end.",
    ),
    remedy="On line $line let $bound go one step past $middle.",
    reason="Each round leaves fewer places, so the search ends.",
    check="search for the first item, the last one, and one that is not there.",
)

DIVIDES_ALWAYS = Lesson(
    question=(
        "Which values does $divisor take in this loop, from the first to the last, for instance for 7? Which of them "
        "divide 7 without a rest?"
    ),
    concept=(
        "Every number can be divided by 1 and by itself. A prime number has no other divisor, so only the numbers in "
        "between may be tried. The loop on line $line also tries $always, which always divides $number. So no number "
        "ever passes the test."
    ),
    picture="It is like asking for someone without any relatives, and counting the person too.",
    precise="Trial division runs over the proper divisors from 2 up to the root of the number.",
    maths_precise="A divisor above the root comes with one below it.",
    place="It also tries a number that always divides.",
    plan=(
        "Write down the values of $divisor for a small prime number.",
        "Cross out those that every number can be divided by.",
        "Let the loop begin and end with what is left.",
    ),
    example=Example(
        before="The divisors of a number, without 1 and without itself:",
        code="amount = 12\nfor part in range(2, amount):\n    if amount % part == 0:\n        print(part)",
        after="The loop begins with 2, and `range` leaves out the number itself.",
    ),
    remedy="Let the loop on line $line try only numbers above 1 and below $number.",
    reason="Only numbers that decide the question are tried.",
    check="try 2, 7, 9 and 25.",
)
