"""The words for: inside lists and dictionaries: entries that are half there, comprehensions, choices."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

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

DICTIONARY_WITHOUT_BRACES = Lesson(
    question=(
        "There is a key, $key, with a colon and a value between the brackets of this line. Which kind of brackets "
        "tells Python that such pairs make a dictionary, and do they stand around yours?"
    ),
    concept=(
        "Pairs of key and value, joined by a colon, live inside a dictionary, and a dictionary has its own curly "
        "brackets. The brackets of a call or a list hold plain values, so a colon after a value has no meaning "
        "there. On line $line the pair that begins with $key stands in the wrong kind of brackets."
    ),
    picture="It is like loose pages of a phone book handed over without the book.",
    precise="A key-value pair is only part of a dict display; call arguments bind names with an equals sign.",
    place="The pairs there have no curly brackets of their own.",
    plan=(
        "Find the first pair and the last one.",
        "Give these pairs the pair of brackets that makes a dictionary.",
        "Leave the outer brackets as they are: they belong to the call or the list.",
    ),
    example=Example(
        before="A list that takes in one dictionary:",
        code=('plants = []\nplants.append({"kind": "fern", "pots": 2})\nprint(plants[0]["kind"])'),
        after="The round brackets belong to the call, the curly ones make one dictionary out of the pairs.",
    ),
    remedy="On line $line put curly brackets around the pairs of keys and values.",
    reason="The curly brackets make one dictionary out of the pairs.",
    check="print the value and its `type`; it should be a dictionary.",
)

LAMBDA_WITHOUT_COLON = Lesson(
    question=(
        "After `lambda` on this line come the parameters, beginning with $name, and then what the small function "
        "gives back. Which sign parts these two, and where is it here?"
    ),
    concept=(
        "A `lambda` is a function in one expression. Before its colon stand the parameters, behind it what comes "
        "out. On line $line nothing tells Python where the parameters end, so it cannot read the rest."
    ),
    picture="It is like a recipe without a line between what you need and what you do.",
    precise="The form is the word, a parameter list, a colon and one expression.",
    place="Its parameters and its value run into one another.",
    plan=(
        "Say which names are the parameters.",
        "Say what the function gives back for them.",
        "Put the colon exactly between the two.",
    ),
    example=Example(
        before="Sorting by the last letter of a word:",
        code=('birds = ["owl", "wren", "eagle"]\nbirds.sort(key=lambda bird: bird[-1])\nprint(birds)'),
        after="`bird` is the parameter; what stands behind the colon is the value to sort by.",
    ),
    remedy="On line $line put a colon between the parameters of the `lambda` and its value.",
    reason="The colon parts the parameters from the value.",
    check="give the `lambda` a name for a moment and call it with one value.",
)
