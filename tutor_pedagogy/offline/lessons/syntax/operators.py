"""The words for: between two values."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

ASSIGNMENT_FOR_COMPARISON = Lesson(
    question=(
        "This line is about a question that is true or false. Read the sign $sign aloud as Python reads it. Does it "
        "ask whether two things are the same, or does it give a value to a name?"
    ),
    concept=(
        "Python has two signs that look alike. One equals sign is an order: it stores a value under a name. Asking "
        "whether two values are the same is a question, and that has a sign of its own. After $word Python expects a "
        "question. On line $line it finds an order, so it stops."
    ),
    picture="Compare “put the cup on the table” with “is the cup on the table?”: an order and a question.",
    precise="An assignment is a statement and has no value, so the grammar does not allow it inside a condition.",
    place="That is meant as a question, but it is written as an order.",
    plan=(
        "Find every place in the condition where two values are meant to be compared.",
        "Look up the sign for “is equal to” among the comparison signs, next to `<` and `>`.",
        "Use that sign at each of these places, and keep the single sign for storing values only.",
    ),
    example=Example(
        before="The first line stores a value, the second one asks about it:",
        code=('password = "tulip"\nprint(password == "rose")'),
        after=(
            "The single sign gave `password` its value. The double sign compared it and gave `False`, and changed "
            "nothing."
        ),
    ),
    remedy="Use `==` in place of `=` in the condition on line $line.",
    reason="`==` asks whether both sides are equal and gives `True` or `False`, which is what $word needs.",
    check="run the program twice, once with values that are equal and once with values that differ, and see both ways.",
)

TWO_ASSIGNMENTS_ON_A_LINE = Lesson(
    question=(
        "How many names should get a value on this line? Read it aloud, with “gets” for each equals sign. What does "
        "the comma before $name part: two values, or two statements?"
    ),
    concept=(
        "A comma makes a group of values, it does not end a statement. So on line $line Python reads all that stands "
        "between the two equals signs as one group, and a group with a sum or a call in it cannot take a value. Two "
        "assignments are two statements, and each usually has a line of its own."
    ),
    picture="It is like two sentences with only a comma between them: the reader runs them together.",
    precise="The parser sees a chained assignment whose middle target is a tuple of a value and the second name.",
    place="Two assignments are written as one statement there.",
    plan=(
        "Find the end of the first assignment.",
        "Start a new line there, at the same left edge.",
        "Write the assignment of $name on it.",
    ),
    example=Example(
        before="One statement on each line:",
        code=('crew = 3\nship = "Vega"\nprint(crew, ship)'),
        after="Each line has one equals sign and one name that gets a value.",
    ),
    remedy="On line $line begin a new line before $name.",
    reason=(
        "Each statement stands on its own. A semicolon parts two statements on one line; a new line is easier to read."
    ),
    check="print both names after the two lines.",
)

ASSIGNMENT_IN_CALL = Lesson(
    question=(
        "Look inside the brackets of this call. What should the sign $sign do there: name one of the settings of the "
        "call, or do something with the values on its two sides?"
    ),
    concept=(
        "Inside the brackets of a call one equals sign has a single use: on its left stands the name of a parameter, "
        "on its right the value for it. On line $line the left side is not a plain name, so Python cannot take it as "
        "a parameter, and a call is no place to store a value."
    ),
    picture="It is like a form with fields: you can fill in a field that exists, but not write over a sum.",
    precise="A keyword argument is NAME '=' expression; any other left side is rejected by the parser.",
    place="The left side of $sign there is a value, not the name of a parameter.",
    plan=(
        "Say in words what should happen with the two sides: be joined, compared, or listed one after the other.",
        "Think of the sign that stands for exactly that.",
        "Put that sign in the place of $sign, and leave both sides as they are.",
    ),
    example=Example(
        before="This call has two values and one named setting:",
        code='print("3", "4", sep=":")',
        after=(
            "`sep` is a parameter of `print`, so an equals sign may follow it. The two texts are plain values, "
            "parted by commas."
        ),
    ),
    remedy="On line $line use the sign for what you mean in place of $sign: `+` to join, `==` to compare.",
    reason="The call now gets one value that is worked out from both sides, where before it got half an order.",
    check="print the two sides on their own first, then run the line and compare the result with what you expect.",
)

NOTHING_BETWEEN_VALUES = Lesson(
    question=(
        "Here two values stand side by side: $left and then $right. What do you want Python to do with the two, and "
        "which character in your line tells it so?"
    ),
    concept=(
        "Python never guesses what two neighbouring values have to do with each other. Between them there must be a "
        "sign: a comma when they are two separate items, an operator when they make one new value. On line $line "
        "nothing stands between $left and $right."
    ),
    picture="In maths class “2 x” can mean “2 times x”; Python wants the “times” written out.",
    precise="Juxtaposition has no meaning in the grammar, except between string literals.",
    place="There is a gap in it that needs a sign.",
    plan=(
        "Say in words what should happen with the two neighbours: joined, multiplied, or listed one by one.",
        "Choose the one sign that says this.",
        "Put it in the gap, and check whether other lines of your program have the same gap.",
    ),
    example=Example(
        before="Two ways to show a text and a number, each with its sign:",
        code=('floors = 12\nprint("floors:", floors)\nprint("-" * floors)'),
        after="The comma hands two items to `print`; the star makes one longer text out of a short one.",
    ),
    remedy="Put the sign that you mean between $left and $right on line $line.",
    reason="With a sign between them Python knows how $left and $right belong together.",
    check="run the program and read what the line gives, blanks included. Then look for the same gap on other lines.",
)

OPERATOR_OF_ANOTHER_LANGUAGE = Lesson(
    question=(
        "One sign on this line, $sign, is at home in other languages or on paper. Which word or sign does Python use "
        "for the same idea? Your notes or an earlier program may have an example."
    ),
    concept=(
        "Each language has its own spelling for “and”, “or”, “not”, “at least” and “different from”. Python uses "
        "short English words for the first three, and writes comparison signs in one fixed order. On line $line "
        "$sign is not one of Python's signs."
    ),
    picture="It is like a word from another language: the idea is right, but the listener does not know it.",
    precise="The tokenizer splits $sign into signs that it knows, and the parser finds no expression between them.",
    place="The idea behind it is fine; only its spelling is not Python's.",
    plan=(
        "Say the condition aloud in plain words.",
        "Find Python's spelling for the word that $sign stands for.",
        "Swap it at every place on the line, and leave the two sides as they are.",
    ),
    example=Example(
        before="A condition with two parts, in Python's spelling:",
        code=("age = 15\nfare = 2.5\nprint(age >= 12 and fare != 0)"),
        after=(
            "The parts are joined by the word `and`, “at least” is written with the equals sign last, and “different "
            "from” starts with an exclamation mark."
        ),
    ),
    remedy="Write $meant in place of $sign on line $line.",
    reason="$meant is Python's spelling for what $sign means elsewhere.",
    check="run the program with one value for which the condition holds and one for which it does not.",
)

INCREMENT_SIGN = Lesson(
    question=(
        "What should happen to $name on this line: how does its value differ before and after? Does Python have "
        "$sign as a sign of its own, or have you seen it in another language?"
    ),
    concept=(
        "In some languages $sign changes a variable by one. Python has no such sign: it reads two separate signs and "
        "waits for something to follow them. A variable changes only when Python stores something under its name, and "
        "line $line does not say what."
    ),
    picture="Think of a scoreboard: someone has to say by how much the score changes.",
    precise="`+` and `-` are also unary operators, so $sign parses as two of them that still lack an operand.",
    place="Python reads it as two signs that wait for a value.",
    plan=(
        "Say by how much $name should change.",
        "Recall the assignment that takes the old value, changes it, and stores it again.",
        "Write that statement for $name in place of $sign.",
    ),
    example=Example(
        before="Here a counter goes down by two each time:",
        code=("candles = 10\nwhile candles > 4:\n    candles -= 2\nprint(candles)"),
        after="`-=` takes the old value, subtracts, and stores the result under the same name.",
    ),
    remedy="Write the change of $name on line $line with `+=` or `-=` and the amount.",
    reason="The statement now says by how much $name changes, and stores the new value under the same name.",
    check="print $name before and after the line: the two numbers should differ by one.",
)

SIGN_WITHOUT_VALUE = Lesson(
    question=(
        "Read this line from left to right and stop at $sign. Every operator and every comma needs something on both "
        "sides. What stands right before it, and what right after it?"
    ),
    concept=(
        "A sign such as $sign connects the thing before it with the thing after it. On line $line one of the two is "
        "missing, so Python cannot work out a value. Either something was forgotten, or the sign is a left-over from "
        "an earlier version of the line."
    ),
    picture="It is like a bridge that has only one bank.",
    precise="A binary operator needs two operands, and a list of arguments allows no empty item.",
    place="There $sign has nothing on one of its sides.",
    plan=(
        "Ask what you wanted on the empty side of $sign.",
        "If there is such a value, find its name in your program.",
        "If there is none, the sign itself is the part that does not belong there.",
    ),
    example=Example(
        before="Each comma here stands between two items:",
        code=('day = "Monday"\nhour = 9\nprint(day, "at", hour)'),
        after=(
            "Three items need two commas. One comma more, right after the bracket, would announce an item that never "
            "comes."
        ),
    ),
    remedy="On line $line give $sign its missing value, or take the sign away.",
    reason="No sign is left that waits for a value, so the line is complete.",
    check="run the program and compare what the line gives with what you wanted; if a value is missing there, add it.",
)
