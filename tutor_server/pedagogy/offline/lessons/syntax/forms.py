"""The words for: forms that are nearly right."""

from __future__ import annotations

from tutor_server.pedagogy.offline.lesson import Example, Lesson

STRAY_COLON = Lesson(
    question=(
        "There is a colon after $before on this line. What does a colon at such a place announce, and does a block, "
        "a slice or a dictionary entry follow here?"
    ),
    concept=(
        "A colon has few jobs: it ends a header, parts the bounds of a slice, and parts key and value. A line that "
        "just does something, such as a call or an assignment, needs none. On line $line the colon after $before has "
        "none of these jobs."
    ),
    picture="It is like “the following:” with nothing that follows.",
    precise="After an expression a colon would be an annotation or a suite; neither fits here.",
    place="The colon after $before does not belong to any form.",
    plan=(
        "Decide whether the line opens a block.",
        "If it only does something, the colon is a left-over.",
        "Read the line without it, and check the block that it belongs to.",
    ),
    example=Example(
        before="A header with a colon, and a plain line without:",
        code=('tea = "green"\nwhile tea:\n    print(tea)\n    tea = ""'),
        after="Only the header ends with a colon; the lines of the block do not.",
    ),
    remedy="Take the colon after $before on line $line away.",
    reason="Without the colon the line is a complete statement.",
    check="run the program and see that the line does its work.",
)

ORDER_OF_ARGUMENTS = Lesson(
    question=(
        "In the brackets of this $place some values stand alone and some come with a name and an equals sign. In "
        "which order do the two kinds stand here?"
    ),
    concept=(
        "Values without a name are told apart by their place, so they come first. Those with a name may follow in "
        "any order. The same holds in the header of a function: parameters without a value to fall back on come "
        "before those with one. On line $line the order is the other way round."
    ),
    picture="In a queue with numbered tickets, those without a number would not know where to stand.",
    precise="Positional parameters bind by position; the grammar puts them before all keyword arguments.",
    place="A plain one stands behind one with a name.",
    plan=(
        "Mark the ones with an equals sign.",
        "Bring the plain ones to the front, in their own order.",
        "Let those with a name follow.",
    ),
    example=Example(
        before="First the plain value, then the named setting:",
        code='print("north", "south", sep=" to ")',
        after="The two texts come first; `sep` follows with its name.",
    ),
    remedy="On line $line move the plain ones before those with an equals sign.",
    reason="Now the plain ones can be told apart by their place.",
    check="say for each value which parameter it goes to.",
)

NAMED_TWICE = Lesson(
    question=(
        "How often does $name appear between the brackets of this line? If two values are given under one name, "
        "which of them should count?"
    ),
    concept=(
        "Within one pair of brackets each name may be used once: a parameter can hold only one value. On line $line "
        "$name is there twice, so Python cannot know which one counts."
    ),
    picture="It is like two people with the same seat number.",
    precise="The check happens at compile time, before any call is made.",
    place="There $name stands twice.",
    plan=(
        "Find both places, and say what each of the two values is for.",
        "Decide whether one of them should have another name.",
        "If both mean the same, one of them has to go.",
    ),
    example=Example(
        before="A call with two settings, each of them named exactly once:",
        code='print("a", "b", sep="-", end="!")',
        after="`sep` and `end` are two different names, each with one value, so it is clear what goes where.",
    ),
    remedy="On line $line use $name only once, and another name for the second value.",
    reason="Each name has one value.",
    check="read the names between the brackets one by one.",
)

STARS_IN_HEADER = Lesson(
    question=(
        "Look at the stars in the brackets of this line. What does a parameter with one star collect, what one with "
        "two, and where may they stand?"
    ),
    concept=(
        "A parameter with one star collects all further plain values, one with two stars all further named ones. So "
        "each may appear once, and the one with two stars comes last. On line $line this order is broken, or a star "
        "has nothing after it."
    ),
    picture="It is like two bags for left-over sweets: one is enough to take all of them.",
    precise=(
        "The grammar allows one starred parameter or a bare star, then keyword-only parameters, then the double star."
    ),
    place="Its stars do not fit together.",
    plan=(
        "Decide which values the function should collect.",
        "Keep one parameter with a single star at most, and one with two stars at the very end.",
        "Check that each star has a name after it, or named parameters after that.",
    ),
    example=Example(
        before="A function that collects plain values:",
        code=('def longest(*words):\n    return max(words, key=len)\n\n\nprint(longest("oak", "maple"))'),
        after="`words` collects all values of the call, however many there are.",
    ),
    remedy="On line $line keep one star for the plain values and put the two stars last.",
    reason="It is clear now which parameter collects what.",
    check="call the function with several values and print what was collected.",
)

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

COMMA_AT_THE_END = Lesson(
    question=(
        "What does the comma at the very end of this line announce? Does another name follow, or does the list of "
        "names end here? Read the line aloud, and say “and” for each comma."
    ),
    concept=(
        "A comma says that one more item follows. In an `import` without brackets the list of names ends with the "
        "line, so a comma may not be the last sign. On line $line it is, and no name comes after it."
    ),
    picture="It is like “and” at the end of a sentence: the listener waits.",
    precise="Only a parenthesised import list allows a trailing comma.",
    place="Its last sign announces a name that does not come.",
    plan=(
        "Decide whether you forgot a name that should be fetched as well.",
        "If so, write it behind the comma.",
        "If not, the comma is what does not belong there.",
    ),
    example=Example(
        before="Two names, one comma:",
        code=("from calendar import isleap, leapdays\n\nprint(isleap(2028), leapdays(2000, 2028))"),
        after="The comma stands between the names and not behind the last one.",
    ),
    remedy="Take the comma at the end of line $line away.",
    reason="The list of names ends with a name.",
    check="run the line; then use each of the names once.",
)

IMPORT_FORM = Lesson(
    question=(
        "Read this import aloud: what is fetched, and out of which module? In which order does Python want to hear "
        "that?"
    ),
    concept=(
        "There are two forms: `import` and the name of a module, or `from` with a module and then `import` with the "
        "names to fetch. The module comes first, and names must be real ones. Line $line does not have one of these "
        "forms, or asks for something that does not exist."
    ),
    picture="It is like an address: town first, then street, or the letter goes astray.",
    precise="The grammar knows two forms: `import` with a dotted name, and `from` with a module and the names wanted.",
    place="It does not have the form of an import.",
    plan=(
        "Name the module, and the things in it that you need.",
        "Begin with the word `from` and the module.",
        "Let `import` and the names follow, spelt exactly.",
    ),
    example=Example(
        before="The module first, then what is fetched:",
        code=("from string import digits\n\nprint(digits)"),
        after="`string` is the module, and `digits` the name that is fetched.",
    ),
    remedy="Write line $line as `from`, the module, `import` and the name.",
    reason="The line has the order that Python reads.",
    check="run only the imports of the file first.",
)

STATEMENT_OUT_OF_PLACE = Lesson(
    question=(
        "$word works only inside a $home. Is this line inside one? Follow its left edge upwards to the header that "
        "it belongs to."
    ),
    concept=(
        "Some words have a meaning only in a certain place: $word belongs inside a $home. Whether a line is inside "
        "is decided by its left edge alone. Line $line starts so far to the left that the $home above it has already "
        "ended, or there is none."
    ),
    picture="It is like pressing “stop” on a bus after you have got off.",
    precise="The check follows the block structure, which comes from indentation only.",
    place="At its left edge no $home is open.",
    plan=(
        "Find the $home that the line should belong to.",
        "Look at where the other lines of its block start.",
        "Let this line start at the same place.",
    ),
    example=Example(
        before="Each word inside its home:",
        code=(
            "def first_long(words):\n"
            "    for word in words:\n"
            "        if len(word) > 4:\n"
            "            return word\n"
            '    return "none"\n'
            "\n"
            "\n"
            'print(first_long(["ant", "beetle"]))'
        ),
        after="Both `return` lines are inside the function; the first one also inside the loop.",
    ),
    remedy="Let line $line start as far in as the other lines of the $home.",
    reason="By its left edge the line is inside the $home now.",
    check="draw a line down the left edge of the block: it should pass this line.",
)

DECLARED_TOO_LATE = Lesson(
    question=(
        "With $kind you say which $name is meant. Where in this function is $name used for the first time, before or "
        "after this line? Or is it a parameter as well?"
    ),
    concept=(
        "$kind tells Python that a name means the variable from outside. This has to be known before the name is "
        "used in the function, so the declaration comes first. On line $line it comes after $name was already used, "
        "or the name is a parameter, or there is no such variable outside."
    ),
    picture="It is like agreeing on the rules of a game after the first move.",
    precise="Scope is fixed for the whole function at compile time; a late declaration would change earlier uses.",
    place="It comes too late for $name, or does not fit it.",
    plan=(
        "Find the first use of $name in the function.",
        "Let the declaration come before it, as the first line of the body.",
        "Or hand the value over as a parameter and give it back with `return`.",
    ),
    example=Example(
        before="The clean way: in by a parameter, out by `return`:",
        code=("def add_guest(count):\n    return count + 1\n\n\nguests = add_guest(11)\nprint(guests)"),
        after="No declaration is needed, since nothing outside is changed.",
    ),
    remedy="Move line $line to the start of the function's body.",
    reason="Python knows which variable is meant before it is used.",
    check="print the variable after the call.",
)

HEADER_FORM = Lesson(
    question=(
        "This header begins with $header. What has to follow, in which order, up to the colon? Compare it piece by "
        "piece with a header of the same kind that works."
    ),
    concept=(
        "Each kind of header has its own fixed form. A loop names its variable, the word `in`, and what to go "
        "through. A function has its name and round brackets, even when it gets nothing. A condition needs no word "
        "such as “then”. Line $line departs from the form of $header."
    ),
    picture="It is like a form with boxes: a box left out, and the clerk gives it back.",
    precise="The compound statement grammar is rigid; nothing in a header is optional except what it says.",
    place="One piece of the form is absent, or is from another language.",
    plan=(
        "Write down the form of a header with $header, piece by piece.",
        "Put the pieces of your line under it.",
        "Complete or exchange the piece that differs.",
    ),
    example=Example(
        before="A loop and a function in their usual form:",
        code=('def hello():\n    print("hello")\n\n\nfor turn in range(2):\n    hello()'),
        after="The function has brackets although it gets nothing; the loop has `in` and something to go through.",
    ),
    remedy="Bring the header on line $line into the form that $header needs.",
    reason="All pieces of the header are there, in their order.",
    check="run the program and print something as the first line of the block.",
)

COMPARISON_WITHOUT_LEFT_SIDE = Lesson(
    question=(
        "After $word a new comparison begins. What should be compared there? Read only the part behind $word, as if "
        "it stood alone: is it a whole question?"
    ),
    concept=(
        "`and` and `or` join whole questions. In plain speech we say “bigger than 3 and smaller than 5” and mean the "
        "same thing both times. Python does not carry it over. On line $line the part behind $word has no left side."
    ),
    picture="It is like asking “is smaller than 5?”: who is?",
    precise="The operands of a boolean operator are expressions; a comparison needs its left operand each time.",
    place="The question behind $word is not whole.",
    plan=(
        "Say both questions on their own, each as a whole sentence.",
        "Write down the name that is compared in the second one.",
        "Check the result with a value inside and outside the bounds.",
    ),
    example=Example(
        before="Two whole questions joined:",
        code=("humidity = 55\nprint(humidity > 40 and humidity != 60)"),
        after="`humidity` is named in both parts, so each part is a whole question on its own.",
    ),
    remedy="On line $line write $name behind $word as well.",
    reason="Both parts are whole questions.",
    check="try a value for which both hold, and one for which only one holds.",
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

STATEMENT_INSIDE_EXPRESSION = Lesson(
    question=(
        "$word begins a statement of its own. Here it stands in the middle of an expression. Could you do that step "
        "on a line before, and use only its name here?"
    ),
    concept=(
        "Python keeps statements and expressions apart. A statement such as one with $word does something and has no "
        "value, so it cannot stand inside a call or a sum. On line $line it does. A function that is needed in an "
        "expression is defined before, on lines of its own, and then named."
    ),
    picture="You cannot bake the cake while you already serve it.",
    precise="Only expressions nest; `lambda` is the expression form of a small function.",
    place="A statement cannot stand inside another expression.",
    plan=(
        "Cut out the part that begins with $word.",
        "Write it on lines of its own above.",
        "Use its name at the place where it was; for a tiny function recall `lambda`.",
    ),
    example=Example(
        before="The function comes first, its name is used after that:",
        code=("def tripled(number):\n    return number * 3\n\n\nprint(list(map(tripled, [1, 2])))"),
        after="`map` gets the name of the function, which was made before.",
    ),
    remedy="Move the part with $word above line $line, and use its name there.",
    reason="Statement and expression are apart, each in its own form.",
    check="run the upper part alone first, then the whole.",
)

TRY_FORM = Lesson(
    question=(
        "A `try` never stands alone. Which part has to follow its block, and how does that part name the errors it "
        "waits for?"
    ),
    concept=(
        "`try` says: do this, and if it fails, do that. The second part begins with `except` or `finally` at the "
        "same left edge. Several kinds of errors are named in one pair of round brackets. Around line $line this "
        "form is not complete."
    ),
    picture="It is like a net under the rope: without it nobody may walk.",
    precise="A try statement needs at least one handler or a finally clause; a bare `except` comes last.",
    place="The form of `try` and `except` is not complete there.",
    plan=(
        "Find the `try` and the end of its block.",
        "Check that `except` follows at the same left edge.",
        "Put several kinds of errors into one pair of brackets.",
    ),
    example=Example(
        before="A `try` with the part that catches:",
        code=(
            "try:\n"
            '    age = int("twelve")\n'
            "except (ValueError, TypeError) as problem:\n"
            '    print("no number:", problem)'
        ),
        after="Two kinds of errors stand in one pair of brackets.",
    ),
    remedy="Complete the `try` around line $line with `except` and a block.",
    reason="The statement has both of its parts.",
    check="run it with an input that fails and one that works.",
)
