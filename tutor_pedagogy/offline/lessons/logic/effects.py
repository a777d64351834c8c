"""The words for: lines that have no effect, or another one than meant."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

LINE_WITHOUT_EFFECT = Lesson(
    question=(
        "What is different in your program after this line has run? Which name has a new value? Print $name before "
        "and after it."
    ),
    concept=(
        "A line that is only $kind works something out and then forgets it. To keep a result, it has to be stored "
        "under a name. On line $line nothing stores it, so $name stays as it was."
    ),
    picture="It is like doing a sum in your head and telling nobody.",
    precise="An expression statement is evaluated for its side effects, and this one has none.",
    place="Its result is worked out and forgotten.",
    plan=(
        "Say which name should have which value after the line.",
        "Recall the sign that stores a value.",
        "Use it so that the result ends up in that name.",
    ),
    example=Example(
        before="A result that is kept:",
        code=("fuel = 40\nfuel = fuel - 6\nprint(fuel)"),
        after="The equals sign stores the new value under `fuel`.",
    ),
    remedy="Store the result of line $line under the name that should change.",
    reason="The name has the new value after the line.",
    check="print $name before and after the line.",
)

METHOD_NAMED_NOT_CALLED = Lesson(
    question=(
        "Does $name run on this line, or is it only named? What is different in the program after the line? Print "
        "what it should change, before and after."
    ),
    concept=(
        "A function or method runs only when round brackets follow its name. On line $line $name stands alone, so "
        "Python looks it up and does nothing with it. There is no error, and nothing happens."
    ),
    picture="It is like saying “the light switch” and not pressing it.",
    precise="The bound method is evaluated and dropped.",
    place="It is named there, but does not run.",
    plan=(
        "Decide what the function should get, perhaps nothing.",
        "Recall how a call looks.",
        "Check the effect with `print` on the next line.",
    ),
    example=Example(
        before="A method that runs:",
        code=('bins = ["a", "b"]\nbins.clear()\nprint(bins)'),
        after="Because of the brackets `clear` runs, and the list is empty. Without them nothing would happen.",
    ),
    remedy="Write round brackets after $name on line $line.",
    reason="The brackets make it run.",
    check="print what it should change, before and after.",
)

RESULT_THROWN_AWAY = Lesson(
    question=(
        "What happens to $name when Python works out $call? Print $name on the next line and see. Who takes what comes "
        "out of $call?"
    ),
    concept=(
        "Texts never change, and many functions give back a new value and leave the old one alone. If nothing takes "
        "the new value, it is lost. On line $line $call gives one, but no name and no other call takes it."
    ),
    picture="It is like having a key copied and leaving the copy in the shop.",
    precise="The method is pure; only rebinding makes its result visible.",
    place="The value that it gives is not taken by anything.",
    plan=(
        "Print the call itself and then $name, and compare the two.",
        "Decide which name should hold the new value.",
        "Store it there, with an equals sign.",
    ),
    example=Example(
        before="The new value is stored:",
        code=('street = "  main road "\nstreet = street.strip()\nprint(street)'),
        after="`strip` gives a new text, and `street` stands for it from then on.",
    ),
    remedy="Store the value that line $line gives, under $name or another name.",
    reason="The new value has a name and can be used.",
    check="print the name after the line.",
)

SIGN_AND_EQUALS_SWAPPED = Lesson(
    question=(
        "Look at the two signs $sign on this line, in their order. Does the line change $name by something, or does "
        "it give it a whole new value each time?"
    ),
    concept=(
        "The order of two signs counts. With the operator first, a value is changed; with the equals sign first, the "
        "operator belongs to the number behind it and only gives its sign. On line $line $name gets a new value and "
        "forgets the old one."
    ),
    picture="It is like “five more” and “now five”: nearly the same words, but not the same.",
    precise="This parses as a plain assignment of a signed number; the augmented operators are single tokens.",
    place="The two signs stand in the wrong order.",
    plan=(
        "Print $name before and after the line.",
        "Recall the order of the two signs in the statement that changes a value.",
        "Swap them.",
    ),
    example=Example(
        before="A value that is changed:",
        code=("lives = 3\nlives -= 1\nprint(lives)"),
        after="The operator comes first, so the old value counts and is made one smaller.",
    ),
    remedy="Swap the two signs on line $line.",
    reason="The old value is changed and not replaced.",
    check="run the line twice and print $name each time.",
)

VALUE_LOST_IN_SWAP = Lesson(
    question=(
        "Write down $left and $right after the line before this one. Is the old value of $left still there when you "
        "need it?"
    ),
    concept=(
        "An assignment replaces the old value at once. To swap two values one after the other, one of them has to be "
        "kept somewhere. Here the old $left is gone before line $line, so both end up with the same value."
    ),
    picture="To swap the drinks in two glasses you need a third glass.",
    precise="Tuple assignment evaluates the right side in full before it binds.",
    place="At this moment both hold the same value.",
    plan=(
        "Write down both values after each of the two lines.",
        "Keep the first value under a third name before it is replaced.",
        "Or let one single assignment do both at once.",
    ),
    example=Example(
        before="Two values swapped with a third name:",
        code=('near = "sea"\nfar = "hill"\nkept = near\nnear = far\nfar = kept\nprint(near, far)'),
        after="`kept` holds the old value while `near` gets its new one.",
    ),
    remedy="Swap both values in one assignment with a comma on each side.",
    reason="The right side is worked out first, with both old values, and only then are they stored.",
    check="print both before and after.",
)

ROWS_ARE_ONE_LIST = Lesson(
    question=(
        "How many lists does this line really make? Change one number in the first row and print the whole table. "
        "What happens to the other rows?"
    ),
    concept=(
        "The star repeats what is in the list, and for an inner list it repeats the same one. On line $line all rows "
        "are one single list under several positions, so a change in one row shows in all."
    ),
    picture="It is like one photo hung in several mirrors.",
    precise="Sequence repetition copies references; each row needs an object of its own.",
    maths_picture="A grid has as many separate rows as you say; here there is only one.",
    maths_precise="The rows alias one another, so the matrix always has equal rows.",
    place="All its rows are one and the same list.",
    plan=(
        "Change one place and print the table.",
        "Think of a way to make $row anew for each row.",
        "Use a loop or a comprehension, or an array made with `np.zeros`.",
    ),
    example=Example(
        before="A new row in each round:",
        code=("board = []\nfor _ in range(2):\n    board.append([0, 0, 0])\nboard[0][1] = 5\nprint(board)"),
        after="Each round makes a list of its own, so only one row changes.",
    ),
    remedy="On line $line make each row in a round of its own.",
    reason="Each row is a list of its own.",
    check="change one place and print the table.",
)

DEFAULT_VALUE_SHARED = Lesson(
    question=(
        "When is the default value of $name made: at every call of $function, or only once? Call the function twice "
        "and print $name."
    ),
    concept=(
        "A default value is made once, when the function is defined, and all calls share it. A list or dictionary "
        "that is changed in the body keeps the change for the next call. That is the case for $name on line $line."
    ),
    picture="It is like a shared cup that nobody washes between guests.",
    precise="Defaults are evaluated at definition time and stored on the function object.",
    place="It is made once and shared by all calls.",
    plan=(
        "Call the function twice and print $name each time.",
        "Let the default be `None`.",
        "Make a new list inside the function when it is `None`.",
    ),
    example=Example(
        before="A new list for each call:",
        code=(
            "def with_tip(price, tips=None):\n"
            "    if tips is None:\n"
            "        tips = []\n"
            "    tips.append(price * 0.1)\n"
            "    return tips\n"
            "\n"
            "\n"
            "print(with_tip(10), with_tip(20))"
        ),
        after="Each call without its own list gets a new one.",
    ),
    remedy="On line $line use `None` as the default of $name, and make the list inside.",
    reason="Each call has a list of its own.",
    check="call the function twice and compare.",
)

NOTHING_GIVEN_BACK = Lesson(
    question=(
        "What does $call give back? Print it with `type`. Which line of $name hands a value to its caller? Is there "
        "any such line at all?"
    ),
    concept=(
        "A function without `return` gives back `None`. On line $line the result of $call is used as if there were "
        "one, so `None` is shown or stored."
    ),
    picture="It is like holding out your hand to someone who has nothing to give.",
    precise="Every call is an expression with a value; where no return statement supplies one, that value is None.",
    place="The result of this call is `None`.",
    plan=(
        "Decide whether the function should give a value or only do something.",
        "In the first case use `return` in it.",
        "In the second case let the call stand alone.",
    ),
    example=Example(
        before="A function that gives a value, and its use:",
        code=("def gap(high, low):\n    return high - low\n\n\nprint(gap(9, 4))"),
        after="`return` hands the value over, so it can be shown.",
    ),
    remedy="Let $name `return` its value, or let the call on line $line stand alone.",
    reason="What is used is a real value.",
    check="print `type` of the result.",
)

ORDER_LOST_IN_SET = Lesson(
    question=(
        "What does `set` promise about its items, and what not? Print the result for a list that is not sorted. Are "
        "the items still in the order of $source?"
    ),
    concept=(
        "A set holds each item once, but keeps no order, and it is another kind of value than a list. On line $line "
        "a set is made of $source, so the order in which the items came is lost."
    ),
    picture="It is like pouring a row of marbles into a bag.",
    precise="Sets are hash based and unordered; a dictionary keeps first occurrences in order.",
    place="It keeps each item once, but not the order.",
    plan=(
        "Decide whether the order matters, and which kind of value should come back.",
        "Go through $source and keep an item when it has not been kept before.",
        "Give that new list back.",
    ),
    example=Example(
        before="Each letter once, in the order in which they come:",
        code=('kept = ""\nfor letter in "banana":\n    if letter not in kept:\n        kept += letter\nprint(kept)'),
        after="A letter is kept only when it is new, so the order stays.",
    ),
    remedy="On line $line keep the order: collect new items in a list, or use `dict.fromkeys`.",
    reason="Each item is kept once, in the order in which it first came.",
    check="try an unsorted list with doubles.",
)

ALWAYS_PUT_IN_FRONT = Lesson(
    question=(
        "At which end of $owner does this line put each new item? In which order are they after three rounds? Play "
        "it through on paper with three items."
    ),
    concept=(
        "Position 0 is the front. An item that is put there pushes all others back, so the last one put in comes "
        "first. On line $line that happens in every round, and $owner ends up in reverse order."
    ),
    picture="It is like a pile of plates: the last one is on top.",
    precise="Repeated insertion at 0 reverses, and costs linear time each.",
    place="It puts each item in front of all others.",
    plan=(
        "Play it through with three items.",
        "Decide which order you want.",
        "Put the items in at the other end, for which lists have a method.",
    ),
    example=Example(
        before="Items put in at the end:",
        code=('line = []\nfor guest in ("Al", "Bo"):\n    line.append(guest)\nprint(line)'),
        after="The order is the one in which they came.",
    ),
    remedy="On line $line use `append`.",
    reason="Each new item comes last, so the order is the one in which the items came.",
    check="print the list after each round.",
)

PARAMETER_OVERWRITTEN = Lesson(
    question=(
        "Which value does the caller hand over for $name, and what is left of it after this line? Call the function "
        "twice with different values: do the results differ?"
    ),
    concept=(
        "A parameter arrives with the value of the caller. Line $line gives $name another value before the first one "
        "was used, so the function works the same whatever it is called with."
    ),
    picture="It is like throwing away a letter unread and writing your own.",
    precise="The argument is dead on entry, so the result cannot depend on it.",
    place="It replaces what the caller has handed over.",
    plan=(
        "Print $name at the very start of $function.",
        "Decide whether the value of the caller is the one to use.",
        "If so, the line has to go; else the parameter.",
    ),
    example=Example(
        before="The value of the caller is used:",
        code=("def area(width, depth):\n    return width * depth\n\n\nprint(area(4, 5))"),
        after="Nothing replaces what is handed over, so each call gives its own result.",
    ),
    remedy="Take line $line away, or give its value another name.",
    reason="The function works with what it was given.",
    check="call it with two different values; the results should differ.",
)

ERROR_HIDDEN = Lesson(
    question=(
        "What happens when a line in this `try` fails? Which of all possible errors should be caught here, and how "
        "would you get to know about the others?"
    ),
    concept=(
        "An `except` without a name catches every error, also those from a slip in your own code. The program goes "
        "on as if nothing had happened, with values that are missing or old. So on line $line a mistake can hide, and "
        "you see only a wrong result."
    ),
    picture="It is like taking the battery out of a smoke alarm because it beeps.",
    precise="A bare `except` also takes KeyboardInterrupt and SystemExit; name the narrowest exception.",
    place="Every error ends here without a word.",
    plan=(
        "Take the `try` away for a moment, and run the program with the failing input.",
        "Read the error that shows now; it names the line that is wrong.",
        "Bring the `try` back only around the line that may fail, with the name of that one error.",
    ),
    example=Example(
        before="One error is named, so all others still show:",
        code=(
            'answers = ["7", "x"]\nfor answer in answers:\n    try:\n        print(int(answer) * 2)\n'
            '    except ValueError:\n        print("no number:", answer)'
        ),
        after="Only a text that is no number is caught; a misspelt name would still stop the program.",
    ),
    remedy="On line $line name the error that you expect, and look at the one that really happens.",
    reason="A mistake of another kind is no longer hidden.",
    check="run the program once without the `try` and read what it says.",
)

ONLY_LAST_ROUND_COUNTS = Lesson(
    question=(
        "The loop begins with $header. Write down what $name holds after the first round, and after the second. What "
        "has become of the first?"
    ),
    concept=(
        "An equals sign puts a whole new value in place of the old one. In a loop that happens in every round, so "
        "only the last round is left at the end. On line $line $name gets such a value each time, and what the "
        "rounds before had found is gone."
    ),
    picture="It is like noting each guest on the same slip of paper, and rubbing out the one before.",
    precise="Each iteration rebinds the name; nothing accumulates over the iterations.",
    place="Each round forgets what $name was before.",
    plan=(
        "Say what $name should be after two rounds.",
        "Decide how the old value and the new part make up the next one.",
        "Let the line use both of them.",
    ),
    example=Example(
        before="A text that grows in each round:",
        code=('code = ""\nfor city in ("Rome", "Oslo"):\n    code = code + city[0]\nprint(code)'),
        after="The line uses what was there before, so nothing is lost.",
    ),
    remedy="On line $line let $name keep what it was and take in the new part.",
    reason="Every round adds its part to what the rounds before have found.",
    check="print $name at the end of each round.",
)

VALUE_LOST_BEFORE_USE = Lesson(
    question=(
        "Write down $left and $right after the line before this one. This line reads $left. Which value does it need, "
        "the old one or the new one?"
    ),
    concept=(
        "Lines run one after the other, and an assignment replaces the old value at once. The line before, $first, "
        "has given $left its new value. Line $line reads $left to work out $right, but the value that it needs is "
        "gone by then."
    ),
    picture="It is like painting over the price before you have written it down.",
    precise="Sequential assignments see each other's effects; a simultaneous one would not.",
    place="It reads $left, which was replaced just before.",
    plan=(
        "Play both lines through with two numbers of your own.",
        "Say which of the two lines needs an old value.",
        "Let that one come first, or let both happen in one assignment.",
    ),
    example=Example(
        before="The old value is passed on before it is replaced:",
        code="last, best = 4, 7\nnew = 9\nlast = best\nbest = new\nprint(last, best)",
        after="`last` gets the 7 while it is still there.",
    ),
    remedy="Let line $line come before the one that replaces $left, or do both in one assignment.",
    reason="The old value is read while it is still there.",
    check="print both names before and after the two lines.",
)
