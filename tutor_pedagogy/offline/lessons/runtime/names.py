"""The words for: names that mean nothing, mean nothing yet, or mean something else: NameError, UnboundLocalError."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

WORD_OF_ANOTHER_LANGUAGE = Lesson(
    question=(
        "Look at $name. Is it a variable that you made, or one of Python's fixed values? How does your editor colour "
        "it, and how are such values written in a program that works, big and small letters included?"
    ),
    concept=(
        "Python has a few fixed values with names of their own: one for yes, one for no, and one for “nothing here”. "
        "Like every name they have one exact spelling, and small and big letters count. $name on line $line is not "
        "that spelling, so Python looks for a variable called $name and finds none."
    ),
    picture="It is like a name on a door: “anna” and “Anna” are the same to you, but not to Python.",
    precise="These constants are keywords; any other spelling is an ordinary identifier, looked up at run time.",
    place="The value is fine, its spelling is not Python's.",
    plan=(
        "Decide which of Python's fixed values you mean.",
        "Recall how Python spells it, first letter included.",
        "Search the program for the same spelling, and treat all places alike.",
    ),
    example=Example(
        before="Python's fixed values in use:",
        code=("is_open = True\nvisitor = None\nprint(is_open, visitor, not is_open)"),
        after="All three begin with a big letter, and your editor gives them a colour of their own.",
    ),
    remedy="Write $meant in place of $name on line $line.",
    reason="$meant is the exact spelling of the value, so Python does not look for a variable any more.",
    check="run the program again; if the same spelling stands elsewhere, the message will name the next line.",
)

NAME_NOT_IMPORTED = Lesson(
    question=(
        "Where does $name come from? It is not one of the names that Python has from the start. Look at the top of "
        "your file: which line there would make it known?"
    ),
    concept=(
        "Python starts with only a few dozen names, such as `print` and `len`. Everything else is kept in modules, "
        "and a program must fetch what it needs before using it. On line $line you use $name, which lives in the "
        "module $module, but nothing above fetched it."
    ),
    picture="It is like a book in a library: it exists, but you have to borrow it before you can read it.",
    precise="A module's names enter your namespace only by an import statement that has run before the use.",
    place="It belongs to the module $module.",
    plan=(
        "Go to the top of the file, where other imports stand or should stand.",
        "Use `import` for the module $module, so that $name becomes known under exactly this name.",
        "Leave line $line as it is.",
    ),
    example=Example(
        before="A name fetched before it is used:",
        code=('from calendar import isleap\n\nprint("leap year:", isleap(2024))'),
        after="The first line fetches `isleap` from the module `calendar`; from then on it can be used like any name.",
    ),
    remedy="Write $statement at the top of the file.",
    reason="The import runs first and makes $name known to every line below it.",
    check="run the program again; line $line should now get past $name.",
)

LOOP_VARIABLE_UNDER_ANOTHER_NAME = Lesson(
    question=(
        "This loop hands out one item after the other. Under which name does it do so, and which name does the body "
        "ask for? Compare $variable with $name."
    ),
    concept=(
        "The name after `for` is the one under which the body finds the item of the round. Here that is $variable, "
        "but the body asks for $name, which nobody has given a value. The two ends of the same idea have different "
        "names, so line $line and the body do not meet."
    ),
    picture="It is like waiting for Anna at the station with a sign that says Hanna.",
    precise="The loop target is an ordinary binding; the body resolves the other name and finds none.",
    place="It gives each item the name $variable, which its body never uses.",
    plan=(
        "Say what one item of the collection is.",
        "Choose one name for it, the one that says so best.",
        "Use this name in the header and in the whole body.",
    ),
    example=Example(
        before="Header and body agree about the name:",
        code=('for planet in ("Mars", "Venus"):\n    print(planet.lower())'),
        after="`planet` is set by the header and used in the body.",
    ),
    remedy="Use the same name in the header on line $line and in the body.",
    reason="The body finds the item under the name that the header gives it.",
    check="print the name in each round.",
)

NAME_MISSPELT = Lesson(
    question=(
        "Compare $name, letter by letter, with the other names in your program. Big and small letters and "
        "underscores count. Is there a name that you gave a value to and that looks almost the same?"
    ),
    concept=(
        "Python finds a value only under the exact name that it was stored with. One letter more, one less or one in "
        "another case makes a new name, and a name that was never given a value cannot be used. That is what "
        "happened with $name on line $line: something close to it exists, but not this."
    ),
    picture="It is like a phone number: with one wrong digit nobody answers.",
    precise="Name lookup is an exact, case-sensitive search through local, global and built-in scope.",
    place="This spelling appears nowhere with a value.",
    plan=(
        "List the names that get a value before this line, parameters included.",
        "Find the one whose meaning fits here.",
        "Use its exact spelling; copy it, so that no letter changes.",
    ),
    example=Example(
        before="One name, spelt the same way both times:",
        code=('first_guest = "Mira"\nprint(first_guest.upper())'),
        after="If the second line said `firstguest`, Python would look for another name and stop.",
    ),
    remedy="Write $meant in place of $name on line $line.",
    reason="$meant is the name that was given a value, so Python finds it now.",
    check="search the program for $name: no place should be left with that spelling. Then run it again.",
)

NAME_DEFINED_LATER = Lesson(
    question=(
        "Python runs your file from the top to the bottom. At the moment when it reaches this line, has it already "
        "come to the place where $name gets its meaning?"
    ),
    concept=(
        "A name exists from the moment when the line that creates it has run. For a function that line is its `def`. "
        "On line $line you use $name, but the part of the program that creates it comes further down, so at this "
        "moment Python has never heard of it."
    ),
    picture="It is like using an ingredient in a recipe one step before the step that prepares it.",
    precise="`def`, `class` and assignment are statements that bind at run time; there is no hoisting.",
    place="It is used there before it exists.",
    plan=(
        "Find the part of the program that creates $name.",
        "Compare its place with the place of the use.",
        "Bring the two into an order in which the creation comes first.",
    ),
    example=Example(
        before="First the function is made, then it is used:",
        code=('def shout(message):\n    return message.upper() + "!"\n\n\nprint(shout("ahoy"))'),
        after="With the last line at the top, Python would not know `shout` yet.",
    ),
    remedy="Move the part that creates $name above line $line, or move the use below it.",
    reason="When Python reaches the use, the name exists by then.",
    check="read the file from the top like Python does, and tick off each name when it gets its meaning.",
)

NAME_OF_ANOTHER_FUNCTION = Lesson(
    question=(
        "Your program does give $name a value, but where? Look at the function around that place, and then at this "
        "line. Can code outside a function see what happens inside it?"
    ),
    concept=(
        "Names that are created inside a function belong to that function alone. They come into being when it runs "
        "and vanish when it ends. $name is created inside $function, and line $line is outside it, so the name is "
        "not known here. Values travel into a function by its parameters and out of it by `return`."
    ),
    picture="A function is like a room with a closed door: notes on its table cannot be read from outside.",
    precise="Assignment makes a name local to the enclosing function; scopes nest but never leak outwards.",
    place="The name lives only inside $function.",
    plan=(
        "Decide which part of the program should own this value.",
        "Let the value leave $function with `return`, or enter where it is needed as a parameter.",
        "Store it under a name of the place where you use it.",
    ),
    example=Example(
        before="A value that leaves its function by the door made for it:",
        code=(
            "def taxed(price):\n    with_tax = price * 1.2\n    return with_tax\n\n\ntotal = taxed(50)\nprint(total)"
        ),
        after="`with_tax` is unknown outside, but its value arrives in `total`.",
    ),
    remedy="Hand the value over: `return` it from $function, or add a parameter where line $line needs it.",
    reason="The value is passed on by the way that Python has for it, so line $line has a name of its own for it.",
    check="print the value right after the call, then run the program again.",
)

TEXT_WITHOUT_QUOTES = Lesson(
    question=(
        "Is $name on this line the name of something, or is it a text that stands for itself? How does Python tell "
        "the one from the other?"
    ),
    concept=(
        "A bare word in a program is a name, and Python looks for the value behind it. A text stands between quote "
        "marks and means just its letters. On line $line $name has no marks, so Python searches for a variable with "
        "this name, and there is none."
    ),
    picture="It is the difference between “call Anna” and “write down the word “Anna””.",
    precise="An identifier is an expression that loads a binding; only a literal denotes the characters themselves.",
    place="It is a bare word where a text seems to be meant.",
    plan=(
        "Decide whether you mean the word itself or a value stored under it.",
        "For the word itself, recall the marks that make a text.",
        "Look for other bare words of the same kind in the program.",
    ),
    example=Example(
        before="A text and a name side by side:",
        code=('flower = "tulip"\nprint("tulip" == flower)'),
        after="With marks the letters are meant; `flower` without marks stands for what is stored under it.",
    ),
    remedy="Put quote marks around $name on line $line.",
    reason="Between quote marks it is a text, and Python no longer looks for a variable.",
    check="run the line with a value that equals the text, and with one that does not.",
)

NAME_NEVER_DEFINED = Lesson(
    question=(
        "What should $name stand for at this moment? Go through the lines that run before this one, parameters "
        "included: which of them gives $name its first value?"
    ),
    concept=(
        "A name can be $use only after a line has given it a value. Python keeps a list of names with their values "
        "and looks each one up there. When it reaches line $line, $name is not on that list: no earlier line, no "
        "parameter and no import has put it there."
    ),
    picture="It is like asking for a coat at the cloakroom without having left one there.",
    precise="The lookup goes through local, enclosing, global and built-in scope, and fails in each.",
    place="At that moment the name has no value.",
    plan=(
        "Say in a few words what $name is for.",
        "Decide which value it should have at the very start, or which existing name you meant.",
        "Give it that value on a line that is sure to run before line $line.",
    ),
    example=Example(
        before="A name gets its first value before it is used:",
        code=(
            'longest = ""\nfor word in ("fig", "banana"):\n    longest = max(longest, word, key=len)\nprint(longest)'
        ),
        after="Without the first line, the third would ask for `longest` before it has a value.",
    ),
    remedy="Give $name its first value on a line before line $line, or use the name that you meant.",
    reason="When Python reaches line $line, the name is on its list.",
    check="write `print` with this name right before line $line, and see whether the value is what you expect.",
)

OUTER_VARIABLE_CHANGED_IN_FUNCTION = Lesson(
    question=(
        "There is a $name outside the function $function, and there is a line inside it that gives $name a value. "
        "Are the two the same variable for Python? Which one does this line read?"
    ),
    concept=(
        "As soon as a function gives a value to a name anywhere in its body, that name is the function's own, from "
        "its first line to its last. The one outside is then hidden. On line $line $function reads its own $name, "
        "which has no value yet, and not the one from outside."
    ),
    picture="It is like two people called Sam in two rooms: calling “Sam” in this room does not reach the other.",
    precise="Scope is decided when the function is compiled: any binding in the body makes the name local.",
    place="Inside $function this name is a new one, and it is still empty.",
    plan=(
        "Decide whether $function really has to change the outer variable.",
        "The clean way: hand the value in as a parameter, and give the new one back with `return`.",
        "The other way: tell Python with `global` that the outer one is meant.",
    ),
    example=Example(
        before="A function that gets the old value and gives back the new one:",
        code=("def after_goal(points):\n    return points + 1\n\n\nscore = 4\nscore = after_goal(score)\nprint(score)"),
        after="The function changes nothing outside. The line that calls it stores the result.",
    ),
    remedy="Hand $name to $function as a parameter and `return` the new value.",
    reason=(
        "Now it is clear which variable is meant, so the line finds a value. For larger programs a parameter and "
        "`return` are the better way, since the function then shows what it needs."
    ),
    check="print the variable after calling $function once and twice, and compare with what you expect.",
)

VALUE_ONLY_ON_SOME_PATHS = Lesson(
    question=(
        "Which line gives $name its value? It is inside a $what, under $header. Can Python reach this line without "
        "going through there? Think of empty data, or of a question answered with no."
    ),
    concept=(
        "A line inside a $what runs only when Python gets there. If the condition is false, or there is nothing to "
        "loop over, it is skipped, and a name that gets its value only there stays without one. That is the case for "
        "$name: line $line uses it even when $header led past its first value."
    ),
    picture="It is like a key that is only handed out if someone is at the desk: you may stand there without it.",
    precise="The name is local to the function, but no binding has been executed on this path.",
    place="Its value depends on a $what that may be skipped.",
    plan=(
        "Imagine the case in which $header leads past its block.",
        "Decide what $name should be in that case.",
        "Make sure it has that value on every way to line $line: before the $what, or in an `else`.",
    ),
    example=Example(
        before="A value that is there on every way:",
        code=('hottest = None\nfor degrees in []:\n    hottest = degrees\nprint("hottest day:", hottest)'),
        after="The list is empty, so the loop never runs. Because of the first line the last one still works.",
    ),
    remedy="Give $name a fitting value before the $what that begins with $header.",
    reason="Then $name has a value whichever way Python takes to line $line.",
    check="run it with data for which $header leads past its block, for example an empty list, and with usual data.",
)

USED_BEFORE_FIRST_VALUE = Lesson(
    question=(
        "Follow $function line by line, as Python does. When it reaches this line for the first time, has $name been "
        "given a value yet?"
    ),
    concept=(
        "Python works through $function from top to bottom. Because $name gets a value somewhere in it, the name "
        "belongs to it; but on line $line it is used before that has happened, so there is nothing to use."
    ),
    picture="It is like reading a sheet of paper before anything was written on it.",
    precise="The compiler has marked the name as local, and its slot is still unbound when it is loaded.",
    place="At this moment it is still empty.",
    plan=(
        "Decide what $name should be at the start.",
        "Check whether another, similar name was meant here.",
        "See to it that the first value is given on a line that runs earlier.",
    ),
    example=Example(
        before="First a value, then the use:",
        code=(
            "def joined(words):\n"
            '    sentence = ""\n'
            "    for word in words:\n"
            "        sentence += word\n"
            "    return sentence\n"
            "\n"
            "\n"
            'print(joined(["sun", "rise"]))'
        ),
        after="`sentence` starts empty, so the first round of the loop has something to add to.",
    ),
    remedy="Give $name its first value in a line of $function above line $line, or use the name that you meant.",
    reason="When Python reaches line $line, there is a value to use.",
    check="print $name just before line $line and see whether the first value is the one you want.",
)
