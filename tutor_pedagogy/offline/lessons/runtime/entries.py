"""The words for: entries of a collection that are stored in one form and used in another."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

ENTRY_STORED_OTHERWISE = Lesson(
    question=(
        "What goes into the collection on this line? Further on each entry is taken apart into $targets. Are there as "
        "many parts in it as names?"
    ),
    concept=(
        "What comes out of a collection is what was put in. To take an entry apart into $count names, it must have "
        "been stored with $count parts. Line $line stores $entry alone, so there is nothing to fill the other names "
        "with."
    ),
    picture="If only the shirt was packed, you cannot unpack shirt and tie.",
    precise="Unpacking needs an iterable of exactly as many elements as there are targets.",
    place="Only $entry is stored, where $targets is expected later.",
    plan=(
        "Say what one entry should be made of.",
        "Look at the line that reads the entries, and count the names.",
        "Store all these parts together as one entry.",
    ),
    example=Example(
        before="Pairs go in, and pairs come out:",
        code='stops = []\nstops.append(("Bern", 12))\nfor town, minutes in stops:\n    print(town, minutes)',
        after="The inner brackets make one entry of the two parts.",
    ),
    remedy="On line $line store the parts $targets together as one entry.",
    reason="The entry has as many parts as the later line takes out.",
    check="print the collection after the first entry was stored.",
)

ENTRY_TAKEN_WHOLE = Lesson(
    question=(
        "Print $name in the first round of this loop. Is it the part that its name promises, or something larger or "
        "other? What does a loop over $iterable hand out?"
    ),
    concept=(
        "A loop hands out the entries of a collection as they are. A list of pairs hands out pairs, a dictionary "
        "hands out its keys. Here $name is $kind in each round, but $use treats it as one part, or as what stands "
        "behind a key. The header on line $line decides what comes out."
    ),
    picture="Whoever asks for boxes gets boxes; the shoes are inside.",
    precise="Iterating a dict yields keys; iterating a list of tuples yields tuples, unless the target unpacks them.",
    place="In each round $name is $kind.",
    plan=(
        "Print $name in the first round, and say what it is.",
        "Say which part of it the body needs.",
        "Let the header hand out just that: with a name for each part, or from the other side of the dictionary.",
    ),
    example=Example(
        before="A name for each part of the pair:",
        code='lengths = [("Rhine", 1230), ("Oder", 840)]\nfor river, km in lengths:\n    print(river, km / 1.6)',
        after="The header takes each pair apart, so `km` is a number.",
    ),
    remedy="Change the header on line $line so that it hands out the part that the body needs.",
    reason="The loop hands out what the body works with.",
    check="print the loop's names in the first round.",
)

LIST_BECAME_KEY = Lesson(
    question=(
        "What kind of value does $name get on this line? In $use it serves as a key or as an item of a set. Could "
        "such a value change later on?"
    ),
    concept=(
        "A dictionary finds its values by their keys, and a set its items, because these can never change. Texts, "
        "numbers and tuples are such values, a list is not. After line $line $name holds a list, and $use needs "
        "something that stays as it is."
    ),
    picture="It is like labelling a folder with a word written in sand.",
    precise="Keys must be hashable; a list sets `__hash__` to None.",
    place="It makes a list of $name.",
    plan=(
        "Decide what should serve as the key: the whole list, or one part of it.",
        "If it is one part, take that part out of the list first.",
        "If it is the whole, look up the kind of row that cannot be changed.",
    ),
    example=Example(
        before="A row that cannot change may be a key:",
        code='visits = {}\nplace = (3, 5)\nvisits[place] = "Ada"\nprint(visits)',
        after="Round brackets make a tuple, and a tuple stays as it is.",
    ),
    remedy="On line $line give $name a tuple, or only the part that is the key.",
    reason="The key cannot change any more.",
    check="print $name and its `type` before it is used as a key.",
)

LETTERS_FOR_LINES = Lesson(
    question=(
        "Print $name in the first rounds of this loop. How long is it each time? What does a loop over $text hand "
        "out, and what does $use need?"
    ),
    concept=(
        "A text is a row of characters, and a loop over it hands them out one by one. Lines are nothing that it knows "
        "of. $use needs a whole line, but from the header on line $line it gets a single character, which cannot be "
        "split into parts."
    ),
    picture="Who reads a letter one character at a time never sees a sentence.",
    precise="Iterating a str yields strings of length one, whatever the line breaks in it.",
    place="It hands out single characters.",
    plan=(
        "Print $name in the first two rounds.",
        "Say what it should be in each round.",
        "Look up the method of texts that makes a list of its lines.",
    ),
    example=Example(
        before="A loop over the lines of a text:",
        code='poem = "one\\ntwo"\nfor verse in poem.splitlines():\n    print(len(verse))',
        after="The loop has two rounds, one for each line.",
    ),
    remedy="On line $line let the loop go over the lines of $text.",
    reason="Each round gets a whole line.",
    check="print $name in the first round.",
)
