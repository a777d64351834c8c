"""The words for: what belongs to another language, to the shell, or to the prompt of an interpreter."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Example, Lesson

WORD_OF_ANOTHER_LANGUAGE = Lesson(
    question=(
        "Look at the word $word on this line. Have you seen it in another language, or in a book that is not about "
        "Python? What does it say there, and does Python need to be told that at all?"
    ),
    concept=(
        "Languages differ in what has to be said. Some want the kind of value before each name, a word before each "
        "new object, or a word at the end of each block. Python wants none of these: the value itself tells its kind, "
        "a class is called like a function, and the left edge shows where a block ends. On line $line Python takes "
        "$word for a name that you made up."
    ),
    picture="It is like saying “le” before each English noun: the listener takes it for a word of its own.",
    precise="Names are bound without a declaration, objects carry their type, and blocks are set by INDENT and DEDENT.",
    place="The word $word has no job in Python.",
    plan=(
        "Say what $word would do in the other language.",
        "Ask how Python shows the same: by the value, by a call, or by the left edge.",
        "Keep what the line should do, and drop what Python does not need.",
    ),
    example=Example(
        before="A number, an object and a block, all without words for it:",
        code="class Lamp:\n    watts = 7\n\n\nlamp = Lamp()\nhours = 3.5\nif hours > 2:\n    print(lamp.watts * hours)",
        after="No word tells the kind of `hours` or ends the block; the value and the left edge do.",
    ),
    remedy="On line $line write the statement without $word, in Python's own form.",
    reason="What is left says in Python's way what the line should do.",
    check="print the value with its `type` to see that Python knows its kind by itself.",
)

BRACES_FOR_BLOCK = Lesson(
    question=(
        "How do you show on this line that a block begins, and how would Python see where it ends? Compare with an "
        "`if` or a loop in your Python notes: which signs stand there, and what does the left edge look like?"
    ),
    concept=(
        "In many languages curly braces hold a block together. In Python they make a dictionary or a set. A block "
        "begins after a colon, and all lines that belong to it start further to the right. So on line $line Python "
        "waits for the rest of a dictionary, and not for a block."
    ),
    picture="On paper the points below a heading are moved in a little, and nobody draws a box around them.",
    precise="The suite of a compound statement is a NEWLINE, an INDENT, statements and a DEDENT.",
    place="Curly braces stand there for a block.",
    plan=(
        "Find the brace that opens the block and the one that closes it.",
        "Recall the one mark that ends a header in Python.",
        "Let the left edge of the lines show what belongs to the block.",
    ),
    example=Example(
        before="A block in a block, without any braces:",
        code='for month in ("May", "June"):\n    if month.endswith("e"):\n        print(month)\nprint("done")',
        after="The last line starts at the margin again, so it belongs to neither of the two blocks.",
    ),
    remedy="End the header on line $line with a colon in place of the brace, and take the closing brace away.",
    reason="The colon opens the block, and the left edge of its lines shows where it ends.",
    check="read down the left edge: the lines of the block start at one place, further right than the header.",
)

COMMENT_OF_ANOTHER_LANGUAGE = Lesson(
    question=(
        "Is this line meant for Python or for a reader? Look at the sign $sign before the words. What does Python do "
        "with that sign, and which one tells it to skip the rest of a line?"
    ),
    concept=(
        "A comment is a note for people, and each language has a sign of its own for it. In Python $sign is no such "
        "sign. On line $line Python tries to work with it, and with the words behind it, as if they were code."
    ),
    picture="It is like a note in the margin in a colour that the printer does not skip.",
    precise="Only a number sign outside a string starts a comment; it runs to the end of the physical line.",
    place="The sign $sign does not begin a comment here.",
    plan=(
        "Decide which words are a note for people.",
        "Recall the sign that begins a comment in Python.",
        "Use it before the note, on each line that the note goes over.",
    ),
    example=Example(
        before="A note on a line of its own, and one behind a statement:",
        code="# distance in km\nroad = 12\nwalk = road / 4  # four km in an hour\nprint(walk)",
        after="From the number sign on, Python skips the rest of each line.",
    ),
    remedy="On line $line begin the note with the number sign in place of $sign.",
    reason="Python skips the rest of the line now, so the words are for people only.",
    check="your editor should give the note the colour of a comment.",
)

PASTED_PROMPT = Lesson(
    question=(
        "Where does this line come from? Look at its very first characters, $prompt. Did you type them as part of "
        "the program, or did an interpreter print them to show that it waits for input?"
    ),
    concept=(
        "When you type into a running Python, it prints a small mark, the prompt, and you type behind it. The mark "
        "is not part of the language. On line $line it was copied along with the code, so Python reads $prompt as "
        "code and finds no sense in it."
    ),
    picture="It is like copying the line numbers of a book along with its text.",
    precise="The interactive loop writes prompts to the terminal and never parses them; results come without one.",
    place="The line begins with $prompt, which is no code.",
    plan=(
        "Mark what was printed by the interpreter: prompts and results.",
        "Keep only what a person typed.",
        "Check that the lines of each block still start further right than their header.",
    ),
    example=Example(
        before="The same two lines as they stand in a file:",
        code="crates = 6\nprint(crates * 12)",
        after="In a file there is no prompt, and a result is only shown with `print`.",
    ),
    remedy="Take $prompt away at the start of line $line and of all other lines, and delete copied results.",
    reason="Only code is left, so Python can read the lines.",
    check="run the file, and compare what it shows with the results that you saw where you copied it.",
)

SHELL_COMMAND = Lesson(
    question=(
        "Who should carry out this line: Python, or the terminal in which you start programs? Look at its first "
        "word, $word. Where have you seen a line like this typed?"
    ),
    concept=(
        "There are two places for typing. The terminal takes commands such as $word: start a program, install a "
        "package, change the folder. A file takes Python's own statements. Line $line is a command for the terminal, "
        "so Python finds names side by side with no sign between them."
    ),
    picture="It is like putting the order to switch on the oven into the list of ingredients.",
    precise="Shell commands are parsed by the shell; from Python one would start them through `subprocess`.",
    place="This is a command for the terminal.",
    plan=(
        "Open a terminal, and not the prompt of Python, in the folder of your program.",
        "Type the command there and read its answer; once is enough.",
        "Keep only statements of Python in the file.",
    ),
    example=Example(
        before="A program can at least tell which Python runs it, which helps with such commands:",
        code="import sys\n\nprint(sys.executable)\nprint(sys.version_info.major)",
        after="The first line that it shows is the program to use in the terminal.",
    ),
    remedy="Take line $line out of the file and type it in a terminal.",
    reason="The file holds only Python's own statements then.",
    check="run the command in the terminal first, then the program.",
)

RAISE_WITH_COMMA = Lesson(
    question=(
        "What should be raised on this line: one thing or two? Look at what stands before the comma and what behind "
        "it. How is any other object made that carries a text inside?"
    ),
    concept=(
        "An exception is an object. It is made like any other: by calling its class, with the text between the round "
        "brackets. On line $line class and text stand side by side with a comma, the way people wrote it in Python 2. "
        "Python 3 takes exactly one object after `raise`."
    ),
    picture="It is like a letter: the text goes into the envelope, not next to it.",
    precise="PEP 3109 left one form: raise, an exception, and perhaps a cause after `from`.",
    place="Class and text are two things there, parted by a comma.",
    plan=(
        "Find the class of the exception and the text.",
        "Recall how a call hands a value to a class.",
        "Make one object out of the two.",
    ),
    example=Example(
        before="An exception that carries its text:",
        code='try:\n    raise KeyError("no such room")\nexcept KeyError as trouble:\n    print("caught:", trouble)',
        after="The class is called with the text, and the object keeps it until it is caught.",
    ),
    remedy="On line $line put the text into round brackets right after the class.",
    reason="There is one object now, and it carries the text.",
    check="let the line run once and read the last line of the traceback: it shows class and text.",
)

CHOICE_OF_ANOTHER_LANGUAGE = Lesson(
    question=(
        "Three things stand on this line: a condition and two values. Say aloud what the line should give, with the "
        "words “if” and “else”. Which of the three do you say first?"
    ),
    concept=(
        "Some languages choose between two values with a question mark and a colon. Python does it with two of its "
        "own words, and in another order: first the value, then the condition, and at last the other value. On line "
        "$line the question mark is a sign that Python does not know."
    ),
    picture="It is like a sentence: “tea if it is cold, else juice”.",
    precise="A conditional expression is or_test `if` or_test `else` expression; the condition is worked out first.",
    place="The question mark and the colon mean nothing to Python here.",
    plan=(
        "Mark the condition and the two values.",
        "Put them in the order of the spoken sentence.",
        "Join them with the two words `if` and `else`.",
    ),
    example=Example(
        before="A choice between two texts:",
        code='rain = 4\ncoat = "yellow coat" if rain else "no coat"\nprint(coat)',
        after="The value comes first, then the condition; behind `else` stands what is taken otherwise.",
    ),
    remedy="On line $line write value, `if`, condition, `else`, other value.",
    reason="Python reads the choice as a sentence: this, if so, else that.",
    check="run the line with one value for which the condition holds and one for which it does not.",
)

WALRUS_ALONE = Lesson(
    question=(
        "What should happen with the value on this line: only be stored, or be stored and used at once by something "
        "around it? Which sign do your other lines use to store a value?"
    ),
    concept=(
        "A statement that stores a value uses the single equals sign. The sign with the colon in front stores a value "
        "inside a longer expression, which goes on to use it, and it may not be a statement by itself. On line $line "
        "nothing around it uses the value."
    ),
    picture="It is like a hand luggage label on a ship container: right idea, wrong size.",
    precise="PEP 572 forbids an unparenthesised assignment expression at the top level of a statement.",
    place="The value is only stored there, nothing else uses it.",
    plan=(
        "Say whether anything else on the line uses the value.",
        "If not, recall the plain sign that stores a value.",
        "Use that sign, and read the line once more.",
    ),
    example=Example(
        before="First a plain statement, then a value that is stored and used at once:",
        code='word = "harbour"\nif (length := len(word)) > 5:\n    print("long:", length)',
        after="The comparison uses the value right away, so the sign with the colon has a job there.",
    ),
    remedy="On line $line use the single equals sign.",
    reason="The plain sign stores the value as a statement of its own.",
    check="print the name after the line.",
)

SIGN_WITH_A_GAP = Lesson(
    question=(
        "Look at the signs $sign on this line. Are they meant as one sign or as two? How many characters may stand "
        "between the parts of a sign that is made of two characters?"
    ),
    concept=(
        "Some of Python's signs are made of two characters. They are one sign only when the two touch; with a blank "
        "between them Python reads two signs, and the second one has nothing on its left. That is so on line $line "
        "with $sign."
    ),
    picture="It is like “to day” and “today”: the blank makes two words of one.",
    precise="The tokenizer takes the longest operator without blanks; $sign gives two tokens.",
    place="A blank cuts one sign in two there.",
    plan=(
        "Say the sign in words, such as “at least” or “plus and store”.",
        "Recall how it looks in an example that works.",
        "Let its two characters touch.",
    ),
    example=Example(
        before="Three signs made of two characters each:",
        code="level = 3\nlevel += 4\nprint(level >= 7, level != 8)",
        after="In each of them the two characters touch, so Python reads one sign.",
    ),
    remedy="On line $line take the blank out of $sign.",
    reason="The two characters touch, so Python reads them as one sign.",
    check="run the line, and look for the same gap on other lines.",
)

TWO_STATEMENTS_ON_A_LINE = Lesson(
    question=(
        "How many things should happen on this line? Say them one after the other. Where does the first one end, and "
        "what tells Python so?"
    ),
    concept=(
        "Each statement stands on a line of its own: the end of the line is what ends it. On line $line a second "
        "statement begins at $second, in the middle of the line, so Python tries to read both as one and finds no "
        "sense in it."
    ),
    picture="It is like two sentences without a full stop between them.",
    precise="Simple statements end with NEWLINE or a semicolon; a compound statement must begin a line.",
    place="More than one statement stands there.",
    plan=(
        "Find the place where the first statement is complete, and $second begins the next one.",
        "Let a new line begin at that place, with the same left edge.",
        "Read both lines on their own, and see that each makes sense.",
    ),
    example=Example(
        before="Three statements, each on its line:",
        code="stops = 4\nfare = 2\nprint(stops * fare)",
        after="Each line is complete by itself, so no sign between them is needed.",
    ),
    remedy="On line $line begin a new line before $second.",
    reason="The end of the line ends the first statement.",
    check="run the program and print what each of the two lines has changed.",
)
