"""The words for: texts that never close, close too early, or hold what Python reads as something else."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

TEXT_NEVER_CLOSED = Lesson(
    question=(
        "A text starts on this line with $quote. Follow it to the right, letter by letter. Where did you want the "
        "text to stop, and what tells Python that it stops there?"
    ),
    concept=(
        "A text, called a string, stands between two equal quote marks. Everything between them is taken as it is, "
        "brackets and commas included. On line $line the text begins with $quote, and the line ends before the same "
        "mark comes again, so the rest of the line has become part of the text."
    ),
    picture="It is like speech marks in a story: if they never close, the reader thinks that the speaker goes on.",
    precise="A string literal in single quotes may not hold a line break; the tokenizer stops at the end of the line.",
    place="From there on Python reads everything as text.",
    plan=(
        "Find the last letter or blank that belongs to the text.",
        "Look at what comes after it: brackets and commas usually belong outside.",
        "End the text right after that last letter, with the same kind of mark that began it.",
    ),
    example=Example(
        before="A text inside a call, then something outside it:",
        code=('total = 7\nprint("boxes left:", total)'),
        after=(
            "The second mark comes right after the colon. So the comma, `total` and the bracket are outside the text."
        ),
    ),
    remedy="On line $line write $quote where the text ends, before any bracket or comma that is not part of it.",
    reason="The text now has a start and an end, and what follows it is code again.",
    check="see whether your editor colours only the text as a string, then run the line and read what it shows.",
)

BACKSLASH_TAKES_QUOTE = Lesson(
    question=(
        "Look at the two characters $marks near the end of your text. What does a backslash do to the character that "
        "comes right after it? Is the mark that should end the text still free to do so?"
    ),
    concept=(
        "Inside a text a backslash changes the meaning of the next character. Right before a quote mark it says: "
        "this mark is part of the text. On line $line that happens to the mark that should end the text, so the text "
        "never ends."
    ),
    picture="The backslash is like a hand over the mark: Python sees a letter, not the end.",
    precise="In a string literal backslash plus quote is an escape for the quote itself, also as the last pair.",
    place="The backslash takes the closing mark along.",
    plan=(
        "Decide whether you want to show a backslash at all.",
        "If so, recall how a text holds one backslash: it needs an escape as well.",
        "If not, the backslash is the part that has to go.",
    ),
    example=Example(
        before="A folder name with backslashes in it:",
        code=('folder = "music\\\\new\\\\"\nprint(folder, len(folder))'),
        after="Each pair of backslashes makes one in the text, and the last quote mark is free to end it.",
    ),
    remedy="Write two backslashes on line $line if you want one in the text, else take it away.",
    reason="The quote mark after it is free again and ends the text.",
    check="print the text on its own and count the characters with `len`.",
)

QUOTE_INSIDE_TEXT = Lesson(
    question=(
        "Your text begins with $quote. Where does Python meet the same mark for the next time? Is that really where "
        "your text should end, or is the mark a part of what you want to say?"
    ),
    concept=(
        "A text ends at the first mark that is the same as the one it began with. On line $line that happens in the "
        "middle, just before $word, because the mark is also used inside the text. What follows looks like code to "
        "Python, and it makes no sense there."
    ),
    picture="It is like closing a quotation too early: the rest of the sentence is left outside.",
    precise="The tokenizer does not look ahead: the first unescaped matching quote ends the literal.",
    place="The text ends there already, before you meant it to.",
    plan=(
        "Find the mark inside the text that is meant to be seen by the reader.",
        "Think of the other kind of quote mark that Python accepts around a text.",
        "Choose the outer marks so that the inner one cannot be mistaken for the end.",
    ),
    example=Example(
        before="One text holds an apostrophe, the other one speech marks:",
        code=('title = "the baker\'s dog"\nshout = \'she said "stop"\'\nprint(title, shout)'),
        after="Each text is wrapped in the kind of mark that it does not hold itself.",
    ),
    remedy="Wrap the text on line $line in the other kind of quote mark.",
    reason="The mark inside is now of another kind than the two around it, so only the last one ends the text.",
    check="your editor should colour the whole text as one string. Run the line and read it letter by letter.",
)

BACKSLASH_OUTSIDE_TEXT = Lesson(
    question=(
        "There is a backslash on this line that stands outside any text. What did you want it to do: divide, start a "
        "new line in the output, or carry the statement on to the next line?"
    ),
    concept=(
        "Outside a text a backslash has one meaning: the statement goes on in the next line. It must be the very "
        "last character. On line $line something follows it, so Python cannot use it in that way. Division has "
        "another sign, and special characters such as a new line belong inside a text."
    ),
    picture="It is like the word “over” at the foot of a page: nothing may come after it on that page.",
    precise="Explicit line joining needs the backslash immediately before the line break, not even a blank between.",
    place="After its backslash comes $after.",
    plan=(
        "Decide what the backslash was meant to do.",
        "For a division, recall the slash that leans the other way.",
        "For a new line in the output, move the two characters into a text.",
    ),
    example=Example(
        before="A division, and a text with a new line in it:",
        code=('apples = 9\nshare = apples / 2\nprint("each one gets\\n", share)'),
        after="The division slash leans to the right; the backslash stands inside the text.",
    ),
    remedy="On line $line use `/` to divide, put `\\n` into a text, or take the backslash away.",
    reason="No backslash is left outside a text in the middle of a line.",
    check="run the line and compare the result with what you wanted the backslash to do.",
)

PATH_WITH_ESCAPES = Lesson(
    question=(
        "Look at the backslashes in the text $text. Inside a text a backslash and the letter after it make one "
        "special character. Which pair of characters might Python read in a way that you did not mean?"
    ),
    concept=(
        "In a text, a backslash starts a special character: with `n` it is a new line, with `U` it announces a "
        "character by its number. Windows paths are full of backslashes, so a folder that begins with such a letter "
        "is misread. On line $line Python looks for the number after it and does not find one."
    ),
    picture="It is like a letter that also is a secret code word: the reader starts to decode.",
    precise=(
        "A capital `U` behind a backslash must be followed by eight hexadecimal digits; raw literals switch escapes "
        "off."
    ),
    place="Its backslashes are read as the start of special characters.",
    plan=(
        "Find the backslash and letter that make a special pair.",
        "Recall the letter that can stand before a text to switch all special pairs off.",
        "Use it here, or write the path with slashes that lean the other way.",
    ),
    example=Example(
        before="Two safe ways to write a path:",
        code=('notes = r"D:\\news\\today.txt"\nsame = "D:/news/today.txt"\nprint(notes, same)'),
        after="The `r` before the first text switches the special pairs off; the second text has none.",
    ),
    remedy="Write `r` right before the text on line $line.",
    reason="In a raw text a backslash is just a backslash, so the path stays as you wrote it.",
    check="print the path and compare it with the one that your file browser shows.",
)

BRACES_IN_F_STRING = Lesson(
    question=(
        "In this f-string each pair of curly braces holds something that Python should work out. Point at each "
        "opening brace: where is its partner, and what stands between the two?"
    ),
    concept=(
        "The letter `f` before a text makes its curly braces special: what stands between them is code, and its "
        "value is put in that place. On line $line the braces of $text do not make whole pairs with code between "
        "them, so Python cannot tell text and code apart."
    ),
    picture="The braces are like gaps in a form: each gap needs a left edge, a right edge and something to fill in.",
    precise="Each replacement field is brace, expression, optional format, brace; a literal brace is written twice.",
    place="Count its opening and its closing braces.",
    plan=(
        "List the values that the text should show.",
        "Check that each of them stands between one opening and one closing brace.",
        "Check that the quote marks inside a pair are not those around the whole text.",
    ),
    example=Example(
        before="Two values, each in its own pair of braces:",
        code=('river = "Elbe"\nlength = 1094\nprint(f"{river} is {length} km long")'),
        after="Two braces open and two close, and each pair holds one name.",
    ),
    remedy="On line $line give each brace of the f-string its partner, and put a name or value between them.",
    reason="Every pair of braces is whole and holds a value, so Python can fill in the text.",
    check="run the line and see whether each value appears at its place.",
)
