"""The words for: calls that do not fit the function."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

METHOD_WITHOUT_SELF = Lesson(
    question=(
        "$function stands inside the class $class_name. When you call a method on an object, what does Python hand "
        "over by itself, before anything that you write in the brackets? Where is it received here?"
    ),
    concept=(
        "A method is called on an object, and Python passes that object along as the first argument, without your "
        "writing it. So the header of a method needs one parameter more than the call shows, and it comes first. The "
        "header of $function on line $line has no place for it."
    ),
    picture="It is like a form that always begins with your name, even before the first question.",
    precise="Attribute access on an instance gives a bound method, which prepends the instance to the arguments.",
    place="Its list of parameters lacks the one for the object itself.",
    plan=(
        "Recall the name that this first parameter has by custom.",
        "Put it first in the list of parameters of the header.",
        "Check the other methods of $class_name, and how their bodies reach the object's values.",
    ),
    example=Example(
        before="A class whose method receives its object:",
        code=('class Lamp:\n    def glow(self, colour):\n        print("shining", colour)\n\n\nLamp().glow("red")'),
        after="The call shows one value; `self` receives the lamp and `colour` the text.",
    ),
    remedy="Write `self` as the first parameter of $function on line $line.",
    reason="The object that Python passes along has a place now, and your own values arrive in the other parameters.",
    check="call the method once more on an object of $class_name.",
    other_examples=(
        Example(
            before="The object comes in as the first parameter, though the call does not name it:",
            code=(
                'class Bell:\n    sound = "ding"\n\n    def ring(self, times):\n'
                '        return " ".join([self.sound] * times)\n\n\nprint(Bell().ring(3))'
            ),
            after="The call brings one value, `3`; the object itself is handed over as well.",
        ),
    ),
)

TOO_MANY_ARGUMENTS = Lesson(
    question=(
        "How many values does the header of $function have room for, and how many are handed to it in the call? Name "
        "each value of the call and say in which parameter it should arrive."
    ),
    concept=(
        "The header of a function lists its parameters, one place for each value that it gets. A call must bring "
        "exactly as many. $function has room for $wanted and was given $given. A value that the function needs "
        "should come in through a parameter, and not be made up or asked for inside it."
    ),
    picture="It is like a table set for fewer guests than have come.",
    precise="Positional arguments bind to parameters from left to right; the surplus raises TypeError.",
    place="Compare its list of parameters with the values of the call.",
    plan=(
        "Write down the values of the call in order.",
        "Write the parameter of $function that each should arrive in next to it.",
        "The value without a partner shows what is absent in the header, or too much in the call.",
    ),
    example=Example(
        before="Two values in the call, two parameters in the header:",
        code=('def greet(first, town):\n    print(first, "from", town)\n\n\ngreet("Lena", "Graz")'),
        after="`first` receives the first value, `town` the second.",
    ),
    remedy="Give the header of $function on line $line one parameter for each value of the call.",
    reason="Each value of the call then has a parameter to arrive in, in the same order.",
    check="print the parameters at the start of $function and see that each has the value you expect.",
)

METHOD_CALLED_ON_CLASS = Lesson(
    question=(
        "On what do you call $method here: on one object, or on the class $class_name, which is only the plan for "
        "such objects? Which object should the method work with?"
    ),
    concept=(
        "A class is a plan, an object is a thing built from it. A method works with one object, and that is what its "
        "first parameter receives. On line $line $method is called on $class_name itself, so there is no object to "
        "hand over."
    ),
    picture="It is like asking the drawing of a car to drive.",
    precise="Accessed on the class, a function is not bound, so `self` stays an ordinary missing parameter.",
    place="The method is called on the class and not on an object.",
    plan=(
        "Build an object by calling $class_name like a function, with what it needs.",
        "Store the object under a name of its own.",
        "Call $method on that name.",
    ),
    example=Example(
        before="First an object, then its method:",
        code=(
            "from datetime import timedelta\n\nbreak_time = timedelta(minutes=15)\nprint(break_time.total_seconds())"
        ),
        after="`timedelta` is the class, `break_time` the object, and the method works with the object.",
    ),
    remedy="Make an object of $class_name first, and call $method on it.",
    reason="The method gets the object it works with by itself, as soon as it is called on one.",
    check="print the object and then call the method on it.",
)

TOO_FEW_ARGUMENTS = Lesson(
    question=(
        "The function $function waits for a value called $parameter. Which of the values in the call should that be? "
        "Count the parameters in its header and the values between the brackets."
    ),
    concept=(
        "A call must bring one value for each parameter in the header of the function, unless the header gives a "
        "value to fall back on. $function has a parameter $parameter for which this call brings nothing, so the "
        "function cannot start."
    ),
    picture="It is like ordering a pizza without saying which one: the cook cannot begin.",
    precise="Parameters without a default must be bound by the call, by position or by keyword.",
    place="Header and call do not agree about $parameter.",
    plan=(
        "Write down the parameters of $function in order.",
        "Next to each, write the value that the call brings for it.",
        "Decide what $parameter should be there, or whether the function needs it at all.",
    ),
    example=Example(
        before="A call that brings a value for each parameter:",
        code=("def fare(zones, price):\n    return zones * price\n\n\nprint(fare(3, 1.5))"),
        after="`zones` receives 3 and `price` receives 1.5; with one value only, Python would ask for the other.",
    ),
    remedy="Bring a value for $parameter in the call, or take the parameter out of the header if it is not needed.",
    reason="Header and call agree then, so each parameter has a value.",
    check="print the parameters at the start of $function and compare them with the call.",
)

CLASS_TAKES_NO_VALUES = Lesson(
    question=(
        "When you build an object of $class_name with values in the brackets, which method receives them? Compare "
        "its name in your class, $written, letter by letter and underscore by underscore, with your notes."
    ),
    concept=(
        "When an object is built, Python calls one special method of the class and hands it the values. It finds "
        "that method by its exact name, which has two underscores on each side. $class_name has $written, so Python "
        "finds no method to receive the values, and the class takes none."
    ),
    picture="It is like a letter box with the wrong name on it: the post goes back.",
    precise="Construction looks up `__init__` by name; without it, object's own takes no arguments.",
    place="The special method that receives the values is not found under its name.",
    plan=(
        "Find the method that is meant to receive the values.",
        "Recall the special name, letter by letter, with its underscores.",
        "Make sure it stands inside the class and receives `self` first.",
    ),
    example=Example(
        before="A class whose special method is found:",
        code=('class Ticket:\n    def __init__(self, zone):\n        self.zone = zone\n\n\nprint(Ticket("B").zone)'),
        after="Two underscores before and two after the name: so the value arrives in `zone`.",
    ),
    remedy="Name the method on line $line `__init__`.",
    reason="Python finds the method by its exact name and hands it the values.",
    check="build an object and print one of its values.",
)

UNKNOWN_KEYWORD = Lesson(
    question=(
        "You hand a value to the parameter $word of $function. Does $function have a parameter of exactly this name? "
        "Look at its header, or use `help`."
    ),
    concept=(
        "A value can be handed over by the name of its parameter. The name must then be one of those in the header, "
        "with the same spelling. $function knows no parameter $word, so Python does not know where to put the value "
        "on line $line."
    ),
    picture="It is like a letter to a flat that the house does not have.",
    precise=(
        "Keyword arguments bind by name; an unknown one is an error unless the function collects the rest with a "
        "double star."
    ),
    place="The name $word is not among the parameters.",
    plan=(
        "Look up the parameters of $function, in its header or with `help`.",
        "Find the one that you mean.",
        "Use its exact name in the call.",
    ),
    example=Example(
        before="A setting handed over by its exact name:",
        code=("prices = [3, 9, 5]\nprint(sorted(prices, reverse=True))"),
        after="`sorted` has a parameter `reverse`; with another spelling the call would fail.",
    ),
    remedy="Use the exact name of the parameter of $function in place of $word on line $line.",
    reason="The name in the call is now one that the header knows.",
    check="call `help` on the function and compare the name once more.",
)

BUILTIN_ARGUMENTS = Lesson(
    question=(
        "What does $function need between its brackets, and what does it get here? Count the values: which of them "
        "belong to $function, and which to something else?"
    ),
    concept=(
        "Each built-in function takes a fixed number of values, each with its own meaning. Python says about line "
        "$line: $message. So the values between the brackets are not those that $function is made for. Often several "
        "things should be handed over as one, or a bracket closes too late."
    ),
    picture="It is like a ticket machine with one slot: two coins at a time do not go in.",
    precise="The C implementation checks the argument count before anything runs; `help` shows the signature.",
    place="Look at what stands between the brackets of $function.",
    plan=(
        "Look up $function with `help`, or in your notes.",
        "Write down which value each of its places is for.",
        "Bring the values of this call into that form: put them together, or take some out.",
    ),
    example=Example(
        before="Several things handed over as one text or one list:",
        code=('name = "Juri"\nprint("hello " + name, len(["a", "b", "c"]))'),
        after="`len` gets one list with three items, and not three values.",
    ),
    remedy="On line $line hand $function exactly the values that it takes.",
    reason="The call now brings what the function is made for.",
    check="call the function with a simple value on a line of its own first, then with yours.",
)

CLASS_IN_PLACE_OF_OBJECT = Lesson(
    question=(
        "What does $name stand for after this line: one object, or the class $class_name itself? Print it and see. "
        "What makes an object out of a class?"
    ),
    concept=(
        "A class is a plan; objects are made from it by calling it. Without the call the name stands for the plan "
        "itself. On line $line $name becomes another name for $class_name, so its methods have no object to work on, "
        "and Python misses one value."
    ),
    picture="You cannot live in the drawing of a house.",
    precise="Accessed on the class, a method is a plain function, and `self` is not filled in.",
    place="There $name becomes the class, not an object of it.",
    plan=(
        "Say how many objects of $class_name you want.",
        "Look up how a class is asked for a new object.",
        "Do that on this line, with the values that its set-up needs.",
    ),
    example=Example(
        before="An object made from a class:",
        code=('class Lamp:\n    def switch(self):\n        return "on"\n\n\ndesk = Lamp()\nprint(desk.switch())'),
        after="The brackets after `Lamp` make one lamp, and `switch` works on it.",
    ),
    remedy="On line $line call $class_name, so that $name becomes an object of it.",
    reason="A call of the class makes an object, and its methods get that object.",
    check="print the `type` of $name after the line.",
)

SELF_OUTSIDE_CLASS = Lesson(
    question=(
        "Does $function stand inside a class? Who would fill in its first parameter, `self`, when it is called by "
        "its plain name?"
    ),
    concept=(
        "`self` is the object that a method was called on, and Python fills it in for methods only. $function stands "
        "outside of any class, so on line $line `self` is a parameter like any other, and takes the value that was "
        "meant for the next one."
    ),
    picture="It is like a form with a field for your employer when you fill it in for yourself.",
    precise="Binding of the first argument happens on attribute access through an instance only.",
    place="Its first parameter is meant for methods.",
    plan=(
        "Decide whether $function belongs to a class.",
        "If it does, move it there.",
        "If not, its parameters are the values of the call, and nothing else.",
    ),
    example=Example(
        before="A plain function and its call:",
        code=("def half(amount):\n    return amount / 2\n\n\nprint(half(7))"),
        after="One parameter, one value; no object is involved, so nothing else has to be filled in.",
    ),
    remedy="On line $line take `self` out of the brackets.",
    reason="Now each value of the call has its parameter.",
    check="call $function once and print what it gives.",
)
