"""The words for: brackets: opened and never closed, closed and never opened, or closed by one of another kind."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

BRACKET_NEVER_CLOSED = Lesson(
    question=(
        "Put a finger on every opening bracket of this line, and tick it off when you find its partner. Which "
        "opening bracket is left without one, and where should the thought that it opens come to an end?"
    ),
    concept=(
        "Brackets come in pairs, one that opens and one that closes. While a pair is still open, Python takes "
        "everything that follows as part of the same expression, even on the next lines. On line $line a $kind "
        "bracket is opened and Python reaches the end without its partner, so it cannot tell where your expression "
        "stops. That is why the message can point at code that is fine."
    ),
    picture="It is like a letter put in an envelope that was never sealed: everything after it falls in too.",
    precise="Inside brackets the tokenizer emits no NEWLINE token, so the statement runs on to the end of the file.",
    place="The opening $bracket there has no partner.",
    plan=(
        "Count the opening and the closing brackets of the line; the two numbers differ.",
        "Find the last thing that belongs inside the open pair.",
        "Complete the pair right after that thing, so that each call or list ends where it should.",
    ),
    example=Example(
        before="Here is a line with two pairs, one inside the other:",
        code=("price = 19.99\nlabel = str(round(price, 1))\nprint(label)"),
        after=(
            "Read from the inside: `round` gets its own pair, and `str` gets the outer one. Two brackets open, so "
            "two must close, the inner one first."
        ),
    ),
    remedy="Add the missing closing $kind bracket on line $line, after the last thing that belongs inside.",
    reason=(
        "Every bracket now has a partner, so Python knows where the expression ends and the next line starts a "
        "statement of its own."
    ),
    check=(
        "count the brackets of the line once more, inner pairs first, then run the program. The message about a "
        "bracket that was never closed should be gone."
    ),
)

BRACKET_NEVER_OPENED = Lesson(
    question=(
        "Read the line from the left and count: one up for every bracket that opens, one down for every bracket that "
        "closes. At which bracket does your count drop below zero, and what was that bracket meant to close?"
    ),
    concept=(
        "A closing bracket ends something that an opening bracket began. On line $line Python meets a $kind bracket "
        "that closes, but no open pair is waiting for it. Python never guesses which of the two you meant, too many "
        "on one side or too few on the other, so it stops there."
    ),
    picture="Think of stairs: you cannot take a step down more often than you went up.",
    precise="The tokenizer keeps a stack of open brackets, and here it has to pop from an empty stack.",
    place="The closing $bracket at its end has no partner to the left.",
    plan=(
        "Write the line in pieces, one pair of brackets at a time, starting with the innermost pair.",
        "Mark the bracket that is left over when all pairs are made.",
        "Decide whether that bracket is one too many, or whether an earlier part lost its opening bracket.",
    ),
    example=Example(
        before="In this calculation every bracket has a partner:",
        code=("width = 4\nheight = 3\narea = (width + 1) * (height + 1)\nprint(area)"),
        after=(
            "Two open and two close. With a third closing bracket at the end of the `area` line the count would drop "
            "below zero, and Python would stop there."
        ),
    ),
    remedy="Take away the closing $kind bracket on line $line that has no partner.",
    reason="Now every closing bracket ends a pair that was opened before it, and the count ends at zero.",
    check=(
        "count again from left to right: up for opening, down for closing. It must never be below zero and must end "
        "at zero. Then run the program, and compare one result with a sum done by hand."
    ),
)

BRACKET_OF_ANOTHER_KIND = Lesson(
    question=(
        "Two kinds of brackets meet on this line. Start at the innermost opening bracket and walk to the right. "
        "Which closing bracket do you meet first, and is it of the same kind as the one you opened last?"
    ),
    concept=(
        "Brackets close in the reverse order in which they were opened: the one opened last must close first, and by "
        "its own kind. On line $line a $kind bracket is still open when a $other_kind one tries to close. Round "
        "brackets are for calls and for grouping, square ones for lists and positions, curly ones for dictionaries "
        "and sets."
    ),
    picture="It works like boxes inside boxes: shut the small box before you shut the big one.",
    precise="Pairs must nest: the tokenizer compares each closer with the top of its stack of open brackets.",
    place="There $bracket is opened, and $closer comes before its partner.",
    plan=(
        "List the brackets of the line in order, without the words between them.",
        "For each closing bracket, name the opening one that it should belong to.",
        "At the first pair of two kinds, decide which was forgotten or mistyped.",
    ),
    example=Example(
        before="Here a list position sits inside a call:",
        code=("prices = [3, 5, 8]\nbiggest = max(prices[0:2])\nprint(biggest)"),
        after="The square pair is opened last, so it is closed first; only then comes the round bracket of `max`.",
    ),
    remedy="Close the $kind bracket of line $line before $closer, or give both the same kind.",
    reason="Each closing bracket now matches the one that was opened last, so the pairs sit inside each other.",
    check=(
        "point at each opening bracket and name its partner aloud, innermost first. When all match, run the program "
        "and see whether the value on that line is what you expect."
    ),
)
