"""The words for: operators between values of kinds that do not go together."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

PRINT_RESULT_USED = Lesson(
    question=(
        "Look closely at the brackets of `print` on this line. What stands inside them, and what stands after the "
        "closing one? Which of the two does `print` get to see?"
    ),
    concept=(
        "A call ends at its closing bracket. What follows works with the result of the call, and `print` has no "
        "result: it shows something on the screen and gives back `None`. On line $line the operation comes after "
        "$call is complete, so it is done with `None`."
    ),
    picture="It is like posting a letter and then trying to write one more line on it.",
    precise="The operator applies to the value of the call expression, and `print` returns None.",
    place="The bracket of `print` closes too early.",
    plan=(
        "Find the closing bracket that ends the call of `print`.",
        "Decide which parts of the line belong to the text that should be shown.",
        "Let the bracket close after all of them.",
    ),
    example=Example(
        before="Everything that makes up the text is inside the brackets:",
        code=('player = "Kim"\nprint("goal by %s" % player)'),
        after="The text is complete first; only then `print` shows it.",
    ),
    remedy="Move the closing bracket of `print` on line $line to the end of the text.",
    reason="The whole text is worked out first, and `print` gets the finished result.",
    check="run the line and see whether the value appears inside the text.",
)

CARET_FOR_POWER = Lesson(
    question=(
        "You want to raise $base to a power here. Which sign do you write for that on paper or in a spreadsheet, and "
        "does Python use the same one? Look up the list of arithmetic operators."
    ),
    concept=(
        "On paper, in spreadsheets and in some languages a small hat, the caret, means “to the power of”. In Python "
        "the caret is an operation on the bits of whole numbers and has nothing to do with powers. On line $line it "
        "meets a number with a point, which has no such operation, so Python stops."
    ),
    picture="It is like a button that looks the same on two remote controls but does different things.",
    precise="`^` is bitwise exclusive or on integers; floats do not implement it, so the mistake shows here.",
    maths_picture="“To the power of 3” means: multiply the number by itself, three factors in all.",
    maths_precise="Mind the order: a power is taken before a product, and a chain of powers is read from the right.",
    place="The caret there is meant as “to the power of”.",
    plan=(
        "Look up the operator that Python has for powers; it is made of two signs.",
        "Check what it applies to: it binds tighter than multiplication.",
        "Search your program for other carets, also where no error shows, and treat them alike.",
    ),
    example=Example(
        before="The volume of a cube, with Python's sign for powers:",
        code=("edge = 2.5\nvolume = edge ** 3\nprint(volume)"),
        after="The two stars raise `edge` to the third power.",
    ),
    remedy="On line $line write `**` where the caret stands.",
    reason="`**` is Python's sign for powers, for whole numbers and for numbers with a point.",
    check="try a case that you can work out in your head, such as 2 to the power of 3, which is 8.",
)

NUMBER_FROM_INPUT = Lesson(
    question=(
        "What kind of value does `input` give you when someone types digits: a number to calculate with, or a text "
        "that looks like one? Print `type` of $name to find out, and compare it with what $operation needs."
    ),
    concept=(
        "Whatever is typed at the keyboard arrives as a text, even if it is made of digits. A text and a number are "
        "different kinds of value, and Python does not turn one into the other by itself, since it cannot know "
        "whether you want to calculate or to join. $operation needs a number, but $name gets a text on line $line."
    ),
    picture="The text is like a photo of money: it shows the amount, but you cannot pay with it.",
    precise="`input` returns str, always; conversion is explicit, and a bad text raises ValueError there.",
    place="What it gives is a text, and later on it is used as a number.",
    plan=(
        "Decide whether the value is a whole number or can have a point.",
        "Choose the built-in function that turns a text into that kind: `int` or `float`.",
        "Convert once, at the place where the value comes in.",
    ),
    example=Example(
        before="A value that comes in as text, and is turned into a number once:",
        code=('typed = "165"\nheight = float(typed) / 100\nprint(height + 0.05)'),
        after="`float` makes a number out of the text; from there on sums work.",
    ),
    remedy="Wrap the value with `int` or `float` where it comes in on line $line.",
    reason="The text becomes a number once, right where it arrives, so every later line can calculate with it.",
    check="type a number and compare the result with a sum done by hand; use `float` if a point is allowed.",
)

TEXT_PLUS_OTHER = Lesson(
    question=(
        "The plus sign on this line has a text on one side. What kind of value is $other on the other side? Use "
        "`type` to check. What should come out in the end, a longer text or a sum?"
    ),
    concept=(
        "The plus sign has two jobs: it adds numbers, and it joins texts. Both sides must be of the same kind, so "
        "that it is clear which job is meant. On line $line one side is a text, and $other is $other_kind. Python "
        "does not guess, it asks you to decide."
    ),
    picture="You cannot glue a number to a word; first you have to write the number down as a word.",
    precise="The addition of `str` accepts only `str`; there is no implicit conversion in either direction.",
    place="There a text meets $other_kind.",
    plan=(
        "Decide what the result should be: one text, or a number.",
        "For a text, use `str` on $other; for a sum, see what `int` and `float` are for.",
        "Check the other plus signs of the line in the same way.",
    ),
    example=Example(
        before="A number made ready to be joined to a text:",
        code=('goals = 3\nreport = "goals: " + str(goals)\nprint(report)'),
        after="`str` writes the number down as a text, and two texts can be joined.",
    ),
    remedy="On line $line wrap $other with `str`, so that both sides are texts.",
    reason="`str` makes a text of the value, so the plus sign joins two texts.",
    check="run the line and read the text, blanks included. If you wanted a sum, convert the other side instead.",
)

ITEM_ONTO_LIST = Lesson(
    question=(
        "On one side of the plus sign is $container. What is $item on the other side: $container too, or one single "
        "thing that you want to put into it?"
    ),
    concept=(
        "Between two lists the plus sign makes one longer list. Both sides have to be lists; the same holds for "
        "tuples. On line $line the right side, $item, is not $container but $item_kind, so there is nothing to join. "
        "Putting one thing into a collection is a different operation from joining two collections."
    ),
    picture="Two trains can be coupled, but a passenger gets on by a door.",
    precise="`+` concatenates sequences of the same type; a single element must be wrapped or appended.",
    place="Its right side is one single thing, and not $container.",
    plan=(
        "Decide whether the old collection should change or a new one should be made.",
        "To add one thing to a list, recall the method `append`.",
        "To keep the plus sign, wrap the single thing so that both sides are of one kind.",
    ),
    example=Example(
        before="Two ways to add one thing:",
        code=('shelf = ["atlas"]\nshelf.append("novel")\nshelf = shelf + ["poems"]\nprint(shelf)'),
        after="`append` takes the thing itself; with the plus sign both sides are lists, if only with one thing in it.",
    ),
    remedy="On line $line put $item into square brackets, or use `append`.",
    reason="Both sides are now of the same kind, so they can be joined.",
    check="print the collection after the line: it should be longer by exactly one.",
)

NONE_IN_OPERATION = Lesson(
    question=(
        "One value in this operation is `None`: $name. Where did it get its value? Follow it back: did a function "
        "really give a value back at that place, or did it only do something?"
    ),
    concept=(
        "`None` is Python's value for “nothing here”. A function that ends without `return` gives it back, and so do "
        "methods that change a list in place. You cannot calculate or compare with it. Here $name is `None`, and it "
        "comes from $source."
    ),
    picture="It is like opening a parcel and finding it empty: the parcel arrived, but with nothing inside.",
    precise="A function without an executed `return` expression returns None; the mistake is at that end.",
    place="The `None` comes from $source.",
    plan=(
        "Print $name right after it gets its value, to see that it is `None` there already.",
        "Decide which value should come back at that place.",
        "For a function of yours, use `return`; for a method that works in place, call it on a line of its own.",
    ),
    example=Example(
        before="The same job done in two ways, one that gives a value back and one that does not:",
        code=("waves = [3, 1, 2]\nordered = sorted(waves)\nwaves.sort()\nprint(ordered, waves)"),
        after=(
            "`sorted` gives a new list back. `sort` changes the old one and gives back nothing, so its result is not "
            "stored."
        ),
    ),
    remedy=(
        "See to it that line $line gives a value back: use `return` in a function, and do not store what a method in "
        "place gives."
    ),
    reason="Then there is a real value where there was `None` before.",
    check="print the value before it is used; `None` should not show up any more.",
)

FUNCTION_IN_OPERATION = Lesson(
    question=(
        "Look at $name on this line. Is it a value, or the name of a function? What has to follow a function's name "
        "so that it does its work and gives a result?"
    ),
    concept=(
        "The name of a function stands for the function itself, like the name of a machine. Only with round brackets "
        "after it does the machine run and give a result. On line $line $name has no brackets, so the function "
        "itself is used in a place that needs its result."
    ),
    picture="It is like putting the coffee machine on the table in place of a cup of coffee.",
    precise="Functions are objects; without a call expression you operate on the object, not on its return value.",
    place="It names a function and does not run it.",
    plan=(
        "Decide which function you want to run here, and what it needs to get.",
        "Recall how a call looks, also for a function that needs nothing.",
        "Check the other names of the line in the same way.",
    ),
    example=Example(
        before="A method named, and the same method called:",
        code=('town = "Turin"\nprint(town.upper())\nloud = town.upper()\nprint(loud + "!")'),
        after="With the brackets `upper` runs and gives a text; without them it would be only the method itself.",
    ),
    remedy="Write round brackets after $name on line $line.",
    reason="The brackets make Python run the function, and its result takes its place.",
    check="print the result with `type` to see that it is a value now.",
)

LIST_TIMES_NUMBER = Lesson(
    question=(
        "Is $name a Python list or an array of numpy? Think of what the star does with a list: does it multiply each "
        "number, or does it do something with the list as a whole?"
    ),
    concept=(
        "With a Python list the star means “repeat the list”, and only a whole number can say how often. It never "
        "multiplies the numbers inside. On line $line $name is a plain list and the other side has a point, so "
        "Python cannot repeat it. Calculating with all numbers at once is what arrays are for."
    ),
    picture="A list is a row of boxes; two and a half rows of boxes make no sense.",
    precise="For a `list` the product is repetition; elementwise arithmetic needs an array or a comprehension.",
    maths_picture="You want a number times each entry of a row, like a price rise for every item of a bill.",
    maths_precise="The formula is a scalar times a vector; a list is a sequence, not a vector.",
    place="$name is a list there, and a list can only be repeated.",
    plan=(
        "Decide whether you want each number multiplied, one by one.",
        "With numpy, turn the list into an array with `np.array` first.",
        "Without numpy, go through the list with `for` and collect the new numbers.",
    ),
    example=Example(
        before="Each number scaled, without numpy:",
        code=("metres = [1.5, 2.0]\nfeet = []\nfor metre in metres:\n    feet.append(metre * 3.28)\nprint(feet)"),
        after="The star works on one number at a time, and `feet` collects the results.",
    ),
    remedy="Turn $name into an array with `np.array` before line $line, or multiply its items one by one.",
    reason="An array multiplies each of its numbers, which is what the formula means.",
    check="try a list of two easy numbers and compare with the products done by hand.",
)

TEXT_IN_CALCULATION = Lesson(
    question=(
        "Look at the two sides of the operation, $left and $right. Which of them is a text, and not a number? Where "
        "does it come from, and is it still a text when Python comes here?"
    ),
    concept=(
        "Arithmetic works with numbers. A text made of digits looks like a number but is not one, and a list is a "
        "collection of values. On line $line the operation meets such a value on at least one side, and there is no "
        "rule in Python for what should come out."
    ),
    picture="It is like asking what “four” minus 1 is, if “four” is just a word on paper.",
    precise="Neither operand implements the operator for the other's type, so both attempts gave NotImplemented.",
    place="One of its two sides is no number.",
    plan=(
        "Use `type` on $left and on $right to see which of them is not a number.",
        "Follow that value back to the line where it comes from.",
        "Convert it there with `int` or `float`, or pick the single number that you mean out of the collection.",
    ),
    example=Example(
        before="A text becomes a number before it is used:",
        code=('label = "48 seats"\nseats = int(label.split()[0])\nprint(seats - 5)'),
        after="`int` makes a number of the first word; after that the subtraction has two numbers.",
    ),
    remedy="Turn the value that is no number into one, with `int` or `float`, before line $line.",
    reason="With numbers on both sides the operation has a meaning.",
    check="print both sides with `type` before the line, then compare the result with a sum done by hand.",
)

COMPARED_KINDS = Lesson(
    question=(
        "You compare $left with $right here. What kind of value is each of them? Could you put the two in order "
        "yourself, smaller first?"
    ),
    concept=(
        "Smaller and greater make sense only between values of the same kind: two numbers, or two texts, which are "
        "put in the order of the dictionary. On line $line Python is asked to compare $left_kind with "
        "$right_kind. There is no order between them, so Python stops."
    ),
    picture="It is like asking whether a kilo is longer than a metre.",
    precise="Ordering between unrelated types raises TypeError; only `==` is defined for all pairs.",
    place="Its two sides are of different kinds.",
    plan=(
        "Use `type` on $left and on $right.",
        "Decide which of them is not of the kind that you had in mind.",
        "Convert that one, or use a part of it, such as its length with `len` or one of its items.",
    ),
    example=Example(
        before="Two values of one kind can be compared:",
        code=('pages = "250"\nlimit = 300\nprint(int(pages) < limit)'),
        after="`int` turns the text into a number, so that two numbers are compared.",
    ),
    remedy="On line $line bring both sides to the same kind, for example with `int`, `float` or `len`.",
    reason="Values of the same kind have an order, so the comparison gives `True` or `False`.",
    check="try one pair for which the answer should be `True` and one for which it should be `False`.",
)
