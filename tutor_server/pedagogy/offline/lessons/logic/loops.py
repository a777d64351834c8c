"""The words for: loops and accumulators."""

from __future__ import annotations

from tutor_server.pedagogy.offline.lesson import Example, Lesson

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

LAST_NUMBER_LEFT_OUT = Lesson(
    question=(
        "Which numbers does $expression give, from the first to the last, if $bound is 3? Write them down. Are these "
        "the numbers that should count?"
    ),
    concept=(
        "`range` stops one before its bound. That fits positions, which start at 0. If all numbers up to and "
        "including the bound should count, one is left out. On line $line the last value of $name is one less than "
        "$bound."
    ),
    picture="It is like reading a book “up to page 10” and stopping at the end of page 9.",
    precise="A `range` is half-open: it contains its start and not its stop.",
    maths_picture="The sum sign means: add all of them, the last one too.",
    maths_precise="The index set is closed on the right, while `range` is half-open.",
    place="The bound $bound itself does not come up.",
    plan=(
        "Write down the numbers that should count for a small $bound.",
        "Write down the numbers that the loop gives.",
        "Change the bound so that both rows agree.",
    ),
    example=Example(
        before="A sum from 1 to 5, the last number included:",
        code=("pins = 0\nfor row in range(1, 6):\n    pins += row\nprint(pins)"),
        after="The bound is 6, so the last row is 5.",
    ),
    remedy="Make the bound of `range` on line $line one greater.",
    reason="The last number comes up as well.",
    check="call $function with 1, 2 and 3, and compare with sums done by hand.",
)

ITEM_LEFT_OUT = Lesson(
    question=(
        "Which positions does $expression give if $owner has three items? Which item is never looked at, and could "
        "it be the one that matters for your result?"
    ),
    concept=(
        "The positions of a collection run from 0 to one less than its length, and `range` with the length gives "
        "exactly these. On line $line the loop gives fewer, so the $which item of $owner is never looked at."
    ),
    picture="It is like counting the people in a row and starting or stopping one seat too early or too late.",
    precise="A shortened range is right for pairs of neighbours, but the body looks at single items.",
    place="The $which item of $owner never comes up.",
    plan=(
        "Write down the positions of a list with three items.",
        "Write down the values of $name.",
        "Change start or bound so that both rows agree.",
    ),
    example=Example(
        before="Every position once:",
        code=('flags = ["red", "blue", "green"]\nfor spot, flag in enumerate(flags):\n    print(spot, flag)'),
        after="`enumerate` gives all positions from 0 on, each with its item.",
    ),
    remedy="Let `range` on line $line run over all positions of $owner.",
    reason="Every item is looked at.",
    check="put the item that matters first, then last, and try both.",
)

COUNTING_DOWN_WITHOUT_STEP = Lesson(
    question=(
        "Into which direction does `range` count when you give it two values only? Where does it start here, $start, "
        "and where should it stop? Print `list` of it."
    ),
    concept=(
        "`range` counts up by one, unless a third value says otherwise. From a bigger number up to a smaller one "
        "there is nothing to count. So $expression on line $line is empty, and the loop has no round at all."
    ),
    picture="It is like walking upstairs to the cellar.",
    precise="The default step is 1; with start not below stop the range is empty and no error is raised.",
    place="As it stands, it gives no number at all.",
    plan=(
        "Print `list` of the range.",
        "Say in which direction it should count.",
        "Recall the third value of `range`, the step, and its sign.",
    ),
    example=Example(
        before="Counting down needs a step:",
        code=("for seconds in range(3, 0, -1):\n    print(seconds)"),
        after="The third value says: one less each time. The bound itself does not come up, as always with `range`.",
    ),
    remedy="Give `range` on line $line a step of -1 as third value.",
    reason="With the step the loop counts down.",
    check="print the first and the last value of the loop.",
)

LOOP_NEVER_ENDS = Lesson(
    question=(
        "The loop goes on while $test holds. Which line in its body changes $name? What will the condition be after "
        "the first round?"
    ),
    concept=(
        "A `while` loop asks its condition before each round. If nothing in the body changes what the condition asks "
        "about, the answer stays the same and the loop never ends. In the loop of line $line no line changes $name."
    ),
    picture="It is like pedalling on a bike that stands still: the road ahead gets no shorter.",
    precise="Termination needs a variant that strictly decreases; here the guard is loop-invariant.",
    place="Nothing in the body changes it.",
    plan=(
        "Print $name at the start of each round, and stop the program after a few.",
        "Decide how $name should change from one round to the next.",
        "Write that change as the last line of the body, at its left edge.",
    ),
    example=Example(
        before="The last line of the body moves on:",
        code=('floor = 0\nwhile floor < 3:\n    print("floor", floor)\n    floor += 1'),
        after="After three rounds the condition is false.",
    ),
    remedy="Change $name in the body of the loop on line $line, in every round.",
    reason="The condition becomes false at some time.",
    check="print $name in each round: it must come closer to the end.",
)

LIST_CHANGED_WHILE_LOOPING = Lesson(
    question=(
        "The loop goes through $owner, and its body uses $call. After one item is gone, which position does the next "
        "one move to? And at which position does the loop look next?"
    ),
    concept=(
        "A loop over a list remembers only its position. When an item is taken out, all later ones move one place to "
        "the front, and the loop, which goes on to the next position, skips one. On line $line the loop goes through "
        "$owner while $call changes it."
    ),
    picture=(
        "It is like ticking off a queue by place while people leave it: after each one who leaves you skip the next."
    ),
    precise="List iterators hold an index and do not notice mutation; dictionaries would raise.",
    place="Its body changes the list that it goes through.",
    plan=(
        "Play it through with a list of three equal items.",
        "Decide which items should be kept.",
        "Collect these in a new list, or go through a copy made with `list`.",
    ),
    example=Example(
        before="What should stay is collected in a new list:",
        code=(
            "marks = [3, 0, 0, 8]\nreal = []\nfor mark in marks:\n    if mark:\n        real.append(mark)\nprint(real)"
        ),
        after="`marks` is only read, so no item is skipped.",
    ),
    remedy="On line $line go through a copy of $owner, or collect the items to keep in a new list.",
    reason="What the loop goes through stays as it is.",
    check="try a list in which equal items stand next to each other.",
)

LOOP_OVER_EMPTY_LIST = Lesson(
    question=(
        "How many items does $name have when the loop on this line begins? How many rounds does that make? Which "
        "collection did you want to go through?"
    ),
    concept=(
        "A loop has one round for each item. $name has just been made empty to collect results, so a loop over it "
        "has no round at all, and nothing is ever put in. The items to look at are in another collection."
    ),
    picture="It is like looking for shells in the bucket and not on the beach.",
    precise="The iterable is the accumulator itself, which is empty on entry.",
    place="It goes through $name, which is still empty.",
    plan=(
        "Print `len` of $name right before the loop.",
        "Name the collection that holds the items to look at; it is often a parameter.",
        "Go through that one.",
    ),
    example=Example(
        before="The loop goes through the data and fills the other list:",
        code=(
            "temps = [18, 31, 25]\n"
            "hot = []\n"
            "for temp in temps:\n"
            "    if temp > 24:\n"
            "        hot.append(temp)\n"
            "print(hot)"
        ),
        after="`temps` is read, `hot` is filled.",
    ),
    remedy="On line $line go through the collection with the data in place of $name.",
    reason="The loop has a round for each item.",
    check="print the loop variable in each round.",
)

ONE_VARIABLE_TWO_LOOPS = Lesson(
    question=(
        "Both loops use the name $name. After the inner loop has run, what does $name stand for in the rest of the "
        "outer round?"
    ),
    concept=(
        "A name holds one value at a time. The inner loop on line $line gives $name new values, and those of the "
        "outer loop, $header, are lost for the rest of the round."
    ),
    picture="It is like two people who write on the same line of a sheet.",
    precise="Loop targets are plain assignments in the enclosing scope; nesting gives no new binding.",
    place="It uses the name of the outer loop again.",
    plan=(
        "Say what each of the two loops counts or goes through.",
        "Give the inner one a name of its own.",
        "Check each use: which of the two is meant?",
    ),
    example=Example(
        before="Each loop has its own name:",
        code=('for row in "ab":\n    for seat in (1, 2):\n        print(row, seat)'),
        after="`row` keeps its value while `seat` changes.",
    ),
    remedy="Give the loop on line $line a variable of its own.",
    reason="Both values are there at the same time.",
    check="print both variables in the inner loop.",
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
