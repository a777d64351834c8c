"""The words for: values that are stored in the wrong place."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

STORED_THE_WRONG_WAY_ROUND = Lesson(
    question=(
        "Which of the two names gets a new value on this line, $name or $other? The loop begins with $header. What "
        "happens to $name when the next round begins?"
    ),
    concept=(
        "The name on the left of the equals sign gets the value on its right, never the other way round. On line $line "
        "$name is the one that changes. But the loop gives it a fresh value in each round anyway, so what was "
        "stored is lost, and $other stays what it was."
    ),
    picture="It is like copying the empty page onto the full one.",
    precise="Assignment binds the target on the left; rebinding the loop variable has no effect on the iteration.",
    place="It changes $name, which the next round overwrites.",
    plan=(
        "Say in words which name should remember something here.",
        "Say from where it should get its value.",
        "Put the one that remembers on the left.",
    ),
    example=Example(
        before="The name that remembers stands on the left:",
        code=(
            'longest = ""\nfor plant in ("fern", "orchid"):\n    if plant > longest:\n'
            "        longest = plant\nprint(longest)"
        ),
        after="`longest` gets the value of `plant`, and keeps it.",
    ),
    remedy="On line $line let $other get the value of $name.",
    reason="The name that should remember is now the one that changes.",
    check="print $other at the end of each round.",
)

STORED_UNDER_ANOTHER_SPELLING = Lesson(
    question=(
        "Search your program for $name, letter by letter. On which lines is it read again? Is there a name much like "
        "it that is read there instead?"
    ),
    concept=(
        "Python does not warn when a new name comes up on the left of an equals sign: it makes one. So a slip of one "
        "letter, or a capital, stores the value where nobody looks. Line $line gives a value to $name, and no line "
        "reads it. The lines that go on ask $other."
    ),
    picture="It is like a letter in the box of a neighbour with nearly the same name.",
    precise="Assignment creates a binding; a misspelt target is a new variable, and no error.",
    place="No line reads $name again.",
    plan=(
        "Compare the two names letter by letter, small and capital ones too.",
        "Decide which of the spellings you want.",
        "Write it that way in every place.",
    ),
    example=Example(
        before="Two names that differ by one capital:",
        code="ready = False\nReady = True\nprint(ready)\nprint(Ready)",
        after="The second line made a name of its own and left the first as it was.",
    ),
    remedy="On line $line write $other in place of $name.",
    reason="The value is stored under the name that the other lines read.",
    check="print $other right after the line.",
)

NEVER_CHANGED = Lesson(
    question=(
        "$name begins on this line. Which line gives it another value after that, or puts something in? Look through "
        "the loop that begins with $header."
    ),
    concept=(
        "A name keeps its value until a line gives it another one or puts something in. $name begins empty or at the "
        "start of a count on line $line, and is asked for later. In between no line changes it, so it is the same "
        "whatever the loop has seen."
    ),
    picture="It is like a tally sheet on which nobody makes a stroke.",
    precise="There is one binding and no mutation, so every later read sees the initial value.",
    place="No later line changes $name.",
    plan=(
        "Say what $name should hold at the end.",
        "Find the place in the loop where something happens that it should take note of.",
        "Write the line that does so, in that very block.",
    ),
    example=Example(
        before="A count that is made in the loop:",
        code="wet = 0\nfor rain in (0, 4, 2):\n    if rain > 1:\n        wet += 1\nprint(wet)",
        after="The line in the innermost block makes the stroke.",
    ),
    remedy="Add a line in the loop that changes $name, whose start stands on line $line.",
    reason="The name takes note of what the loop sees.",
    check="print $name at the end of each round.",
)

BRANCHES_ALIKE = Lesson(
    question=(
        "Compare the lines that run where $test holds with those that run where it does not. What is different between "
        "them? And what should be?"
    ),
    concept=(
        "A condition is there to choose between two ways. If both ways hold the same lines, the answer to $test makes "
        "no difference, and the program does the same in every case. One of the two, beginning with line $line, was "
        "meant to do something else."
    ),
    picture="It is like a fork in the road where both arms lead to the same door.",
    precise="Both suites are identical, so the test is dead code.",
    place="The other way holds the very same.",
    plan=(
        "Say in words what should happen where the condition holds.",
        "Say what should happen where it does not.",
        "Change the way that does not do what you said.",
    ),
    example=Example(
        before="Two ways that differ:",
        code=(
            'seats = {"A": 1}\nrow = "B"\nif row in seats:\n    seats[row] += 1\nelse:\n'
            "    seats[row] = 1\nprint(seats)"
        ),
        after="A known row is counted on, a new one begins at 1.",
    ),
    remedy="From line $line on, let the one way do what it should do differently.",
    reason="The condition makes a difference again.",
    check="try one case for each way, and compare the results.",
)

GROWS_IN_ONE_BRANCH = Lesson(
    question=(
        "The condition is $header. In one of its ways $name grows. What happens to what it has collected when the way "
        "with this line is taken?"
    ),
    concept=(
        "Two signs store a value in different ways. A plain equals sign puts the new value in place of the old one; "
        "together with a plus it adds to what is there. In one way $name grows, but on line $line it is "
        "overwritten, and all that was collected before is gone."
    ),
    picture="It is like writing one line into a diary, and tearing out the pages before.",
    precise="One branch accumulates and the other rebinds, so the result starts anew whenever the latter runs.",
    place="It throws away what $name has collected.",
    plan=(
        "Write down $name after each of the first three rounds.",
        "Mark the round after which it is too short.",
        "Let this way keep what is there, as the other one does.",
    ),
    example=Example(
        before="Both ways add to what is there:",
        code=(
            'line = ""\nfor day in (3, 0, 5):\n    if day:\n        line += "x"\n    else:\n'
            '        line += "-"\nprint(line)'
        ),
        after="Whichever way is taken, `line` only grows.",
    ),
    remedy="On line $line add to $name instead of overwriting it.",
    reason="Both ways keep what was collected.",
    check="print $name at the end of each round.",
)
