"""The words for: headers and their blocks: the colon, the indentation, and an `else` without its `if`."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

MISSING_COLON = Lesson(
    question=(
        "This line opens a block: the lines that belong to it come after it, further to the right. How do you show "
        "Python that such a line is complete and that its block starts now? Compare its last character with another "
        "such line of yours, or one in your notes."
    ),
    concept=(
        "A line that begins with $header is a header: it says what the indented lines below it are for. Python wants "
        "a clear sign where the header ends and the block begins, and that sign is one punctuation mark at the very "
        "end. On line $line Python comes to the end of the header and the sign is not there."
    ),
    picture=(
        "It is like the mark you write before a list: first you say what the list is, then the mark, then the items."
    ),
    precise="The grammar of a compound statement is header, mark, suite; the parser has no suite without that mark.",
    place="Everything up to its end is the header, and its closing mark is absent.",
    plan=(
        "Go to the very end of the header, after the last bracket or name.",
        "Think of what every header ends with, that of a loop, a decision or a function.",
        "Put that one mark there, before any comment, and leave the rest of the line as it is.",
    ),
    example=Example(
        before="Each of these headers ends with the same mark, and the block stands below it:",
        code=("temperature = 31\nwhile temperature > 30:\n    temperature -= 1\nprint(temperature)"),
        after="The colon after `30` closes the header, so Python knows that the next, indented line is the block.",
    ),
    remedy="Write a colon at the end of line $line.",
    reason="The colon tells Python that the header is complete and that the indented lines below are its block.",
    check=(
        "look at every other header line of your program for the same mark, then run it. The next lines should be "
        "taken as the block of $header."
    ),
)

EMPTY_BLOCK = Lesson(
    question=(
        "The header $header promises a block. Which lines do you want to run as part of it? Look at where those "
        "lines start: how would Python see that they belong to the header and not to the code around it?"
    ),
    concept=(
        "Python reads blocks from the left edge. After a header such as $header the lines that belong to it must "
        "start further to the right, all at the same place. Here, on line $line, they do not: the block is empty, and "
        "Python does not allow an empty block."
    ),
    picture="Think of a to-do list: sub-tasks are written a bit to the right, below the task they belong to.",
    precise="The tokenizer emits INDENT when a line is deeper than the one before; the suite must begin with it.",
    place="It follows the header $header, and its left edge decides whether it belongs to that block.",
    plan=(
        "Name the lines that should happen only as part of the header.",
        "Look at how far other blocks of your program are moved to the right.",
        "Give each of those lines the same distance, and leave the lines that come after the block where they are.",
    ),
    example=Example(
        before="In this loop two lines belong to the block and one does not:",
        code=('seats = 2\nwhile seats:\n    seats -= 1\n    print("one seat gone")\nprint("full")'),
        after=(
            "Both lines of the block start four spaces in. The last line starts at the left edge, so it runs once, "
            "after the loop."
        ),
    ),
    remedy="Write at least one line below the header on line $line, moved four spaces to the right of it.",
    reason="The line now starts further to the right than its header, so Python counts it as part of the block.",
    check="read down the left edge of your code: every line of a block starts at the same place. Then run it again.",
)

UNEXPECTED_INDENT = Lesson(
    question=(
        "Compare where this line starts with where the code above it starts. Did a header, such as a loop or an "
        "`if`, open a block just before it? If not, what could Python make of the extra space on the left?"
    ),
    concept=(
        "In Python the space at the left of a line has a meaning: a line further to the right belongs to a block. A "
        "new block may only begin after a header. Line $line starts further to the right, but nothing above it has "
        "opened a block, so Python does not know what the line belongs to."
    ),
    picture="It is like a sub-point in a list that has no main point above it.",
    precise="The tokenizer emits INDENT where the grammar allows only a statement of the current suite.",
    place="Its left edge is the thing to compare with the code before it: $above.",
    plan=(
        "Decide which block the line belongs to, or whether it belongs to none.",
        "Find the other lines of that block and look at where they start.",
        "Let this line, and those below that go with it, start at exactly the same place.",
    ),
    example=Example(
        before="All three lines stand on one level, so all start at the left edge:",
        code=('city = "Oslo"\nyear = 2024\nprint(city, year)'),
        after="If one of them had a space before it, Python would look for the header that it belongs to.",
    ),
    remedy="Let line $line start where the other lines of its block start.",
    reason="The line now starts at the same place as the other lines of its block, so Python knows where it belongs.",
    check="read down the left edge of your code: every line of a block starts at the same place. Then run it again.",
)

DEDENT_TO_NOWHERE = Lesson(
    question=(
        "Follow the left edge of your code upwards from this line. Is there any earlier line that starts at exactly "
        "the same place? To which block should the line go back?"
    ),
    concept=(
        "When a line moves back to the left, it closes blocks and rejoins an outer one. It must then start exactly "
        "where that outer block starts. Line $line starts after $indent blanks, and no open block around it has that "
        "left edge, so it falls between two blocks."
    ),
    picture="It is like stepping off a stair between two steps: your foot finds nothing to stand on.",
    precise="DEDENT must return to a column that is still on the stack of indentation columns.",
    place="Its left edge matches no block that is open at this point.",
    plan=(
        "Decide which earlier line this one belongs with; for $expression think of its partner.",
        "Count the blanks before that earlier line.",
        "Give this line exactly as many, no more and no fewer.",
    ),
    example=Example(
        before="Here each line goes back to a left edge that exists:",
        code=(
            'for month in ("May", "June"):\n'
            "    while len(month) < 6:\n"
            '        month += "."\n'
            "    print(month)\n"
            'print("done")'
        ),
        after="`print(month)` returns to the edge of the `while` line, the last `print` to the edge of the `for` line.",
    ),
    remedy="Let line $line start exactly where the block that it belongs to starts.",
    reason="The line now stands on the same left edge as the block it belongs to, so Python can rejoin that block.",
    check="read down the left edge of your code: every line of a block starts at the same place. Then run it again.",
)

TABS_AND_SPACES = Lesson(
    question=(
        "Two lines can look lined up on the screen and still begin with different characters. Let your editor show "
        "blanks: which lines of this block begin with a tab, and which begin with spaces?"
    ),
    concept=(
        "Python compares the blanks at the start of lines character by character. A tab is one character, however "
        "wide it looks. On line $line the blanks mix tabs and spaces in a way that does not agree with the lines "
        "before, so Python cannot tell whether the line is inside the block."
    ),
    picture="It is like measuring one shelf in inches and the next in centimetres: the numbers cannot be compared.",
    precise="CPython raises TabError when the order of two indents depends on the width given to a tab.",
    place="What counts are the blanks before it, not the words.",
    plan=(
        "Turn on the display of blanks in your editor.",
        "Choose one way for the whole file; four spaces for each level is the common choice.",
        "Use your editor's command that converts the indentation, so that no line is left out.",
    ),
    example=Example(
        before="Here every level is made of four spaces, shown as dots in the comment:",
        code=(
            "rain = [3, 0, 7]\n"
            "for drops in rain:\n"
            "    if drops:      # ....if drops:\n"
            "        print(drops)  # ........print(drops)"
        ),
        after="Because each line uses the same kind of blank, the left edges can be compared.",
    ),
    remedy="Write the blanks at the start of line $line, and of its whole block, as spaces only.",
    reason="With one kind of blank everywhere, lines that look lined up are lined up for Python too.",
    check="let the editor show blanks once more: no tab should be left at the start of a line. Then run the program.",
)

ELSE_WITHOUT_PARTNER = Lesson(
    question=(
        "The word $word never stands alone: it continues something that began above it. Which line is its partner? "
        "Compare the left edge of the two lines, and see whether another line has come between them."
    ),
    concept=(
        "$word is the second part of a statement whose first part is further up. The two parts must start at the "
        "same left edge, and only the indented block of the first may stand between them. On line $line Python meets "
        "$word at a place where no such statement is waiting to be continued."
    ),
    picture="It is like the second half of a sentence: it makes sense only right after the first half.",
    precise="An `else` clause is part of the compound statement; any statement at its own level ends that statement.",
    place="Compare its left edge with that of the line it should continue.",
    plan=(
        "Find the line that this $word should continue.",
        "Check that both lines start at the same left edge.",
        "Check that every line between them is inside the block, further to the right.",
    ),
    example=Example(
        before="Here `except` has `try` as its partner, in the same way:",
        code=('try:\n    metres = int("1.80 m")\nexcept ValueError:\n    print("not a whole number")'),
        after="Both words start at the left edge, and only the block of `try` stands between them, further in.",
    ),
    remedy="Let $word on line $line start at the same left edge as its partner, with only the block between them.",
    reason="The two parts now stand on one left edge with nothing but the block between, so they form one statement.",
    check=(
        "draw a line from $word straight up: the first line it meets should be the partner. Then run the program "
        "once for each of the two ways."
    ),
)
