"""The words for: words at the wrong place."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

MISTYPED_KEYWORD = Lesson(
    question=(
        "Read the word $word letter by letter. Which of Python's own words did you want there? Compare its spelling, "
        "small and big letters included, with a line that works or with your notes."
    ),
    concept=(
        "Python knows about thirty-five words of its own, called keywords, and builds its statements from them. Each "
        "has one exact spelling. $word on line $line is not among them, so Python takes it for a name that you made "
        "up, and then the rest of the line makes no sense to it."
    ),
    picture="It is like a magic word in a story: with one letter wrong the door stays shut.",
    precise="Keywords are reserved and case sensitive; any other identifier is an ordinary NAME token.",
    place="It stands where a keyword has to stand.",
    plan=(
        "Say what this line should do: repeat, decide, define, or give back.",
        "Recall the keyword that begins or joins such a statement.",
        "Compare it with what stands there, letter by letter.",
    ),
    example=Example(
        before="Three keywords in two lines, each in its exact spelling:",
        code=('seats = ["A1", "B2"]\nfor seat in seats: print(seat)\nprint("A1" in seats and not "C3" in seats)'),
        after="`for`, `in`, `and` and `not` are all small letters, and most editors give them a colour of their own.",
    ),
    remedy="Write the keyword $meant in place of $word on line $line.",
    reason="With the exact spelling Python recognises the statement that begins or goes on there.",
    check="your editor should now give the word the colour of a keyword. Then run the program.",
)

ELSE_WITH_CONDITION = Lesson(
    question=(
        "This line continues a decision, and it asks a new question as well. What does $words on its own mean in "
        "Python? Which word does Python have for “if not that, then maybe this”?"
    ),
    concept=(
        "A decision has one first question, any number of further questions, and at the end perhaps a part for all "
        "that is left. Python has one word for each of the three. The last one takes no question, since it catches "
        "the rest. On line $line $words is followed by a condition, so the two are mixed up."
    ),
    picture="It is like “otherwise, if it rains”: a new condition needs its own word.",
    precise="`else` takes only a suite; a further test is a separate clause with a keyword of its own.",
    place="There is a condition where none can stand.",
    plan=(
        "Decide whether this part should ask a question or catch all that is left.",
        "If it asks, recall the single word for a further question.",
        "If it catches the rest, the condition is the part that does not belong there.",
    ),
    example=Example(
        before="One decision with three ways:",
        code=('degrees = 12\nif degrees > 25: print("hot")\nelif degrees > 10: print("mild")\nelse: print("cold")'),
        after="The second way asks a question of its own with `elif`; the last one catches the rest.",
    ),
    remedy="Write `elif` in place of $words on line $line, or take the condition away.",
    reason="`elif` asks a further question, only when the questions before it were answered with no.",
    check="run the program with one value for each way and see that exactly one of them is taken.",
)

PRINT_WITHOUT_BRACKETS = Lesson(
    question=(
        "What kind of thing is $name in Python 3: a word of the language, or a function that you call? How do you "
        "hand a value to any other function, such as `len`?"
    ),
    concept=(
        "In Python 3 $name is a function like any other. A function is called by its name, followed by round "
        "brackets around what it gets. On line $line the brackets are absent, the way people wrote it in Python 2 "
        "many years ago. Then the name and the value simply stand side by side, which means nothing."
    ),
    picture="The brackets are like the slot of a letter box: what goes in must be put through it.",
    precise="The print statement went with PEP 3105; as a function it takes `sep`, `end` and `file`.",
    place="The function and what it should get stand side by side.",
    plan=(
        "Find where the values for $name begin and where they end.",
        "Recall how a function call encloses its values.",
        "Do the same here, and look for other lines of your program with the same form.",
    ),
    example=Example(
        before="A function gets its values between brackets, however many there are:",
        code=('steps = 8200\nlongest = max(steps, 7000)\nprint("steps today:", steps, longest)'),
        after="`max` and `print` are called in the same way: name, opening bracket, values, closing bracket.",
    ),
    remedy="Put round brackets around everything after $name on line $line.",
    reason="The brackets make the line a call, and everything between them is handed to $name.",
    check="run the program and see the value appear. Old examples on the web often lack these brackets.",
)

KEYWORD_AS_NAME = Lesson(
    question=(
        "Look at the word $word. Your editor probably gives it another colour than your own names. Which job does "
        "Python keep this word for, and can it be the name of something as well?"
    ),
    concept=(
        "Some words belong to Python itself: it keeps them for its statements and they cannot name a variable, a "
        "function or a parameter. $word is one of them. On line $line it stands where a name of your own should "
        "stand, so Python starts to read another kind of statement."
    ),
    picture="It is like calling a street “Stop”: every driver would misread the sign.",
    precise="Reserved keywords are never NAME tokens; the module `keyword` lists them.",
    place="This word belongs to Python.",
    plan=(
        "Say in a word or two what the thing stands for.",
        "Choose a name from that which is not coloured as a keyword.",
        "Use the new name everywhere that you meant this thing.",
    ),
    example=Example(
        before="A name that is close to a keyword, but free:",
        code=('klass = "7b"\nlesson_from = 8\nprint(klass, lesson_from)'),
        after="`klass` stands for a school class, and `lesson_from` for a start, without using Python's own words.",
    ),
    remedy="Choose another name for $word on line $line and wherever you use it.",
    reason="The new name is not reserved, so Python can bind it to your value.",
    check="search the program for the old word: every place that meant your own thing needs the new name.",
)

PROSE_IN_CODE = Lesson(
    question=(
        "Is this line meant for Python, or for a person who reads the program? How does Python tell a note for "
        "people from an order that it has to carry out?"
    ),
    concept=(
        "Python tries to carry out every line that it reads. Words such as $words look to it like names in a row "
        "without any sign between them. A note for people must be marked, so that Python skips it. On line $line "
        "that mark is absent."
    ),
    picture="It is like talking to someone on stage: the audience does not know that this is not part of the play.",
    precise="The tokenizer drops everything from a number sign to the end of the line; nothing else is skipped.",
    place="Python reads these words as code.",
    plan=(
        "Decide whether the line is a note, or a text that the program should show.",
        "For a note, recall the sign that starts a comment.",
        "For a text to show, recall `print` and the quote marks.",
    ),
    example=Example(
        before="A note for people above an order for Python:",
        code=('# ask for the name of the ship\nship = "Argo"\nprint(ship)'),
        after="Python skips the first line from the number sign on, and goes on with the second.",
    ),
    remedy="Write `#` at the start of line $line.",
    reason="From the number sign on Python skips the line, so the words are a note for people only.",
    check="your editor should give the line the colour of a comment. Then run the program.",
)

TEXT_WITHOUT_QUOTES = Lesson(
    question=(
        "What are the words $words on this line for Python: names of things in your program, or a text to show? How "
        "does Python see the difference?"
    ),
    concept=(
        "A word in a program is taken as a name, unless it stands between quote marks; then it is a text. On line "
        "$line the words $words stand there bare. Python takes each for a name, finds several in a row, and does not "
        "know what they have to do with each other."
    ),
    picture="It is like the title of a book in a sentence: marks around it show that it is a title.",
    precise="Without quotes each word is a NAME token, and two of them in a row are no expression.",
    place="These words are meant to be read by people, but Python takes them for names.",
    plan=(
        "Find the first and the last character of the text that people should read.",
        "Recall the marks that a text needs at both ends.",
        "Put them there, the same kind on both sides.",
    ),
    example=Example(
        before="A text and a name in one call:",
        code=('planet = "Mars"\nprint("next stop is", planet)'),
        after="The words with marks are shown as they are; `planet` has none, so its value is shown.",
    ),
    remedy="Put quote marks around $words on line $line.",
    reason="Between quote marks the words are one text, and Python no longer looks for names in it.",
    check="the words should now have the colour of a string in your editor. Run the program and read them.",
)
