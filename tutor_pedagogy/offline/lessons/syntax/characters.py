"""The words for: characters and numbers that Python does not read."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

TYPOGRAPHIC_CHARACTER = Lesson(
    question=(
        "One character on this line only looks like the one you need: $character. Where does the line come from? Was "
        "it copied from a web page or a text document?"
    ),
    concept=(
        "Text programs turn plain signs into prettier ones: curly quote marks, long dashes, a real times sign. "
        "Python knows only the plain signs of the keyboard. On line $line it finds $character ($character_name), "
        "which is none of its signs."
    ),
    picture="It is like a foreign coin in a machine: nearly the same size, but not accepted.",
    precise="Outside strings and comments only ASCII operators and Unicode letters are valid in source.",
    place="There $character stands among the plain signs.",
    plan=(
        "Find each such character on the line; curly marks often come in pairs.",
        "Delete it.",
        "Type the plain sign with your keyboard in its place.",
    ),
    example=Example(
        before="The same kind of line with plain signs only:",
        code=('slogan = "fresh - every day"\nprint(slogan)'),
        after="Both quote marks are the straight ones, and the dash is the minus of the keyboard.",
    ),
    remedy="On line $line delete $character and type the plain sign from the keyboard.",
    reason="The plain sign is one that Python knows.",
    check="search the file for the same character; pasted lines often hold more than one.",
)

NAME_BEGINS_WITH_DIGIT = Lesson(
    question=(
        "Look at the very first character of $name. What does Python expect when a word begins with a digit? Compare "
        "it with your other names."
    ),
    concept=(
        "A name may hold digits, but not at its start. When Python sees a digit it reads a number, and after the "
        "number $digits it is surprised to find $rest right behind it. So $name on line $line can be neither a "
        "number nor a name."
    ),
    picture="It is like a word that begins with a digit: you start to count before you notice that it is a word.",
    precise="The tokenizer decides on the first character; digits start a numeric literal.",
    place="It is meant as a name, but begins with a digit.",
    plan=(
        "Choose a name that begins with a letter and says what the thing is.",
        "Check whether a digit and a letter that look alike were mixed up, such as the digit one and a small L.",
        "Use the new name at all its places.",
    ),
    example=Example(
        before="Digits at the end of a name are fine:",
        code=('runner1 = "Abebe"\nrunner2 = "Paula"\nprint(runner1, runner2)'),
        after="Both names begin with a letter, so Python reads them as names.",
    ),
    remedy="Give the thing a name that begins with a letter, on line $line and wherever it is used.",
    reason="A word that begins with a letter is read as a name.",
    check="search for the old name: no place should be left.",
)

PRODUCT_WITHOUT_SIGN = Lesson(
    question=(
        "On paper you may leave out a sign between a number and a letter. Which one is it here, between $left and "
        "$right? How would Python know?"
    ),
    concept=(
        "In a formula on paper a number right before a letter means a product. Python needs the sign for it. On line "
        "$line the number $left is followed directly by $right, so Python reads a number that goes on in a strange "
        "way."
    ),
    picture="It is like a word in which two words run together: the reader stumbles.",
    precise="Numeric literals may not touch an identifier; there is no implicit multiplication.",
    maths_picture="Read 2x as two times x.",
    maths_precise="Juxtaposition is notation on paper only.",
    place="Between the number and the name a sign is absent.",
    plan=(
        "Read the formula aloud, with every “times”.",
        "Find the place where you say it but did not write it.",
        "Put the sign for it there.",
    ),
    example=Example(
        before="A formula with every sign written out:",
        code=("side = 4\nedge = 3 * side + 1\nprint(edge)"),
        after="The star between 3 and `side` says “times”.",
    ),
    remedy="Write `*` between $left and $right on line $line.",
    reason="The star tells Python to multiply the two.",
    check="work the formula out by hand for a small number and compare.",
)

LEADING_ZERO = Lesson(
    question=(
        "How is $number written here, and how would you write it on paper in a sum? Do the zeros at its start change "
        "its value, or are they only for the look?"
    ),
    concept=(
        "A whole number in a program may not start with a zero, unless it is zero. In older languages such a zero "
        "meant another number system, so Python forbids it to avoid a mix-up. If the zeros belong to the look, as in "
        "a phone number, the thing is a text and no number."
    ),
    picture="A postcode is made of digits, but nobody adds two of them up.",
    precise="Octal literals are written `0o17`; a bare leading zero is a syntax error since Python 3.",
    place="It starts with a zero.",
    plan=(
        "Decide whether you want to calculate with it.",
        "For a number, leave out the zeros at its start.",
        "For a code or a date, make a text of it with quote marks.",
    ),
    example=Example(
        before="A number, and a code that only looks like one:",
        code=('minute = 7\npostcode = "01069"\nprint(minute + 1, postcode)'),
        after="The number has no zero in front; the code is a text and keeps its own.",
    ),
    remedy="On line $line write the number without zeros at its start, or as a text.",
    reason="The number has its usual form, so Python can read it.",
    check="print it: if the zeros have to be shown, a text is what you need.",
)

ODD_NUMBER = Lesson(
    question=(
        "Read $number character by character. Which of them can be part of a number in Python, and how often may a "
        "point appear in it?"
    ),
    concept=(
        "A number in a program has digits and at most one point; underscores may stand between digits only. Marks "
        "for thousands are not allowed. On line $line $number breaks this form, so Python cannot read its value."
    ),
    picture="It is like a price with two points: nobody knows what it is.",
    precise="The numeric literal grammar allows one fraction, one exponent and single inner underscores.",
    place="It does not have the form of a number.",
    plan=(
        "Say the value aloud.",
        "Write it with digits and, if needed, one point.",
        "For long numbers use single underscores between digits.",
    ),
    example=Example(
        before="A long number and one with a point:",
        code=("people = 8_100_000\nshare = 0.25\nprint(people * share)"),
        after="Underscores make the long number easy to read; the point appears once.",
    ),
    remedy="Write the number on line $line with digits and at most one point.",
    reason="The number has the form that Python reads.",
    check="print it and compare it with the value that you mean.",
)

NULL_CHARACTER = Lesson(
    question=(
        "Where does this file come from? It holds characters that no keyboard types and no editor shows. Was it "
        "copied from a disk, a download or another program, and was it saved as plain text?"
    ),
    concept=(
        "A Python file is plain text. This one holds NUL characters, which stand for nothing at all, first on line "
        "$line. They come from a broken copy, or from a file saved in another encoding, such as one with two bytes "
        "for each letter. Python refuses such a file as a whole."
    ),
    picture="It is like a letter with blank stamps between the words: the post office sends it back.",
    precise="The tokenizer works on UTF-8 text; a NUL would end the buffer early, so it is rejected.",
    place="A character with the number zero stands there.",
    plan=(
        "Let your editor show the encoding of the file.",
        "Save the file anew as UTF-8, which is plain text.",
        "If that does not help, copy the visible text into a new file.",
    ),
    example=Example(
        before="How to count such characters in a text:",
        code=('letter = "a" + chr(0) + "b"\nprint(len(letter), letter.count(chr(0)))'),
        after="The text shows two letters, but its length is three: one character cannot be seen.",
    ),
    remedy=(
        "Save the file as UTF-8, or copy its visible text into a new file, so that line $line holds no NUL character."
    ),
    reason="The file is plain text, and Python can read it.",
    check="open the file again and run it; the message about null bytes should be gone.",
)

NESTED_TOO_DEEP = Lesson(
    question=(
        "How many brackets or blocks are open at the same time when Python comes to this line? Could you still say "
        "aloud what belongs to what?"
    ),
    concept=(
        "Python allows only a certain depth: about two hundred brackets in each other, twenty blocks, a hundred "
        "levels of indentation. On line $line this depth is passed. Code like that can hardly be read by people "
        "either, so it is a sign that steps should be split."
    ),
    picture="It is like a box in a box in a box, so many that nobody finds the gift.",
    precise="Parser, compiler and tokenizer have fixed limits that keep their stacks bounded.",
    place="The depth is passed there.",
    plan=(
        "Find the innermost part, and give its result a name of its own.",
        "Move inner blocks into a function with a name that says what they do.",
        "Use a loop where the same step is nested again and again.",
    ),
    example=Example(
        before="Three steps with names in place of one nested line:",
        code=('raw = " 12 "\nclean = raw.strip()\nnumber = int(clean)\nprint(abs(number))'),
        after="Each line does one thing, and each result has a name.",
    ),
    remedy="Split line $line into several steps, each with a name of its own.",
    reason="Each step is shallow, so Python and people can read it.",
    check="run the program; then read it aloud, one step a line.",
)
