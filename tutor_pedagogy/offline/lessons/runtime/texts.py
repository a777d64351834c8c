"""The words for: texts that are put together from parts, and the kinds that a part may have."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

PLACES_AND_VALUES = Lesson(
    question=(
        "Count the places in the text of this line that wait for a value, and count the values that you hand over. "
        "Which of the two numbers is bigger, and which place stays empty?"
    ),
    concept=(
        "A text with places in it is a form to be filled in. Each place takes one value, in order, and Python wants "
        "the two counts to agree. On line $line they differ. Several values after a percent sign must also be one "
        "tuple, or only the first counts as a value."
    ),
    picture="It is like a form with two boxes and one answer: the clerk sends it back.",
    precise="The fields are matched with a tuple or with the arguments by position; a missing one is an error.",
    place="Its places and its values do not agree in number.",
    plan=(
        "Write down the places in the text, one by one.",
        "Next to each, write the value that should stand there.",
        "Add what is missing, or take the spare place away.",
    ),
    example=Example(
        before="Two places and two values:",
        code='row = 4\nseat = "C"\nprint(f"row {row}, seat {seat}")\nprint("row {}, seat {}".format(row, seat))',
        after="In the first form the value stands in its place, so the two cannot get out of step.",
    ),
    remedy="On line $line give each place in the text one value.",
    reason="Each place has its value now.",
    check="print the text and read it from left to right: each value should stand where you meant it.",
)

FORM_OF_ANOTHER_KIND = Lesson(
    question=(
        "The text on this line asks for a value of a certain kind, by a letter such as the ones for whole numbers or "
        "for digits after the point. Which kind does the value have that you hand over? Use `type`."
    ),
    concept=(
        "A letter in the place of a text says how to write a value down: as a whole number, or with digits after "
        "the point. Such a way of writing exists for numbers only. On line $line the place asks for a number, and the "
        "value is of another kind, often a text that only looks like a number."
    ),
    picture="It is like a coin slot: a banknote of the same amount does not fit.",
    precise="The format code is passed to the type's own `__format__`, which rejects codes of other types.",
    place="The place asks for a number, and the value is none.",
    plan=(
        "Print the value and its `type` on the line before.",
        "If it should be a number, find where it comes from, and turn it into one there with `int` or `float`.",
        "If it is meant as a text, take the letter for numbers out of the place.",
    ),
    example=Example(
        before="A text is made a number first, then written with two digits:",
        code='typed = "4.5"\nweight = float(typed)\nprint(f"{weight:.2f} kg")',
        after="`float` makes a number of the text, and a number can be written with two digits.",
    ),
    remedy="On line $line hand over a number, or use a place for texts.",
    reason="The kind of the value fits the way in which it is written.",
    check="print the value's `type` once more, and read the whole text.",
)

BYTES_AND_TEXT = Lesson(
    question=(
        "There are two kinds of value on this line that look alike. Which of the two has a small `b` before its "
        "quote marks when you print it, and where does that one come from?"
    ),
    concept=(
        "Bytes are what files and networks carry: raw numbers, shown with a `b` in front. A text is made of letters. "
        "They look alike, but Python never mixes them, since it cannot know which letters the bytes stand for. On "
        "line $line one side is bytes and the other a text."
    ),
    picture="It is like a sheet of music and the sound: one has to be turned into the other.",
    precise="`str` and `bytes` share no implicit coercion; `encode` and `decode` need a named encoding.",
    place="Bytes and a text meet there.",
    plan=(
        "Print the `type` of each side.",
        "Decide which of the two you want to work with; for people it is the text.",
        "Turn the other one into it, with `decode` or `encode`, where it comes in.",
    ),
    example=Example(
        before="Bytes turned into a text, then used like any text:",
        code='raw = b"sail"\nword = raw.decode()\nprint(word + "boat")',
        after="`decode` makes letters of the bytes, and then both sides are texts.",
    ),
    remedy="On line $line use `decode` on the bytes, or `encode` on the text.",
    reason="Both sides are of one kind now.",
    check="print both sides: none of them should show a `b` in front.",
)

ONE_CHARACTER_NEEDED = Lesson(
    question=(
        "How many characters does the value have that you hand to $function on this line? Print it, and its `len`. "
        "How many can $function look at?"
    ),
    concept=(
        "Each character has a number of its own, and $function goes from one to the other. So it works on exactly "
        "one character. On line $line the value is empty, longer than one character, or of another kind."
    ),
    picture="It is like looking up a page number for a whole chapter: only a single page has one.",
    precise="`ord` maps a string of length one to its code point, and `chr` is its inverse on integers.",
    place="The value is not exactly one character.",
    plan=(
        "Print the value and its `len` on the line before.",
        "For a longer text, go through it with a loop, one character at a time.",
        "For an empty text, decide what the answer should be without $function.",
    ),
    example=Example(
        before="The numbers of all letters of a word:",
        code='for letter in "oak":\n    print(letter, ord(letter))',
        after="The loop hands out one letter at a time, and each has its number.",
    ),
    remedy="On line $line hand over one single character.",
    reason="A single character has exactly one number.",
    check="try it with one letter first, then with the whole text in a loop.",
)
