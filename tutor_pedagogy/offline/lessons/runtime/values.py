"""The words for: values of the right kind that are still not allowed."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

TEXT_IS_NO_NUMBER = Lesson(
    question=(
        "Which text does $name hold at the moment of the error? Python shows it: $value. Which character in it, or "
        "which absence of one, keeps it from being a number of the kind you ask for?"
    ),
    concept=(
        "`int` makes a whole number out of a text, but only if the text is made of digits, perhaps with a sign. A "
        "point, a letter, a unit or an empty text is not accepted; `float` accepts a point as well. On line $line "
        "the text is $value: $look."
    ),
    picture="It is like a coin slot: a button does not fit, even if it is round.",
    precise="The constructor parses the whole stripped text as a literal; there is no partial parse.",
    place="The text that arrives there is $value, and $look.",
    plan=(
        "Print the text with `repr` before the line, so that blanks show as well.",
        "Decide whether the number may have a point: then `float` is the right function.",
        "Clean the text first, with `strip` or `replace`, or ask with `isdigit` whether it is a number.",
    ),
    example=Example(
        before="A text is cleaned and tested before it becomes a number:",
        code=(
            'entry = " 42 km"\nentry = entry.replace("km", "").strip()\nif entry.isdigit():\n    print(int(entry) + 1)'
        ),
        after="Unit and blanks are gone, only digits are left, and so `int` works.",
    ),
    remedy="On line $line clean the text first, or use `float` if a point is allowed.",
    reason="Only a text that is a number in its whole length gets converted.",
    check="try a whole number, one with a point, and an empty entry.",
)

MATH_DOMAIN = Lesson(
    question=(
        "Which value does $name have when the error comes? Print it. For which numbers does $function have a result, "
        "and is this one of them?"
    ),
    concept=(
        "Some functions are not defined everywhere. A square root needs a number that is not below zero, a logarithm "
        "one above zero, and an arc sine or cosine one between -1 and 1. On line $line $function gets a number "
        "outside its domain."
    ),
    picture="It is like a scale that starts at zero: it cannot show less than nothing.",
    precise="`math` works on reals and raises outside the domain; `cmath` would give a complex result.",
    maths_picture="Think of the root as the side of a square: no square has an area below zero.",
    maths_precise="Rounding can push a quantity such as a discriminant or a cosine just past the edge of the domain.",
    place="At that moment $name is outside the domain of $function.",
    plan=(
        "Print $name right before the line.",
        "Decide whether such a value can be right in your formula; a sign may have got lost on the way.",
        "If it can, ask with `if` first and handle that case on its own.",
    ),
    example=Example(
        before="A number is tested before a function with a domain gets it:",
        code=(
            "import math\n"
            "\n"
            "length = -2.25\n"
            "if length >= 0:\n"
            "    print(math.sqrt(length))\n"
            "else:\n"
            '    print("no real root")'
        ),
        after="The root is taken only where it exists.",
    ),
    remedy="Before line $line make sure that $name is in the domain of $function.",
    reason="The function gets only numbers for which it has a result.",
    check="try a value inside the domain, one at its edge, and one outside.",
)

NOT_IN_COLLECTION = Lesson(
    question=(
        "The method looks for $item in $owner. Print both right before the line. Is it still in there at that "
        "moment, or was it taken out or never put in?"
    ),
    concept=(
        "The methods `remove` and `index` work only with something that is there. If it is absent they do not give a "
        "special answer, they raise an error. On line $line $item is not in $owner at that moment; an earlier round "
        "of a loop may have taken it out already."
    ),
    picture="You cannot cross a name off a list on which it does not stand.",
    precise="`find` on texts answers -1, but `index` and `remove` raise ValueError when nothing is equal.",
    place="At that moment $owner does not hold $item.",
    plan=(
        "Print $owner and $item right before the line, in every round.",
        "Count how often the item is in there and how often the line runs.",
        "Ask with `in` first, or correct the count of the rounds.",
    ),
    example=Example(
        before="A question before something is taken out:",
        code=(
            'guests = ["Ida", "Tom"]\nleaving = "Zoe"\nif leaving in guests:\n    guests.remove(leaving)\nprint(guests)'
        ),
        after="Zoe is not on the list, so nothing is taken out and nothing goes wrong.",
    ),
    remedy="Before line $line ask with `in` whether $item is still in $owner.",
    reason="The method runs only when there is something to find.",
    check="try an item that is there once, twice, and not at all.",
)

NOTHING_TO_CHOOSE_FROM = Lesson(
    question=(
        "How many items does $name have when the error comes? Print `len` of it. What would be the right answer of "
        "$function when there is nothing?"
    ),
    concept=(
        "The biggest or smallest of some values exists only if there is at least one value; the same is true for a "
        "mean. On line $line $name is empty for this input, so $function has nothing to choose from."
    ),
    picture="Nobody can win a race without runners.",
    precise="`max` and `min` take a `default` for the empty case; without it they raise ValueError.",
    place="For this input $name is empty.",
    plan=(
        "Decide what the program should answer when $name is empty.",
        "Ask about that case first, with `if` and `len`.",
        "Use $function only after that.",
    ),
    example=Example(
        before="A value to fall back on for the empty case:",
        code=("bids = []\nprint(max(bids, default=0))"),
        after="There are no bids, so the answer is the value given as `default`.",
    ),
    remedy="Before line $line answer the case in which $name is empty.",
    reason="$function is used only when there is something to choose from.",
    check="try it with no items, with one, and with several.",
)

LOOP_STARTS_AT_ZERO = Lesson(
    question=(
        "Which value does $name have in the very first round of this loop? Put it into $division by hand. What happens?"
    ),
    concept=(
        "`range` starts at 0 when you do not say where to start. A division by 0 has no result, neither on paper nor "
        "in Python; the rest of a division has none either. In its first round the loop on line $line gives $name "
        "the value 0, and the body divides by it."
    ),
    picture="Sharing a cake among 0 people makes no sense, so nobody can say how big a piece is.",
    precise="With one argument `range` is half-open from 0; a divisor has to start at 1.",
    maths_picture="Ask: which number times 0 gives 12? There is none.",
    maths_precise="The quotient is undefined, since no number times zero gives a value other than zero.",
    place="Its first value is 0.",
    plan=(
        "Write down the first three values of $name.",
        "Decide which of them make sense as a divisor.",
        "Recall that `range` can get a start as its first value.",
    ),
    example=Example(
        before="A loop that starts at one:",
        code=("for people in range(1, 4):\n    print(people, 12 / people)"),
        after="The values are 1, 2 and 3, so no division by zero comes up.",
    ),
    remedy="Let `range` on line $line start at 1.",
    reason="The first divisor is 1, and 0 does not come up.",
    check="print $name in each round and look at the first and the last value.",
)

DIVISION_BY_ZERO = Lesson(
    question=(
        "Which value does $name have at this moment? For which input does that happen: an empty list, no answer, the "
        "first round of a loop? What should the result be then?"
    ),
    concept=(
        "A division by zero has no result, and the rest of such a division has none either. On line $line $value is "
        "divided by $name, and $name is zero for this input. The program needs an answer of its own for that case."
    ),
    picture="You cannot share sweets among nobody.",
    precise="`/`, `//` and `%` raise ZeroDivisionError for ints and floats alike; numpy would warn and give inf.",
    maths_picture="Ask: which number times 0 gives the other one? There is none.",
    maths_precise="The quotient has no limit that holds from both sides, so no value would be consistent.",
    place="At that moment $name is zero.",
    plan=(
        "Print $name right before the line.",
        "Find out how it becomes zero: nothing counted, an empty list, a wrong start.",
        "Decide what the answer is in that case, and handle it with `if` before the division.",
    ),
    example=Example(
        before="A mean with an answer for the case without data:",
        code=('laps = []\nif len(laps) == 0:\n    print("no laps yet")\nelse:\n    print(sum(laps) / len(laps))'),
        after="With no laps the program says so, and the division is left out.",
    ),
    remedy="Before line $line handle the case in which $name is zero.",
    reason="The division is done only when it has a result.",
    check="run it with the input that gave zero, and with a usual one.",
)

DATE_OF_ANOTHER_FORM = Lesson(
    question=(
        "Compare the date on this line with the pattern or bounds that Python expects, piece by piece: year, month, "
        "day, and the marks between them. Where do they differ?"
    ),
    concept=(
        "A date given as a text is read by a pattern, in which each letter after a percent sign stands for one part, "
        "and every other character stands for itself. Numbers for a month or day have bounds. Python says about line "
        "$line: $message."
    ),
    picture="It is like a form with boxes: the year does not fit in the box for the day.",
    precise="`strptime` must consume the whole text with its format, separators included.",
    place="Date and pattern, or a part and its bounds, do not agree.",
    plan=(
        "Write the date and its pattern one below the other.",
        "Compare the order of the parts and the marks between them.",
        "Change the pattern so that it describes the date that you really get.",
    ),
    example=Example(
        before="A pattern that fits its date:",
        code=('from datetime import datetime\n\nborn = datetime.strptime("24.12.2001", "%d.%m.%Y")\nprint(born.year)'),
        after="Day, month, year, with points between them: text and pattern have the same form.",
    ),
    remedy="On line $line bring the date and its pattern or bounds into agreement.",
    reason="Each part of the text has its place in the pattern.",
    check="print the year, month and day that were read.",
)

NUMBER_TOO_BIG = Lesson(
    question=(
        "How big do the numbers on this line get? Print them in each round. Is that the size you expect, or does "
        "something grow much faster than it should?"
    ),
    concept=(
        "Whole numbers can be as big as memory allows, but numbers with a point end near 10 to the power of 308. A "
        "result beyond that cannot be stored, and Python stops. On line $line a value gets past that bound. Often a "
        "loop runs too long, or a power is taken where a product was meant."
    ),
    picture="It is like a pocket calculator that shows E because the number does not fit the display.",
    precise="IEEE 754 doubles overflow above about 1.8e308; Python raises where C would give inf.",
    maths_picture="A power is a product with many factors, so it grows much faster than a sum.",
    maths_precise="Working with logarithms turns products into sums and keeps the size in bounds.",
    place="A value there grows out of bounds.",
    plan=(
        "Print the values of the line in each round.",
        "Compare the first few with sums done by hand.",
        "Look for the step that makes them grow too fast.",
    ),
    example=Example(
        before="How fast a power grows:",
        code=("for power in (2, 20, 200):\n    print(power, 10.0 ** power)"),
        after="Each step multiplies the size; two more such steps would be past the bound.",
    ),
    remedy="Keep the values on line $line in a sensible size, or calculate with whole numbers.",
    reason="The result can be stored then.",
    check="print the biggest value that comes up.",
)

FILE_ALREADY_CLOSED = Lesson(
    question=(
        "Where is $owner opened, and where is it closed? Look at the left edge of this line: is it still inside the "
        "`with` block?"
    ),
    concept=(
        "A file can be used only while it is open. With `with`, Python closes it at the end of the indented block. "
        "Line $line uses $owner when that has already happened."
    ),
    picture="It is like reaching into a cupboard whose door has been locked.",
    precise="The context manager's `__exit__` closes the file as soon as the block is left.",
    place="At that moment $owner is closed.",
    plan=(
        "Find the line that opens $owner and the place where it is closed.",
        "Decide what still has to be read or written.",
        "Bring that inside the block, or keep what you need in a variable.",
    ),
    example=Example(
        before="Everything that needs the file is inside the block:",
        code=('with open("poem.txt", encoding="utf-8") as poem:\n    verses = poem.readlines()\nprint(len(verses))'),
        after="The lines are read while the file is open; the list stays after that.",
    ),
    remedy="Move line $line into the `with` block.",
    reason="The file is still open when it is used.",
    check="print what was read, inside and after the block.",
)

VALUE_NOT_ACCEPTED = Lesson(
    question=(
        "$function refuses a value here: $message. Which value on this line is meant, and which values does "
        "$function accept? Print each of them to see."
    ),
    concept=(
        "The value is of the right kind, but not one that $function can work with. Each function has bounds for what "
        "it accepts, and its message names the one that was broken. About line $line it says: $message."
    ),
    picture="It is like a lift for eight people: nine are people too, but too many.",
    precise="ValueError means right type, unsuitable value; TypeError would mean the wrong type.",
    place="One of its values is outside what is accepted.",
    plan=(
        "Print each value that $function gets, right before the line.",
        "Look up its bounds with `help` or in the documentation.",
        "Go back to the line that made the value which does not fit.",
    ),
    example=Example(
        before="A value that is checked against its bounds first:",
        code=('base = 40\nif 2 <= base <= 36:\n    print(int("zz", base))\nelse:\n    print("no such base")'),
        after="The function gets only a value that it accepts.",
    ),
    remedy="On line $line give $function a value within its bounds.",
    reason="The value is one that the function can work with.",
    check="try a value inside the bounds and one right at their edge.",
)

DIVISOR_STARTS_AT_ZERO = Lesson(
    question=(
        "With which value does $name start on this line? In the first round the program works out $division. What is "
        "that, with this value?"
    ),
    concept=(
        "Nothing can be divided by zero, and no rest can be taken by it. A name that counts up and divides in each "
        "round has to start with a number that may divide. On line $line $name starts with a value for which "
        "$division has no result."
    ),
    picture="You cannot share a cake among nobody.",
    precise="Division and remainder are undefined for a zero divisor; the counter's initial value is used first.",
    place="It lets $name start with zero.",
    plan=(
        "Write down the values that $name takes in the first rounds.",
        "Say which is the smallest number that makes sense as a divisor here.",
        "Start with that one.",
    ),
    example=Example(
        before="A divisor that starts with a number that may divide:",
        code="pages = 12\nparts = 1\nwhile parts < 4:\n    print(parts, pages / parts)\n    parts += 1",
        after="The first division is by 1, so it has a result.",
    ),
    remedy="On line $line let $name start with the smallest number that should divide.",
    reason="The first round divides by a number that is not zero.",
    check="print $name before the division in the first round.",
)
