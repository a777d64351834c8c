"""The words for: headers, stray colons, and the parts of `try`."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

STRAY_COLON = Lesson(
    question=(
        "There is a colon after $before on this line. What does a colon at such a place announce, and does a block, "
        "a slice or a dictionary entry follow here?"
    ),
    concept=(
        "A colon has few jobs: it ends a header, parts the bounds of a slice, and parts key and value. A line that "
        "just does something, such as a call or an assignment, needs none. On line $line the colon after $before has "
        "none of these jobs."
    ),
    picture="It is like “the following:” with nothing that follows.",
    precise="After an expression a colon would be an annotation or a suite; neither fits here.",
    place="The colon after $before does not belong to any form.",
    plan=(
        "Decide whether the line opens a block.",
        "If it only does something, the colon is a left-over.",
        "Read the line without it, and check the block that it belongs to.",
    ),
    example=Example(
        before="A header with a colon, and a plain line without:",
        code=('tea = "green"\nwhile tea:\n    print(tea)\n    tea = ""'),
        after="Only the header ends with a colon; the lines of the block do not.",
    ),
    remedy="Take the colon after $before on line $line away.",
    reason="Without the colon the line is a complete statement.",
    check="run the program and see that the line does its work.",
)

HEADER_FORM = Lesson(
    question=(
        "This header begins with $header. What has to follow, in which order, up to the colon? Compare it piece by "
        "piece with a header of the same kind that works."
    ),
    concept=(
        "Each kind of header has its own fixed form. A loop names its variable, the word `in`, and what to go "
        "through. A function has its name and round brackets, even when it gets nothing. A condition needs no word "
        "such as “then”. Line $line departs from the form of $header."
    ),
    picture="It is like a form with boxes: a box left out, and the clerk gives it back.",
    precise="The compound statement grammar is rigid; nothing in a header is optional except what it says.",
    place="One piece of the form is absent, or is from another language.",
    plan=(
        "Write down the form of a header with $header, piece by piece.",
        "Put the pieces of your line under it.",
        "Complete or exchange the piece that differs.",
    ),
    example=Example(
        before="A loop and a function in their usual form:",
        code=('def hello():\n    print("hello")\n\n\nfor turn in range(2):\n    hello()'),
        after="The function has brackets although it gets nothing; the loop has `in` and something to go through.",
    ),
    remedy="Bring the header on line $line into the form that $header needs.",
    reason="All pieces of the header are there, in their order.",
    check="run the program and print something as the first line of the block.",
)


TRY_FORM = Lesson(
    question=(
        "A `try` never stands alone. Which part has to follow its block, and how does that part name the errors it "
        "waits for?"
    ),
    concept=(
        "`try` says: do this, and if it fails, do that. The second part begins with `except` or `finally` at the "
        "same left edge. Several kinds of errors are named in one pair of round brackets. Around line $line this "
        "form is not complete."
    ),
    picture="It is like a net under the rope: without it nobody may walk.",
    precise="A try statement needs at least one handler or a finally clause; a bare `except` comes last.",
    place="The form of `try` and `except` is not complete there.",
    plan=(
        "Find the `try` and the end of its block.",
        "Check that `except` follows at the same left edge.",
        "Put several kinds of errors into one pair of brackets.",
    ),
    example=Example(
        before="A `try` with the part that catches:",
        code=(
            "try:\n"
            '    age = int("twelve")\n'
            "except (ValueError, TypeError) as problem:\n"
            '    print("no number:", problem)'
        ),
        after="Two kinds of errors stand in one pair of brackets.",
    ),
    remedy="Complete the `try` around line $line with `except` and a block.",
    reason="The statement has both of its parts.",
    check="run it with an input that fails and one that works.",
)

HEADER_WORD_LEFT_OUT = Lesson(
    question=(
        "This line ends with a colon and a block follows it, so it is a header. With which word does a header of this "
        "kind begin, and what is the first word here, $header?"
    ),
    concept=(
        "Every header begins with a word of Python that says what the block is for: one for a function, one for a "
        "loop, one for a decision, one for a file that is open for a while. On line $line the form is that of a "
        "header, but it begins with $header, so Python reads a plain expression with a colon that it cannot place."
    ),
    picture="It is like a chapter with a number and no title: nobody knows what it is about.",
    precise="A compound statement starts with its keyword; an expression followed by a colon is an annotation at most.",
    place="The word that says what the block is for is not there.",
    plan=(
        "Say what the block below is for.",
        "Find the word with which such a block begins.",
        "Write it in front, and leave the rest of the line as it is.",
    ),
    example=Example(
        before="A function with its first word:",
        code=('def shout(word):\n    return word.upper() + "!"\n\n\nprint(shout("land"))'),
        after="The word `def` says that a function begins here; without it the line would be a call.",
    ),
    remedy="On line $line put the word in front that says what the block is for.",
    reason="The first word tells Python what kind of block follows.",
    check="run the program and use what the block defines once.",
)
