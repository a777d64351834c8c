"""The words for: statements at a place where they cannot stand, and the forms of `import`."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

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
