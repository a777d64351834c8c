"""The words for: signs that look like the right ones."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

POINT_FOR_COMMA = Lesson(
    question=(
        "Look at the sign between $left and $right. Is it a point or a comma? What does each of the two mean between "
        "the brackets of a call?"
    ),
    concept=(
        "Between brackets a comma parts one value from the next. A point means something else: it belongs to a "
        "number with a fraction, or it reaches into an object for one of its parts. On line $line a point stands "
        "between $left and $right, so Python does not see two values."
    ),
    picture="On the keyboard the two signs are neighbours, and on the screen they look alike.",
    precise="A point after an integer makes a float literal; after an expression it starts an attribute reference.",
    place="The sign between $left and $right is a point.",
    plan=(
        "Count the values that the brackets should hold.",
        "Look for the sign that parts each of them from the next.",
        "Write the one that parts values, wherever the other has slipped in.",
    ),
    example=Example(
        before="Two values, parted by the right sign:",
        code=("length = round(7.128, 1)\nprint(length)"),
        after="The point is part of the number; the comma parts the number from the count of digits.",
    ),
    remedy="On line $line write a comma in place of the point between $left and $right.",
    reason="Now the brackets hold two values.",
    check="say which value goes to which parameter, and run the line.",
)

DECIMAL_COMMA = Lesson(
    question=(
        "How do you read $number on this line: as one number with a fraction, or as two numbers? Which sign does "
        "Python use for the fraction of a number?"
    ),
    concept=(
        "Python writes the fraction of a number behind a point, in every country. A comma always parts two values. "
        "So on line $line Python reads $number as two numbers, and the second one begins with a zero, which it does "
        "not allow."
    ),
    picture="It is like a price tag from abroad: the same digits, another sign between them.",
    precise="The grammar of float literals knows the point only; the locale plays no part.",
    place="The comma makes two numbers out of one.",
    plan=(
        "Say which number you mean.",
        "Look up how Python writes a number with a fraction.",
        "Check the other numbers of your program for the same sign.",
    ),
    example=Example(
        before="A number with a fraction, and two numbers:",
        code=("height = 1.75\npair = 1, 75\nprint(height, pair)"),
        after="The point made one number; the comma made a pair of two.",
    ),
    remedy="On line $line write the number $number with a point.",
    reason="With the point it is one number.",
    check="print the value, and its `type`.",
)

SLICE_IN_ROUND_BRACKETS = Lesson(
    question=(
        "What do you want from $name here: to call it, or to cut a piece out of it? Which kind of brackets goes with "
        "each of the two?"
    ),
    concept=(
        "Round brackets call a function. Square brackets take an item or a piece, and only there can a colon part "
        "the bounds of the piece. On line $line a colon stands between round brackets, so Python reads a call with "
        "something that no call can have."
    ),
    picture="Round brackets ring at the door; square ones open the drawer.",
    precise="A slice is allowed in a subscription only, never in an argument list.",
    place="The brackets after $name are those of a call.",
    plan=(
        "Say which piece you want, from where to where.",
        "Keep the colon and its bounds as they are.",
        "Change both brackets to the kind that takes a piece.",
    ),
    example=Example(
        before="A piece of a list:",
        code=('seas = ["Red", "Black", "Baltic"]\nprint(seas[1:])'),
        after="The square brackets take the piece from position 1 on; the round ones call `print`.",
    ),
    remedy="On line $line use square brackets after $name.",
    reason="Square brackets with a colon take a piece.",
    check="print the piece and its length.",
)

CALL_WITHOUT_BRACKETS = Lesson(
    question=(
        "$name is a function, and $value is the value that it should work on. How does Python see which value "
        "belongs to a call?"
    ),
    concept=(
        "A function is called with brackets: they hold the values it works on and show where these end. On line "
        "$line $value follows $name with only a blank between, so Python sees two things side by side and no call."
    ),
    picture="It is like an order at a counter: without handing it over, nobody starts to cook.",
    precise="Juxtaposition is no operator in Python; a call is a primary followed by a parenthesised argument list.",
    place="The call of $name has no brackets.",
    plan=(
        "Mark everything that $name should work on.",
        "Give the call of $name its brackets.",
        "Let them hold all that you marked, and nothing else.",
    ),
    example=Example(
        before="A call with its brackets:",
        code=('word = "harbour"\nsize = len(word)\nprint(size)'),
        after="The brackets show that `len` works on `word`, and on nothing else.",
    ),
    remedy="On line $line put brackets around the value that $name works on.",
    reason="The brackets make it a call.",
    check="print the result of this call alone.",
    other_examples=(
        Example(
            before="A number that becomes text:",
            code=('year = 1969\nlabel = "in " + str(year)\nprint(label)'),
            after="The brackets hold what `str` works on.",
        ),
    ),
)

UNKNOWN_SIGN = Lesson(
    question=(
        "What should the sign $sign say on this line? Is it part of a name, of a text, or a habit from another "
        "language or from writing?"
    ),
    concept=(
        "Outside of texts and notes, Python knows a fixed set of signs. $sign is not one of them at this place: "
        "names consist of letters, digits and underscores, and words for people belong between quote marks. On line "
        "$line Python meets it in the code and stops."
    ),
    picture="It is like a letter from another alphabet in the middle of a word.",
    precise="The character starts no token of the lexical grammar here.",
    place="The sign $sign there is not part of Python.",
    plan=(
        "Decide what the sign was for.",
        "If it belongs to words that are shown, these need quote marks.",
        "If it is a left-over, the line is complete without it.",
    ),
    example=Example(
        before="A plain name, and a sign inside a text:",
        code=('price = 12\nprint("only", price, "%!")'),
        after="In the text any sign may stand; the name has letters only.",
    ),
    remedy="On line $line take $sign away, or put quote marks around the words it belongs to.",
    reason="What is left is made of signs that Python knows.",
    check="run the line; then check the other uses of the same name.",
)
