"""The words for: what a wrong result alone tells: one rule for each way in which a value can be wrong."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

RESULT_IS_NONE = Lesson(
    is_sure=False,
    question=(
        "The call $call gives back `None`, but $expected was wanted. Follow exactly this call through $function line "
        "by line. At which line does the function end, and is there a `return` on that way?"
    ),
    concept=(
        "`None` comes back when a function ends without a `return` that has a value. So for the call $call Python "
        "takes a way through $function on which no answer is given back. Such ways are easy to overlook: a loop that "
        "never finds anything, a condition that is false, an empty input."
    ),
    picture="It is like a maze with one exit where nobody waits.",
    precise="Check every path of the control flow; the implicit value at the end of the body is None.",
    place="On the way of this call no answer is given back behind it.",
    plan=(
        "Play $call through on paper, and tick off each line that runs.",
        "Mark the line at which the function ends.",
        "Give the right answer back there with `return`.",
    ),
    example=Example(
        before="A function with an answer on every way:",
        code=(
            "def sign(number):\n"
            "    if number > 0:\n"
            '        return "plus"\n'
            "    if number < 0:\n"
            '        return "minus"\n'
            '    return "zero"\n'
            "\n"
            "\n"
            "print(sign(0))"
        ),
        after="For 0 both conditions are false, and the last line answers.",
    ),
    remedy="Follow $call to the end of $function and give $expected back there with `return`.",
    reason="Every way through the function ends with an answer.",
    check="run $call again, then a call for each of the other ways.",
)

RESULT_OF_ANOTHER_KIND = Lesson(
    is_sure=False,
    question=(
        "The call $call gives $got, and $expected was wanted. Compare not the values but their kinds: what is each "
        "of them, a number, a text, a list? Use `type` on both."
    ),
    concept=(
        "Two values can look alike and still be of different kinds: a text of digits and a number, a whole number "
        "and one with a point, a list and a set. They are not equal then, or do not behave alike. $function gives "
        "back $got, which is not the kind that the task asks for."
    ),
    picture="It is like paying with a coupon where cash is asked for.",
    precise="Equality across types is mostly False; a function should have one return type on all paths.",
    place="This is where the kind of the result is decided.",
    plan=(
        "Use `type` on the result and on the expected value.",
        "Find the line at which the value becomes what it is.",
        "Choose the operation or the built-in function that gives the right kind, such as `int`, `str` or `list`.",
    ),
    example=Example(
        before="Two divisions, two kinds of numbers:",
        code=("pupils = 23\nprint(type(pupils / 4), type(pupils // 4))"),
        after="The single slash gives a number with a point, the double one a whole number.",
    ),
    remedy="Change line $line so that the result has the same kind as $expected.",
    reason="Value and kind are both as the task asks.",
    check="print `type` of the result of $call.",
)

ANSWER_TURNED_ROUND = Lesson(
    is_sure=False,
    question=(
        "The call $call answers $got, but $expected is right. Which condition decides this answer? Put the values of "
        "the call into it by hand: is each part true or false?"
    ),
    concept=(
        "A wrong yes or no comes from a condition that does not ask quite what you mean. Usual reasons are the "
        "border itself, such as “more than” for “at least”, a condition turned round, or an answer that is given "
        "before all was seen. For $call the condition leads to $got."
    ),
    picture="It is like a sieve whose holes are a little too wide or too narrow.",
    precise="Find the boundary case: the smallest input on which predicate and specification differ.",
    place="For this call it leads to the wrong answer.",
    plan=(
        "Write down the values of $call and put them into each condition.",
        "Mark the first condition whose answer surprises you.",
        "Check its comparison sign, and the cases none, one and several.",
    ),
    example=Example(
        before="The border is part of the question:",
        code=("def may_vote(age):\n    return age >= 18\n\n\nprint(may_vote(17), may_vote(18))"),
        after="With “more than” the answer for exactly 18 would be wrong.",
    ),
    remedy=(
        "Change the condition on line $line so that it gives $expected for $call, and keep its answer for the other "
        "cases."
    ),
    reason="The condition asks exactly what the task says.",
    check="run $call, and the cases right below and right above the border.",
)

RESULT_OFF_BY_ONE = Lesson(
    is_sure=False,
    question=(
        "The call $call gives $got, just one away from $expected. Which step happens once too often or once too "
        "seldom? Look at where counting starts, where it stops, and at the border in each comparison."
    ),
    concept=(
        "A result that is off by one nearly always comes from a border: a loop that stops one step too early, a "
        "count that starts at 1 and not at 0, or “more than” in place of “at least”. For $call the result is $got "
        "and not $expected."
    ),
    picture="It is like counting fence posts when you mean the boards between them.",
    precise="Check half-open intervals: first value, last value, and the comparison at the bound.",
    place="A border is decided there.",
    plan=(
        "Take the smallest input for which the result is wrong.",
        "Write down the first and the last value of each counter.",
        "Change the one border that does not fit.",
    ),
    example=Example(
        before="From the third to the seventh day, both included:",
        code=("first = 3\nlast = 7\nprint(last - first + 1)"),
        after="The plain difference is 4, but five days pass by.",
    ),
    remedy="Check the border on line $line: start, end, and the comparison sign.",
    reason="The step at the border happens exactly as often as it should.",
    check="run $call, and the smallest and the next input.",
)

RESULT_TOO_BIG_OR_SMALL = Lesson(
    is_sure=False,
    question=(
        "The call $call gives $got, but $expected is right. Work the same call out by hand and write down each value "
        "in between. At which step do your numbers and those of the program part?"
    ),
    concept=(
        "A wrong number is the sum of its steps: the start, what each round adds, how many rounds there are, and the "
        "formula. One of these is not what you mean. With $call you have a case for which you know the right result, "
        "$expected, so you can check step by step."
    ),
    picture="It is like a bill that is wrong: go through it line by line.",
    precise="State the loop invariant and test it after each iteration with this input.",
    place="Its value is the first to check.",
    plan=(
        "Use `print` to show each value in each round for $call.",
        "Write your own numbers next to them.",
        "The first line that differs shows the step to change.",
    ),
    example=Example(
        before="Values shown in each round:",
        code=("loan = 100\nfor month in (1, 2):\n    loan -= 30\n    print(month, loan)"),
        after="Two rounds, two lines: each can be checked by hand.",
    ),
    remedy="Show the values in $function for $call, and change the first step that gives another number than yours.",
    reason="The first wrong step is the cause of all that follow.",
    check="run $call again, and one more case that you work out by hand.",
)

RESULT_IN_ANOTHER_ORDER = Lesson(
    is_sure=False,
    question=(
        "The call $call gives $got. Compare with $expected: which items are the same, and which stand at another "
        "place? In which order does your program come to them, and at which end does it put them?"
    ),
    concept=(
        "The right items in another order come from how they are collected: put in at the front or at the end, kept "
        "at their first or at their last appearance, or passed through a set, which keeps no order. For $call the "
        "result is $got."
    ),
    picture="It is like dealing the right cards from the bottom of the pack.",
    precise="Decide on first or last occurrence, and whether the structure preserves insertion order.",
    place="Here the order of the result is decided.",
    plan=(
        "Print the collection after each round for $call.",
        "Find the first round after which the order is wrong.",
        "Decide which item should be kept, and at which end a new one is put in.",
    ),
    example=Example(
        before="The order in which items are put in:",
        code=('shelf = []\nfor book in ("A", "B"):\n    shelf.append(book)\n    print(shelf)'),
        after="Each new book comes last, so the order stays.",
    ),
    remedy="Change line $line so that items are kept and put in in the order of $expected.",
    reason="The items are collected in the order that the task asks for.",
    check="run $call, and a case in which an item appears three times.",
)

RESULT_TOO_LONG_OR_SHORT = Lesson(
    is_sure=False,
    question=(
        "The call $call gives $got, but $expected was wanted. Which item is too much, or which is absent? Follow "
        "this one item: at which line is it put in, left out or taken away?"
    ),
    concept=(
        "Too many or too few items mean that the line which collects them runs too often or too seldom: its "
        "condition is too wide or too narrow, the loop misses an item, or what is left at the end is forgotten. For "
        "$call that gives $got."
    ),
    picture="It is like a guest list: someone was let in who should not be, or left outside.",
    precise="Trace the membership decision for one specific element.",
    place="It decides about the items of the result.",
    plan=(
        "Choose one item that is wrong in $got.",
        "Print the condition for this item in its round.",
        "Change the condition or the bounds of the loop so that this item is treated rightly.",
    ),
    example=Example(
        before="The condition shown for each item:",
        code=('for word in ("sun", "moonlight"):\n    print(word, len(word) > 4)'),
        after="Each line shows whether the word would be kept.",
    ),
    remedy="Change line $line so that exactly the items of $expected are collected.",
    reason="The condition lets in what should be in, and nothing else.",
    check="run $call, an empty input, and one with a single item.",
)

NEVER_COMES_TO_AN_END = Lesson(
    is_sure=False,
    question=(
        "The call $call does not come to an end. Which loop or which call of itself goes on and on? What should make "
        "it stop, and what changes from one round to the next?"
    ),
    concept=(
        "A loop ends when its condition becomes false, and a function that calls itself ends at its simplest case. "
        "If what they ask about does not change, or changes in the wrong direction, the end never comes. With $call "
        "that happens in $function."
    ),
    picture="It is like driving round a roundabout because no exit is marked.",
    precise="Find a measure that decreases in each step and is bounded from below.",
    place="What it asks about does not come to an end for this call.",
    plan=(
        "Print the values in this condition in each round, and stop after ten.",
        "See whether they move towards the end, stand still, or jump over it.",
        "Change the step or the condition so that the end is sure to come.",
    ),
    example=Example(
        before="A step that is sure to reach the end:",
        code=("water = 10\nwhile water > 0:\n    water -= 3\nprint(water)"),
        after="The value goes below 0 in the end, and “greater than” catches that.",
    ),
    remedy="Change the step or the condition of line $line so that it becomes false at some time for $call.",
    reason="Each round comes closer to the end.",
    check="run $call again, and print how many rounds it took.",
)

TEXT_IN_ANOTHER_FORM = Lesson(
    is_sure=False,
    question=(
        "The call $call gives $got, and $expected was wanted. Compare the two texts letter by letter: big and small "
        "letters, blanks, points and commas. Where is the first difference?"
    ),
    concept=(
        "For a computer two texts are equal only if every character is the same, blanks and points included. The "
        "words of your result are right, but its form is not: $got in place of $expected."
    ),
    picture="It is like a password: one big letter, and it is another one.",
    precise="Compare with `repr`, which shows blanks and escapes.",
    place="It makes the text that differs.",
    plan=(
        "Print both texts with `repr`, one below the other.",
        "Mark the first character that differs.",
        "Mend the text there; methods such as `strip` and `lower` may be of help.",
    ),
    example=Example(
        before="Two texts compared with `repr`:",
        code=('shown = "Total: 5 "\nprint(repr(shown), repr(shown.strip()))'),
        after="The marks show the blank at the end of the first one.",
    ),
    remedy="Change the text on line $line so that it equals $expected, letter by letter.",
    reason="Every character is the same.",
    check="run $call and compare with `repr`.",
)

RESULT_DIFFERS = Lesson(
    is_sure=False,
    question=(
        "You call $call and get $got. The task wants $expected. Work out this one call by hand, line by line, as "
        "Python does. Which is the first line after which a value is not what you planned?"
    ),
    concept=(
        "One failing call is a gift: you know the input, the wrong result and the right one. The line that causes it "
        "lies between the start of $function and its `return`. Follow the call and compare each value with your "
        "plan; the first difference shows the place."
    ),
    picture="It is like retracing your steps to find where you took the wrong turn.",
    precise="Bisect the execution: check the state in the middle and go on in the half that is wrong.",
    place="Follow the call up to there.",
    plan=(
        "Write down the values of $call at the start of $function.",
        "Use `print` to show the values after each step.",
        "Change the first line whose value differs from your plan.",
    ),
    example=Example(
        before="A step shown on its own:",
        code=('full = "Ada Lovelace"\nfirst, last = full.split()\nprint(first, last)\nprint(last[0] + first[0])'),
        after="If the last line is wrong, the one before shows whether the parts were right.",
    ),
    remedy="Trace $call through $function and change the first line whose value differs from your plan.",
    reason="All later values follow from the first wrong one.",
    check="run $call again, and another case from the task.",
)

RESULT_NOT_ROUNDED = Lesson(
    question=(
        "The call $call gives $got, and $expected is wanted. Compare the two numbers: how far apart are they? What "
        "does the task say about digits after the point?"
    ),
    concept=(
        "The sum is right, but it has a part after the point that should not be there. Numbers are not rounded by "
        "themselves: a program has to say so, and it has to say it before the number is used for anything else, such "
        "as a comparison. For $call the result is $got and not $expected."
    ),
    picture="It is like a till that asks for 3.4999 euros: someone has to round.",
    precise="`round` rounds half to even and gives an integer when called with one argument.",
    place="The number on this way is not rounded.",
    plan=(
        "Find where the number is worked out, and where it is used for the first time.",
        "Recall the function `round`.",
        "Round the number between these two places.",
    ),
    example=Example(
        before="The number is rounded before it is compared:",
        code="litres = 7.6\nlitres = round(litres)\nprint(litres, litres >= 8)",
        after="After rounding the comparison sees the whole number.",
    ),
    remedy="Round the number right after it was worked out, before anything else uses it.",
    reason="All lines that follow see the rounded number.",
    check="run $call, and a case that lies right at a half.",
    is_sure=False,
)

RETURN_NEVER_REACHED = Lesson(
    question=(
        "The call $call should give $expected, and it gives nothing. Look at $condition on this line. Is it ever true "
        "in this call? Print its two sides in each round."
    ),
    concept=(
        "$function hands a value back only behind a condition. For $call an answer exists, but $function ends without "
        "one, so the condition was false each time. It asks something else than you mean, or the values in it are "
        "not the ones that you think."
    ),
    picture="It is like a door that opens for the right key only: try whether it ever opens.",
    precise="No path reached the `return`, so control fell off the end; the guard excludes this input.",
    place="For this call it is never true.",
    plan=(
        "Take $call, and write down the values that should make the condition true.",
        "Print both sides of the condition in each round.",
        "Compare, and change the side or the sign that does not fit.",
    ),
    example=Example(
        before="A condition shown before it decides:",
        code=('for weight in (3, 9):\n    print(weight, weight > 5)\n    if weight > 5:\n        print("heavy")'),
        after="The output tells in which round the condition is true.",
    ),
    remedy="Change the condition on line $line so that it is true for what $call looks for.",
    reason="The way to the `return` is open for the case that should be answered.",
    check="run $call, and a case that should not be found.",
    is_sure=False,
)

WRONG_BRANCH_TAKEN = Lesson(
    question=(
        "The call $call gives $came where $wanted is right, so another branch was taken than you mean. Look at "
        "$condition on this line: which values does it compare in this call, and is it true or false for them?"
    ),
    concept=(
        "A decision asks its conditions from top to bottom, and the first one that is true wins. For $call the answer "
        "$came belongs to one branch and $wanted to another. So one condition was $was and should be $be. Often the "
        "border value itself is on the wrong side."
    ),
    picture="It is like a height mark at a ride: may someone in who is exactly as tall as the mark?",
    precise="Check each guard at its boundary values; strict and non-strict comparisons differ in one point only.",
    place="In this call it is $was, and it should be $be.",
    plan=(
        "Write down the values of all names in the condition for $call.",
        "Print the condition right before it decides.",
        "Compare with the task: what should happen exactly at the border?",
    ),
    example=Example(
        before="A border and the value that lies right on it:",
        code="for litres in (9, 10, 11):\n    print(litres, litres > 10, litres >= 10)",
        after="Only for 10 itself do the two comparisons differ.",
    ),
    remedy="Change the condition on line $line so that it is $be for $call.",
    reason="The decision takes the branch that gives $wanted.",
    check="run $call, and the values right below and right above the border.",
)
