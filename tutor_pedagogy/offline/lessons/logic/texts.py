"""The words for: texts that are not what they look like."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

TEXT_WITHOUT_F = Lesson(
    question=(
        "What does the program show for this text: the value of $name, or its name in braces? How does Python know "
        "whether braces in a text are to be filled in?"
    ),
    concept=(
        "Braces are filled in only in a text that is marked for it. Without the mark they are ordinary "
        "characters, and the text is shown as it was written. On line $line $name stands in braces, but the mark in "
        "front of the quotes is not there."
    ),
    picture="A form without the word “form” on it is just paper with gaps.",
    precise="Only a formatted string literal evaluates its replacement fields.",
    place="Its braces are shown as they are.",
    plan=(
        "Run the line and read what it shows, character by character.",
        "Compare it with another text of yours, or of your notes, in which braces are filled in.",
        "Look at what stands directly before the opening quotes there.",
    ),
    example=Example(
        before="The same text without and with the mark:",
        code='town = "Bonn"\nprint("to {town}")\nprint(f"to {town}")',
        after="Only the second line shows the name of the town.",
    ),
    remedy="On line $line put an `f` directly before the opening quotes.",
    reason="The mark lets Python fill in the braces.",
    check="give $name another value and see whether the text changes.",
)

FORM_BEHIND_BRACES = Lesson(
    question=(
        "Read what this line shows, character by character. Is there a letter that you did not mean to show? On which "
        "side of the closing brace does it stand?"
    ),
    concept=(
        "How a number is to be shown stands inside the braces, behind a colon: how many places, and of which kind. "
        "What stands behind the closing brace is ordinary text. On line $line a letter of the form for $shown has "
        "slipped out, so it is shown, and the form means something else without it."
    ),
    picture="It is like writing the zip code outside the box on the form.",
    precise="Without a type, the precision counts significant digits; the trailing letter is literal text.",
    place="A letter of the form stands outside the braces.",
    plan=(
        "Mark where the braces open and close.",
        "Say which characters belong to the form of the number.",
        "Move what has slipped out to where it belongs.",
    ),
    example=Example(
        before="A form that is complete within its braces:",
        code='height = 1.7349\nprint(f"{height:.1f} m")',
        after="The number has one place, and only ` m` is ordinary text.",
    ),
    remedy="On line $line move the letter of the form inside the closing brace.",
    reason="The form is complete, and nothing of it is shown.",
    check="show a number with many places, and a large one.",
)

TEXT_ADDED_TO_LIST = Lesson(
    question=(
        "With which kind of value does $name begin on this line? Print it after $added has run once. Is it what you "
        "expected?"
    ),
    concept=(
        "The sign `+=` fits itself to what stands on its left. A text grows by a text. A list takes in the parts of "
        "what is added, and the parts of a text are its letters. As $name begins as a list on line $line, the text "
        "ends up in it letter by letter."
    ),
    picture="It is like tipping a box of letter tiles into a drawer instead of writing a word.",
    precise="Augmented addition extends a list; a string is an iterable of its characters.",
    place="It lets $name begin as a list.",
    plan=(
        "Say what $name should be at the end: one text, or a list of texts.",
        "If it is one text, think of how an empty text is written.",
        "If it is a list, recall the method that puts one whole item in.",
    ),
    example=Example(
        before="A text that grows, and a list that gets a whole item:",
        code='code = ""\ncode += "ab"\nparts = []\nparts.append("ab")\nprint(code, parts)',
        after="The text has become longer, the list has one item.",
    ),
    remedy="Let $name begin as an empty text on line $line, or put whole items into the list.",
    reason="What $name is now fits the way in which it grows.",
    check="print $name after each round.",
)

VALUE_COMPARED_WITH_TYPE = Lesson(
    question=(
        "What is $left when Python comes to this line, and what is $right? Can a value be the same as a kind of value?"
    ),
    concept=(
        "A type is something of its own: it is the kind, not a value of that kind, and its name in quotes is a mere "
        "text. So a value never equals it. The comparison on line $line always has the same outcome, whatever $left "
        "is. To ask of which kind a value is, Python has a function."
    ),
    picture="A dog is not equal to the word “dog”, nor to the idea of dogs.",
    precise="A type object equals only itself; membership in it is tested with `isinstance`.",
    place="It compares with $right, which $left can never equal.",
    plan=(
        "Print both sides of the comparison.",
        "Say in words what you want to know about $left.",
        "Look up `isinstance` and what it takes.",
    ),
    example=Example(
        before="Asking for the kind of a value:",
        code='things = [3, "tea"]\nfor thing in things:\n    print(thing, isinstance(thing, str))',
        after="The answer is yes for the text only.",
    ),
    remedy="On line $line ask with `isinstance` of which kind the value is.",
    reason="The question is about the kind, and has both answers.",
    check="try a value of that kind, and one of another.",
)

LETTER_COMPARED_WITH_WORD = Lesson(
    question=(
        "How many characters does $name have in each round of the loop? And how many has $text? Can the two ever be "
        "the same?"
    ),
    concept=(
        "A loop over a text hands out one character at a time. Two texts are the same only if they have the same "
        "characters, all of them. $text on line $line has more than one, so a single one never equals it. To be one "
        "of several is another question."
    ),
    picture="One sheep is never equal to a flock, but it may belong to it.",
    precise="String equality compares whole strings; membership of a character is tested with `in`.",
    place="A single character never equals $text.",
    plan=(
        "Play it through with one letter that should count.",
        "Say the question in words: is it the same, or is it one of them?",
        "Use the word that Python has for that question.",
    ),
    example=Example(
        before="Being the same, and being one of them:",
        code='sign = "+"\nprint(sign == "+-*")\nprint(sign in "+-*")',
        after="The first answer is no, the second is yes.",
    ),
    remedy="On line $line ask whether $name is one of the characters of $text.",
    reason="The question now has both answers.",
    check="count by hand for a short text, and compare.",
)
