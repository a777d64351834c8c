"""The words for: values that were of the wrong kind from their first line on, or that have no first line."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

BEGAN_AS_ANOTHER_KIND = Lesson(
    question=(
        "With which kind of value does $name begin on this line? Further on the program does $use with it. Which "
        "kind of value can do that?"
    ),
    concept=(
        "The first value of a name decides what can be done with it later. A list collects items, a set collects "
        "them once each, a dictionary has keys, a text grows by text, a sum by numbers. On line $line $name begins "
        "as $kind, and $use needs another kind."
    ),
    picture="It is like starting a soup in a frying pan: the first step decides what can follow.",
    precise="The name is bound to an object of that type here; the failing operation is a mere consequence.",
    place="There $name begins as $kind.",
    plan=(
        "Say what $name should hold at the end: items, pairs of key and value, a text or a number.",
        "Say how an empty one of that kind is written.",
        "Let $name begin with that, and leave the later lines as they are.",
    ),
    example=Example(
        before="Three names that begin empty, each for its own use:",
        code=(
            'names = []\nnames.append("Ida")\nages = {}\nages["Ida"] = 31\nseen = set()\nseen.add("Ida")\n'
            "print(names, ages, seen)"
        ),
        after="Each name began as the kind that its later use needs.",
    ),
    remedy="Let $name begin on line $line with an empty value of the kind that $use needs.",
    reason="The name begins as the kind of value that the later lines work with.",
    check="print `type` of $name right after its first line, and the value at the end.",
)

RESULT_WITHOUT_POSITIONS = Lesson(
    question=(
        "What does $name hold after this line? Print it and its `type`. Can such a value tell you what stands at a "
        "certain position, as in $use?"
    ),
    concept=(
        "Not every collection has positions. A set keeps no order, and functions such as `map` give something that "
        "hands out its items one by one, once. On line $line $name becomes $kind, so there is no position to ask for."
    ),
    picture="A bag of marbles has no third marble; a row of them has.",
    precise="Sets and iterators implement no `__getitem__`; a sequence has to be built from them.",
    place="After it $name is $kind, which has no positions.",
    plan=(
        "Decide whether the order matters to you.",
        "Choose the function that makes a list of the items, in order or sorted.",
        "Use it once, where the value comes into being.",
    ),
    example=Example(
        before="A list made of something without positions:",
        code=('letters = set("banana")\nrow = sorted(letters)\nprint(row[0])'),
        after="`sorted` gives a list, and a list has a first item.",
    ),
    remedy="On line $line make a list of the value before it goes to $name.",
    reason="A list has positions.",
    check="print $name and its length after the line.",
)

DIVISION_FOR_POSITION = Lesson(
    question=(
        "What does $division give for an even and for an odd number? Print both. Can the result be used as a position "
        "or a count, as $use does?"
    ),
    concept=(
        "The plain division sign always gives a number with a point, even where nothing is left over. Positions and "
        "counts are whole numbers, so Python refuses such a value there. The value is made on line $line, by "
        "$division, and only later used in $use."
    ),
    picture="There is a page 4 and a page 5 in a book, but no page 4.0 in the index.",
    precise="True division returns float; `__index__` is defined for int, not for float.",
    maths_precise="What is wanted is the floor of the quotient.",
    place="The division there gives a number with a point.",
    plan=(
        "Work out the value by hand for a small case.",
        "Decide what should happen with a remainder.",
        "Look up the sign for the division that drops it.",
    ),
    example=Example(
        before="Both divisions of the same numbers:",
        code=("minutes = 150\nprint(minutes / 60)\nprint(minutes // 60)"),
        after="The first gives 2.5, the second the whole hours.",
    ),
    remedy="On line $line use the whole-number division.",
    reason="The result is a whole number, which can be a position.",
    check="print the value for an even and an odd case.",
)

NO_VALUE_BEFORE_LOOP = Lesson(
    question=(
        "Inside this loop $name is changed in every round. Which value has it when the first round begins, and which "
        "line gives it that value?"
    ),
    concept=(
        "To change a value, Python first needs one. A name that grows in a loop gets its first value before the loop, "
        "once. Before line $line no line gives $name a value, so the first round has nothing to start from."
    ),
    picture="Before you count sheep you have to start at nought.",
    precise="An augmented assignment reads the name before it binds it.",
    place="Before this loop $name has no value.",
    plan=(
        "Say what $name should be if the loop had no rounds at all.",
        "Give it that value on a line of its own before the loop.",
        "If the loop stands inside another one, decide whether each round of that one starts anew.",
    ),
    example=Example(
        before="A sum that has a start:",
        code=("litres = 0\nfor bucket in (4, 7, 2):\n    litres = litres + bucket\nprint(litres)"),
        after="The first line gives the start; each round adds to it.",
    ),
    remedy="Give $name its first value on a line before the loop of line $line.",
    reason="The first round now has a value to start from.",
    check="run the loop with nothing to go through, and see the start value.",
)

ANSWER_NOT_KEPT = Lesson(
    question=(
        "The call on this line works something out and gives it back. Where does the answer go? Is the name $name "
        "inside $function the same as $name out here?"
    ),
    concept=(
        "Names that a function makes live only while it runs. What comes out is the value after `return`, and the "
        "place of the call has to take it. On line $line the call of $function stands alone, so its answer is lost, "
        "and $name is not known outside."
    ),
    picture="The shop hands you the parcel over the counter; you have to hold out your hands.",
    precise="Local names vanish with the frame; only the returned object survives, if something binds it.",
    place="Nothing takes what this call gives back.",
    plan=(
        "Look at what $function gives back.",
        "Decide under which name you want to use it here.",
        "Store the answer of the call under that name.",
    ),
    example=Example(
        before="A call whose answer is kept:",
        code=(
            "def longest(words):\n    best = max(words, key=len)\n    return best\n\n\n"
            'winner = longest(["ash", "maple"])\nprint(winner)'
        ),
        after="`best` lives inside only; `winner` takes what comes out.",
    ),
    remedy="On line $line store the answer of $function under $name.",
    reason="The answer has a name outside the function.",
    check="print $name right after the call.",
)

COLON_FOR_EQUALS = Lesson(
    question=(
        "Read the sign between $name and what follows on this line. Does it give $name a value, or does it only say "
        "something about it?"
    ),
    concept=(
        "An equals sign stores a value under a name. A colon at that place only notes which kind of value is meant, "
        "and stores nothing. So after line $line $name still has no value, and the line that uses it fails."
    ),
    picture="It is like a label on an empty jar.",
    precise="An annotated name without an assignment is declared, not bound.",
    place="The colon there stores nothing under $name.",
    plan=(
        "Say which value $name should have after this line.",
        "Find the sign with which Python stores a value under a name.",
        "Use it at the place where the colon stands now.",
    ),
    example=Example(
        before="A value is stored, and used:",
        code=("width = 12\narea = width * 3\nprint(area)"),
        after="The equals sign gave `width` its value, so the next line could use it.",
    ),
    remedy="On line $line write an equals sign in place of the colon.",
    reason="The sign stores the value under the name.",
    check="print $name right after the line.",
)

OWN_VALUE_HIDES_BUILTIN = Lesson(
    question=(
        "In $function $name is the name of a value of yours. Which built-in function has the same name, and which of "
        "the two does Python take inside $function?"
    ),
    concept=(
        "Within one function a name means one thing. As $function gives $name a value, $name is its own variable "
        "everywhere inside, also where the built-in function of that name is called. On line $line $name gets a value, "
        "so the call before it finds nothing."
    ),
    picture="If you name your dog Doctor, calling the doctor gets you the dog.",
    precise="An assignment anywhere in the body makes the name local to the whole body.",
    place="There $name becomes a name of $function's own.",
    plan=(
        "Decide what your value really is.",
        "Give it a name that says so and that no built-in function has.",
        "Change all uses of your value in $function.",
    ),
    example=Example(
        before="A value with a name of its own:",
        code=("def spread(values):\n    high = max(values)\n    return high - min(values)\n\n\nprint(spread([3, 9]))"),
        after="`high` is the value, `max` stays the function.",
    ),
    remedy="On line $line give the value another name than $name.",
    reason="The built-in function is known again under its name.",
    check="run the function, and search it for other names that editors colour as built-in.",
)
