"""The words for: calls that do not fit."""

from __future__ import annotations

from tutor_server.pedagogy.offline.lesson import Example, Lesson

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
