"""The words for: inside lists and dictionaries: entries that are half there, comprehensions, choices."""

from __future__ import annotations

from tutor_server.pedagogy.offline.lesson import Example, Lesson

HALF_A_DICTIONARY_ENTRY = Lesson(
    question=(
        "Each entry of a dictionary has two parts. Go through the entries on this line: which of them has only one "
        "part, and which part is it?"
    ),
    concept=(
        "In curly braces with keys every entry is a pair: a key, a colon, a value. Either all items are pairs, or "
        "none is, and then it is a set. On line $line one entry lacks $missing."
    ),
    picture="It is like a phone book with a name but no number.",
    precise="A brace display is a dict or a set; the first item decides which form all others must have.",
    place="This entry is only half there.",
    plan=(
        "Write the entries one below the other.",
        "Check each for key, colon and value.",
        "Complete the one that is not whole, or take it out.",
    ),
    example=Example(
        before="A dictionary with three whole entries:",
        code=('plugs = {"UK": "G", "Italy": "L", "Brazil": "N"}\nprint(plugs["Italy"])'),
        after="Each key has its value behind a colon, and commas part one pair from the next.",
    ),
    remedy="Complete the entry on line $line with $missing.",
    reason="Every entry is a pair of key and value.",
    check="print `len` of the dictionary and count the entries.",
)

COMPREHENSION_WITHOUT_BRACKETS = Lesson(
    question=(
        "This line works out something for each item, all in one expression. What should come out: a list, a set? "
        "And which signs tell Python where that collection begins and ends?"
    ),
    concept=(
        "An expression with `for` inside, a comprehension, makes a collection. The brackets around it say which "
        "kind: square ones make a list, curly ones a set. On line $line the `for` stands in the middle of a plain "
        "expression, without brackets, so Python does not expect it."
    ),
    picture="It is like a list of things to buy without the paper it is written on.",
    precise="A comprehension is an atom only inside its display brackets or as the sole call argument.",
    place="It is a comprehension, but nothing encloses it.",
    plan=(
        "Find where the expression begins and where it ends.",
        "Decide which kind of collection you want.",
        "Put the brackets for that kind around the whole expression.",
    ),
    example=Example(
        before="A list made of another one:",
        code=('rivers = ["Po", "Rhine"]\nsizes = [len(river) for river in rivers]\nprint(sizes)'),
        after="The square brackets enclose the whole expression and make a list.",
    ),
    remedy="On line $line put square brackets around the whole expression.",
    reason="The brackets make a list of what the expression gives for each item.",
    check="print the list and its length.",
)

CHOICE_WITHOUT_ELSE = Lesson(
    question=(
        "This line chooses a value with `if` in the middle. What should the value be when the condition does not hold?"
    ),
    concept=(
        "An `if` inside an expression chooses between two values, so it needs both: one for yes and one for no. On "
        "line $line only the first is given. If nothing should happen otherwise, an `if` with a block is the right "
        "form."
    ),
    picture="It is like a fork in the road with only one way.",
    precise="A conditional expression must have a value on both branches.",
    place="It has no value for the case that the condition is false.",
    plan=(
        "Decide what the value is when the condition is false.",
        "Add it with the word for “otherwise”.",
        "If there is none, use an `if` with a block of its own.",
    ),
    example=Example(
        before="A choice with both values:",
        code=('lives = 0\nstate = "playing" if lives else "game over"\nprint(state)'),
        after="With no lives left the second value is taken.",
    ),
    remedy="On line $line add `else` and a value for the other case.",
    reason="There is a value in both cases.",
    check="try a case in which the condition holds, and one in which it does not.",
)
