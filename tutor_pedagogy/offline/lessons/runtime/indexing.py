"""The words for: positions and keys: out of range, of the wrong kind, on things that have none."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

ITEM_USED_AS_POSITION = Lesson(
    question=(
        "What does $name hold in each round of the loop: a position in $owner, or one of its items? Print it to be "
        "sure. Which of the two belongs between square brackets?"
    ),
    concept=(
        "A loop over a list hands out the items themselves, one by one. A loop over `range` hands out positions. "
        "Between the square brackets after a list belongs a position. Here $name is already an item of $owner, and "
        "on line $line it is used as if it were a position."
    ),
    picture="It is like reading a house number off a letter and using it as the number of your seat.",
    precise="Iterating a sequence yields its elements; the index is only there with `range` or `enumerate`.",
    place="$name is an item already, not a position.",
    plan=(
        "Print $name in the loop and see what it is.",
        "If you need the items only, use $name itself.",
        "If you need positions as well, recall `range` with `len`, or `enumerate`.",
    ),
    example=Example(
        before="Items, and positions with items:",
        code=(
            'drinks = ["tea", "cocoa"]\n'
            "for drink in drinks:\n"
            "    print(drink)\n"
            "for place, drink in enumerate(drinks):\n"
            "    print(place, drink)"
        ),
        after="The first loop never needs square brackets, since `drink` is the item.",
    ),
    remedy="On line $line use $name itself in place of the square brackets.",
    reason="The loop has already taken the item out, so $name is what you want.",
    check="print $name in each round and compare with the items of $owner.",
)

LOOP_PAST_THE_END = Lesson(
    question=(
        "Which value does $name have in the very last round of this loop? And which is the last position that exists "
        "in $owner, if it has, say, three items?"
    ),
    concept=(
        "Positions start at 0. So a collection with three items has the positions 0, 1 and 2; its length, 3, is not "
        "one of them. The loop on line $line lets $name go up to a value for which $index lies behind the last item. "
        "All rounds before that one work."
    ),
    picture="In a street with houses 0, 1 and 2 there are three houses, but no house number 3.",
    precise="The last valid index is one below the length; `range` already leaves out its upper bound.",
    place="It lets $name reach a position behind the last item of $owner.",
    plan=(
        "Write down the positions of $owner for a small example.",
        "Write down the values that $name takes there; `range` stops one before its bound.",
        "Change the bound so that both rows are the same; use `len` of the collection you look into.",
    ),
    example=Example(
        before="A loop over all positions, the last one included:",
        code=(
            'platforms = ["A", "B", "C"]\n'
            "spot = 0\n"
            "while spot < len(platforms):\n"
            "    print(spot, platforms[spot])\n"
            "    spot += 1"
        ),
        after="The loop stops as soon as `spot` is 3, since there is no position 3.",
    ),
    remedy="Change the bound on line $line so that the last value of $name is one less than the length of $owner.",
    reason="The last round now looks at the last item, and no round goes beyond it.",
    check="print $name in each round, for a collection with three items and for an empty one.",
)

NEIGHBOUR_PAST_THE_END = Lesson(
    question=(
        "In each round you look at the place $index as well. In the last round, when $name stands on the last item, "
        "where is that place? Is there an item?"
    ),
    concept=(
        "Looking at a neighbour needs a neighbour. When $name is the last position of $owner, $index points behind "
        "the end. There is always one pair of neighbours less than there are items, so the loop on line $line has one "
        "round too many."
    ),
    picture="With five fence posts you can put up only four boards between them.",
    precise="A pairwise pass over n elements has n - 1 steps.",
    place="In its last round $index points behind the end of $owner.",
    plan=(
        "Take a list with three items and write down $name and $index for each round.",
        "Mark the round whose place does not exist.",
        "Let the loop end one round earlier.",
    ),
    example=Example(
        before="All neighbours of a list, without a position too many:",
        code=("heights = [3, 8, 5]\nfor low, high in zip(heights, heights[1:]):\n    print(high - low)"),
        after="Three items make two pairs of neighbours, and `zip` stops by itself.",
    ),
    remedy="Let the loop on line $line end one round earlier.",
    reason="In the new last round $index is the last position that exists.",
    check="try a list with two items, and one with a single item, which has no neighbours.",
)

LENGTH_LET_IN = Lesson(
    question=(
        "Take a collection of three items. Which numbers does this condition let through for $name? Is each of them a "
        "position of $owner?"
    ),
    concept=(
        "Positions start at 0, so three items have the positions 0, 1 and 2. The length, 3, is not one of them. The "
        "condition on line $line is there to keep positions inside, but it lets $name be as large as the length. "
        "Another line then looks behind the last item."
    ),
    picture="It is like a guard who checks tickets and waves one number too many through.",
    precise="The valid indices are the half-open interval from 0 to the length.",
    place="It lets $name be as large as $bound.",
    plan=(
        "Write down the positions of $owner for a small example.",
        "Mark the largest number that the condition lets through.",
        "Choose the comparison sign for which the two rows end alike.",
    ),
    example=Example(
        before="A check that keeps positions inside:",
        code=(
            'seats = ["Ida", "Bo", "Cy"]\nfor wanted in (0, 2, 3):\n    if 0 <= wanted < len(seats):\n'
            "        print(seats[wanted])"
        ),
        after="3 is the length, and the check keeps it out.",
    ),
    remedy="Let the condition on line $line end one below the length.",
    reason="Only positions that exist come through.",
    check="try the first position, the last one, and the length.",
)

NEIGHBOUR_ON_OTHER_SIDE = Lesson(
    question=(
        "Where does $name start, and where does it end, in $header? For both ends, which place is $index, and is there "
        "an item?"
    ),
    concept=(
        "A loop that begins at the second item has left room for the one before. A loop that looks at the one after "
        "has to leave room at its end. Here $name starts late, at the second item, and yet line $line looks at $index, "
        "which in the last round lies behind the end of $owner."
    ),
    picture="Who walks down the row from the second seat can greet the person just passed.",
    precise="The bounds leave out the first index, so that only the predecessor exists in every step.",
    place="It looks at the item after $name, but the loop has left room before it.",
    plan=(
        "Take three items, and write down $name and $index for each round.",
        "Say which two items each round should compare.",
        "Look on the side on which the loop has left room.",
    ),
    example=Example(
        before="From the second item on, each is compared with the one before:",
        code=(
            "depths = [4, 9, 6]\nfor day in range(1, len(depths)):\n    change = depths[day] - depths[day - 1]\n"
            "    print(change)"
        ),
        after="In the first round the one before is the first item, so it exists.",
    ),
    remedy="On line $line look at the item before $name.",
    reason="In every round the item before exists.",
    check="try a list of two items, and work out its single round by hand.",
)

POSITIONS_WANTED = Lesson(
    question=(
        "What does $name hold in each round of this loop: an item of $owner, or the place where it stands? Which of "
        "the two does the body need, for instance in $use?"
    ),
    concept=(
        "A loop over a list hands out the items, one by one. The body of this loop needs places: it looks at the ones "
        "next to its own, or writes into them. The header on line $line gives it items, and an item used as a place "
        "leads anywhere."
    ),
    picture="To visit your neighbour you need house numbers, not the people's ages.",
    precise="Iterating a sequence yields its elements; neighbours and stores need indices.",
    place="It hands out items, but the body needs positions.",
    plan=(
        "Print $name in the first rounds.",
        "Say where the first position is, and where the last one that has the neighbour it needs.",
        "Let the header count over these positions.",
    ),
    example=Example(
        before="A loop over positions, which can look one further:",
        code=('route = ["Ulm", "Bonn"]\nfor stop in range(len(route) - 1):\n    print(route[stop], route[stop + 1])'),
        after="`stop` is a position, so `stop + 1` is the next one.",
    ),
    remedy="Let the header on line $line count over the positions of $owner.",
    reason="The body gets positions, and can look next to them.",
    check="print $name in the first and in the last round.",
)

LOOP_ASKS_BEFORE_CHECKING = Lesson(
    question=(
        "The loop goes on until it finds something special. What happens when $name has passed the last position of "
        "$owner and nothing special was found? What does an empty $owner do?"
    ),
    concept=(
        "A `while` loop looks at its condition before each round. This condition takes an item out of $owner, but "
        "nothing makes sure that the position exists. When $name gets behind the last item, line $line asks for "
        "something that is not there."
    ),
    picture="It is like reaching for the next stair in the dark, without knowing whether there is one.",
    precise="The bound test must come first; `and` stops at the first false part.",
    place="It is asked without knowing whether that position exists.",
    plan=(
        "Decide when the loop has to stop at the latest: compare $name with `len` of $owner.",
        "Put that question first in the condition.",
        "Check that the body moves $name on in each round.",
    ),
    example=Example(
        before="First the bound, then the item:",
        code=(
            'notes = ["do", "re"]\n'
            "beat = 0\n"
            'while beat < len(notes) and notes[beat] != "mi":\n'
            "    beat += 1\n"
            "print(beat)"
        ),
        after="There is no `mi`, and yet the loop ends, since the bound is asked first.",
    ),
    remedy="On line $line ask first whether $name is below the length of $owner.",
    reason="Behind the last item the loop ends before it asks for an item.",
    check="try it with an empty collection, and with one in which the special item is absent.",
)

EMPTY_COLLECTION = Lesson(
    question=(
        "You take the item at $index out of $owner. How many items does $owner have when the error comes? Print its "
        "length on the line before. Is the smallest case among your tests?"
    ),
    concept=(
        "A fixed position such as $index exists only if there are enough items. In an empty collection or text there "
        "is no first and no last item at all. On line $line the program relies on an item that is not there for this "
        "input."
    ),
    picture="You cannot take the top card from a pile that has no cards.",
    precise="For a sequence of length n the valid indices run from -n to n - 1; for n = 0 there is none.",
    place="For this input $owner holds too few items.",
    plan=(
        "Decide what the right answer is when there are too few items.",
        "Ask about it first, with `if` and `len`, before the line that takes the item.",
        "In a function, give that answer back at once with `return`.",
    ),
    example=Example(
        before="The empty case is answered before an item is taken:",
        code=(
            "def first_letter(word):\n"
            '    if word == "":\n'
            '        return "?"\n'
            "    return word[0]\n"
            "\n"
            "\n"
            'print(first_letter("sun"), first_letter(""))'
        ),
        after="For the empty text the function answers at once and never asks for a letter.",
    ),
    remedy="Before line $line, answer the case in which $owner has too few items.",
    reason="The item is taken only when it is sure to be there.",
    check="try it with an empty value, with one item, and with several.",
)

ASSIGNED_PAST_END = Lesson(
    question=(
        "You put something at position $index of $owner. Does that position exist already? How many items does "
        "$owner have at this moment?"
    ),
    concept=(
        "Square brackets with an equals sign change an item that is already there. They never make the list longer. "
        "On line $line $owner has no item at $index yet, so there is nothing to change."
    ),
    picture="You can repaint a chair, but not one that has not been bought yet.",
    precise="Item assignment replaces; growth needs `append`, `insert`, or a list made to size beforehand.",
    place="That position does not exist yet.",
    plan=(
        "Print `len` of $owner before the line.",
        "Decide whether the list should grow, or should have had its full size from the start.",
        "To let it grow by one item, recall the method `append`.",
    ),
    example=Example(
        before="A list that grows item by item:",
        code=('trail = []\ntrail.append("gate")\ntrail.append("bridge")\ntrail[0] = "tower"\nprint(trail)'),
        after="`append` makes a new place; only then can a place be changed with square brackets.",
    ),
    remedy="On line $line use `append` on $owner.",
    reason="`append` makes the list longer by one and puts the value there.",
    check="print the list after each step and compare with your plan.",
)

TAKEN_FROM_EMPTY = Lesson(
    question=(
        "This line takes something out of $owner. How many items are left in it at that moment? What should the "
        "program do when there are none?"
    ),
    concept=(
        "Taking an item out needs an item. $call works as long as $owner holds something, or holds something at that "
        "position. On line $line it is empty or too short, so there is nothing to take."
    ),
    picture="It is like drawing a name from a hat that has no slips in it.",
    precise="`pop`, `choice` and their like raise on an empty container; its truth value tells whether it is empty.",
    place="At that moment $owner has nothing to give.",
    plan=(
        "Print `len` of $owner before the line.",
        "Decide what should happen when it is empty.",
        "Ask about it with `if` or in the loop's condition, before something is taken.",
    ),
    example=Example(
        before="A loop that takes items as long as there are some:",
        code=('plates = ["big", "small"]\nwhile plates:\n    print(plates.pop())\nprint("all washed")'),
        after="An empty list counts as no, so the loop ends in time.",
    ),
    remedy="Before line $line ask whether $owner still holds something.",
    reason="Something is taken only when something is there.",
    check="try it with an empty collection and with one item.",
)

POSITION_OUT_OF_RANGE = Lesson(
    question=(
        "Print $index and the length of $owner on the line before. Which positions exist in $owner, from the first "
        "to the last, and is $index one of them?"
    ),
    concept=(
        "The first position of a collection is 0, and the last one is one less than its length. Anything beyond is "
        "out of range. On line $line "
        "$index is such a place at the moment of the error, so there is no item in $owner to take."
    ),
    picture="A hotel with ten rooms, numbered from 0, has no room 10.",
    precise="Negative indices count from the end, so the valid range is -n to n - 1.",
    place="At the moment of the error $index is not a position of $owner.",
    plan=(
        "Use `print` for $index and for `len` of $owner right before the line.",
        "Go back to the line that gave the position its value, and see when it gets too big.",
        "Bound it there, or ask with `if` before the item is taken.",
    ),
    example=Example(
        before="A position that is checked before it is used:",
        code=(
            'menu = ["soup", "pie"]\n'
            "wish = 2\n"
            "if wish < len(menu):\n"
            "    print(menu[wish])\n"
            "else:\n"
            '    print("not on the menu")'
        ),
        after="There is no position 2 in a list of two items, and the program says so.",
    ),
    remedy="Make sure before line $line that $index is below the length of $owner.",
    reason="Only positions that exist are used.",
    check="try the first position, the last one, and an empty collection.",
)

TEXT_KEY_ON_LIST = Lesson(
    question=(
        "What is $owner at this moment: a dictionary with named entries, or something whose items are counted? Print "
        "it with its `type`."
    ),
    concept=(
        "A dictionary is asked by key, such as $key. Lists and texts are asked by position, which is a whole number. "
        "On line $line $owner is $owner_kind, so the key means nothing to it. Often the dictionary is one level "
        "further in or out."
    ),
    picture="It is like asking a numbered row of lockers for “the blue one”.",
    precise="Sequence indexing needs an integer or slice; string keys belong to mappings.",
    place="$owner is $owner_kind there, not a dictionary.",
    plan=(
        "Print $owner and its `type` right before the line.",
        "Find the level at which the entry $key lives.",
        "Go through the items with `for`, or take one by its position first.",
    ),
    example=Example(
        before="A list of dictionaries: first the item, then the entry:",
        code=('pets = [{"kind": "cat"}, {"kind": "fish"}]\nfor pet in pets:\n    print(pet["kind"])'),
        after="`pets` is asked by position or gone through; `pet` is a dictionary and asked by key.",
    ),
    remedy="On line $line ask the dictionary itself: take an item of $owner first.",
    reason="The key is then looked up in a dictionary, where it has a meaning.",
    check="print the dictionary right before the line: the key should be among its keys.",
)

INDEX_OF_WRONG_KIND = Lesson(
    question=(
        "Between the square brackets stands $index. What kind of value is it at this moment? Use `type`. Which kind "
        "does $owner need there?"
    ),
    concept=(
        "$owner is $owner_kind, and its items are found by their position: 0, 1, 2 and so on. A position is a whole "
        "number. On line $line $index is $kind, and that is no position, even if it looks like a number."
    ),
    picture="You find a seat by its number; “3.0” or “three” on the ticket would not help the usher.",
    precise="Indexing calls `__index__`, which only integers implement; a single slash always gives a float.",
    place="$index is $kind there.",
    plan=(
        "Use `type` on $index right before the line.",
        "Follow it back: a single slash, `input`, or a loop over items are the usual sources.",
        "Turn it into a whole number with `int`, or use a real position.",
    ),
    example=Example(
        before="The middle item, with a whole number as position:",
        code=('team = ["Jo", "Kai", "Lou"]\ncentre = len(team) // 2\nprint(team[centre])'),
        after="The double slash gives 1; a single one would give 1.5, which is no position.",
    ),
    remedy="On line $line use a whole number in place of $index, for example with `int`.",
    reason="A whole number is a position, so the item can be found.",
    check="print the position: it should be shown without a point and without quote marks.",
)

NONE_LOOKED_INTO = Lesson(
    question=(
        "You take something out of $name here. But what is $name at this moment? Follow it back to the place that "
        "should have given it a value."
    ),
    concept=(
        "`None` stands for “nothing”, and nothing can be taken out of it. A function that ends without `return` "
        "gives `None`, and so do methods that work in place, such as `sort` or `append`. Here $name is `None`, which "
        "comes from $source."
    ),
    picture="It is like opening a drawer that was never put in.",
    precise="The subscript fails late; the defect is at the place where None was produced.",
    place="The `None` comes from $source.",
    plan=(
        "Print $name right after it gets its value.",
        "Decide which value should come back at that place.",
        "Use `return` in the function, or call the method in place on a line of its own.",
    ),
    example=Example(
        before="A method in place, on a line of its own:",
        code=("ages = [41, 8, 20]\nages.sort()\nprint(ages[0])"),
        after="`sort` changes the list and gives nothing back, so its result is not stored anywhere.",
    ),
    remedy=(
        "See to it that line $line gives a value back, with `return`, or does not store the result of a method in "
        "place."
    ),
    reason="There is a real value then, and something can be taken out of it.",
    check="print the value before the square brackets are used.",
)

FIXED_VALUE_CHANGED = Lesson(
    question=(
        "This line wants to change a part of $owner. What kind of value is that? Can it be changed in place, or only "
        "be replaced as a whole?"
    ),
    concept=(
        "Texts, tuples and ranges are fixed: once made, no part of them can change. Lists and dictionaries can be "
        "changed in place. On line $line $owner is $kind, so the assignment to a part of it is refused. You can make "
        "a new value out of the old one."
    ),
    picture="A printed book cannot be edited, but you can print a new edition.",
    precise="Immutable sequences do not implement `__setitem__`; methods such as `replace` return new objects.",
    place="$owner is $kind and cannot change in place.",
    plan=(
        "Decide whether the value has to be changed often.",
        "If so, make a `list` of it first, change that, and put it together again with `join` for a text.",
        "If not, make a new value out of pieces of the old one.",
    ),
    example=Example(
        before="One letter exchanged by way of a list:",
        code=('word = "cut"\nletters = list(word)\nletters[1] = "a"\nprint("".join(letters))'),
        after="The list can change; `join` makes a new text of it in the end.",
    ),
    remedy="Make a list of $owner before line $line, or build a new value and store it under the name.",
    reason="A list may be changed in place, and a new value needs no change.",
    check="print the value before and after: only the part that you meant should differ.",
)

NO_ITEMS = Lesson(
    question=(
        "Square brackets take an item out of something. What is $owner at this moment? Print it with its `type`. "
        "Does it hold items at all?"
    ),
    concept=(
        "Items can be taken out of lists, texts, tuples and dictionaries. On line $line $owner is $kind. It is one "
        "single value, or has no order, so there is no item at any position."
    ),
    picture="You cannot tear page 3 out of a postcard.",
    precise="The type defines no `__getitem__`, so the subscript has nothing to call.",
    place="$owner is $kind there and holds no items to take.",
    plan=(
        "Print $owner and its `type` right before the line.",
        "Decide whether you meant the whole value or another name.",
        "For the digits of a number use `str` first; for a set use `sorted` or `list` first.",
    ),
    example=Example(
        before="A digit of a number, taken by way of a text:",
        code=("code = 4821\nprint(str(code)[0])"),
        after="`str` makes a text of the number, and a text has positions.",
    ),
    remedy="On line $line take the brackets after $owner away, or make something with items of it first.",
    reason="The value is used in a way that it allows.",
    check="print the result for a value that you know.",
)

COUNTING_NEW_KEY = Lesson(
    question=(
        "This line changes the entry of $owner under $key. What is stored there when this key turns up for the very "
        "first time?"
    ),
    concept=(
        "To change an entry, Python must first read the old one. The first time that a key turns up there is no old "
        "entry, and reading it raises `KeyError`. On line $line that happens with the first new $key."
    ),
    picture="You cannot add a tally mark to a row that is not on the sheet yet.",
    precise="Augmented assignment reads before it writes; `get`, `setdefault` and `defaultdict` supply a start.",
    place="For a new key there is no old entry to change.",
    plan=(
        "Decide which value a new key should start with.",
        "Read the old entry with the method `get`, which takes a value to fall back on.",
        "Store the changed value under the key.",
    ),
    example=Example(
        before="Counting letters, each new one starting at zero:",
        code=('tally = {}\nfor letter in "noon":\n    tally[letter] = tally.get(letter, 0) + 1\nprint(tally)'),
        after="For a new letter `get` gives 0, so there is always something to add to.",
    ),
    remedy="On line $line read the old entry with `get` and a first value.",
    reason="`get` has an answer also for a key that is new.",
    check="print the dictionary after the first and after the second time that a key turns up.",
)

KEY_NOT_FOUND = Lesson(
    question=(
        "The key $key is looked up in $owner. Which keys are really in there at that moment? Print them, and compare "
        "letter by letter, also whether it is a text or a number."
    ),
    concept=(
        "A dictionary finds an entry only under exactly the key it was stored with. Small and big letters, blanks, "
        "and the difference between a text and a number all count. On line $line $key is not among the keys of "
        "$owner."
    ),
    picture="A coat is handed out only for exactly the number on the ticket.",
    precise="Lookup needs equal hash and equality; '1' and 1 are different keys.",
    place="At that moment $owner has no entry under $key.",
    plan=(
        "Print the keys of $owner right before the line.",
        "Compare them with $key: spelling, blanks, text or number.",
        "If the key may really be absent, ask with `in` first, or use `get` with a value to fall back on.",
    ),
    example=Example(
        before="A question before the entry is used:",
        code=(
            'capitals = {"Peru": "Lima"}\n'
            'land = "Chile"\n'
            "if land in capitals:\n"
            "    print(capitals[land])\n"
            "else:\n"
            '    print("unknown:", land)'
        ),
        after="The entry is read only when its key is there.",
    ),
    remedy="On line $line use a key that exists in $owner, or ask with `in` or `get` first.",
    reason="Only keys that exist are looked up directly.",
    check="try it with a key that is there and with one that is not.",
)
