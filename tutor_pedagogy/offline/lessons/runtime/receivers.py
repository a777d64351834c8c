"""The words for: what built-in functions, classes and special methods cannot work with."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

COLLECTION_FOR_NUMBER = Lesson(
    question=(
        "How many values does $argument hold, and how many does $function turn into a number? Print "
        "$argument, then take one of its values and try $function on that alone."
    ),
    concept=(
        "$function makes one number out of one text or one number. A collection holds several values, so "
        "each of them has to be turned on its own. On line $line $function is given $argument, which is "
        "$kind, all at once."
    ),
    picture="A ticket gate lets people through one by one, not a whole bus.",
    precise="The constructor accepts a string, bytes or a real number; no container converts implicitly.",
    place="There $function is given the whole collection.",
    plan=(
        "Say whether you want one number or several.",
        "If one, pick the item that you mean.",
        "If several, let a loop or `map` hand the items over one by one.",
    ),
    example=Example(
        before="Several texts, turned one by one:",
        code=('parts = ["3", "8"]\nsizes = []\nfor part in parts:\n    sizes.append(float(part))\nprint(sizes)'),
        after="Each round gives `float` one text, and one number comes out.",
    ),
    remedy="On line $line let $function work on one item at a time.",
    reason="Each text is turned into a number on its own.",
    check="print the result and its `type`; then try it with one value and with three.",
)

SUPER_NOT_CALLED = Lesson(
    question=(
        "What stands between the word `super` and $method on this line? What has to be called before a "
        "method of the parent class can be reached?"
    ),
    concept=(
        "`super` is something to call: the call gives you the parent part of the object, and its methods are "
        "reached from there. On line $line the name `super` is used without that call, so Python has no "
        "object for $method."
    ),
    picture="It is like the switchboard: you have to ring it before it can put you through.",
    precise="The zero-argument call builds a proxy bound to the instance and its class.",
    place="The word `super` there is not called.",
    plan=(
        "Find the word `super` on this line.",
        "Call it, with nothing between its own brackets.",
        "Leave the method behind it, and the values of that one, as they are.",
    ),
    example=Example(
        before="A class that builds on another one:",
        code=(
            "class Pet:\n    def __init__(self, name):\n        self.name = name\n\n\nclass Cat(Pet):\n"
            "    def __init__(self, name, lives):\n        super().__init__(name)\n"
            '        self.lives = lives\n\n\nprint(Cat("Tom", 9).name)'
        ),
        after="The brackets after `super` make the call; what follows is the method of the parent.",
    ),
    remedy="On line $line call `super` before you reach for $method.",
    reason="The call gives the parent part of this object.",
    check="make an object and print a value that the parent class has set.",
)

TEXT_FORM_WITHOUT_TEXT = Lesson(
    question=(
        "Python asks $method for a text and wants to show it. What does your $method give back: a text, or "
        "nothing? Follow it to its last line."
    ),
    concept=(
        "$method tells Python how an object looks as a text. It has to give that text back with `return`; "
        "showing it is not its job. Yours gives back $kind, so Python has nothing to show. The line that "
        "should hand the text over is line $line."
    ),
    picture="You were asked to write your name on the form, not to call it out.",
    precise="The protocol demands a str object as the result; printing is a side effect.",
    place="At this place $method should give a text back.",
    plan=(
        "Say which text the object should have.",
        "Put the text together without showing it.",
        "Give it back at the end of the method.",
    ),
    example=Example(
        before="A class whose objects have a text:",
        code=(
            "class Song:\n    def __init__(self, title):\n        self.title = title\n\n"
            '    def __str__(self):\n        return "song " + self.title\n\n\nprint(Song("Yesterday"))'
        ),
        after="`__str__` gives the text back, and `print` outside shows it.",
    ),
    remedy="On line $line give the text back with `return`.",
    reason="Python gets the text that it asked for.",
    check="call `str` on an object and print the length of the result.",
)

NOT_IN_CLASS = Lesson(
    question=(
        "Which names does the class $class_name offer? Look for $attribute among them, letter by letter. "
        "Where could it live, if not there?"
    ),
    concept=(
        "What stands after the point has to be part of what stands before it. A class has the methods and "
        "values of its body, a built-in type those of its documentation. On line $line $attribute is looked "
        "for in $class_name, and it is not there."
    ),
    picture="It is like asking for a room on a floor that the house does not have.",
    precise="The lookup goes through the class and its bases, and fails on all of them.",
    place="There is no $attribute in $class_name.",
    plan=(
        "List the names that $class_name has, with `dir` if need be.",
        "Compare them with $attribute, letter by letter.",
        "If it lives elsewhere, reach for it there.",
    ),
    example=Example(
        before="A value of a class, by its exact name:",
        code="class Oven:\n    limit = 250\n\n\nprint(Oven.limit)",
        after="`limit` is a name in the body of `Oven`, so it is found after the point.",
    ),
    remedy="On line $line use a name that $class_name has, or reach for $attribute where it lives.",
    reason="What stands after the point exists.",
    check="print the part alone.",
)

FUNCTION_WANTED = Lesson(
    question=(
        "What should a new key get as its first value? And what does $argument stand for here: that value, "
        "or something that can make it whenever it is needed?"
    ),
    concept=(
        "A dictionary with a first value for new keys needs a function that makes that value each time. A "
        "ready value would be shared, so Python does not take one. On line $line it is given $argument, "
        "which cannot be called."
    ),
    picture="It wants the baker, not one loaf.",
    precise="The default factory is called without arguments for every missing key.",
    place="There $argument is a value and no function.",
    plan=(
        "Say which first value a new key should get.",
        "Find the built-in function that gives it when called with nothing.",
        "Hand that function over, without calling it.",
    ),
    example=Example(
        before="Counting with a first value of nought:",
        code=(
            'from collections import defaultdict\n\nvotes = defaultdict(int)\nvotes["tea"] += 1\n'
            'print(votes["tea"], votes["milk"])'
        ),
        after="`int` called with nothing gives 0, and that is the first value of each key.",
    ),
    remedy="On line $line hand over a function that makes the first value, in place of $argument.",
    reason="The function is called for every new key.",
    check="ask for a key that is not there, and see its value.",
)

NONE_AS_ARGUMENT = Lesson(
    question=(
        "Print $name right before the failing line. Why is there nothing in it? Look for the line that gave "
        "it its value."
    ),
    concept=(
        "`None` means that there is no value. A function that needs one refuses it. Here $name is `None`, "
        "and it comes from $source. So the line to look at is line $line, where the value got lost, and not "
        "the one that failed."
    ),
    picture="The parcel was empty when it was handed over; the fault lies with who packed it.",
    precise="The callee checks the type of its argument; the None was produced upstream.",
    place="That is where the value gets lost.",
    plan=(
        "Print the value at the place where it comes into being.",
        "Find out whether that call changes something in place or gives something back.",
        "Keep the value itself, not the answer of the call.",
    ),
    example=Example(
        before="A list that is sorted in place:",
        code="ages = [31, 12]\nages.sort()\nprint(ages[0])",
        after="`sort` changes the list itself, so the list keeps its name and nothing is lost.",
    ),
    remedy="Change line $line so that $name keeps its value.",
    reason="The function gets the value and not `None`.",
    check="print the value before and after line $line.",
)
