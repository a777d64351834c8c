"""The words for: loops."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

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

COLLECTION_IN_PLACE_OF_ITEM = Lesson(
    question=(
        "The loop begins with $header. What is $name in each round, and on which line is it used? What does this line "
        "look at instead?"
    ),
    concept=(
        "A loop takes the items of a collection one by one and gives each of them the same name. The body is about "
        "that one item. Here no line of the body uses $name. Line $line works with $collection, the whole, and "
        "so does the same thing in every round."
    ),
    picture="It is like calling each pupil to the desk, and then asking the whole class.",
    precise="The body is invariant under the loop variable, so the iterations cannot differ.",
    place="It works with the whole $collection in every round.",
    plan=(
        "Write down $name and $collection for the first two rounds.",
        "Say in words what should happen to one item.",
        "Put the name of the item where it is meant.",
    ),
    example=Example(
        before="The body is about one item:",
        code='bag = ["pear", "plum"]\nfor fruit in bag:\n    print(fruit, fruit.startswith("pl"))',
        after="`fruit` is another text in each round, so the answers differ.",
    ),
    remedy="On line $line use $name where the single item is meant.",
    reason="Each round is about its own item.",
    check="print what the line looks at in each round.",
)
