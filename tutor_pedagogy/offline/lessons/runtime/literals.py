"""The words for: values that are wrong where the code writes them."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

NUMBER_IN_QUOTES = Lesson(
    question=(
        "What kind of value is $text, as it is written on this line? What would `type` say about it? And what does "
        "the program do with it later, in $use?"
    ),
    concept=(
        "Quotes make a text of whatever stands between them, digits too. A text of digits looks like a number on the "
        "screen, but it cannot be added to one or compared with one. On line $line a text is handed on, and only "
        "later, where it is calculated with, does Python notice."
    ),
    picture="A photo of money looks like money, but no shop takes it.",
    precise="A string literal is a str, whatever its characters; Python converts nothing by itself in arithmetic.",
    place="Its quotes make a text of the digits.",
    plan=(
        "Print the value and its `type` where it is used.",
        "Follow it back to the line that writes it down.",
        "Write it there as the kind of value that is calculated with.",
    ),
    example=Example(
        before="The same digits, as a text and as a number:",
        code='price = "7"\nprint(price * 2)\nprice = 7\nprint(price * 2)',
        after="The text is repeated, the number is doubled.",
    ),
    remedy="On line $line take the quotes away from $text.",
    reason="Without quotes it is a number, and the later lines can calculate with it.",
    check="print `type` of the value where it is used.",
)

ENTRY_UNLIKE_OTHERS = Lesson(
    question=(
        "Count the parts of the entry on this line, and of the entries around it. Do all of them have the same number "
        "of parts?"
    ),
    concept=(
        "A loop treats all entries of a table alike, so all must be built alike. The other entries have $count parts "
        "each. The one on line $line has another number of parts, and the lines that take entries apart, or ask for a "
        "certain part, fail when they come to it."
    ),
    picture="It is like one form in a pile on which a field was left out.",
    precise="Tuples carry no schema; that they have equal length is a promise which each entry has to keep.",
    place="This entry has not as many parts as the others.",
    plan=(
        "Say in words what each part of an entry means.",
        "Go through the parts of this entry one by one, and look at the commas between them.",
        "Bring it into the form of the others.",
    ),
    example=Example(
        before="Entries that all have the same three parts:",
        code='trips = [("Rome", 4, 310), ("Oslo", 2, 280)]\nfor city, days, cost in trips:\n    print(cost / days)',
        after="Each round finds a city, days and a cost.",
    ),
    remedy="Give the entry on line $line the $count parts that the others have.",
    reason="All entries have the same form, so one loop fits all.",
    check="print `len` of each entry in a loop.",
)

KEY_IN_TWO_SPELLINGS = Lesson(
    question=(
        "Compare $here on this line with the other places that mean the same thing, letter by letter. Small and "
        "capital letters count. Are they written alike?"
    ),
    concept=(
        "A dictionary finds a key only if every character is the same. Capital letters, spaces and plurals make "
        "another key. The program writes one key in two ways: $here on line $line, and another way elsewhere. So it "
        "is stored under the one and looked for under the other."
    ),
    picture="A coat handed in under one name is not given out under another.",
    precise="Key lookup needs equal hashes and equality, and strings compare by code points.",
    place="Elsewhere the same key is written in another way.",
    plan=(
        "Print the keys that the dictionary has.",
        "Decide which of the two spellings is the right one.",
        "Write it that way in every place.",
    ),
    example=Example(
        before="One key, one spelling:",
        code='rooms = {"kitchen": 12}\nwanted = "Kitchen"\nprint(wanted in rooms)\nprint(wanted.lower() in rooms)',
        after="Only the second question finds the key.",
    ),
    remedy="On line $line write $here as $other.",
    reason="The key is then the same where it is stored and where it is looked for.",
    check="print the keys of the dictionary right before the line that failed.",
)

ENTRY_WITHOUT_KEY = Lesson(
    question=(
        "Which keys does the entry on this line get? Look at all lines that ask an entry for a key. Is there one that "
        "no entry has?"
    ),
    concept=(
        "An entry has the keys that it was built with, and no others. Several lines ask for the key $key, but the "
        "entry on line $line is built without it. The lines that ask are right; it is the building that left "
        "something out."
    ),
    picture="If every reader looks for the date and none is there, the letter has to get one.",
    precise="A dict display creates exactly the keys that it lists; a lookup of any other raises KeyError.",
    place="The entry that is built there has no key $key.",
    plan=(
        "List the keys that the other lines ask for.",
        "Tick off those that the entry gets here.",
        "Add what is left over, with the value that a new entry should have.",
    ),
    example=Example(
        before="An entry with all keys that are asked for later:",
        code='plant = {"kind": "fern", "height": 30}\nplant["height"] += 2\nprint(plant["kind"], plant["height"])',
        after="Both keys are there from the start.",
    ),
    remedy="Give the entry on line $line a value for $key too.",
    reason="The key exists from the start, so every line can ask for it.",
    check="print the entry right after it is built.",
)

START_IS_NO_KEY = Lesson(
    question=(
        "Which value does $name have after this line? Later the program asks $owner for it, in $use. Is that value "
        "one of its keys?"
    ),
    concept=(
        "A name that stands for a key has to hold one. On line $line $name starts with a value that $owner does not "
        "have, and the first comparison already looks it up. A first candidate is either a real one, or a value that "
        "means “none yet” and that is asked about before anything is looked up."
    ),
    picture="You cannot ask for the height of the tallest child before you have picked one.",
    precise="The sentinel must be tested before it is used as a key.",
    place="That first value of $name is no key of $owner.",
    plan=(
        "Print the keys, and the first value of $name beside them.",
        "Choose a start that is a key, or one that stands for none.",
        "If it stands for none, ask about that before you look anything up.",
    ),
    example=Example(
        before="A start that stands for none, and is asked about first:",
        code=(
            'heights = {"oak": 21, "fir": 35}\ntallest = None\nfor tree in heights:\n'
            "    if tallest is None or heights[tree] > heights[tallest]:\n        tallest = tree\nprint(tallest)"
        ),
        after="In the first round the second half of the condition is not looked at.",
    ),
    remedy="On line $line let $name start with a real key, or with `None` and ask about that first.",
    reason="Nothing is looked up under a value that is no key.",
    check="try it with a dictionary of one entry, and with an empty one.",
)

COMMA_IN_NUMBER = Lesson(
    question=(
        "How many values stand behind the equals sign on this line? Print $name and its `type`. What does a comma "
        "mean to Python, and what does it mean in a price tag at home?"
    ),
    concept=(
        "In many countries a comma stands inside a number. In Python it stands between values, and makes a tuple of "
        "them. On line $line that gives $name two whole numbers, not one number with a part behind the point. "
        "A tuple cannot be calculated with."
    ),
    picture="It is like reading a price tag as two prices.",
    precise="The decimal separator of a float literal is the point; a comma builds a tuple, with or without brackets.",
    place="The comma in it makes two values.",
    plan=(
        "Print $name right after this line.",
        "Look up which sign Python has inside a number.",
        "Look for the same slip in your other numbers.",
    ),
    example=Example(
        before="A comma and a point:",
        code="pair = 2,75\nfare = 2.75\nprint(pair, fare * 2)",
        after="`pair` holds two whole numbers side by side, `fare` is one number with a point.",
    ),
    remedy="On line $line write a point in the number in place of the comma.",
    reason="With a point it is one number.",
    check="print $name and its `type`.",
)
