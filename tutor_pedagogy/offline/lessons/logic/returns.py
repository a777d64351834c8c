"""The words for: results that do not come back."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

PRINT_IN_PLACE_OF_RETURN = Lesson(
    question=(
        "What does the caller of $function get back? Imagine a line that stores the result under a name: what would "
        "be in it? Does showing something on the screen also hand it over?"
    ),
    concept=(
        "`print` shows a value to people. `return` hands a value to the program, so that the caller can go on with "
        "it. $function shows $shown on line $line but gives nothing back, so whoever calls it gets `None`. A test "
        "looks at what comes back, not at the screen."
    ),
    picture="It is like a cook who shows you the meal through the window but does not bring it to the table.",
    precise="A call expression evaluates to the returned object; output is a side effect outside of it.",
    place="The answer is shown there, but not handed over.",
    plan=(
        "Find every `print` in $function that shows an answer.",
        "Ask what the caller should get in that case: the value itself, not a text about it.",
        "Hand that value over with `return`, and let the caller use `print` if people should see it.",
    ),
    example=Example(
        before="The function hands the value over, and the caller shows it:",
        code=("def in_inches(metres):\n    return metres / 0.0254\n\n\nprint(in_inches(2))"),
        after="Whatever comes back can be shown, stored or used in a sum.",
    ),
    remedy="Use `return` in place of `print` on line $line, and at the other answers of $function.",
    reason=(
        "The caller gets the value itself and can go on with it; the other answers of the function need the same "
        "change."
    ),
    check="store the result of a call under a name and print `type` of it: it must not be `NoneType`.",
)

TEXT_IN_PLACE_OF_TRUTH_VALUE = Lesson(
    question=(
        "What kind of value does this line give back: a truth value, or a text that spells one? Use `type` on both, "
        "once with and once without the quote marks."
    ),
    concept=(
        "The truth values are values of their own kind. With quote marks around it, $text is only a text of some "
        "letters. The two look the same when shown, but they are not equal, and every text with letters counts as "
        "true in an `if`."
    ),
    picture="It is like the word “water” on a bottle: you cannot drink the word.",
    precise="bool and str never compare equal; the truth of a str is only whether it is empty.",
    place="It gives back a text, because of the quote marks.",
    plan=(
        "Decide what the caller wants to do with the answer: test it, or read it.",
        "For a test, give back the truth value itself, which is a word of Python's own.",
        "Treat all answers of the function in the same way.",
    ),
    example=Example(
        before="A function whose answer can be tested:",
        code=('def is_warm(degrees):\n    return degrees > 20\n\n\nif not is_warm(12):\n    print("take a coat")'),
        after="The comparison itself is a truth value, so the caller can use it in an `if`.",
    ),
    remedy="Take the quote marks away on line $line and at the other answers of the function.",
    reason="The answer is a truth value now, so tests and comparisons work with it. Do the same at the other answers.",
    check="print `type` of the answer: it should be `bool`.",
)

TEXT_IN_PLACE_OF_NUMBER = Lesson(
    question=(
        "Does the caller of this function want to read the answer or to calculate with it? What kind of value is "
        "$text, and what kind do the other answers of the function have?"
    ),
    concept=(
        "Digits between quote marks are a text. A text never equals a number, and you cannot calculate with it. On "
        "line $line the function gives back the text $text, where a number is expected."
    ),
    picture="It is like a photo of a coin: it shows the value but buys nothing.",
    precise="Functions should have one return type; mixing str and int breaks callers on one path only.",
    place="It gives back a text made of digits.",
    plan=(
        "List the kinds of values that the function gives back.",
        "Decide which one is right for the caller.",
        "Give back that kind on every way.",
    ),
    example=Example(
        before="Numbers on both ways:",
        code=(
            "def seats_left(sold):\n"
            "    if sold > 80:\n"
            "        return 0\n"
            "    return 80 - sold\n"
            "\n"
            "\n"
            "print(seats_left(90) + 1)"
        ),
        after="Both answers are numbers, so the caller may add to them.",
    ),
    remedy="Take the quote marks away on line $line.",
    reason="Without the marks the answer is a number.",
    check="print `type` of the answer for each way through the function.",
)

ANSWER_IN_FIRST_ROUND = Lesson(
    question=(
        "The loop begins with $header. How many items has it looked at when Python comes to this line for the first "
        "time? Is that enough to know the answer?"
    ),
    concept=(
        "`return` ends the whole function at once, the loop included. If it stands inside the loop on a way that "
        "every round takes, the function is over after the first round. “Found” can be known early, inside the loop. "
        "“Not there” is known only when the loop has ended by itself."
    ),
    picture="It is like looking for your keys in the first pocket only, and saying that they are lost.",
    precise="A universal claim needs the whole pass; only an existential one may be answered early.",
    place="It is reached in the very first round.",
    plan=(
        "Ask which outcome is certain as soon as one of them fits.",
        "Ask which one is certain only at the very end.",
        "Move the second one behind the loop, to the left edge of the loop's header.",
    ),
    example=Example(
        before="One answer inside the loop, the other behind it:",
        code=(
            "def has_vowel(word):\n"
            "    for letter in word:\n"
            '        if letter in "aeiou":\n'
            "            return True\n"
            "    return False\n"
            "\n"
            "\n"
            'print(has_vowel("sky"), has_vowel("moon"))'
        ),
        after="“No vowel” is said only when every letter was looked at.",
    ),
    remedy="Move the `return` of line $line behind the loop, to the left edge of its header.",
    reason="The loop can look at all items before this answer is given.",
    check="try a case in which only the last item fits, and one in which none does.",
)

ANSWER_OF_METHOD_IN_PLACE = Lesson(
    question=(
        "What does $method give back when it is done? Look it up with `help`, or print the call. Is the changed "
        "$owner the answer of the call, or is it changed where it is?"
    ),
    concept=(
        "Methods such as $method change their list in place. The list is different after it, but the call itself "
        "gives back `None`. On line $line the answer of $call is used, so `None` is used and the list is lost."
    ),
    picture="It is like asking the hairdresser for your hair: the new haircut is on your head.",
    precise="By convention mutators return None; `sorted` and slices are their counterparts with a value.",
    place="Its answer is `None`, whatever the list holds.",
    plan=(
        "Let the call stand on a line of its own.",
        "Use the list itself after that line.",
        "Or use a function that gives a new list back, such as `sorted`.",
    ),
    example=Example(
        before="The method does its work, then the list is used:",
        code=('queue = ["Bo", "Al"]\nqueue.sort()\nprint(queue)'),
        after="The call stands alone, and `queue` is the sorted list.",
    ),
    remedy="On line $line let $call stand alone, and use $owner after it.",
    reason="The list is changed by the call, and the list, not `None`, is what the program goes on with.",
    check="print the list before and after the line.",
)

ANSWER_OF_CALL_FORGOTTEN = Lesson(
    question=(
        "$function calls itself here. Where does the answer of that inner call go? Which value does the outer call "
        "give back to its own caller on this way?"
    ),
    concept=(
        "Each call of a function gives its answer to the place where it was called. On line $line the inner call "
        "works out an answer, but the line does nothing with it. The outer call then ends without a `return`, so its "
        "caller gets `None`."
    ),
    picture="It is like asking a friend for the result and then not listening.",
    precise="Recursion has to propagate values explicitly; an expression statement discards them.",
    place="Its answer is not passed on.",
    plan=(
        "Follow a small example with two calls on paper.",
        "Write down what each call gives to whom.",
        "Pass the answer of the inner call on with `return`.",
    ),
    example=Example(
        before="Each call passes on what the inner one gives:",
        code=(
            "def last_of(items):\n"
            "    if len(items) == 1:\n"
            "        return items[0]\n"
            "    return last_of(items[1:])\n"
            "\n"
            "\n"
            "print(last_of([4, 8, 2]))"
        ),
        after="The value found deep inside travels back through every call.",
    ),
    remedy="Write `return` before the call on line $line.",
    reason="The answer of the inner call becomes the answer of the outer one.",
    check="try a case that needs one inner call, and one that needs two.",
)

COLLECTION_BUILT_BUT_NOT_RETURNED = Lesson(
    question=(
        "$function builds up $built. And which value does it give back here? Print both right before this line, and "
        "compare them with the result that you expect."
    ),
    concept=(
        "A function gives back exactly what stands behind `return`, not what was worked out last. $function puts its "
        "result into $built, but line $line gives back $name, which has not changed since the call."
    ),
    picture="It is like packing a new bag and then taking the old one along.",
    precise="The local accumulator is dead after the loop; the parameter is passed through.",
    place="It gives back $name, and not what was built.",
    plan=(
        "Print both values right before the line.",
        "Decide which of them is the result that the caller asks for.",
        "Give that one back, and nothing else.",
    ),
    example=Example(
        before="What is built is what comes back:",
        code=(
            "def lengths(nouns):\n"
            "    table = {}\n"
            "    for noun in nouns:\n"
            "        table[noun] = len(noun)\n"
            "    return table\n"
            "\n"
            "\n"
            'print(lengths(["oak", "birch"]))'
        ),
        after="`table` holds the result, so `table` stands behind `return`.",
    ),
    remedy="Give $built back on line $line.",
    reason="The caller gets what the function has built.",
    check="call the function with a small input whose result you know.",
)

RESULT_NEVER_RETURNED = Lesson(
    question=(
        "$function works out $name. How does this value get to the place that calls the function? Look at the last "
        "lines: what comes back?"
    ),
    concept=(
        "Names inside a function vanish when it ends. Only what stands behind `return` gets out. $function ends on "
        "line $line without giving $name back, so the caller gets `None`, and the work is lost."
    ),
    picture="It is like doing your homework and leaving it at home.",
    precise="Without a return expression the call evaluates to None.",
    place="The function ends there, and nothing is handed over.",
    plan=(
        "Find the line after which the result is complete.",
        "Give it back there with `return`.",
        "Check the left edge: behind the loop and not inside it.",
    ),
    example=Example(
        before="The result leaves the function:",
        code=(
            "def product(numbers):\n"
            "    answer = 1\n"
            "    for number in numbers:\n"
            "        answer *= number\n"
            "    return answer\n"
            "\n"
            "\n"
            "print(product([2, 5]))"
        ),
        after="The last line of the function hands `answer` over.",
    ),
    remedy="After line $line give $name back with `return`.",
    reason="The caller gets the value that was worked out.",
    check="store the result of a call and print it.",
)

WAY_WITHOUT_RETURN = Lesson(
    question=(
        "$function gives back $other on one way. Is there an input for which Python gets to the end of the function "
        "without meeting any `return`? Think of empty data, and of conditions that are all false."
    ),
    concept=(
        "A function that runs off its end gives back `None`. $function has a `return` on some ways only. When its "
        "loop ends without a hit, or none of its conditions holds, Python comes to the end behind line $line, and "
        "nothing is given back."
    ),
    picture="It is like a signpost that is missing at one of the crossroads.",
    precise="Not all control paths return a value; the implicit result on the others is None.",
    place="Behind it the function ends without an answer.",
    plan=(
        "List the ways through the function, the one with empty data included.",
        "Write the right answer next to each.",
        "Give back the answer of the way that has none, behind the loop or in an `else`.",
    ),
    example=Example(
        before="An answer on every way:",
        code=(
            "def first_even(numbers):\n"
            "    for number in numbers:\n"
            "        if number % 2 == 0:\n"
            "            return number\n"
            '    return "none"\n'
            "\n"
            "\n"
            "print(first_even([]), first_even([3, 4]))"
        ),
        after="The last line answers when the loop has found nothing.",
    ),
    remedy="Behind line $line give back the answer for the case that nothing before has fitted.",
    reason="Every way through the function ends with an answer.",
    check="call it with empty data, and with data in which nothing fits.",
)

CODE_NEVER_REACHED = Lesson(
    question=(
        "What happens when Python comes to this line? Can it ever come to the one that follows, $after? Try it with "
        "a print there."
    ),
    concept=(
        "$word leaves the function or the loop at once. A line at the same left edge behind it is never run. On line "
        "$line that happens before $after, so this part of your plan is not carried out."
    ),
    picture="It is like instructions printed behind the words “the end”.",
    precise="The statement after a jump in the same block is dead code.",
    place="What follows it at the same left edge is never run.",
    plan=(
        "Decide whether the line behind should run at all.",
        "If so, let it come before, or give the first one a condition.",
        "If not, take it away, so that nobody wonders.",
    ),
    example=Example(
        before="Everything that has to happen comes before the end:",
        code=(
            "def close_shop(sales):\n"
            "    total = sum(sales)\n"
            '    print("closing")\n'
            "    return total\n"
            "\n"
            "\n"
            "print(close_shop([3, 4]))"
        ),
        after="The text is shown first; `return` is the last line.",
    ),
    remedy="Change the order on line $line, or put it under a condition.",
    reason="Every line can be reached.",
    check="put a `print` into the part behind and see whether it shows.",
)

GENERATOR_HANDED_OUT = Lesson(
    question=(
        "What does $call give: an item, or something that could give items when asked? What does the caller want to "
        "get from this `yield`?"
    ),
    concept=(
        "A function with `yield` gives, when called, a generator: something that hands out items later. On line "
        "$line $call is handed out itself, so the caller gets a generator and not the items in it. A single item is "
        "handed out as it is; the items of another generator one by one."
    ),
    picture="It is like getting a ticket machine in place of a ticket.",
    precise="A plain `yield` of the call hands out the generator object; its delegating form goes through it.",
    place="It hands out a generator, not an item.",
    plan=(
        "Decide whether there is one item here or several.",
        "For one item, hand out the item itself.",
        "For several, recall the form of `yield` that delegates.",
    ),
    example=Example(
        before="Single items and the items of another collection:",
        code=(
            "def doubled(numbers):\n"
            "    for number in numbers:\n"
            "        yield number\n"
            "        yield number\n"
            "\n"
            "\n"
            "print(list(doubled([1, 2])))"
        ),
        after="Each `yield` hands out one number.",
    ),
    remedy="On line $line hand out the item itself, or use `yield from`.",
    reason="The caller gets items.",
    check="make a `list` of the result for a tiny input.",
)

ANSWER_AT_FIRST_FIT = Lesson(
    question=(
        "The loop begins with $header. When the first item fits, $name takes note of it. What does Python do right "
        "after that, and which items has the loop seen by then?"
    ),
    concept=(
        "`return` ends the function at once, also from within a loop. Here $name takes in one item, and in the same "
        "block line $line gives it back. So whatever comes after the first item that fits is never looked at, "
        "although $name was made to collect."
    ),
    picture="It is like going home after the first berry, with a bucket made for many.",
    precise="The accumulator escapes in the iteration in which it first changes.",
    place="It ends the loop with the first item that fits.",
    plan=(
        "Play it through with a list in which two items fit.",
        "Say when $name is complete.",
        "Give it back at that moment, and look at the indentation that this needs.",
    ),
    example=Example(
        before="The answer is given when the loop is over:",
        code=(
            "def rainy(days):\n    found = 0\n    for rain in days:\n        if rain > 2:\n            found += 1\n"
            "    return found\n\n\nprint(rainy([3, 0, 5]))"
        ),
        after="The last line of the function stands outside the loop, so both rainy days count.",
    ),
    remedy="Move line $line out of the loop, to the left edge of its header.",
    reason="The answer is given after all items have been seen.",
    check="try a case in which two items fit, and one in which none does.",
)
