"""The words for: loops, unpacking and `in` over things that cannot be gone through, or that change on the way."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

NONE_GONE_THROUGH = Lesson(
    question=(
        "Here the program wants to go through $name, or take it apart. But what is in it at this moment? Follow it "
        "back to the place that should have given it a value. Does that place give anything back?"
    ),
    concept=(
        "A function gives its caller exactly what stands after `return`. If it comes to its end without one, the "
        "caller gets `None`, which means “nothing”. You cannot go through nothing. Here $name is `None`, and that "
        "comes from $source."
    ),
    picture="It is like sending someone to the shop who buys everything but does not bring the bag home.",
    precise="Falling off the end of a function body returns None; the collected result is lost with the frame.",
    place="The `None` comes from $source.",
    plan=(
        "Decide which value the caller should get.",
        "Find the end of the work: the place where that value is complete.",
        (
            "Use `return` there, after the loop and not inside it; for a method that works in place, do not store "
            "its result."
        ),
    ),
    example=Example(
        before="A function that brings home what it has collected:",
        code=(
            "def initials(people):\n"
            '    letters = ""\n'
            "    for person in people:\n"
            "        letters += person[0]\n"
            "    return letters\n"
            "\n"
            "\n"
            'print(initials(["Ada", "Bo"]))'
        ),
        after="The last line of the function hands `letters` to the caller; without it, `print` would show `None`.",
    ),
    remedy="After line $line give the finished value back with `return`, at the level of the function's body.",
    reason="The caller gets the value that the function has worked out, and can go through it.",
    check="print the result of the call: it should be the collection and not `None`.",
)

LOOP_OVER_NUMBER = Lesson(
    question=(
        "What does $name give: one number, or several things to go through one after the other? What does a `for` "
        "loop, or a function that goes through things, need?"
    ),
    concept=(
        "A loop with `for` takes one thing after the other out of a collection. A number is not a collection, it is "
        "one single value, even if it says how many there are. On line $line Python gets the number $name and cannot "
        "take anything out of it."
    ),
    picture="It is like being told “five” and asked to shake hands with each: with each what?",
    precise="Integers and floats do not implement the iterator protocol; counting needs an iterable of integers.",
    place="$name is one number there.",
    plan=(
        "Decide what each round of the loop should get: a position, or an item itself.",
        "For positions, recall the built-in `range`, which makes all whole numbers below a bound.",
        "For items, go through the collection itself.",
    ),
    example=Example(
        before="A loop with a fixed number of rounds, and one over items:",
        code=('for turn in range(3):\n    print("round", turn)\nfor colour in ["red", "blue"]:\n    print(colour)'),
        after="`range` makes the numbers 0, 1, 2; the list gives its own items.",
    ),
    remedy="On line $line use `range` around $name if you want to count, or go through the collection itself.",
    reason="`range` gives the loop one whole number after the other, from 0 to just below the bound.",
    check="print the loop variable in each round and compare the first and the last one with your plan.",
)

LOOP_OVER_OTHER = Lesson(
    question=(
        "Python cannot go through this value, since it is $kind. What did you expect to be in it? Use `type` and "
        "`print` right before the line, and find the line that made it."
    ),
    concept=(
        "To go through something, or to take it apart, Python needs a collection: a list, a text, a tuple, a "
        "dictionary, a range. On line $line it gets $kind, which has no items to hand out. So either another value "
        "was meant, or the items are inside it and must be taken out first."
    ),
    picture="It is like trying to deal cards from a closed box.",
    precise="The object's type defines neither `__iter__` nor `__getitem__`.",
    place="This value is $kind and has no items to hand out.",
    plan=(
        "Print the value and its `type` before the line.",
        "Find the place where it is made.",
        "Use the part of it that holds the items, or make a list there.",
    ),
    example=Example(
        before="The items are taken out first:",
        code=('box = {"size": 2, "fruits": ["kiwi", "plum"]}\nfor fruit in box["fruits"]:\n    print(fruit)'),
        after="The loop goes through the list that is stored in the dictionary.",
    ),
    remedy="On line $line go through the part that holds the items.",
    reason="A collection hands out its items one by one.",
    check="print the loop variable in each round.",
)

RANGE_OF_COLLECTION = Lesson(
    question=(
        "What does `range` need between its brackets, and what is $name? Say in words how many rounds the loop "
        "should have: how would you get that number from what you have?"
    ),
    concept=(
        "`range` makes whole numbers up to a bound, so it needs a whole number as its bound. On line $line it gets "
        "$name, which is $kind. The number that you have in mind, such as how many items there are or a result "
        "without a rest, has to be worked out from it first."
    ),
    picture="It is like setting a timer to “eggs” when you mean the number of minutes.",
    precise="`range` accepts only objects with `__index__`; floats, texts and collections have none.",
    place="$name is $kind, but a whole number is needed.",
    plan=(
        "Say what the bound of the loop should be.",
        "For the number of items use `len`; for a text of digits or a number with a point use `int`.",
        "If a division is involved, recall the one that gives a whole number.",
    ),
    example=Example(
        before="The bound is a whole number both times:",
        code=(
            'scarves = ["wool", "silk"]\n'
            "for place in range(len(scarves)):\n"
            "    print(place + 1, scarves[place])\n"
            "for half in range(9 // 2):\n"
            "    print(half)"
        ),
        after="`len` counts the items, and the double slash divides without a rest.",
    ),
    remedy="On line $line turn $name into the whole number that you mean, with `len` or `int`.",
    reason="`range` gets a whole number, so it knows where to stop.",
    check="print the loop variable in each round: first 0, last one less than the bound.",
)

WHOLE_NUMBER_NEEDED = Lesson(
    question=(
        "This line needs a whole number somewhere, but one of its values is $kind. Which value is it, and where was "
        "it made? Did a division with a single slash play a part?"
    ),
    concept=(
        "Counts, sizes and positions are whole numbers. A division with a single slash gives a number with a point, "
        "even if it comes out even, and `input` gives a text. On line $line such a value, $kind, arrives where "
        "Python needs a whole number."
    ),
    picture="You can open a book at page 7, but not at page 7.0 something.",
    precise="The operation calls `__index__`, which floats and strings do not have.",
    place="One of its values is $kind.",
    plan=(
        "Use `type` on each value of the line.",
        "Follow the one that is no whole number back to where it is made.",
        "Use `int` there, or a division without a rest.",
    ),
    example=Example(
        before="Half of a list's length, as a whole number:",
        code=('queue = ["Al", "Bea", "Cy"]\nmiddle = len(queue) // 2\nprint(queue[middle])'),
        after="The double slash gives 1 and not 1.5, so it can be used as a position.",
    ),
    remedy="Turn the value into a whole number with `int` or `//` before line $line uses it.",
    reason="Counts and positions get a whole number.",
    check="print the value: it should be shown without a point.",
)

UNPACKING_COUNT = Lesson(
    question=(
        "On the left stand $count names, $targets. How many values does the right side, $value, really hold at this "
        "moment? Print it, and count."
    ),
    concept=(
        "When one line fills several names at once, the value on the right is taken apart, one piece for each name. "
        "The numbers must agree exactly. On line $line $value does not hold as many pieces as there are names in "
        "$targets."
    ),
    picture="It is like laying the table: each guest needs exactly one plate.",
    precise="Unpacking consumes the whole iterable and compares its length with the number of targets.",
    place="Names and values do not come out even.",
    plan=(
        "Print $value and `len` of it right before the line.",
        "Decide whether a name or a piece is too many, also for odd cases such as an empty line or an empty list.",
        "Change the side that does not fit, or take the pieces out one by one.",
    ),
    example=Example(
        before="Three pieces, three names:",
        code=('record = "Oslo;Norway;700"\ncity, country, size = record.split(";")\nprint(city, size)'),
        after="With only two names on the left, Python would have a piece left over.",
    ),
    remedy="On line $line let the number of names agree with the number of pieces in $value.",
    reason="Each piece has its name then, and none is left over.",
    check="print `len` of the value and count the names: the two numbers must be equal.",
)

CHANGED_WHILE_LOOPING = Lesson(
    question=(
        "The loop goes through $name. What does its body do with the same collection in each round? Could the loop "
        "still know which item comes next?"
    ),
    concept=(
        "A loop keeps track of its place in the collection. If the body adds or removes something there, the place "
        "does not fit any more. For a dictionary or a set Python notices and stops, as it does on line $line. For a "
        "list it would go on and skip items without a word."
    ),
    picture="It is like counting people who walk in and out of the room while you count.",
    precise="Dictionary iterators check the size on each step and raise once it has changed.",
    place="The body changes $name while the loop goes through it.",
    plan=(
        "Decide what the collection should hold after the loop.",
        "Go through a copy, which the built-in `list` can make.",
        "Or collect what you want to keep in a new collection, and leave the old one alone.",
    ),
    example=Example(
        before="The loop goes through a copy, the original is changed:",
        code=(
            'stock = {"tea": 0, "milk": 4}\n'
            "for product in list(stock):\n"
            "    if stock[product] == 0:\n"
            "        stock.pop(product)\n"
            "print(stock)"
        ),
        after="`list` makes the copy before the loop begins, so removing does no harm.",
    ),
    remedy="On line $line go through a copy, made with `list`, in place of $name itself.",
    reason="The copy stays as it is while the original changes.",
    check="print the collection before and after the loop, and check each item by hand.",
)

JOIN_OF_NUMBERS = Lesson(
    question=(
        "What does `join` put together, and what are the items of $name? Print the first item with its `type`. Is it "
        "a text?"
    ),
    concept=(
        "`join` makes one long text out of many short ones, with a mark between them. Each item has to be a text "
        "already. On line $line at least one item of $name is something else, most likely a number, and `join` does "
        "not turn it into a text."
    ),
    picture="It is like a string for beads that gets a marble without a hole.",
    precise="The method requires an iterable of texts and never calls `str` on the items.",
    place="Not every item of $name is a text.",
    plan=(
        "Print the items and the `type` of each.",
        "Turn each item into a text with `str`, for instance with the help of `map`.",
        "Join the new texts.",
    ),
    example=Example(
        before="Numbers turned into texts before they are joined:",
        code=('scores = [3, 1, 2]\nprint(":".join(map(str, scores)))'),
        after="`map` uses `str` on each number, so `join` gets texts only.",
    ),
    remedy="On line $line turn the items into texts with `map` and `str` first.",
    reason="Every item is a text then, so `join` can put them together.",
    check="print the result and count the marks: one less than there are items.",
)

NOTHING_TO_SEARCH_IN = Lesson(
    question=(
        "The word `in` asks whether something is inside something else. What is on the right of it here, $name, at "
        "this moment? Can a thing like that hold others?"
    ),
    concept=(
        "`in` looks for a value in a collection: a list, a text, a dictionary, a range. What stands on its right "
        "must be one of these. On line $line $name is $kind, which holds nothing that could be searched."
    ),
    picture="You can look for a key in a bag, but not in the number 7.",
    precise="Membership needs `__contains__` or iteration on the right operand.",
    place="$name, on the right of the question, is $kind.",
    plan=(
        "Print $name and its `type` right before the line.",
        "Decide which collection should be searched.",
        "If you want to compare two single values, a comparison sign is what you need.",
    ),
    example=Example(
        before="The right side of `in` is a collection both times:",
        code=('digits = str(1973)\nprint("7" in digits, 7 in [1, 9, 7, 3])'),
        after="The number itself could not be searched; its text and the list can.",
    ),
    remedy="On line $line put the collection to search in place of $name, or compare with `==`.",
    reason="A collection can be searched, so the question has an answer.",
    check="try one value that is in the collection and one that is not.",
)

NO_LENGTH = Lesson(
    question=(
        "You ask for the length of $name. What is it at this moment: a collection or text, or one single value? What "
        "would its length be, if you had to say it?"
    ),
    concept=(
        "`len` counts the items of a collection or the characters of a text. A single value has nothing to count. On "
        "line $line $name is $kind, so `len` has no answer."
    ),
    picture="It is like asking how many pages the colour blue has.",
    precise="`len` calls `__len__`, which this type does not define.",
    place="$name is $kind there.",
    plan=(
        "Print $name and its `type` before the line.",
        "Say what you wanted to count.",
        "For the digits of a number, make a text of it with `str`; for a bound, use the number itself.",
    ),
    example=Example(
        before="Counting the digits of a number:",
        code=("year = 1999\nprint(len(str(year)))"),
        after="`str` makes a text of the number, and a text has a length.",
    ),
    remedy="On line $line use `len` on the collection or text that you want to count in, or use $name as it is.",
    reason="`len` gets something that has items.",
    check="print the length of a small example that you can count by eye.",
)

KEY_CAN_CHANGE = Lesson(
    question=(
        "Something on this line is used as a key of a dictionary or as an item of a set. What is it at this moment? "
        "Could it still change later on?"
    ),
    concept=(
        "A dictionary finds its values by their keys, and a set its items, because these can never change. Numbers, "
        "texts and tuples are such values. On line $line $kind is used, and that can change, so Python does not "
        "accept it as a key."
    ),
    picture="It is like labelling a folder with a word written in sand.",
    precise="Keys must be hashable; mutable containers set `__hash__` to None.",
    place="In it $kind is used as a key or as an item of a set.",
    plan=(
        "Find the value that serves as the key.",
        "Decide whether one part of it is enough to find the entry.",
        "Or use `tuple` to make something out of it that cannot change.",
    ),
    example=Example(
        before="A pair that cannot change, used as a key:",
        code=('seats = {}\nplace = [4, 7]\nseats[tuple(place)] = "Mona"\nprint(seats)'),
        after="`tuple` makes a fixed pair of the list, and a fixed pair may be a key.",
    ),
    remedy="On line $line use a text, a number or a `tuple` as the key.",
    reason="The key cannot change any more, so Python can find the entry again.",
    check="look the value up again with the same key and print it.",
)

NOTHING_LEFT = Lesson(
    question=(
        "This line asks for the next item. How many were there at the start, and how often was one taken before? "
        "What should happen when none is left?"
    ),
    concept=(
        "An iterator hands out its items one by one, and each only once. When the last one is gone it has nothing "
        "more to give, and asking again raises `StopIteration`. That happens on line $line."
    ),
    picture="It is like a roll of tickets: after the last one you can pull as you like.",
    precise="A `for` loop handles StopIteration by itself; a bare `next` does not, unless it has a default.",
    place="It asks for an item when none is left.",
    plan=(
        "Count how many items there are and how often one is taken.",
        "Let a `for` loop take the items, which stops by itself.",
        "Or give `next` a second value to fall back on.",
    ),
    example=Example(
        before="A second value for the case that nothing is left:",
        code=(
            'songs = ["one", "two"]\n'
            "queue = reversed(songs)\n"
            "for turn in range(3):\n"
            '    print(turn, next(queue, "no more"))'
        ),
        after="The third turn finds nothing and gives the text.",
    ),
    remedy="On line $line give `next` a value to fall back on, or use a `for` loop.",
    reason="The program has an answer for the moment when nothing is left.",
    check="run it with no items at all, and with one.",
)
