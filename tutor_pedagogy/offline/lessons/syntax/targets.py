"""The words for: the left side of an assignment: what can take a value, what can be deleted."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

VALUE_AS_TARGET = Lesson(
    question=(
        "An assignment stores the value of one side under a name on the other. On which side does Python expect the "
        "name? Read your line aloud as “… gets the value of …”: what stands before “gets”?"
    ),
    concept=(
        "With $sign Python works out the right side and stores the result on the left. So the left side has to be a "
        "place: a name, an item of a list, an entry of a dictionary. On line $line $left stands there. That is a "
        "value, and a value cannot take another value."
    ),
    picture="You can put a letter into a box with a name on it, but not into another letter.",
    precise=(
        "Targets are names, attributes, subscripts, and lists of these; any other expression is refused by the parser."
    ),
    place="It stands on the side that takes the value, but it is no place to store something.",
    plan=(
        "Say which name should have a new value after this line.",
        "Bring this name, alone, to the left of the sign.",
        "Write everything that is to be worked out on the right.",
    ),
    example=Example(
        before="The name stands on the left, the sum on the right:",
        code=("rent = 700\nfood = 250\ncosts = rent + food\nprint(costs)"),
        after="`costs` is the place, and the sum on the right is what it gets.",
    ),
    remedy="On line $line write the name that should take the value on the left, and the value on the right.",
    reason="The left side is now a place that can take the value. If you meant a question, the sign for it is `==`.",
    check="print the name after the line, and compare its value with a sum done by hand.",
)

CALL_AS_TARGET = Lesson(
    question=(
        "What should happen with $left on this line: should a function run, or should an entry of $name take a new "
        "value? Which brackets stand for which?"
    ),
    concept=(
        "Round brackets run a function, and its result is a value; you cannot store something in a value. Square "
        "brackets name one entry of a list or dictionary, and that is a place which can take a value. On line $line "
        "round brackets stand on the left of the equals sign."
    ),
    picture="It is like putting a letter on the postman in place of into the letter box.",
    precise="A call is no assignment target; a subscription is, through `__setitem__`.",
    place="It should take a value, but it reads as a call.",
    plan=(
        "Say what $name is: a function, or a collection with entries.",
        "For a collection, recall the brackets that pick one entry.",
        "Exchange both brackets of the pair, and leave what is between them.",
    ),
    example=Example(
        before="One entry of a dictionary takes a new value:",
        code=('stock = {"pens": 4}\nstock["ink"] = 2\nprint(stock)'),
        after="Square brackets name the entry, and the equals sign stores the value there.",
    ),
    remedy="On line $line use square brackets on the left side, or a plain name.",
    reason="With square brackets the left side is an entry, and an entry can take a value.",
    check="print the collection after the line and look for the new entry.",
)

CONSTANT_AS_TARGET = Lesson(
    question=(
        "What is $word for Python: a name that you may use as you like, or one of its fixed values? Your editor's "
        "colour gives a hint. What did you want to store, and under which name?"
    ),
    concept=(
        "A few words stand for fixed values: yes, no and nothing. They can be used in sums and questions, but they "
        "never take another value. On line $line $word stands where a name of your own should stand."
    ),
    picture="It is like trying to rename the number seven.",
    precise="These are keywords that denote singletons; binding or deleting them is a syntax error.",
    place="It is a fixed value and cannot be changed.",
    plan=(
        "Say what you want to store there.",
        "Think of a name that says so.",
        "Use this name here and wherever you need the value.",
    ),
    example=Example(
        before="A fixed value stored under a name:",
        code=("door_open = False\ndoor_open = not door_open\nprint(door_open)"),
        after="`door_open` may change; the fixed value on the right may not.",
    ),
    remedy="Use a name of your own in place of $word on line $line.",
    reason="A name of your own can take any value.",
    check="print the name after the line.",
)

NAME_OF_TWO_WORDS = Lesson(
    question=(
        "How many names does Python see in $words? What does a blank mean inside a line, and how do other names in "
        "your program that are made of two words look?"
    ),
    concept=(
        "A name is one word, made of letters, digits and underscores. A blank always ends it. On line $line $words "
        "looks like one name to you, but Python sees two things side by side and nothing that connects them."
    ),
    picture="It is like a user name on a web site: a blank is not allowed in it.",
    precise="An identifier is one NAME token; PEP 8 joins words by underscores.",
    place="It is meant as one name, but a blank cuts it in two.",
    plan=(
        "Choose how to join the two words; an underscore is the custom.",
        "Write the name in that form here.",
        "Use exactly the same form at all other places.",
    ),
    example=Example(
        before="A name made of two words:",
        code=("bus_fare = 2.4\nprint(bus_fare * 2)"),
        after="The underscore keeps both words together as one name, wherever it is used.",
    ),
    remedy="On line $line join $words to one name, for example with an underscore.",
    reason="The joined words are one name for Python.",
    check="search the program for the old form: every place needs the new name.",
)

NOT_DELETABLE = Lesson(
    question="What does `del` take away: a name, an entry of a collection, or a value? What is $target on this line?",
    concept=(
        "`del` takes away a name or an entry, such as one item of a list. It cannot take away a value, the result of "
        "a sum, or what a function gives back, since these are not stored at a place. On line $line $target is no "
        "such place."
    ),
    picture="You can take a book off the shelf, but not the thought that you had while reading it.",
    precise="`del` accepts the same targets as assignment: names, attributes, subscripts.",
    place="`del` cannot take it away.",
    plan=(
        "Say what should be gone after the line: a name, or one entry.",
        "Name exactly this, with square brackets for an entry.",
        "For an item with a certain value, recall the method `remove`.",
    ),
    example=Example(
        before="One entry of a list is taken away:",
        code=('menu = ["soup", "fish", "cake"]\ndel menu[1]\nprint(menu)'),
        after="Square brackets name the entry that goes, and the list itself stays, one item shorter.",
    ),
    remedy="On line $line let `del` take away a name or one entry.",
    reason="A name or an entry is a place, and a place can be emptied.",
    check="print the collection before and after the line.",
)
