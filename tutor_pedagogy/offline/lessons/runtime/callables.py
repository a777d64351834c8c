"""The words for: what is called is no function, or a function is only named."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

PRODUCT_WITHOUT_SIGN = Lesson(
    question=(
        "Python sees a call here: a name, and brackets right after it. Is $name a function that you want to run? Or "
        "did you have an operation in mind, the way a formula on paper leaves it out?"
    ),
    concept=(
        "In Python a value followed by round brackets always means a call: run this as a function. On paper a number "
        "before a bracket means a product, and its sign is left out. On line $line $name is a number, and a number "
        "cannot be run, so Python complains that it is not callable."
    ),
    picture="It is like shouting a number and waiting for someone to answer to that name.",
    precise="An expression with an argument list behind it is a call, whatever it is; juxtaposition never multiplies.",
    place="Between $name and the opening bracket something is absent.",
    plan=(
        "Say the formula aloud, with every “plus” and “times”.",
        "Find the word that you said but did not write down.",
        "Put the sign for it between $name and the bracket.",
    ),
    example=Example(
        before="A formula with a bracket, every sign written out:",
        code=("width = 3\narea = 2 * (width + 1)\nprint(area)"),
        after="The star stands between the number and the bracket, so Python multiplies and calls nothing.",
    ),
    remedy="Write `*` between $name and the bracket on line $line.",
    reason="With the sign the brackets group a part of the formula, and nothing is called.",
    check="work the formula out by hand for a small number and compare.",
)

BUILTIN_HIDDEN = Lesson(
    question=(
        "Later you want to call $name as a function. But what is $name after this line has run? Does Python still "
        "find its own function under this name?"
    ),
    concept=(
        "A name can stand for one thing at a time. $name is a function at first. On line $line the same name is "
        "given to $kind, and from then on it stands for that value. When the program comes to $use, it finds the "
        "value, and a value cannot be called."
    ),
    picture="It is like sticking your own label over the label of a tool: nobody finds the tool any more.",
    precise="Assignment shadows the outer binding for the whole scope; the original object is untouched.",
    place="From there on $name no longer stands for the function.",
    plan=(
        "Think of a name that says what your own value is.",
        "Use the new name here, and at every place that means your value.",
        "Leave $name to the function.",
    ),
    example=Example(
        before="A name of its own leaves the function alone:",
        code=("pages = [12, 40, 31]\nlongest = max(pages)\nprint(longest, max(1, 2))"),
        after="Because the result is not called `max`, the function can be used again.",
    ),
    remedy="Give your own value on line $line another name than $name.",
    reason="Then $name stands for the function again, and $use works.",
    check="search the program for $name: each place should mean the function.",
)

ROUND_BRACKETS_FOR_INDEX = Lesson(
    question=(
        "What do you want from $name here: run it, or take one item out of it? Which kind of brackets stands for "
        "which of the two?"
    ),
    concept=(
        "Round brackets call a function, square brackets take an item out of a collection. On line $line $name is "
        "$container, and round brackets follow. Python tries to run it like a function, which it is not. The part in "
        "the brackets, $index, was meant as a position or key."
    ),
    picture="It is like talking to a drawer in place of opening it.",
    precise="Round brackets invoke `__call__`, square ones `__getitem__`; lists and dictionaries have only the latter.",
    place="$name is $container there, not a function.",
    plan=(
        "Say what $index is: a position or a key.",
        "Recall which brackets take an item out.",
        "Exchange both brackets, the opening and the closing one.",
    ),
    example=Example(
        before="One item taken out, one function called:",
        code=('lanes = ["left", "right"]\nprint(lanes[1], len(lanes))'),
        after="Square brackets pick the item, and round ones call `len` with the whole list.",
    ),
    remedy="On line $line use square brackets around $index.",
    reason="Square brackets take the item at $index, and nothing is called.",
    check="print the item and see that it is the one you want; remember that positions start at 0.",
)

COMMA_MISSING_BETWEEN_ITEMS = Lesson(
    question=(
        "Look at the end of $name and at what comes right after it. To Python, a bracket right after a value means "
        "something special. Did you mean that, or are these two separate items?"
    ),
    concept=(
        "Items of a list are parted by commas. If one is left out and the next item starts with a bracket, Python "
        "reads the two as one: as a call for a round bracket, as a position for a square one. On line $line that "
        "happens with $name, and it makes no sense there."
    ),
    picture="It is like two words written without a space: they are read as one strange word.",
    precise="A bracket after an expression is an argument list or a subscript, also across line breaks in brackets.",
    place="After this item the next one follows without a break.",
    plan=(
        "Write the items one below the other.",
        "Check the end of each one.",
        "Part each from the next with the sign that lists use.",
    ),
    example=Example(
        before="A list of pairs, parted one from another:",
        code=('stops = [("Bern", 3), ("Basel", 5)]\nprint(len(stops))'),
        after="The comma after the first pair ends it, so the next bracket begins a new item.",
    ),
    remedy="Write a comma after $name on line $line.",
    reason="The comma ends the item, so the next bracket begins a new one.",
    check="print `len` of the collection: it should be the number of items that you count.",
)

MODULE_CALLED = Lesson(
    question=(
        "What is $name on this line: a function, or the module that holds functions? How do you reach something that "
        "lives inside a module?"
    ),
    concept=(
        "A module is a box with functions in it, and sometimes one of them has the same name as the box. After an "
        "import of the box, its name stands for the box, which cannot be called. On line $line $name is the module "
        "itself."
    ),
    picture="It is like asking the toolbox to hammer, and not the hammer in it.",
    precise="A plain import binds the module object; its members are reached as attributes, or fetched with `from`.",
    place="There $name stands for the whole module.",
    plan=(
        "Decide which function of the module $name you want.",
        "Recall how to reach it with a dot after the module's name.",
        "Or fetch just that function with `from` and `import`.",
    ),
    example=Example(
        before="A function reached through its module:",
        code=("import calendar\n\nprint(calendar.isleap(2024))"),
        after="The dot leads from the box to the function in it, and the function is what can be called.",
    ),
    remedy="On line $line write the module's name, a dot, and the function that you want.",
    reason="The dot leads from the module to its function, and that can be called.",
    check="run the line again with values for which you know the result.",
)

NOT_CALLABLE = Lesson(
    question=(
        "Here $name is followed by round brackets, so Python tries to run it. What is $name at this moment? Use "
        "`type` on the line before, and find the line that made it so."
    ),
    concept=(
        "Only functions, methods and classes can be called with round brackets. On line $line $name is $kind, and "
        "there is nothing to run. Either the brackets do not belong there, or an earlier line has given $name a "
        "value other than the function that you think of."
    ),
    picture="It is like pressing the start button on a thing that is no machine.",
    precise="The call protocol looks for `__call__` on the object's type and does not find it.",
    place="$name is $kind at that moment.",
    plan=(
        "Use `type` on $name right before the line.",
        "Search the program for the line that gave $name this value.",
        "Decide whether the brackets or the earlier line is the part that does not fit.",
    ),
    example=Example(
        before="A value is used as it is, a function is called:",
        code=('motto = "never give up"\nprint(motto, len(motto))'),
        after="No brackets follow `motto`, since it is a text; `len` is a function, so brackets follow it.",
    ),
    remedy="Take the brackets after $name on line $line away, or give the value on the earlier line another name.",
    reason="A value stands for itself and needs no call.",
    check="run the line again with values for which you know the result.",
)

SQUARE_BRACKETS_FOR_CALL = Lesson(
    question=(
        "What is $name on this line: a collection with items in it, or a function that you want to run? Which kind "
        "of brackets goes with which?"
    ),
    concept=(
        "Square brackets take an item out of a collection, round brackets run a function. On line $line $name is a "
        "function, and square brackets follow it. Python tries to look inside the function for an item, and there is "
        "nothing to find."
    ),
    picture="It is like looking into a machine for its product and not pressing its button.",
    precise="Functions have no `__getitem__`; a call needs an argument list in parentheses.",
    place="$name is a function and not a collection.",
    plan=(
        "Say what $name does and what it should get: $inner.",
        "Recall the brackets that run a function.",
        "Exchange both brackets, the opening and the closing one.",
    ),
    example=Example(
        before="A function run, and an item taken out:",
        code=("grades = [2, 1, 3]\nprint(min(grades), grades[0])"),
        after="Round brackets run `min`; square ones take the first item.",
    ),
    remedy="On line $line use round brackets after $name.",
    reason="Round brackets run the function with $inner.",
    check="run the line again with values for which you know the result.",
)

FUNCTION_NOT_CALLED = Lesson(
    question=(
        "Look at $name. Does it stand for a value here, or for the function that would make the value? What must "
        "follow a function's name so that it runs?"
    ),
    concept=(
        "A function's name alone stands for the function itself. Only with round brackets after it does the function "
        "run, and its result takes the place of the call. On line $line $name stands without brackets, so the "
        "program goes on with the function in place of its result."
    ),
    picture="It is like handing someone a recipe when they have asked for a slice of cake.",
    precise="Functions and bound methods are objects; only a call expression evaluates to their return value.",
    place="It names the function, and does not run it.",
    plan=(
        "Decide what the function should get, perhaps nothing.",
        "Recall how a call looks when there is nothing to hand over.",
        "Check whether the function gives a result back or works in place.",
    ),
    example=Example(
        before="The method and its result:",
        code=('line = "salt;pepper"\nspices = line.split(";")\nprint(len(spices))'),
        after="The brackets after `split` make it run, so `spices` is a list and has a length.",
    ),
    remedy="Write round brackets after $name on line $line.",
    reason="With the brackets the function runs, and the program goes on with its result.",
    check="print the value with `type`: it should no longer be a function or method.",
)
