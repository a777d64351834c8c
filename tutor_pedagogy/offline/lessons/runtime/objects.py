"""The words for: objects of the code's own classes that are none."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

VALUE_IN_PLACE_OF_OBJECT = Lesson(
    question=(
        "What is stored in $name on this line: $value as it came in, or an object of $class_name? Which of the two "
        "does $use need later?"
    ),
    concept=(
        "A value and an object that holds the value are two things. Only an object of $class_name has what its class "
        "gives it. On line $line the bare value $value is stored, and later $use asks it for something that only the "
        "object has."
    ),
    picture="You cannot open the door of a letter, only that of the box it lies in.",
    precise="Attribute lookup goes by the type of what was bound; a plain value has no attributes of your class.",
    place="It stores $value, and no object of $class_name.",
    plan=(
        "Print $name and its `type` after this line.",
        "Find the line where an object of $class_name is made of the value, or decide where it should be.",
        "Store that object here.",
    ),
    example=Example(
        before="The value is wrapped first, then stored:",
        code=(
            "class Parcel:\n    def __init__(self, weight):\n        self.weight = weight\n\n\n"
            "first = Parcel(4)\nprint(first.weight)"
        ),
        after="`first` is a parcel, so it has a weight; the bare 4 has none.",
    ),
    remedy="On line $line store an object of $class_name in place of $value.",
    reason="The object has what the later line asks for.",
    check="print the `type` of $name after the line.",
)

VALUE_HANDED_FOR_OBJECT = Lesson(
    question=(
        "What does this call hand over as $value? Inside the function that value is asked for $use. Can it do that?"
    ),
    concept=(
        "A function can only work with what the call gives it. Here it expects an object of $class_name, but the call "
        "on line $line gives $kind, $value. The error shows up inside, at $use, though the function itself is fine."
    ),
    picture="It is like handing someone a name tag instead of the person.",
    precise="Arguments are bound unchecked; the wrong type fails at its first attribute access.",
    place="It hands over $value where an object of $class_name is needed.",
    plan=(
        "Look at the header of the function, and say what each parameter stands for.",
        "Find the name under which the object is known here.",
        "Hand over that object.",
    ),
    example=Example(
        before="The object itself is handed over:",
        code=(
            "class Team:\n    def __init__(self, name):\n        self.name = name\n\n\n"
            'def greet(team):\n    print("Hello", team.name)\n\n\nreds = Team("Reds")\ngreet(reds)'
        ),
        after="`greet` gets the team, and can ask it for its name.",
    ),
    remedy="On line $line hand over an object of $class_name in place of $value.",
    reason="The function gets the object that it works with.",
    check="print the `type` of each argument right before the call.",
)

PARENT_NOT_SET_UP = Lesson(
    question=(
        "Which method stores $attribute in an object, and in which class does it stand? Does it run when an object of "
        "$class_name is made?"
    ),
    concept=(
        "A class that builds on another takes over its methods. But if both have a set-up method, only the own one "
        "runs. The one on line $line never starts the set-up of $parent, so an object of $class_name does not get "
        "its $attribute."
    ),
    picture="If you furnish only the top floor, there is no kitchen downstairs.",
    precise="`__init__` is overridden like any method; the parent's runs only if it is called.",
    place="It runs in place of the set-up of $parent.",
    plan=(
        "List which values the set-up of $parent stores.",
        "Look up how a method calls the one of the same name in its parent.",
        "Let the own set-up begin with that call, and hand over what it needs.",
    ),
    example=Example(
        before="The set-up of the parent runs first:",
        code=(
            "class Pet:\n    def __init__(self, name):\n        self.name = name\n\n\nclass Cat(Pet):\n"
            "    def __init__(self, name, lives):\n        super().__init__(name)\n        self.lives = lives\n\n\n"
            'print(Cat("Tom", 9).name)'
        ),
        after="A cat gets its name from the set-up of `Pet`, and its lives from its own.",
    ),
    remedy="Let the set-up on line $line call that of $parent, with the values that it needs.",
    reason="Both set-ups run, so the object has the values of both.",
    check="make an object of $class_name and print $attribute of it.",
)
