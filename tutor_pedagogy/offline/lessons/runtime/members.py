"""The words for: what belongs to an object, to a dictionary or to a method that works in place."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

NAME_WITHOUT_SELF = Lesson(
    question=(
        "To whom does $name belong: is it a variable of this method, or a part of the object? How do your other "
        "lines in the class $class_name reach a part of the object?"
    ),
    concept=(
        "Inside a method a plain name means a variable of that method, or one outside the class. The values and "
        "methods of an object are not found that way; they are reached through the object, which is the first "
        "parameter. On line $line $name stands alone, so Python looks for a variable and finds none."
    ),
    picture="It is like calling “come here” in a crowd without saying whom you mean.",
    precise="A class body is no enclosing scope for its methods: attribute lookup is always explicit.",
    place="This name belongs to the object, and the object is not mentioned.",
    plan=(
        "Find where the class gives $name its value, or defines it.",
        "Look at how that line mentions the object.",
        "Mention the object in the same way here.",
    ),
    example=Example(
        before="A method that uses a value and another method of its object:",
        code=(
            "class Lamp:\n    def __init__(self):\n        self.watts = 7\n\n    def is_bright(self):\n"
            "        return self.watts > 5\n\n    def describe(self):\n        return self.is_bright()\n\n\n"
            "print(Lamp().describe())"
        ),
        after="Each part of the object is reached through its first parameter and a dot.",
    ),
    remedy="On line $line write the first parameter and a dot before $name.",
    reason="Python looks for the name in the object now.",
    check="look at the other methods of $class_name for the same slip.",
    other_examples=(
        Example(
            before="A value of a class, reached through the object:",
            code=(
                "class Kettle:\n    litres = 2\n\n    def label(self):\n"
                '        return f"{self.litres} litres"\n\n\nprint(Kettle().label())'
            ),
            after="`litres` is found in the object, because the object is mentioned before the dot.",
        ),
    ),
)

RESULT_OF_METHOD_IN_PLACE = Lesson(
    question=(
        "What does $method do: build a new value and hand it back, or change the one that it is called on? Which of "
        "the two does your line count on? Print the result of the call to find out."
    ),
    concept=(
        "Some methods change a list, set or dictionary where it is. They have nothing new to hand back, so the call "
        "gives `None`. If that result is stored or used, the collection itself is fine, but your name holds `None` "
        "from then on. That is what happens with $method on line $line."
    ),
    picture="If someone paints your wall, the wall is new, but you are not handed a second wall.",
    precise="Mutating methods return None by convention, so that a change is not taken for a new object.",
    place="It changes its collection in place and gives nothing back.",
    plan=(
        "Say whether $method changes something or makes something new.",
        "If it changes something, let the call stand alone as a statement.",
        "Go on with the collection itself, under its old name.",
    ),
    example=Example(
        before="A change in place, and a new value, side by side:",
        code='towns = {"Bern"}\ntowns.add("Ulm")\nprint(len(towns))\nprint(sorted(towns))',
        after="`add` changes the set and its result is not used; `sorted` makes a new list.",
    ),
    remedy="On line $line call $method by itself and do not use what the call gives back.",
    reason="The collection is changed in place, and its name still stands for it.",
    check="print the collection after the call: it should be there, and changed.",
)

ITEMS_OF_DICTIONARY = Lesson(
    question=(
        "What does a loop hand out when it goes through a dictionary, as here through $name? Print it in a loop with "
        "one name only. How many names do you give it, and how many things come each time?"
    ),
    concept=(
        "A plain loop over a dictionary hands out its keys, one by one. Two names want two things each time. So "
        "Python tries to take each key apart, and on line $line a key has not two parts. A dictionary can also hand "
        "out key and value together, but it must be asked for that."
    ),
    picture="It is like going through the names in a phone book and expecting the numbers to come by themselves.",
    precise="Iteration over a mapping yields keys; a string key is itself iterable, hence the count in the message.",
    place="The loop wants two things for each round, and gets a key alone.",
    plan=(
        "Decide whether you need the keys, the values, or both.",
        "For both, look up the method `items`.",
        "Give the loop as many names as it gets things.",
    ),
    example=Example(
        before="Key and value, one pair each round:",
        code='depths = {"pond": 2, "lake": 40}\nfor water, metres in depths.items():\n    print(water, metres)',
        after="`items` hands out pairs, so two names fit.",
    ),
    remedy="On line $line go through the pairs with `items`.",
    reason="Each round hands out a key together with its value.",
    check="print both names in the loop: one shows the keys, the other the values.",
)

PAIRS_WANTED = Lesson(
    question=(
        "A dictionary is to be filled on this line. What are the keys, and what are the values? Look at one single "
        "item of what you hand over: does it hold both?"
    ),
    concept=(
        "A dictionary consists of pairs. To fill one from a list, each item of the list must be a pair of key and "
        "value. On line $line the items are single things, so Python cannot take a key and a value out of them."
    ),
    picture="It is like a shelf with labels: for each box you must say what to write on it.",
    precise="`dict` and `update` take a mapping, or an iterable of iterables of length two.",
    place="Its items are no pairs.",
    plan=(
        "Write down one key and the value that belongs to it.",
        "Decide where each of the two comes from.",
        "Bring them together as pairs, for instance with `zip`, or fill the dictionary in a loop.",
    ),
    example=Example(
        before="Two lists brought together as pairs:",
        code='names = ["oak", "elm"]\nages = [90, 40]\ntrees = dict(zip(names, ages))\nprint(trees)',
        after="`zip` makes one pair for each position, and each pair is an entry.",
    ),
    remedy="On line $line hand over pairs of key and value.",
    reason="Each item gives a key and a value now.",
    check="print the dictionary, and one value looked up by its key.",
)

LIST_IN_CALCULATION = Lesson(
    question=(
        "Look at $list_side on this line: is it one number, or a list of several? What should happen with $operation "
        "then: one calculation, or one for each item?"
    ),
    concept=(
        "A list is a row of things, not a number. It can be joined to another list and repeated, but no other sign "
        "of arithmetic works on it: Python does not go through its items by itself. On line $line $operation asks "
        "for that."
    ),
    picture="You cannot halve a shopping list; you can halve each amount on it.",
    precise="`list` implements `+` and `*` by an integer only; elementwise arithmetic is what numpy arrays offer.",
    maths_picture="A list is not a vector of maths class: the signs do not go to its parts.",
    maths_precise="Lists form a free monoid under `+`, not a vector space; arrays behave as vectors.",
    place="A list stands there where a number is needed.",
    plan=(
        "Decide whether you want one item, a sum, or a result for each item.",
        "For one item, choose it by its position; for a sum, use `sum`.",
        "For each item, use a loop that collects the results, or an array made with `numpy.array`.",
    ),
    example=Example(
        before="A calculation for each item, collected in a new list:",
        code="widths = [3, 5]\nareas = []\nfor width in widths:\n    areas.append(width * 10)\nprint(areas)",
        after="The sign works on one number at a time, and the loop brings all of them.",
    ),
    remedy="On line $line calculate with one item, or go through the items in a loop.",
    reason="The sign has a number on each side now.",
    check="try it with a list of two numbers that you can work out in your head.",
)

COUNTED_FROM_ONE = Lesson(
    question=(
        "How many items does $owner have, and what is the position of the very first one? Count on from there with "
        "your finger: at which position is the last item?"
    ),
    concept=(
        "Python counts positions from zero. So the last position is always one less than the number of items, and "
        "the number itself is already one too far. On line $line the position $index equals the length of $owner."
    ),
    picture="In some houses the ground floor is floor zero: with three floors there is no floor three.",
    precise="Valid indices run from 0 to len - 1, and from -1 down to -len.",
    place="Position $index is one past the last item.",
    plan=(
        "Write the items down, and under each its position, from zero on.",
        "Find the item that you mean.",
        "Use the position that stands under it.",
    ),
    example=Example(
        before="Four letters, and the first and last position:",
        code='word = "boat"\nprint(len(word))\nprint(word[0], word[3])',
        after="There are four letters, and the last one is at position three.",
    ),
    remedy="On line $line use a position that is one smaller.",
    reason="The last item stands at the position one less than the length.",
    check="print the first and the last item.",
)

NOT_A_PACKAGE = Lesson(
    question=(
        "Read $name on this line from left to right. Is $module a folder with modules in it, or one single module? "
        "And is the part behind the dot a module, or something inside one?"
    ),
    concept=(
        "With a dot, an import goes from a package, that is a folder, to a module in it. $module is a single "
        "module. What it offers are functions and values, and these are not imported with a dot."
    ),
    picture="It is like asking for the third drawer of a book.",
    precise="A dotted import needs each parent to have a `__path__`; plain modules have none.",
    place="What stands before the dot is a module and no package.",
    plan=(
        "Look up whether the part behind the dot is a function of $module.",
        "If so, import the module alone, and use the function with the dot where you need it.",
        "Check the spelling of that part in the documentation.",
    ),
    example=Example(
        before="A module is imported, and its function used with a dot:",
        code="import statistics\n\nprint(statistics.mean([3, 5]))",
        after="`import` names the module alone; the dot comes where the function is used.",
    ),
    remedy="On line $line import $module alone, and use what it offers with a dot.",
    reason="The module is found, and its parts are reached through it.",
    check="run the import line alone in a new file.",
)
